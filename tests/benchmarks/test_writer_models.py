"""What is counted of a model's writing, without a model."""

from typing import Any

from agents.guard import Guard
from benchmarks.writer_drafts import Recorded, Tally
from benchmarks.writer_models import figures_of, rows_of, smol
from benchmarks.writer_pieces import Piece
from benchmarks.writers import variants_of
from tests.agents.articles import NIGHT, SPECS, analysed, article
from tests.contracts.test_writers import Broken, Scribe

CONTENT = article(NIGHT)
PIECE = Piece("night", "en", CONTENT, analysed(CONTENT))
ASKED = {"medium": SPECS["medium"]}
REPEATS = "The language model's post cannot be used: it repeats a post of this campaign."


class Liar(Scribe):
    """A model that adds something to every figure and every first name."""

    name = "liar"

    def complete(self, instructions, material, form, *, seed=None):  # type: ignore[no-untyped-def]
        told = super().complete(instructions, material, form, seed=seed)
        return told.model_copy(update={"text": f"{told.text} All 7,777 of Norway cheered."})


def figures(model: Scribe | Broken) -> dict[str, Any]:
    guard = Guard(specs=SPECS)
    writer = Recorded(Tally(guard, model))
    written = list(variants_of(writer, [PIECE], ASKED, guard, each=3))
    rows = rows_of(written, writer.drafts)
    return {**figures_of(writer.tally, written, ASKED), "rows": rows}


def test_a_truthful_model_is_kept() -> None:
    found = figures(Scribe())
    assert (found["variants"], found["fallback"], found["within_limits"]) == (3, 0.0, 1.0)
    assert found["blocked"] == 0.0


def test_a_liar_is_replaced_and_told_of() -> None:
    found = figures(Liar())
    assert (found["refused"], found["fallback"], found["blocked"]) == (1.0, 1.0, 0.0)
    assert set(found["refused_for"]) >= {"unsupported-number"}
    assert found["answers"] == 9
    assert all(len(row["drafts"]) == 3 for row in found["rows"])
    assert all("7,777" in one["refused"][0] for row in found["rows"] for one in row["drafts"])


class Echo(Scribe):
    """A model that says the same whatever it is asked."""

    name = "echo"

    def complete(self, instructions, material, form, *, seed=None):  # type: ignore[no-untyped-def]
        return form.model_validate(
            {"text": "By the end of the week the reading room was full every evening."}
        )


def test_an_answer_that_was_no_post_has_its_reason() -> None:
    second = figures(Echo())["rows"][1]["drafts"]
    assert [one["refused"] for one in second] == [[REPEATS]] * 3


def test_a_model_that_is_not_there_writes_nothing() -> None:
    found = figures(Broken())
    assert (found["no_post"], found["fallback"]) == (1.0, 1.0)


def test_the_untrustworthy_model_is_one_file() -> None:
    assert smol().part_size(0) == smol().bytes == 98_362_432
