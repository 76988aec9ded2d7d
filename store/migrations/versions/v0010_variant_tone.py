"""How a variant's text reads, and what tone was asked for: said of texts, never of people."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE variants ADD COLUMN wanted_tone text")
    op.execute("ALTER TABLE variants ADD COLUMN tone json NOT NULL DEFAULT '{}'")


def downgrade() -> None:
    """What was measured is not what would be measured by another model."""
    raise RuntimeError("The tenth migration has no way back: restore a backup instead.")
