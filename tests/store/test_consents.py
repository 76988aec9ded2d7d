"""The latest word of each subject counts, and nobody speaks for another workspace."""

from store.consents import Consents
from store.database import Database
from tests.conftest import NewWorkspace


async def test_many_are_asked_for_in_one_question(
    database: Database, new_workspace: NewWorkspace
) -> None:
    here, elsewhere = await new_workspace(), await new_workspace()
    async with database.transaction(elsewhere) as session:
        await Consents(session).set("cem", "personalisation", True)
    async with database.transaction(here) as session:
        consents = Consents(session)
        for subject, granted in (("ana", True), ("bob", True), ("bob", False), ("dan", False)):
            await consents.set(subject, "personalisation", granted)
        await consents.set("eva", "analytics", True)
        asked = {"ana", "bob", "cem", "dan", "eva", "nobody"}
        assert await consents.allowing(asked, "personalisation") == {"ana"}
        assert await consents.allowing(set(), "personalisation") == set()
