"""Every table of the first version, the rights of the application's role, row level security."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
APP = "smartcontent_app"
WORKSPACE = "NULLIF(current_setting('app.workspace', true), '')::uuid"

# Table: the column that says whose row it is.
TENANT = {
    "workspaces": "id",
    **dict.fromkeys(
        (
            "members", "api_keys", "refresh_tokens", "replies", "threads",
            "contents", "content_versions", "media", "analyses",
            "consents", "segments", "segment_members",
            "campaigns", "runs", "run_steps", "variants",
            "decisions", "reward_windows", "revisions", "policy_snapshots", "evaluations",
            "posts", "approvals", "outbox", "events",
        ),
        "workspace_id",
    ),
}  # fmt: skip
LOOKED_UP = (
    "workspaces", "members", "api_keys", "refresh_tokens", "outbox", "runs", "posts",
    "decisions", "reward_windows", "revisions",
)  # fmt: skip
LOOKUPS = (
    "lookup_login(text)",
    "lookup_api_key(text)",
    "lookup_refresh_token(text)",
    "due_outbox(timestamptz, integer)",
    "due_runs(integer)",
    "due_learning(integer)",
)


def upgrade() -> None:
    for part in ("0001_tables.sql", "0001_log.sql", "0001_intake.sql", "0001_lookups.sql"):
        _run((SQL / part).read_text(encoding="utf-8"))
    for table, owner in TENANT.items():
        _keep_apart(table, owner)
    for table in LOOKED_UP:
        _run(f"CREATE POLICY lookups ON {table} FOR SELECT TO CURRENT_USER USING (true)")
    for function in LOOKUPS:
        _run(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        _run(f"GRANT EXECUTE ON FUNCTION {function} TO {APP}")
    _run(f"GRANT USAGE, SELECT ON SEQUENCE decision_positions TO {APP}")


def downgrade() -> None:
    """There is nothing before the first version."""
    raise RuntimeError("The first migration has no way back: restore a backup instead.")


def _keep_apart(table: str, owner: str) -> None:
    """Rows are seen and written only under their own workspace, by owners of tables too."""
    _run(f"ALTER TABLE {table} ALTER COLUMN {owner} SET DEFAULT {WORKSPACE}")
    _run(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    _run(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    mine = f"{owner} = {WORKSPACE}"
    _run(f"CREATE POLICY tenant ON {table} USING ({mine}) WITH CHECK ({mine})")
    _run(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")


def _run(sql: str) -> None:
    """As written: no parameters, so per cent signs are themselves and scripts may be long."""
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)
