"""Who pays for what a language model is asked, and remembers what it answered.

The account is the caller's context, as a transaction's workspace is: it is set where a workspace's
work begins (`charged_to`) and every call below is booked on it, in whichever task or thread.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from math import ceil
from typing import Any, NamedTuple, Protocol, TypeVar

from smartcontent.errors import ModelProblem, ModelUnavailable

T = TypeVar("T")


class Spend(NamedTuple):
    """Tokens read and written together, and millionths of a currency."""

    tokens: int
    micros: int


class Prices(NamedTuple):
    """Of a million tokens read and written, in any one currency; 0 for a model of one's own.

    >>> Prices(0.15, 0.60).of(1000, 200)
    Spend(tokens=1200, micros=270)
    """

    read: float = 0.0
    written: float = 0.0

    def of(self, read: int, written: int) -> Spend:
        return Spend(read + written, ceil(read * self.read + written * self.written))


class Account(Protocol):
    """Reserves before a call, settles after it.  `reserve` raises BudgetSpent."""

    async def reserve(self, most: Spend) -> Any: ...

    async def settle(self, reserved: Any, most: Spend, used: Spend) -> None: ...

    async def recall(self, key: str) -> str | None: ...

    async def keep(self, key: str, model: str, answer: str) -> None: ...


@dataclass
class Paying:
    """An account, and the loop its database lives in: writers work in threads.

    A thread cannot be cancelled: when the work it was for has ended, `over` ends its calls.
    """

    account: Account
    loop: asyncio.AbstractEventLoop
    over: bool = False

    def go_on(self) -> None:
        """Raises ModelUnavailable when nobody waits for the answer any more."""
        if self.over:
            raise ModelUnavailable("The work this was for was stopped.", todo="Start it again.")

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Do it in the loop, from a thread.  In the loop itself that would wait for ever."""
        if asyncio._get_running_loop() is self.loop:
            work.close()
            raise RuntimeError("A language model is asked in the event loop: await it.")
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()


_PAYING: ContextVar[Paying | None] = ContextVar("smartcontent_paying", default=None)


@contextmanager
def charged_to(account: Account) -> Iterator[None]:
    """Book what is asked below on this account.  Call it in the event loop."""
    payer = Paying(account, asyncio.get_running_loop())
    token = _PAYING.set(payer)
    try:
        yield
    finally:
        payer.over = True
        _PAYING.reset(token)


def paying() -> Paying | None:
    """Who pays here; None where nobody counts (a benchmark, a test)."""
    return _PAYING.get()


@dataclass
class Bill:
    """What a call used; as long as nobody says, all it might have."""

    used: Spend


@contextmanager
def billed(most: Spend) -> Iterator[Bill]:
    """A call that may use `most`, from a thread.  Raises BudgetSpent before it is made.

    A call that failed without being billed is free; of one that broke off nobody knows, so what
    was reserved for it counts.
    """
    bill, payer = Bill(most), paying()
    if payer is None:
        yield bill
        return
    reserved = payer.wait(payer.account.reserve(most))
    try:
        with _freed(bill):
            yield bill
    finally:
        payer.wait(payer.account.settle(reserved, most, bill.used))


@asynccontextmanager
async def abilled(most: Spend) -> AsyncIterator[Bill]:
    """The same for `await`."""
    bill, payer = Bill(most), paying()
    if payer is None:
        yield bill
        return
    reserved = await payer.account.reserve(most)
    try:
        with _freed(bill):
            yield bill
    finally:
        await payer.account.settle(reserved, most, bill.used)


@contextmanager
def _freed(bill: Bill) -> Iterator[None]:
    try:
        yield
    except ModelProblem as problem:
        if problem.facts.get("unbilled"):
            bill.used = Spend(0, 0)
        raise
