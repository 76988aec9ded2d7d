"""Every table of the first version, the rights of the application's role, row level security."""

from store.migrations.tenancy import APP, keep_apart, run, run_script

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


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
        run_script(part)
    for table, owner in TENANT.items():
        keep_apart(table, owner)
    for table in LOOKED_UP:
        run(f"CREATE POLICY lookups ON {table} FOR SELECT TO CURRENT_USER USING (true)")
    for function in LOOKUPS:
        run(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        run(f"GRANT EXECUTE ON FUNCTION {function} TO {APP}")
    run(f"GRANT USAGE, SELECT ON SEQUENCE decision_positions TO {APP}")


def downgrade() -> None:
    """There is nothing before the first version."""
    raise RuntimeError("The first migration has no way back: restore a backup instead.")
