"""What the documents say is what the code says."""

from pathlib import Path

import pytest

from docs.build import PAGES, page

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs" / "reference"


@pytest.mark.parametrize("name", PAGES)
def test_the_reference_is_as_the_code_is(name: str) -> None:
    assert (REFERENCE / name).read_text(encoding="utf-8") == page(*PAGES[name]), "run: make docs"


def test_a_page_that_is_out_of_date_is_noticed() -> None:
    assert page("Settings", PAGES["errors.md"][1]) != page(*PAGES["settings.md"])


def test_the_readme_shows_the_graph_as_it_is() -> None:
    drawn = PAGES["graph.md"][1]().removeprefix("```mermaid\n").removesuffix("\n```")
    assert drawn in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_hello_tool_of_the_readme_is_the_one_that_is_shipped() -> None:
    tool = (ROOT / "examples" / "hello_tool" / "hello_tool.py").read_text(encoding="utf-8")
    said = tool[tool.index("@tool") :]
    assert said in (ROOT / "README.md").read_text(encoding="utf-8")
