"""What language models answered: the same question to the same model is asked once.

A step of a campaign that runs twice writes the same texts, and pays once.
"""

from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from store.database import Session
from store.tables import MODEL_ANSWERS

KEPT = timedelta(days=30)


class Answers:
    """Answers by the hash of everything that was asked."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, key: str) -> str | None:
        kept = MODEL_ANSWERS.c
        found = select(kept.answer).where(
            kept.key == key, kept.created_at > func.clock_timestamp() - KEPT
        )
        return (await self._session.execute(found)).scalar_one_or_none()

    async def keep(self, key: str, *, model: str, answer: str) -> None:
        """The latest answer counts; what is too old goes away."""
        kept = MODEL_ANSWERS.c
        old = kept.created_at <= func.clock_timestamp() - KEPT
        await self._session.execute(delete(MODEL_ANSWERS).where(old))
        row = {"model": model, "answer": answer}
        said = insert(MODEL_ANSWERS).values(key=key, **row)
        await self._session.execute(
            said.on_conflict_do_update(
                index_elements=["workspace_id", "key"],
                set_={**row, "created_at": func.clock_timestamp()},
            )
        )
