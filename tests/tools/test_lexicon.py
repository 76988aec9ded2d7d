"""The word lists are whole: a gap in them would silently switch a rule off."""

import pytest

from tools import lexicon

VOTE_GOV = ("ar", "bn", "en", "es", "fr", "hi", "ht", "ko", "pt", "ru", "tl", "vi", "zh")
WRITES_MONTHS_IN_FIGURES = {"ko", "vi", "zh", "ja"}


@pytest.mark.parametrize("language", VOTE_GOV)
def test_every_audience_language_has_its_lists(language: str) -> None:
    assert language in lexicon.languages()
    assert len(lexicon.stop_words(language)) >= 40
    assert lexicon.negators(language)
    own = set(lexicon.months(language)) - set(lexicon.months("xx"))
    assert language == "en" or language in WRITES_MONTHS_IN_FIGURES or len(own) >= 10
    assert set(lexicon.months(language).values()) == set(range(1, 13))


@pytest.mark.parametrize("language", sorted(lexicon.languages()))
def test_lists_make_sense(language: str) -> None:
    assert all(word == word.lower() for word in lexicon.stop_words(language))
    assert set(lexicon.weekdays(language).values()) <= set(range(1, 8))
    assert all(1 < value < 100 for value in lexicon.number_words(language).values())
    assert all(value >= 100 for value in lexicon.scales(language).values())


def test_a_language_without_lists_has_none() -> None:
    assert lexicon.stop_words("xx") == lexicon.negators("xx") == frozenset()
    assert lexicon.number_words("xx") == {}


def test_units_have_one_name() -> None:
    units = lexicon.units()
    assert units["días"] == units["days"] == units["天"] == "day"
    assert units["percent"] == units["%"] == "%"
