"""Models trained on what a workspace posted."""

from store.migrations.tenancy import keep_apart, run_script

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("0007_models.sql")
    keep_apart("models")


def downgrade() -> None:
    """Forecasts would be made as if nothing had been learned."""
    raise RuntimeError("The seventh migration has no way back: restore a backup instead.")
