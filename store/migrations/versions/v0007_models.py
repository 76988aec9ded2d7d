"""Models trained on what a workspace posted."""

from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
APP = "smartcontent_app"
WORKSPACE = "NULLIF(current_setting('app.workspace', true), '')::uuid"


def upgrade() -> None:
    _run((SQL / "0007_models.sql").read_text(encoding="utf-8"))
    _keep_apart("models")


def downgrade() -> None:
    """Forecasts would be made as if nothing had been learned."""
    raise RuntimeError("The seventh migration has no way back: restore a backup instead.")


def _keep_apart(table: str) -> None:
    """Rows are seen and written only under their own workspace, by owners of tables too."""
    _run(f"ALTER TABLE {table} ALTER COLUMN workspace_id SET DEFAULT {WORKSPACE}")
    _run(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    _run(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    mine = f"workspace_id = {WORKSPACE}"
    _run(f"CREATE POLICY tenant ON {table} USING ({mine}) WITH CHECK ({mine})")
    _run(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")


def _run(sql: str) -> None:
    """As written: no parameters, so per cent signs are themselves and scripts may be long."""
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)
