"""By what a workspace's learner is paid: versions, of which the newest holds."""

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime
from sqlalchemy import func, insert, select

from smartcontent.content import Noun
from store.database import Session
from store.rows import as_noun, many
from store.tables import REWARD_SPECS


class RewardVersion(Noun):
    """`spec` as `learning.rewards.RewardSpec.as_json` writes it."""

    version: int
    spec: dict[str, Any]
    by: UUID | None = None
    created_at: AwareDatetime


class Rewards:
    """A workspace's reward specs, all of them: what was paid when."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def current(self) -> RewardVersion | None:
        """None while the workspace has said nothing: the product's own holds."""
        newest = select(REWARD_SPECS).order_by(REWARD_SPECS.c.version.desc()).limit(1)
        found = await many(self._session, RewardVersion, newest)
        return found[0] if found else None

    async def add(self, spec: dict[str, Any], *, by: UUID | None = None) -> RewardVersion:
        """The next version; two at the same moment are told apart by the key."""
        next_one = select(func.coalesce(func.max(REWARD_SPECS.c.version), 0) + 1)
        row = {"version": next_one.scalar_subquery(), "spec": spec, "by": by}
        added = insert(REWARD_SPECS).values(**row).returning(REWARD_SPECS)
        return as_noun(RewardVersion, (await self._session.execute(added)).one())
