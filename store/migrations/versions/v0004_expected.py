"""What a variant's text alone lets expect."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE variants ADD COLUMN expected double precision")
    op.execute("ALTER TABLE variants ADD COLUMN expected_sd double precision")


def downgrade() -> None:
    """It can be worked out again, but not as it was when it was decided by."""
    raise RuntimeError("The fourth migration has no way back: restore a backup instead.")
