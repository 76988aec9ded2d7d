"""The page that shows what came of real articles: a template's words around a measured table."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template

from benchmarks.machine import Machine
from benchmarks.outcomes import Outcome

TEMPLATE = Path(__file__).parent / "templates" / "articles.md"
HEAD = (
    "file", "language", "claims", "variants", "within limits", "claims supported",
    "posts", "seconds", "findings",
)  # fmt: skip


def write(page: Path, figures: Mapping[str, object], outcomes: Sequence[Outcome]) -> None:
    """Fill the template and write the page."""
    words = Template(TEMPLATE.read_text(encoding="utf-8"))
    shown = {key: value for key, value in figures.items() if key != "rows"}
    good = sum(one.good for one in outcomes)
    right = sum(one.right for one in outcomes)
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(
        words.substitute(
            shown, table=table(outcomes), machine=Machine.here(), good=good, right=right
        ),
        encoding="utf-8",
    )


def table(outcomes: Sequence[Outcome]) -> str:
    lines = ["| " + " | ".join(HEAD) + " |", "|---" * len(HEAD) + "|"]
    lines += ["| " + " | ".join(cells(one)) + " |" for one in outcomes]
    return "\n".join(lines)


def cells(one: Outcome) -> list[str]:
    """A row for people; the star marks the real command, which includes its own start."""
    name = f"{one.piece.file.parent.name}/{one.piece.file.name}"
    took = f"{one.seconds:.1f}{' *' if one.command else ''}"
    found = one.found
    if found is None:
        problem = " ".join(one.problem.split()).replace("|", "/")
        return [name, "", "", "", "", "", "0", took, problem]
    language = f"{found.language} ✓" if one.right else f"{found.language}, is {one.piece.language}"
    return [
        name,
        language,
        str(found.claims),
        str(found.variants),
        f"{found.within}/{found.variants}",
        f"{found.supported}/{found.claimed}",
        str(found.published),
        took,
        ", ".join(found.rules) or "none",
    ]
