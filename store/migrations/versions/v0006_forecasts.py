"""What was forecast for posts when they were chosen."""

from store.migrations.tenancy import keep_apart, run_script

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("0006_forecasts.sql")
    keep_apart("forecasts")


def downgrade() -> None:
    """What was forecast then cannot be worked out again."""
    raise RuntimeError("The sixth migration has no way back: restore a backup instead.")
