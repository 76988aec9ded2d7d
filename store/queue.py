"""Jobs said inside our own transaction: a job exists exactly when what it looks at does."""

from datetime import datetime

import orjson
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from store.database import Session

DEFER = text("""
    SELECT jobs.procrastinate_defer_jobs_v1(ARRAY[ROW(
        'default', CAST(:task AS text), 0, NULL, CAST(:key AS text), CAST(:args AS jsonb),
        CAST(:at AS timestamptz))::jobs.procrastinate_job_to_defer_v1])
""")


class Queue:
    """Procrastinate's queue.  A job only says "look now"; the rows are the truth."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def defer(
        self,
        task: str,
        args: dict[str, str],
        *,
        at: datetime | None = None,
        key: str | None = None,
    ) -> None:
        """Have a worker run a task, not before `at`.  `args` are ids and nothing else.

        While a job with the same `key` waits to be started, another is not added.
        """
        job = {"task": task, "args": orjson.dumps(args).decode(), "at": at, "key": key}
        if key is None:
            await self._session.execute(DEFER, job)
            return
        try:
            async with self._session.begin_nested():
                await self._session.execute(DEFER, job)
        except IntegrityError:
            return
