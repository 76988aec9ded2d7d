"""The writers' benchmark: what is planted is a change, and a guard that looks away falls short."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from random import Random

import numpy as np
import pytest

from agents.analyst import Analyst
from agents.guard import Guard
from benchmarks.writer import alarms, caught, drafts, faithful_texts, share
from benchmarks.writer_engagement import against
from benchmarks.writer_paraphrases import RULES, paraphrases
from benchmarks.writer_pieces import Piece, excerpts, pieces
from benchmarks.writer_planting import KINDS, plant
from benchmarks.writer_texts import told
from benchmarks.writers import baseline, embedded, variants_of
from connectors.spec import known_specs
from learning.prediction.text_prior import Lifts
from memory.embedding import HashedEmbedder
from smartcontent.content import Variant

SPECS = known_specs({})
EXAMPLES = Path("tests/data/articles")
PAGES = Path("tests/data/vote_gov.json")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Piece]:
    """Three English articles and a page of three other languages."""
    data = tmp_path_factory.mktemp("articles")
    (data / "18f").mkdir()
    for file in EXAMPLES.glob("18f-*.md"):
        shutil.copy(file, data / "18f")
    for name, page in json.loads(PAGES.read_text("utf-8"))["pages"].items():
        if name in ("es-2", "zh-2", "ar-3"):
            folder = data / "vote-gov" / page["language"]
            folder.mkdir(parents=True)
            (folder / "page.md").write_text(f"# {page['title']}\n\n{page['text']}", "utf-8")
    return pieces(data, Analyst(embedder=HashedEmbedder()))


class Blind(Guard):
    """The control: a guard that looks at everything but facts."""

    def check(self, *given: object, **more: object) -> Variant:
        seen = super().check(*given, **more)  # type: ignore[arg-type]
        kept = [f for f in seen.findings if not f.rule.startswith(("unsupported", "negation"))]
        return seen.model_copy(update={"findings": tuple(kept)})


def test_what_is_planted_is_caught_and_a_blind_guard_falls_short(found: list[Piece]) -> None:
    random = Random(5)
    planted = plant(drafts(found, random), random, 60)
    assert {one.kind for one in planted} == set(KINDS)
    assert all(one.text != one.draft.text for one in planted)
    assert share(caught(Guard(specs=SPECS), planted), "all", "caught") >= 0.9
    assert share(caught(Blind(specs=SPECS), planted), "all", "caught") < 0.2


def test_true_texts_pass_and_at_least_half_are_paraphrases(found: list[Piece]) -> None:
    faithful = faithful_texts(found, Random(5), 90)
    assert sum("word for word" not in one.rules for one in faithful) >= 45
    wrong = alarms(Guard(specs=SPECS), faithful)
    assert share(wrong, "all", "alarms") <= 0.04, wrong


def test_most_rules_of_rewording_are_used(found: list[Piece]) -> None:
    used = {
        rule
        for one in islice(paraphrases(excerpts(found, Random(5)), Random(5)), 250)
        for rule in one.rules
    }
    assert len(used) >= 10
    assert used <= set(RULES)


def test_the_embedded_writer_repeats_itself_less_than_the_baseline(found: list[Piece]) -> None:
    asked, guard = {name: SPECS[name] for name in ("bluesky", "linkedin")}, Guard(specs=SPECS)
    ours = told(list(variants_of(embedded(), found, asked, guard)), SPECS)
    plain = told(list(baseline(found, asked, guard)), SPECS)
    assert ours.within_limits == plain.within_limits == 1.0
    assert ours.blocked == 0.0
    assert ours.similarity < plain.similarity
    assert ours.distinct_2 > plain.distinct_2


def longer(texts: Sequence[str]) -> Lifts:
    """A forecast that knows no better than that long texts earn more."""
    lengths = np.array([float(len(text)) for text in texts])
    none = np.zeros(len(texts))
    return Lifts(lengths - lengths.mean(), none, np.outer(none, none), False, False, True)


def test_a_forecast_compares_two_writers_of_the_same_pieces(found: list[Piece]) -> None:
    asked, guard = {"mastodon": SPECS["mastodon"]}, Guard(specs=SPECS)
    plain = list(baseline(found, asked, guard))
    short = [replace(one, variant=one.variant.model_copy(update={"text": "Hm."})) for one in plain]
    forecast, other = against(plain, short, longer), against(short, plain, longer)
    assert forecast and other
    assert (forecast.better, other.better) == (1.0, 0.0)
    assert forecast.lift == pytest.approx(-other.lift)
    assert against(plain, [], longer) is None
