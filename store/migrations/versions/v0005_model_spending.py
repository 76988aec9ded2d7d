"""Budgets of language models, what was spent, and what they answered."""

from store.migrations.tenancy import keep_apart, run_script

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = ("model_budgets", "model_spending", "model_answers")


def upgrade() -> None:
    run_script("0005_model_spending.sql")
    for table in TABLES:
        keep_apart(table)


def downgrade() -> None:
    """What was spent this month would be forgotten, and spent again."""
    raise RuntimeError("The fifth migration has no way back: restore a backup instead.")
