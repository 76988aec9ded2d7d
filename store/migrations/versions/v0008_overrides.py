"""Who approved a post in spite of what, and why."""

from store.migrations.tenancy import run_script

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("0008_overrides.sql")


def downgrade() -> None:
    """What was overridden would no longer be on record."""
    raise RuntimeError("The eighth migration has no way back: restore a backup instead.")
