"""The registry of policies: who is in charge, who learns beside, who took over from whom."""

from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or_leave

from smartcontent.content import Noun
from smartcontent.errors import AlreadyExists, WrongState
from store.database import Session
from store.rewards import RewardVersion
from store.rows import as_noun, many, new_id, one, page
from store.tables import POLICIES, PROMOTIONS

NEXT_STEP = "List them: GET /v1/policies"
ALONE = text("SELECT pg_advisory_xact_lock(hashtext('registry'), decision_lock_class())")
TELL = text("SELECT pg_notify('smartcontent_events', current_setting('app.workspace'))")
SETUP = text("""
    SELECT p.*, r.version, r.spec, r.by, r.created_at AS spec_created_at
      FROM (SELECT 1) AS workspace
      LEFT JOIN policies p ON p.state = 'in_charge'
      LEFT JOIN LATERAL (SELECT * FROM reward_specs ORDER BY version DESC LIMIT 1) r ON true
""")
State = Literal["in_charge", "shadow", "retired"]


class RegisteredPolicy(Noun):
    """A policy of a workspace: what it is made of, and what it is for now.

    Its state is a fold of the log after position `since`; kind, settings and since never change.
    """

    id: UUID
    name: str
    kind: str
    settings: dict[str, Any] = {}
    since: int = 0
    state: State
    created_at: AwareDatetime
    changed_at: AwareDatetime


class Promotion(Noun):
    """One policy took over from another, on the strength of an evaluation."""

    id: UUID
    policy_id: UUID
    replaced_id: UUID
    evaluation_id: UUID | None = None
    by: UUID | None = None
    created_at: AwareDatetime
    undone_at: AwareDatetime | None = None


class Setup(Noun):
    """Who decides and by what they are paid; None where the workspace has said nothing."""

    policy: RegisteredPolicy | None
    rewards: RewardVersion | None


class Registry:
    """A workspace's policies.  Changes wait for one another and are told to every process."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def setup(self) -> Setup:
        """Both in one question: every refresh of what serves asks it."""
        row = (await self._session.execute(SETUP)).mappings().one()
        rewards = {**row, "created_at": row["spec_created_at"]}
        return Setup(
            policy=as_noun(RegisteredPolicy, row) if row["id"] else None,
            rewards=as_noun(RewardVersion, rewards) if row["version"] else None,
        )

    async def get(self, id: UUID) -> RegisteredPolicy:
        found = select(POLICIES).where(POLICIES.c.id == id)
        return await one(self._session, RegisteredPolicy, found, todo=NEXT_STEP)

    async def in_charge(self) -> RegisteredPolicy | None:
        return (await self.setup()).policy

    async def shadows(self) -> list[RegisteredPolicy]:
        """Oldest first."""
        wanted = select(POLICIES).where(POLICIES.c.state == "shadow")
        ordered = wanted.order_by(POLICIES.c.created_at, POLICIES.c.id)
        return await many(self._session, RegisteredPolicy, ordered)

    async def ensure(self, kind: str) -> RegisteredPolicy:
        """The policy in charge; where nobody is yet, the product's own, by the name of its kind."""
        if (found := await self.in_charge()) is None:
            await self._session.execute(ALONE)
            row = {"id": new_id(), "name": kind, "kind": kind, "state": "in_charge"}
            await self._session.execute(
                insert_or_leave(POLICIES).values(**row).on_conflict_do_nothing()
            )
            found = await self.in_charge()
        if found is None:
            raise WrongState(f"Nobody is in charge, and {kind} is taken.", todo=NEXT_STEP)
        return found

    async def shadow(
        self, *, name: str, kind: str, settings: dict[str, Any], since: int = 0, most: int
    ) -> RegisteredPolicy:
        """A policy that learns and decides nothing.

        Raises AlreadyExists for a name that is taken, WrongState beside `most` others.
        """
        await self._session.execute(ALONE)
        if len(await self.shadows()) >= most:
            raise WrongState(
                f"{most} policies learn in the shadow already.",
                todo="Retire one: POST /v1/policies/{policy_id}/retire",
            )
        row = {"id": new_id(), "name": name, "kind": kind, "settings": settings, "since": since}
        added = insert_or_leave(POLICIES).values(**row, state="shadow")
        kept = await self._session.execute(added.on_conflict_do_nothing().returning(POLICIES))
        if (found := kept.one_or_none()) is None:
            raise AlreadyExists(f"There is a policy {name} already.", todo="Choose another name.")
        return as_noun(RegisteredPolicy, found)

    async def promote(
        self, id: UUID, *, evaluation_id: UUID | None = None, by: UUID | None = None
    ) -> RegisteredPolicy:
        """Put a shadow in charge; the one before stays as a shadow, so going back costs nothing.

        Whether it deserves to is asked before.  Raises NotFound, and WrongState for a policy
        that is no shadow.
        """
        await self._session.execute(ALONE)
        policy, before = await self.get(id), await self.in_charge()
        if policy.state != "shadow" or before is None:
            raise WrongState(
                f"{policy.name} is {policy.state.replace('_', ' ')}.",
                todo="Only a policy that learns in the shadow can be promoted.",
            )
        await self._take_over(policy, before)
        taken = {"id": new_id(), "policy_id": id, "replaced_id": before.id}
        await self._session.execute(
            insert(PROMOTIONS).values(**taken, evaluation_id=evaluation_id, by=by)
        )
        return await self.get(id)

    async def roll_back(self) -> RegisteredPolicy:
        """Undo the latest promotion that was not undone yet; the policy in charge afterwards.

        Raises WrongState when there is none.
        """
        await self._session.execute(ALONE)
        standing = select(PROMOTIONS).where(PROMOTIONS.c.undone_at.is_(None))
        found = await many(self._session, Promotion, page(standing, PROMOTIONS, None, 1))
        if not found:
            raise WrongState("No promotion is left to undo.", todo=NEXT_STEP)
        last = found[0]
        undone = update(PROMOTIONS).where(PROMOTIONS.c.id == last.id)
        await self._session.execute(undone.values(undone_at=func.clock_timestamp()))
        await self._take_over(await self.get(last.replaced_id), await self.get(last.policy_id))
        return await self.get(last.replaced_id)

    async def retire(self, id: UUID) -> RegisteredPolicy:
        """Let a shadow learn no more.  Raises NotFound, and WrongState for one in charge."""
        await self._session.execute(ALONE)
        policy = await self.get(id)
        if policy.state == "in_charge":
            raise WrongState(
                f"{policy.name} is in charge.", todo="Promote another one, or roll back, first."
            )
        await self._move(id, "retired")
        return await self.get(id)

    async def promotions(self, *, after: UUID | None = None, limit: int = 50) -> list[Promotion]:
        wanted = page(select(PROMOTIONS), PROMOTIONS, after, limit)
        return await many(self._session, Promotion, wanted)

    async def _take_over(self, policy: RegisteredPolicy, before: RegisteredPolicy) -> None:
        await self._move(before.id, "shadow")  # first: there is one in charge at most
        await self._move(policy.id, "in_charge")
        await self.tell()

    async def _move(self, id: UUID, state: State) -> None:
        moved = update(POLICIES).where(POLICIES.c.id == id)
        await self._session.execute(moved.values(state=state, changed_at=func.clock_timestamp()))

    async def tell(self) -> None:
        """Every process: what serves this workspace is to be made again."""
        await self._session.execute(TELL)

    async def list(self, *, after: UUID | None = None, limit: int = 50) -> list[RegisteredPolicy]:
        wanted = page(select(POLICIES), POLICIES, after, limit)
        return await many(self._session, RegisteredPolicy, wanted)
