"""One fold of a workspace's log at a time, in whichever process."""

from sqlalchemy import text

from store.database import Session

TRY = text(
    "SELECT pg_try_advisory_xact_lock(hashtext('policy fold'), decision_lock_class()) AS got"
)


async def fold_alone(session: Session) -> bool:
    """Whether this transaction may fold: False while another one does.

    Two at once could leave a snapshot behind that was begun before a late reward and finished
    after the rebuild for it.
    """
    return bool((await session.execute(TRY)).scalar_one())
