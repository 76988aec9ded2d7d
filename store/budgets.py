"""What a workspace may spend on language models in a calendar month (UTC), and what it has.

Reserving is one conditional UPDATE of one row: concurrent runs wait for each other there, and
the last one that would go over is refused, whichever process it runs in.
"""

from datetime import date

from pydantic import Field
from sqlalchemy import ColumnElement, func, select, text, true, update
from sqlalchemy.dialects.postgresql import insert

from smartcontent.content import Noun
from smartcontent.errors import BudgetSpent
from store.database import Session
from store.tables import MODEL_BUDGETS, MODEL_SPENDING

MONTH = text("SELECT date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC')::date")
MILLION = 1_000_000


class Limits(Noun):
    """The most of a month; `micros` are millionths of the currency the prices are in.  None: no
    limit."""

    tokens: int | None = Field(default=None, ge=0)
    micros: int | None = Field(default=None, ge=0)


class Spent(Noun):
    """A month's sum of what was spent and what calls under way have reserved."""

    month: date
    tokens: int = 0
    micros: int = 0
    calls: int = 0


class Budgets:
    """`usual` are the limits of a workspace that has said nothing."""

    def __init__(self, session: Session, usual: Limits | None = None) -> None:
        self._session = session
        self._usual = usual or Limits()

    async def limits(self) -> Limits:
        row = (await self._session.execute(select(MODEL_BUDGETS))).one_or_none()
        return self._usual if row is None else Limits(tokens=row.tokens, micros=row.micros)

    async def set(self, limits: Limits) -> None:
        """The workspace's own limits, in place of the usual ones."""
        said = limits.model_dump()
        row = insert(MODEL_BUDGETS).values(said)
        latest = {**said, "set_at": func.clock_timestamp()}
        await self._session.execute(
            row.on_conflict_do_update(index_elements=["workspace_id"], set_=latest)
        )

    async def spent(self) -> Spent:
        """This month."""
        month = await self._month()
        found = select(MODEL_SPENDING).where(MODEL_SPENDING.c.month == month)
        row = (await self._session.execute(found)).one_or_none()
        if row is None:
            return Spent(month=month)
        return Spent(month=month, tokens=row.tokens, micros=row.micros, calls=row.calls)

    async def reserve(self, tokens: int, micros: int) -> date:
        """Set that much aside before a call; the month it is booked on.  Raises BudgetSpent."""
        month, limits = await self._month(), await self.limits()
        await self._session.execute(
            insert(MODEL_SPENDING).values(month=month).on_conflict_do_nothing()
        )
        spending = MODEL_SPENDING.c
        more = {
            "tokens": spending.tokens + tokens,
            "micros": spending.micros + micros,
            "calls": spending.calls + 1,
        }
        room = (
            _within(more["tokens"], limits.tokens),
            _within(more["micros"], limits.micros),
        )
        taken = update(MODEL_SPENDING).where(spending.month == month, *room).values(more)
        if (await self._session.execute(taken.returning(spending.month))).first() is None:
            raise _refused(await self.spent(), limits, tokens, micros)
        return month

    async def settle(self, month: date, tokens: int, micros: int) -> None:
        """Book the difference between what was used and what was reserved; less is negative."""
        spending = MODEL_SPENDING.c
        booked = {
            "tokens": func.greatest(spending.tokens + tokens, 0),
            "micros": func.greatest(spending.micros + micros, 0),
        }
        await self._session.execute(
            update(MODEL_SPENDING).where(spending.month == month).values(booked)
        )

    async def _month(self) -> date:
        month: date = (await self._session.execute(MONTH)).scalar_one()
        return month


def _within(value: ColumnElement[int], limit: int | None) -> ColumnElement[bool]:
    return true() if limit is None else value <= limit


def _refused(spent: Spent, limits: Limits, tokens: int, micros: int) -> BudgetSpent:
    over = limits.tokens is not None and spent.tokens + tokens > limits.tokens
    if over:
        said = f"{spent.tokens:,} of {limits.tokens:,} tokens are spent or reserved, and this call"
        wants = f"may take {tokens:,}"
    else:
        most = (limits.micros or 0) / MILLION
        said = f"{spent.micros / MILLION:.2f} of {most:.2f} are spent or reserved, and this call"
        wants = f"may cost {micros / MILLION:.2f}"
    return BudgetSpent(
        f"This month's budget for the language model is used up: {said} {wants}.",
        todo="Raise it with `smartcontent model budget`, or wait for the next month.",
        **spent.model_dump(mode="json"),
    )
