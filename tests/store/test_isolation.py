"""Row level security, from the schema's side and from the neighbour's."""

from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

import store.migrations
from smartcontent.content import Analysis, Media, Readability, Segmentation
from smartcontent.decision import Estimate, Event
from smartcontent.voice import VoiceSetting
from store.answers import Answers
from store.api_keys import ApiKeys
from store.budgets import Budgets, Limits
from store.consents import Consents
from store.contents import Analyses, Contents
from store.database import Database
from store.decisions import Decisions
from store.evaluations import Evaluations
from store.events import Events
from store.forecasts import Forecast, Forecasts
from store.members import Members
from store.migrate import APP_ROLE
from store.models import ModelCard, Models
from store.refresh_tokens import RefreshTokens
from store.registry import Registry
from store.replies import Replies
from store.rewards import Rewards
from store.rows import new_id
from store.runs import Runs
from store.segments import Segments
from store.snapshots import Snapshots
from store.tables import METADATA
from store.threads import Threads
from store.voice import VoiceExamples, VoiceRules
from tests.store.scene import PAST, approved, stage
from tests.store.test_learned import SOON, snapshot

EXEMPT_FILE = Path(store.migrations.__path__[0]) / "exempt_tables.txt"
EXEMPT = {
    line.partition("#")[0].strip() for line in EXEMPT_FILE.read_text(encoding="utf-8").splitlines()
} - {""}
MINE = "= (NULLIF(current_setting('app.workspace'::text, true), ''::text))::uuid)"
# Tables whose rows anybody but their workspace could reach.
UNPROTECTED = """
    SELECT c.relname FROM pg_class c
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'f', 'm', 'v')
       AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (
           SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive
              AND p.polcmd = '*' AND p.polroles = '{0}'
              AND pg_get_expr(p.polqual, c.oid)
                  IN ('(workspace_id ' || %(mine)s, '(id ' || %(mine)s)
              AND pg_get_expr(p.polwithcheck, c.oid) = pg_get_expr(p.polqual, c.oid)))
"""
# Policies for the public or the application beyond the one.
BEYOND = """
    SELECT polrelid::regclass::text, polname FROM pg_policy
     WHERE polname <> 'tenant' AND NOT polroles <@ ARRAY(
        SELECT oid FROM pg_roles WHERE rolname = current_user)
"""
TABLES = sorted(METADATA.tables)


def unprotected(owner: psycopg.Connection) -> set[str]:
    return {row[0] for row in owner.execute(UNPROTECTED, {"mine": MINE})}


@pytest.fixture
def owner(owner_url: str, database: Database) -> psycopg.Connection:
    return psycopg.connect(owner_url)


def test_every_table_keeps_workspaces_apart(owner: psycopg.Connection) -> None:
    with owner:
        assert unprotected(owner) == EXEMPT
        assert owner.execute(BEYOND).fetchall() == []


def test_a_table_without_protection_is_noticed(owner: psycopg.Connection) -> None:
    """The planted fault: each way of forgetting something makes the walk fail."""
    faults = [
        "CREATE TABLE leaky (workspace_id uuid)",
        "ALTER TABLE events NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE events DISABLE ROW LEVEL SECURITY",
        "DROP POLICY tenant ON events",
        "ALTER POLICY tenant ON events USING (true)",
        "CREATE VIEW through AS SELECT * FROM events",
    ]
    for fault in faults:
        with owner.transaction(force_rollback=True):
            owner.execute(fault.encode())
            assert len(unprotected(owner) - EXEMPT) == 1, fault
    owner.close()


def test_the_application_is_nobody_special(owner: psycopg.Connection) -> None:
    role = sql.Literal(APP_ROLE)
    with owner:
        flags = "rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR NOT rolcanlogin"
        asked = sql.SQL(f"SELECT {flags} FROM pg_roles WHERE rolname = {{}}").format(role)
        assert owner.execute(asked).fetchall() == [(False,)]
        kept = "relowner = {}::regrole AND relpersistence <> 't'"
        owned = sql.SQL(f"SELECT count(*) FROM pg_class WHERE {kept}").format(role)
        assert owner.execute(owned).fetchall() == [(0,)]
        member = sql.SQL("SELECT count(*) FROM pg_auth_members WHERE member = {}::regrole")
        assert owner.execute(member.format(role)).fetchall() == [(0,)]


def test_only_the_lookups_see_across(owner: psycopg.Connection) -> None:
    with owner:
        definers = owner.execute("""
            SELECT proname, proconfig::text, has_function_privilege('public', oid, 'EXECUTE'),
                   has_function_privilege('smartcontent_app', oid, 'EXECUTE')
              FROM pg_proc WHERE prosecdef ORDER BY proname
        """).fetchall()
    names = [row[0] for row in definers]
    assert names == [
        "due_learning", "due_outbox", "due_runs",
        "lookup_api_key", "lookup_login", "lookup_refresh_token",
    ]  # fmt: skip
    for _, config, anybody, application in definers:
        assert config == '{"search_path=pg_catalog, pg_temp"}'
        assert not anybody and application


async def fill(database: Database, workspace: UUID) -> None:
    """At least one row in every table."""
    async with database.transaction(workspace) as session:
        scene = await stage(session)
        await approved(session, scene)
        owner = (await Members(session).list())[0].id
        await ApiKeys(session).add(name="k", prefix=new_id().hex, key_hash="h", scopes=[])
        await RefreshTokens(session).add(owner, new_id(), new_id().hex, SOON)
        await Replies(session).begin("POST /x", "k", "b", expires_at=SOON)
        await Threads(session).add("t", member_id=owner)
        picture = Media(id=new_id(), media_type="image/png", bytes=1, sha256="0" * 64)
        await Contents(session).attach(scene.content.id, picture)
        plain = Readability(words=1, sentences=1, lix=None)
        await Analyses(session).save(
            Analysis(
                content_id=scene.content.id,
                title="A",
                language="en",
                language_confidence=1,
                readability=plain,
            )
        )
        await Consents(session).set("ana", "personalisation", True)
        await Segments(session).replace(
            Segmentation(segments=(scene.segment,), members={"ana": scene.segment.id})
        )
        lease = await Runs(session).lease(
            (await Runs(session).of(scene.campaign.id)).id, owner="o", seconds=1
        )
        await Runs(session).step(lease, "analyst", "read", 0.1)
        await Decisions(session).close(before=PAST)
        late = Event(id="e", kind="click", occurred_at=PAST, decision_id=scene.decision.id)
        await Events(session).ingest([late])
        await Snapshots(session).add(snapshot(1))
        figure = Estimate(value=None, low=None, high=None, n=0, verdict="?")
        await Evaluations(session).add("lift", figure)
        forecast = {"expected": 0.0, "low": 0.0, "high": 0.0, "samples": 1}
        of = {"decision_id": scene.decision.id, "platform": "sandbox", "at": PAST}
        await Forecasts(session).add([Forecast.model_validate({**of, **forecast})])
        about = {"id": new_id(), "kind": "k", "reads": "", "rewards": "", "since": 0, "taken": 1}
        made: dict[str, object] = {
            "position": 1,
            "parent": None,
            "sha256": "",
            "metrics": {},
            "card": {},
        }
        await Models(session).add(
            ModelCard.model_validate({**about, **made, "created_at": PAST}), b"state"
        )
        await Rewards(session).add({"weights": {}})
        await Budgets(session).set(Limits(tokens=1))
        await Budgets(session).reserve(1, 1)
        await Answers(session).keep("k", model="m", answer="a")
        await VoiceRules(session).add(VoiceSetting(kind="no_emoji"))
        await VoiceExamples(session).add([("A post of mine.", "en")])
        registry = Registry(session)
        await registry.ensure("vowpal")
        other = await registry.shadow(name="other", kind="uniform", settings={}, most=1)
        await registry.promote(other.id)


@pytest.fixture(scope="module")
async def neighbours(database: Database) -> tuple[UUID, UUID]:
    """(whose rows there are, who is next door)."""
    from_conftest = new_id(), new_id()
    for id in from_conftest:
        async with database.transaction(id) as session:
            await session.execute(
                text("INSERT INTO workspaces (name, pseudonym_key_sealed) VALUES ('T', '')")
            )
            await Members(session).add(
                email=f"{id}@x.test", name="O", role="owner", password_hash="h"
            )
    await fill(database, from_conftest[0])
    return from_conftest


@pytest.mark.parametrize("table", TABLES)
async def test_a_neighbour_neither_sees_nor_touches(
    database: Database, neighbours: tuple[UUID, UUID], table: str
) -> None:
    mine, theirs = neighbours
    owner = "id" if table == "workspaces" else "workspace_id"
    async with database.transaction(mine) as session:
        rows = text(f"SELECT to_jsonb(t)::text FROM {table} t")
        kept = list((await session.execute(rows)).scalars())
        assert kept, f"nothing to protect in {table}"
    async with database.transaction(theirs) as session:
        seen = text(f"SELECT count(*) FROM {table} WHERE {owner} = :mine")
        assert (await session.execute(seen, {"mine": mine})).scalar_one() == 0
        for touch in (f"UPDATE {table} SET {owner} = {owner}", f"DELETE FROM {table}"):
            touched = await session.execute(
                text(f"{touch} WHERE {owner} = :mine RETURNING 1"), {"mine": mine}
            )
            assert touched.all() == []
    for id, change in [
        (theirs, f"INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, :row)"),
        (mine, f"UPDATE {table} SET {owner} = '{theirs}'"),
    ]:
        with pytest.raises(ProgrammingError, match="row-level security"):
            async with database.transaction(id) as session:
                await session.execute(
                    text(change.replace(":row", "CAST(:row AS jsonb)")),
                    {"row": kept[0]} if ":row" in change else {},
                )
    async with database.transaction(mine) as session:
        assert sorted((await session.execute(rows)).scalars()) == sorted(kept)
