"""Reward specs, the registry of policies, promotions; cards of snapshots."""

from store.migrations.tenancy import keep_apart, run_script

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("reward_specs", "policies", "promotions")


def upgrade() -> None:
    run_script("0002_registry.sql")
    for table in TABLES:
        keep_apart(table)


def downgrade() -> None:
    """What was promoted would be forgotten."""
    raise RuntimeError("The second migration has no way back: restore a backup instead.")
