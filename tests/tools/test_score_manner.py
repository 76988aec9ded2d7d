"""Scores that the reward takes off, and what is asked about."""

import pytest

from tests.real_articles import analysis
from tools.score_manner import manner, suspect
from tools.split_sentences import split_blocks


@pytest.mark.parametrize(
    "text",
    [
        "18F cut the time to hire by 70 percent.",
        "Register before the deadline in your state.\n\nhttps://vote.gov/register",
        "We’re excited to see how this product grows, and we wrote down what we learned.",
        "Seleccione su estado o territorio en el menú desplegable.",
    ],
)
def test_plain_texts_bear_no_score(text: str) -> None:
    assert manner(text, "en" if text[0] != "S" else "es") == {"clickbait": 0.0, "outrage": 0.0}


def test_teasing_and_anger_are_told_apart() -> None:
    teasing = manner("21 Things Only People Who Grew Up In The 90s Will Understand", "en")
    angry = manner("You will be furious. These disgusting idiots should be ashamed.", "en")
    assert teasing["clickbait"] > 0.8 and teasing["outrage"] < 0.5
    assert angry["outrage"] > 0.6


def test_more_phrases_score_more_in_every_listed_language() -> None:
    one = manner("¡Date prisa! Verifique su registro.", "es")["clickbait"]
    two = manner("¡Date prisa! No vas a creer lo que pasó después.", "es")["clickbait"]
    assert 0.0 < one < two < 1.0


def test_real_articles_are_hardly_ever_suspected() -> None:
    sentences = [
        sentence.text
        for name in ("18f-communicart.md", "18f-ninety-kids.md", "18f-hacking-bureaucracy.md")
        for sentence in split_blocks(analysis(name).blocks, "en")
    ]
    wrong = [text for text in sentences if suspect(text, "en")]
    assert len(wrong) <= 0.02 * len(sentences), wrong


def test_what_is_suspected_is_placed() -> None:
    text = "Good news for readers.\nHurry! Only 3 seats left https://a.b/c"
    found = [one for one in suspect(text, "en") if one.manner == "pressure"]
    assert found and all(
        "seats" in text[one.start : one.end] or "Hurry" in one.text for one in found
    )
