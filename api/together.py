"""Group commit: what arrives while a transaction is on its way shares the next one.

A decision must be committed before it is told, and a commit costs far more than a decision.  So
requests of one workspace queue while a transaction runs, and all that wait go into one when it
is done: under load a commit is shared by many, and a single request waits for nobody.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Generic, TypeVar
from uuid import UUID

Asked = TypeVar("Asked")
Done = TypeVar("Done")
Work = Callable[[UUID, Sequence[Asked]], Coroutine[None, None, list[Done]]]
MOST = 100  # in one transaction


class Together(Generic[Asked, Done]):
    """Does work for one, together with whoever else asks for the same workspace.

    `work` does all of it in one transaction and answers in order.  When it fails for many, each
    is done alone, so that what is wrong with one is told to that one only.
    """

    def __init__(self, work: Work[Asked, Done]) -> None:
        self._work = work
        self._waiting: dict[UUID, deque[tuple[Asked, asyncio.Future[Done]]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def do(self, workspace_id: UUID, asked: Asked) -> Done:
        """What `work` answers for this one.  Raises what it raises."""
        answer: asyncio.Future[Done] = asyncio.get_running_loop().create_future()
        if workspace_id in self._waiting:
            self._waiting[workspace_id].append((asked, answer))
        else:
            self._waiting[workspace_id] = deque([(asked, answer)])
            task = asyncio.create_task(self._work_off(workspace_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await answer

    async def _work_off(self, workspace_id: UUID) -> None:
        """One transaction after the other, until nobody waits."""
        waiting = self._waiting[workspace_id]
        try:
            while waiting:
                await self._one_transaction(
                    workspace_id, [waiting.popleft() for _ in range(min(MOST, len(waiting)))]
                )
        finally:
            del self._waiting[workspace_id]

    async def _one_transaction(
        self, workspace_id: UUID, batch: list[tuple[Asked, asyncio.Future[Done]]]
    ) -> None:
        task = asyncio.ensure_future(self._work(workspace_id, [asked for asked, _ in batch]))
        await asyncio.wait([task])
        problem = task.exception()
        if problem is not None and len(batch) > 1:
            for one in batch:
                await self._one_transaction(workspace_id, [one])
            return
        for place, (_, waiter) in enumerate(batch):
            if waiter.done():  # whoever asked has gone
                continue
            if problem is None:
                waiter.set_result(task.result()[place])
            else:
                waiter.set_exception(problem)
