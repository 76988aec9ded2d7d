"""What is counted of a model's writing, without a model."""

from typing import Any

from agents.guard import Guard
from benchmarks.writer_models import Tally, figures_of, smol, variants_of
from benchmarks.writer_pieces import Piece
from tests.agents.articles import NIGHT, SPECS, analysed, article
from tests.contracts.test_writers import Broken, Scribe

CONTENT = article(NIGHT)
PIECE = Piece("night", "en", CONTENT, analysed(CONTENT))
ASKED = {"medium": SPECS["medium"]}


class Liar(Scribe):
    """A model that adds something to every figure and every first name."""

    name = "liar"

    def complete(self, instructions, material, form, *, seed=None):  # type: ignore[no-untyped-def]
        told = super().complete(instructions, material, form, seed=seed)
        return told.model_copy(update={"text": f"{told.text} All 7,777 of Norway cheered."})


def figures(model: Scribe | Broken) -> dict[str, Any]:
    tally = Tally(Guard(specs=SPECS), model)
    written = variants_of(tally, [PIECE], list(ASKED.values()), seed=1, each=3)
    return figures_of(tally, written, ASKED)


def test_a_truthful_model_is_kept() -> None:
    found = figures(Scribe())
    assert (found["variants"], found["fallback"], found["within_limits"]) == (3, 0.0, 1.0)
    assert found["blocked"] == 0.0


def test_a_liar_is_replaced_and_told_of() -> None:
    found = figures(Liar())
    assert (found["refused"], found["fallback"], found["blocked"]) == (1.0, 1.0, 0.0)
    assert set(found["refused_for"]) >= {"unsupported-number"}
    assert found["answers"] == 9


def test_a_model_that_is_not_there_writes_nothing() -> None:
    found = figures(Broken())
    assert (found["no_post"], found["fallback"]) == (1.0, 1.0)


def test_the_untrustworthy_model_is_one_file() -> None:
    assert smol().part_size(0) == smol().bytes == 98_362_432
