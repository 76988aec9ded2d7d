"""What each subject allows.  A no takes effect in the same transaction."""

from collections.abc import Set

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from smartcontent.content import Consent, Purpose
from store import intake
from store.database import Session
from store.decisions import Decisions
from store.rows import as_noun, many
from store.tables import CONSENTS, EVENTS, SEGMENT_MEMBERS

ALLOWING = text(
    "SELECT subject FROM consents WHERE purpose = :purpose AND granted AND subject = ANY(:subjects)"
)


class Consents:
    """The latest word of each subject on each purpose; never said means no."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def set(self, subject: str, purpose: Purpose, granted: bool) -> Consent:
        """Withdrawing takes effect here: a subject without personalisation is in no segment, and
        one without analytics is in no event, for good.  A word on training has the log learned
        again from the subject's first decision."""
        row = {"subject": subject, "purpose": purpose, "granted": granted}
        said = insert(CONSENTS).values(row)
        latest = said.on_conflict_do_update(
            index_elements=["workspace_id", "subject", "purpose"],
            set_={"granted": granted, "at": func.clock_timestamp()},
        )
        kept = (await self._session.execute(latest.returning(CONSENTS))).one()
        if purpose == "personalisation" and not granted:
            await self._session.execute(
                delete(SEGMENT_MEMBERS).where(SEGMENT_MEMBERS.c.subject == subject)
            )
        if purpose == "analytics" and not granted:
            await self._session.execute(intake.ALONE)
            await self._session.execute(
                update(EVENTS).where(EVENTS.c.subject == subject).values(subject=None)
            )
        if purpose == "training":
            await Decisions(self._session).revise_of(subject)
        return as_noun(Consent, kept)

    async def of(self, subject: str) -> list[Consent]:
        said = select(CONSENTS).where(CONSENTS.c.subject == subject)
        return await many(self._session, Consent, said.order_by(CONSENTS.c.purpose))

    async def allowing(self, subjects: Set[str], purpose: Purpose) -> Set[str]:
        """Those of them who allow it now: one question, however many they are."""
        if not subjects:
            return frozenset()
        asked = {"purpose": purpose, "subjects": list(subjects)}
        return frozenset((await self._session.execute(ALLOWING, asked)).scalars())

    async def granted(self, purpose: Purpose) -> int:
        """How many subjects allow it now."""
        allowed = select(func.count()).where(CONSENTS.c.purpose == purpose, CONSENTS.c.granted)
        return (await self._session.execute(allowed)).scalar_one()
