"""Sentences are cut where a reader would, and know their place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.real_articles import NAMES, analysis, reading
from tools.split_sentences import split, split_blocks


@pytest.mark.parametrize(
    ("language", "text", "sentences"),
    [
        ("en", "He left at 9 a.m. and slept. Dr. Smith paid $1.5 million! Why?", 3),
        ("en", "1. Know what you want", 1),
        ("en", "“Stop. Now.” and left.", 1),
        ("es", "¿Cuándo? El Sr. Pérez llegó. Fin.", 3),
        ("zh", "沒有截止日期。每個州都有法律！真的嗎？", 3),
        ("ar", "هل سجلت؟ نعم. شكرا.", 3),
        ("hi", "यह नियम है। आप मतदान करें।", 2),
        ("bn", "এটি নিয়ম। আপনি ভোট দিন।", 2),
        ("ko", "등록하세요. 투표하세요!", 2),
    ],
)
def test_cuts(language: str, text: str, sentences: int) -> None:
    assert len(split(text, language)) == sentences


@pytest.mark.parametrize("name", NAMES)
def test_places_in_real_articles(name: str) -> None:
    text = reading(name).text
    found = split_blocks(reading(name).blocks, analysis(name).language)
    assert len(found) >= 6
    assert all(text[one.span.start : one.span.end] == one.text for one in found)
    assert not [one.text for one in found if one.text != one.text.strip()]


@settings(max_examples=100, deadline=None)
@given(some.text(max_size=200), some.sampled_from(["en", "zh", "ar", "xx"]))
def test_places_in_any_text(text: str, language: str) -> None:
    found = split(text, language, start=7)
    assert all(text[one.span.start - 7 : one.span.end - 7] == one.text for one in found)
    said = "".join("".join(one.text.split()) for one in found)
    assert said == "".join(text.split())
