"""The language model of a workspace: who writes, and what it may cost in a month."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.bodies import INTEGRAL, Body
from api.deps import Serving, Work
from api.door import Door
from api.problems import answers
from smartcontent.errors import Conflict
from store.budgets import MILLION, Budgets, Limits
from store.database import Session

router = APIRouter(prefix="/v1/model", route_class=Door, tags=["model"])

Tokens = Annotated[int, Field(ge=0, le=2**53 - 1), INTEGRAL]
Money = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]


class NewBudget(Body):
    """The most of a calendar month (UTC); null, or left out, is no limit.

    `cost` is in the currency that the operator's prices are in.
    """

    tokens: Tokens | None = None
    cost: Money | None = None


class Spending(BaseModel):
    """Of one kind: spent or reserved this month, the most, and what is left; null: no limit."""

    model_config = ConfigDict(extra="forbid")

    spent: float
    limit: float | None
    remaining: float | None

    @classmethod
    def of(cls, spent: int, limit: int | None, unit: int = 1) -> "Spending":
        left = None if limit is None else max(0, limit - spent) / unit
        return cls(
            spent=spent / unit, limit=None if limit is None else limit / unit, remaining=left
        )


class ModelStatus(BaseModel):
    """`model` is the language model that words posts; null where the embedded writer does."""

    model_config = ConfigDict(extra="forbid")

    model: str | None
    month: date
    calls: int
    tokens: Spending
    cost: Spending


@router.get("")
async def get_model(services: Serving, session: Work) -> ModelStatus:
    """Who words this workspace's posts, and what is spent and left this month."""
    return await _status(services.model, services.budget, session)


@router.put("/budget", responses=answers(409))
async def set_budget(body: NewBudget, services: Serving, session: Work) -> ModelStatus:
    """Set what a language model may cost in a month; never more than the operator grants, who
    pays for it."""
    micros = None if body.cost is None else round(body.cost * MILLION)
    wanted = Limits(tokens=body.tokens, micros=micros)
    require_granted(wanted, services.budget)
    await Budgets(session).set(wanted)
    return await _status(services.model, services.budget, session)


def require_granted(wanted: Limits, granted: Limits) -> None:
    """Raises Conflict for more than the settings grant a workspace, or for no limit at all.

    >>> require_granted(Limits(tokens=None), Limits(tokens=10))
    Traceback (most recent call last):
    smartcontent.errors.Conflict: A workspace here has 10 tokens a month at most. ...
    """
    for what, asked, most, unit in (
        ("tokens", wanted.tokens, granted.tokens, 1),
        ("of cost", wanted.micros, granted.micros, MILLION),
    ):
        if most is not None and (asked is None or asked > most):
            raise Conflict(
                f"A workspace here has {most / unit:,.10g} {what} a month at most.",
                todo="Ask for less, or ask whoever runs this installation for more.",
                most=most / unit,
            )


async def _status(model: str | None, usual: Limits, session: Session) -> ModelStatus:
    budgets = Budgets(session, usual)
    limits, spent = await budgets.limits(), await budgets.spent()
    return ModelStatus(
        model=model,
        month=spent.month,
        calls=spent.calls,
        tokens=Spending.of(spent.tokens, limits.tokens),
        cost=Spending.of(spent.micros, limits.micros, MILLION),
    )
