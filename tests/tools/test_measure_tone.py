"""The tone of a text: heard, asked for, missed; and never anybody's."""

import re
from collections.abc import Iterator, Sequence
from inspect import get_annotations
from pathlib import Path
from types import MappingProxyType
from typing import get_type_hints
from uuid import UUID

import pytest

import smartcontent.content
import smartcontent.decision
import smartcontent.publishing
from learning.tone import Tone
from learning.tone_training import TONES as LEARNED
from memory.embedding import Usem3
from smartcontent.content import Analysis, Behaviour, Finding, Noun, Segment, Variant
from smartcontent.publishing import CampaignSettings
from smartcontent.tones import TONES, heard, known
from store.tables import METADATA
from tools.measure_tone import ToneMeasure, missed, tone_of

MEASURE = ToneMeasure(Usem3(), Tone.shipped())


def test_what_can_be_asked_for_is_what_is_measured() -> None:
    assert set(TONES) == set(LEARNED) == set(Tone.shipped().labels)


@pytest.mark.parametrize(
    ("text", "language", "tone"),
    [
        ("Thank you all. Your help was a wonderful gift to this library.", "en", "warm"),
        ("We are afraid. Nobody knows whether the roof will hold.", "en", "worried"),
        ("The office opens at nine.\n\nIt closes at five.", "en", "neutral"),
        ("Muchas gracias a todos, sois maravillosos.", "es", "warm"),
        ("Wir sind sehr traurig. Sie fehlt uns.", "de", "sad"),
    ],
)
def test_a_post_is_heard(text: str, language: str, tone: str) -> None:
    assert heard(tone_of(text, language, MEASURE)) == tone


def test_shares_sum_to_one() -> None:
    shares = tone_of("How good to see you!", "en", MEASURE)
    assert set(shares) == set(TONES) and sum(shares.values()) == pytest.approx(1.0, abs=0.001)


@pytest.mark.parametrize(("text", "language"), [("कल मिलते हैं।", "hi"), ("…", "en"), ("", "en")])
def test_what_nobody_can_read_has_no_tone(text: str, language: str) -> None:
    assert tone_of(text, language, MEASURE) == {}
    assert tone_of("Thank you!", "en", None) == {}


def test_the_mean_of_the_sentences_is_a_unit_vector() -> None:
    seen: list[tuple[float, str]] = []

    class Direction(Tone):
        def __init__(self) -> None:
            """Nothing to load."""

        def __call__(self, vector: Sequence[float], text: str = "") -> dict[str, float]:
            seen.append((sum(value * value for value in vector), text))
            return {"warm": 1.0 + 1e-9}

    measure = ToneMeasure(Usem3(), Direction())
    assert measure(["Good evening.", "The roof leaks."], "en") == {"warm": 1.0}
    measure(["Buenas noches."], "es")
    assert [text for _, text in seen] == ["Good evening. The roof leaks.", ""]
    assert [length for length, _ in seen] == pytest.approx([1.0, 1.0])


# -- asked for -----------------------------------------------------------------------------


def written(wanted: str | None, *findings: Finding) -> Variant:
    return Variant(
        id=UUID(int=1), segment_id=UUID(int=2), strategy="story", platform="sandbox",
        text="The office opens at nine.", language="en", wanted_tone=wanted, findings=findings,
    )  # fmt: skip


PLAIN = MappingProxyType({"neutral": 0.8, "warm": 0.15, "sad": 0.05})


def test_a_missed_tone_is_told_and_no_more() -> None:
    [finding] = missed(written("warm"), PLAIN)
    assert (finding.rule, finding.severity) == ("tone-missed", "info")
    assert "80% neutral, 15% warm" in finding.reason and finding.fix


def test_nothing_is_missed_that_was_not_asked_for_or_measured() -> None:
    told = Finding(rule="tone-not-applied", severity="info", reason="Nothing reads so.")
    for variant in (written(None), written("neutral"), written("snappy"), written("warm", told)):
        assert not list(missed(variant, PLAIN))
    assert not list(missed(written("warm"), {}))


def test_a_segment_has_its_own_tone_by_name_or_id() -> None:
    night = Segment(id=UUID(int=5), name="Night readers", size=30)
    day = Segment(id=UUID(int=6), name="Day readers", size=30)
    settings = CampaignSettings(tone="neutral", tones={"night READERS": "warm"})
    assert (settings.tone_for(night), settings.tone_for(day)) == ("warm", "neutral")
    assert CampaignSettings(tones={str(day.id): "sad"}).tone_for(day) == "sad"
    assert CampaignSettings().tone_for(day) is None


# -- never of a person ---------------------------------------------------------------------

OF_TEXTS = {
    "Analysis.tone", "Variant.tone", "Variant.wanted_tone", "Strategy.tone", "TextCheck.tone",
}  # fmt: skip
ASKED_FOR = {"CampaignSettings.tone", "CampaignSettings.tones"}
FEELINGS = ("tone", "emotion", "mood", "feeling", "sentiment", *TONES)


def about_feelings(nouns: Sequence[type[Noun]]) -> set[str]:
    """Fields of nouns that could hold how somebody feels."""
    return {
        f"{noun.__name__}.{field}"
        for noun in nouns
        for field in noun.model_fields
        if any(word in field.casefold() for word in FEELINGS)
    }


def nouns() -> Iterator[type[Noun]]:
    for module in (smartcontent.content, smartcontent.decision, smartcontent.publishing):
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Noun):
                yield value


def test_only_texts_and_wishes_have_a_tone() -> None:
    assert about_feelings(list(nouns())) == OF_TEXTS | ASKED_FOR


def test_a_subject_with_a_mood_is_noticed() -> None:
    """The planted fault."""

    class Reader(Behaviour):
        mood: str

    assert about_feelings([Reader]) == {"Reader.mood"}


def test_no_table_keeps_a_tone_but_that_of_texts() -> None:
    kept = {
        f"{table.name}.{column.name}"
        for table in METADATA.tables.values()
        for column in table.c
        if any(word in column.name for word in FEELINGS)
    }
    assert kept == {"variants.tone", "variants.wanted_tone"}


def test_what_measures_takes_texts_only() -> None:
    about = (Behaviour, Segment, Analysis)
    for taker in (ToneMeasure.__call__, Tone.__call__, tone_of, heard, known):
        taken = [kind for name, kind in get_type_hints(taker).items() if name != "return"]
        assert not any(person.__name__ in str(kind) for kind in taken for person in about)
        assert get_annotations(taker)


def test_the_page_about_tones_lists_them_all() -> None:
    page = Path(__file__).parents[2] / "docs" / "how-to" / "ask-for-a-tone.md"
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", page.read_text("utf-8"), re.MULTILINE))
    assert rows == dict(TONES)
