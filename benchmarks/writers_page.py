"""The page that shows articles and what is written about them, side by side.

`python -m benchmarks.writers_page --data DIR --measured FILE`: DIR as for `benchmarks.writer`, FILE
is what `benchmarks.writer_models --json` said of the models (the last one kept, when none is
named).  The embedded writer is asked anew; the words around are in `templates/writers.md`.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any

import orjson

from agents.analyst import Analyst
from agents.guard import RULES, Guard
from agents.writer import EMBEDDED
from benchmarks.contract import arguments, done
from benchmarks.writer_models import MODELS
from benchmarks.writer_pieces import ENGLISH, LANGUAGES, Piece, few
from benchmarks.writers import embedded, variants_of
from connectors.spec import known_specs
from memory.embedding import Usem3
from tools.language_names import NAMES

HERE = Path(__file__).parent
TEMPLATE = HERE / "templates" / "writers.md"
MEASURED = HERE / "results" / "writer_models.json"
PAGE = HERE.parent / "docs" / "writers.md"
POSTS = "https://github.com/18F/18f.gsa.gov/blob/0a55c75e6d9bc71c80136a3867dac52356177443/content/posts/{}"
PAGES = "https://github.com/usagov/vote-gov/tree/6e4482ab81bace0fe180e9104ccfcf9e8306c383"
LONGEST = 400  # characters of a refused draft
WARNINGS = 4  # drafts shown of the model that is not to be trusted

Row = Mapping[str, Any]


def read(measured: Path) -> dict[str, Any]:
    """What the models' benchmark said, as it printed it or as it was kept."""
    kept: dict[str, Any] = orjson.loads(measured.read_bytes())
    said: dict[str, Any] = kept.get("said", kept)
    return said


def page(said: Mapping[str, Any], data: Path, analyst: Analyst) -> str:
    """The template, filled.  `data` has the articles that were measured."""
    trusted, other = (MODELS[name]() for name in ("qwen", "smollm2"))
    pages = [name for name in said["pages_in"].split(",") if name]
    found = few(
        data, analyst, articles=said["pieces"] - len(pages),
        longest=said["longest_article_bytes"], pages=said["pages_in"],
    )  # fmt: skip
    rows = [row for row in said["rows"] if row["model"] == trusted.title]
    ours = _ours(found, sorted({row["platform"] for row in rows}), said["strategies_each"])
    doubtful = [row for row in said["rows"] if row["model"] == other.title]
    return Template(TEMPLATE.read_text("utf-8")).substitute(
        pieces=len(found),
        english=len(found) - len(pages),
        others=", ".join(_language(name) for name in pages),
        longest=f"{said['longest_article_bytes']:,}",
        each=said["strategies_each"],
        platform=" and ".join(sorted({row["platform"].capitalize() for row in rows})),
        ours=len(ours),
        ours_found=_counted(one for row in ours for one in row["findings"]),
        model=trusted.title,
        model_figures=_figures(said["qwen"]),
        other=other.title,
        other_figures=_figures(said["smollm2"]),
        articles="\n\n".join(_article(piece, ours, rows) for piece in found),
        warnings=_refused(_telling(doubtful)),
    )


def _ours(found: Sequence[Piece], platforms: Sequence[str], each: int) -> list[Row]:
    """The embedded writer's variants, as rows."""
    specs = known_specs({})
    asked = {name: specs[name] for name in platforms}
    written = variants_of(embedded(), found, asked, Guard(specs=specs), each=each)
    return [{"piece": one.piece.name, **one.variant.model_dump(mode="json")} for one in written]


def _figures(of: Row) -> str:
    refused = ", ".join(f"{rule} {times}" for rule, times in of["refused_for"].items()) or "none"
    taken_over = round(of["fallback"] * of["variants"])
    unasked = of.get("not_asked_for_want_of_time")
    left_out = f"; {unasked} more orders were not put to it for want of time" if unasked else ""
    return (
        f"{of['answers']} drafts for {of['variants']} variants; {of['no_post']:.0%} of the drafts "
        f"were no post, {of['refused']:.0%} of the others were refused by the checks ({refused}); "
        f"for {taken_over} variants the embedded writer took over{left_out}"
    )


def _counted(findings: Iterator[Row]) -> str:
    counted = Counter(one["rule"] for one in findings)
    return ", ".join(f"{rule} {times}" for rule, times in counted.most_common()) or "none"


def _article(piece: Piece, ours: Sequence[Row], theirs: Sequence[Row]) -> str:
    """One article: its source, the table, and what was refused."""
    by_form: dict[tuple[str, str], dict[str, Row]] = {}
    for side, rows in (("ours", ours), ("theirs", theirs)):
        for row in rows:
            if row["piece"] == piece.name:
                by_form.setdefault((row["strategy"], row["platform"]), {})[side] = row
    lines = [
        f"## {piece.analysis.title}",
        "",
        f"[{piece.name}]({_source(piece)}), {_language(piece.language)}, "
        f"{len(piece.content.text):,} characters.",
        "",
        "<table>",
        "<tr><th>form</th><th>embedded writer</th><th>language model</th></tr>",
    ]
    for (form, _), sides in by_form.items():
        cells = "".join(f'<td width="45%">{_cell(sides.get(side))}</td>' for side in SIDES)
        lines.append(f'<tr valign="top"><td>{form.replace("_", " ")}</td>{cells}</tr>')
    refused = _refused([row for row in theirs if row["piece"] == piece.name])
    said = f"\n\nRefused drafts of the model:\n\n{refused}" if refused else ""
    return "\n".join([*lines, "</table>"]) + said


SIDES = ("ours", "theirs")


def _source(piece: Piece) -> str:
    folder, name = piece.name.split("/")
    return POSTS.format(name) if folder == ENGLISH else PAGES


def _language(code: str) -> str:
    return NAMES.get(code, code)


def _cell(row: Row | None) -> str:
    if row is None:
        return "<i>nothing to say in this form</i>"
    text = escape(row["text"], quote=False).replace("\n", "<br>")
    notes = "<br>".join(escape(note, quote=False) for note in _notes(row))
    return f"{text}<br><br><sub>{notes}</sub>"


def _notes(row: Row) -> Iterator[str]:
    """Who wrote it after how many refusals, and what the checks found in it."""
    refused = sum(bool(draft["refused"]) for draft in row.get("drafts", ()))
    if "drafts" in row and row["writer"].startswith(EMBEDDED):
        yield f"✗ {refused} drafts refused: the embedded writer took over"
    elif refused:
        yield f"↻ written after {refused} refused draft{'s' * (refused > 1)}"
    shown = [one for one in row["findings"] if not one["rule"].startswith("model-")]
    yield from (f"{one['severity']}: {one['rule']}. {one['reason']}" for one in shown)
    if not shown:
        yield "✓ no findings"


def _refused(rows: Sequence[Row]) -> str:
    """A table of refused drafts and why; empty without any."""
    lines = []
    for row in rows:
        for draft in row["drafts"]:
            if draft["refused"]:
                said = _clipped(draft["text"]) or "(no answer in the form asked for)"
                why = "<br>".join(escape(one, quote=False) for one in draft["refused"])
                lines.append(f'<tr valign="top"><td width="50%">{said}</td><td>{why}</td></tr>')
    lines = list(dict.fromkeys(lines))  # a model that does not listen says it again
    head = "<tr><th>what it wrote</th><th>why it was refused</th></tr>"
    return "\n".join(["<table>", head, *lines, "</table>"]) if lines else ""


def _clipped(text: str) -> str:
    tidy = escape(text.strip()[:LONGEST], quote=False).replace("\n", "<br>")
    return tidy + "…" * (len(text.strip()) > LONGEST)


def _telling(rows: Sequence[Row]) -> list[Row]:
    """The first drafts that said something and were refused, each for a reason of its own."""
    kept: dict[str, Row] = {}
    for row in rows:
        for draft in row["drafts"]:
            why = "".join(draft["refused"][:1])
            rule = why.partition(":")[0] if why.partition(":")[0] in RULES else why
            if draft["text"] and rule:
                kept.setdefault(rule, {**row, "drafts": [draft]})
    return list(kept.values())[:WARNINGS]


def main() -> int:
    args = arguments(__doc__, measured=MEASURED, out=PAGE)
    if args.data is None:
        raise SystemExit(f"Say where the articles are: --data DIR ({ENGLISH}/ and {LANGUAGES}/)")
    written = page(read(args.measured), args.data, Analyst(embedder=Usem3()))
    args.out.write_text(written, encoding="utf-8")
    sys.stdout.write(f"{args.out}\n")
    return 0


if __name__ == "__main__":
    done(main())
