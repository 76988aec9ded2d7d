"""How a creator likes posts to be worded."""

from store.migrations.tenancy import keep_apart, run_script

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("0009_voice.sql")
    keep_apart("voice_rules")
    keep_apart("voice_examples")


def downgrade() -> None:
    """Rules that creators wrote would be lost."""
    raise RuntimeError("The ninth migration has no way back: restore a backup instead.")
