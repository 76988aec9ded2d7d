"""`python -m docs.build`: the reference pages, written from the code they describe."""

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path

from api.operations import OPERATIONS, roles_of
from graph.campaign import draw
from smartcontent import errors
from smartcontent.errors import SmartContentError
from smartcontent.plugins import TOOL_GROUP, find_plugins
from smartcontent.scopes import ROLE_SCOPES, SCOPES
from smartcontent.settings import Settings
from tools.strategies import strategies
from tools.toolbox import OURS, Toolbox

REFERENCE = Path(__file__).parent / "reference"
MADE = "<!-- Written by `make docs` from the code; edit there. -->"


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(map(cell, row)) + " |" for row in rows]
    return "\n".join(lines)


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", "<br>")


def settings() -> str:
    """Every setting, its default and what it is for."""

    def rows() -> Iterator[tuple[str, ...]]:
        for name, field in Settings.model_fields.items():
            default = "~/.smartcontent" if name == "data_dir" else field.default
            said = "" if default is None else f"`{default}`"
            yield f"`SMARTCONTENT_{name.upper()}`", said, field.description or ""

    return table(("variable", "default", "what for"), rows())


def problems() -> str:
    """Every error's code, by its place in the tree."""

    def below(kind: type[SmartContentError], depth: int) -> Iterator[tuple[str, ...]]:
        yield f"{'&emsp;' * depth}`{kind.code}`", kind.__name__
        for child in kind.__subclasses__():
            if child.__module__ == errors.__name__:
                yield from below(child, depth + 1)

    return table(("code", "raised as"), below(SmartContentError, 0))


def operations() -> str:
    """Who may do what."""

    def rows() -> Iterator[tuple[str, ...]]:
        for name, access in OPERATIONS.items():
            holders = roles_of(name)
            yield f"`{name}`", access, *("yes" if r in holders else "" for r in ROLE_SCOPES)

    return table(("operation", "needs", *ROLE_SCOPES), rows())


def scopes() -> str:
    """Which role holds which scope."""
    return table(
        ("scope", *ROLE_SCOPES),
        (
            (f"`{scope}`", *("yes" if scope in held else "" for held in ROLE_SCOPES.values()))
            for scope in sorted(SCOPES)
        ),
    )


def tools() -> str:
    """The tools that come with the product, as the assistant reads them."""
    ours = [p for p in find_plugins(TOOL_GROUP) if p.dist is not None and p.dist.name == OURS]

    def rows() -> Iterator[tuple[str, ...]]:
        for tool in Toolbox.discover(ours).tools.values():
            asked = ", ".join(f"`{name}`" for name in tool.parameters.model_fields)
            manual = tool.description.split("\n\n")[0].replace("\n", " ")
            yield f"`{tool.name}`", asked, tool.scope, "yes" if tool.effect else "", manual

    return table(("tool", "asks for", "scope", "a person is asked first", "what it does"), rows())


def arms() -> str:
    """The strategies the learner chooses from."""

    def rows() -> Iterator[tuple[str, ...]]:
        for one in strategies():
            shape = f"{one.tone}, {one.length}, {one.call_to_action}"
            yield f"`{one.name}`", one.description, shape, one.applies_when, one.example

    return table(("strategy", "what it does", "shape", "applies when", "example"), rows())


def graph() -> str:
    """The campaign, in the order things happen."""
    return f"```mermaid\n{draw().strip()}\n```"


PAGES: dict[str, tuple[str, Callable[[], str]]] = {
    "settings.md": ("Settings", settings),
    "errors.md": ("Error codes", problems),
    "operations.md": ("Operations and roles", operations),
    "scopes.md": ("Scopes and roles", scopes),
    "tools.md": ("Tools", tools),
    "strategies.md": ("Strategies", arms),
    "graph.md": ("The campaign graph", graph),
}


def page(title: str, make: Callable[[], str]) -> str:
    return f"# {title}\n\n{MADE}\n\n{inspect.getdoc(make)}\n\n{make()}\n"


def main() -> None:
    REFERENCE.mkdir(exist_ok=True)
    for name, (title, make) in PAGES.items():
        (REFERENCE / name).write_text(page(title, make), encoding="utf-8")


if __name__ == "__main__":
    main()
