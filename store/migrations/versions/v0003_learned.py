"""How far learning has come."""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
APP = "smartcontent_app"
DUE = "due_learning(integer, timestamptz, integer)"


def upgrade() -> None:
    _run((SQL / "0003_learned.sql").read_text(encoding="utf-8"))
    _run("CREATE POLICY lookups ON reward_specs FOR SELECT TO CURRENT_USER USING (true)")
    _run(f"REVOKE ALL ON FUNCTION {DUE} FROM PUBLIC")
    _run(f"GRANT EXECUTE ON FUNCTION {DUE} TO {APP}")


def downgrade() -> None:
    """Everybody would be asked to learn all the time again."""
    raise RuntimeError("The third migration has no way back: restore a backup instead.")


def _run(sql: str) -> None:
    """As written: no parameters, so per cent signs are themselves and scripts may be long."""
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)
