"""How far learning has come."""

from store.migrations.tenancy import APP, run, run_script

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

DUE = "due_learning(integer, timestamptz, integer)"


def upgrade() -> None:
    run_script("0003_learned.sql")
    run("CREATE POLICY lookups ON reward_specs FOR SELECT TO CURRENT_USER USING (true)")
    run(f"REVOKE ALL ON FUNCTION {DUE} FROM PUBLIC")
    run(f"GRANT EXECUTE ON FUNCTION {DUE} TO {APP}")


def downgrade() -> None:
    """Everybody would be asked to learn all the time again."""
    raise RuntimeError("The third migration has no way back: restore a backup instead.")
