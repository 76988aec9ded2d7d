"""Brings a database to the newest version: migrations, roles, and the schemas of our guests.

The owner runs this.  The application connects as `smartcontent_app`, which owns nothing, is no
superuser and cannot bypass row level security.
"""

import time
from importlib import resources
from pathlib import Path
from threading import Lock

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.runtime.migration import RevisionStep
from alembic.script import ScriptDirectory
from psycopg import Connection, connect, errors, sql
from sqlalchemy import NullPool, create_engine

from smartcontent.errors import DatabaseUnreachable, SetupProblem
from store.urls import address, parts

APP_ROLE = "smartcontent_app"
MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 0x5CA1AB1E  # one migration at a time in a database
TRIES = 20
ALEMBIC = Lock()  # its `op` is one for the whole process


def upgrade(owner_url: str, *, app_password: str) -> str:
    """Migrate to head and return the address under which the application connects.

    Raises DatabaseUnreachable, and SetupProblem when the owner lacks a right it needs.
    """
    try:
        with connect(owner_url, autocommit=True) as owner:
            owner.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            _ensure_role(owner, app_password)
            _migrate(owner_url)
            _ensure_guests(owner)
    except errors.InsufficientPrivilege as missing:
        raise SetupProblem(
            f"The database's owner may not do what an upgrade needs: {missing}",
            todo="Give it CREATEROLE and the ownership of its database, or use a superuser.",
        ) from missing
    except errors.OperationalError as unreachable:
        raise DatabaseUnreachable(
            f"PostgreSQL does not answer: {unreachable}",
            todo="Check SMARTCONTENT_DATABASE_URL, and that the server runs.",
        ) from unreachable
    return address(parts(owner_url), user=APP_ROLE, password=app_password)


def _migrate(owner_url: str) -> None:
    """Alembic without its command line: no alembic.ini and no env.py, any working folder."""
    script = ScriptDirectory(str(MIGRATIONS))

    def steps(current: tuple[str, ...], _: MigrationContext) -> list[RevisionStep]:
        missing = script.iterate_revisions("head", current, implicit_base=True)
        return [RevisionStep(script.revision_map, to, True) for to in reversed(list(missing))]

    options = parts(owner_url)
    engine = create_engine("postgresql+psycopg://", connect_args=options, poolclass=NullPool)
    with ALEMBIC, engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"fn": steps})
        with Operations.context(context):
            context.run_migrations()


def _ensure_role(owner: Connection, password: str) -> None:
    """Create the application's role, or set its password; refuse one that is too strong.

    Roles belong to the whole server: several databases may be upgraded at the same moment.
    """
    with_password = sql.SQL("ROLE {} {} PASSWORD {}")
    name, secret = sql.Identifier(APP_ROLE), sql.Literal(password)
    create = sql.SQL("CREATE ") + with_password.format(
        name, sql.SQL("LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"), secret
    )
    alter = sql.SQL("ALTER ") + with_password.format(name, sql.SQL("LOGIN"), secret)
    found = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s"
    row = owner.execute(found, [APP_ROLE]).fetchone()
    if row is not None and row[0]:
        raise SetupProblem(
            f"The role {APP_ROLE} may bypass row level security.",
            todo=f"ALTER ROLE {APP_ROLE} NOSUPERUSER NOBYPASSRLS;",
        )
    _patiently(owner, alter if row is not None else create, otherwise=alter)


def _patiently(owner: Connection, first: sql.Composed, *, otherwise: sql.Composed) -> None:
    statement = first
    for wait in range(TRIES):
        try:
            owner.execute(statement)
            return
        except (errors.DuplicateObject, errors.UniqueViolation):
            statement = otherwise
        except errors.InternalError_:  # "tuple concurrently updated": somebody else's upgrade
            time.sleep(0.01 * (wait + 1))
    owner.execute(statement)


def _ensure_guests(owner: Connection) -> None:
    """`checkpoints` for LangGraph's tables (created later), `jobs` for Procrastinate's."""
    with owner.transaction():
        for schema in ("checkpoints", "jobs"):
            guests = (MIGRATIONS / "sql" / "guests.sql").read_text(encoding="utf-8")
            owner.execute(guests.replace("GUEST", schema).encode())
        if owner.execute("SELECT to_regclass('jobs.procrastinate_jobs')").fetchone() == (None,):
            _install_jobs(owner)
        database = owner.info.dbname
        path = sql.SQL("ALTER ROLE {} IN DATABASE {} SET search_path = public, jobs, checkpoints")
        owner.execute(path.format(sql.Identifier(APP_ROLE), sql.Identifier(database)))


def _install_jobs(owner: Connection) -> None:
    """Procrastinate's own schema; its functions find its tables from any search path."""
    schema = resources.files("procrastinate.sql") / "schema.sql"
    owner.execute("SET LOCAL search_path = jobs")
    owner.execute(schema.read_text(encoding="utf-8").encode())
    functions = owner.execute(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'jobs'::regnamespace"
    ).fetchall()
    for (function,) in functions:
        pin = f"ALTER FUNCTION {function} SET search_path = jobs, pg_temp"
        owner.execute(pin.encode())
    owner.execute("RESET search_path")
