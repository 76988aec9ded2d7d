"""What every migration says alike: run a script, and keep a table's rows with their workspace.

What was applied somewhere is not changed here: another rule for new tables is another function.
"""

from pathlib import Path

from alembic import op

SQL = Path(__file__).parent / "sql"
APP = "smartcontent_app"
WORKSPACE = "NULLIF(current_setting('app.workspace', true), '')::uuid"


def run(sql: str) -> None:
    """As written: no parameters, so per cent signs are themselves and scripts may be long."""
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)


def run_script(name: str) -> None:
    """A file of `sql/`."""
    run((SQL / name).read_text(encoding="utf-8"))


def keep_apart(table: str, owner: str = "workspace_id") -> None:
    """Rows are seen and written only under their own workspace, by owners of tables too."""
    run(f"ALTER TABLE {table} ALTER COLUMN {owner} SET DEFAULT {WORKSPACE}")
    run(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    run(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    mine = f"{owner} = {WORKSPACE}"
    run(f"CREATE POLICY tenant ON {table} USING ({mine}) WITH CHECK ({mine})")
    run(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")
