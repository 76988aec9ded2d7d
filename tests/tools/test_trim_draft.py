"""A draft is cut at the ends of its sentences, and never to a half."""

import pytest

from tools.trim_draft import trim_draft

TWO = ("It opened in May. Forty came. Nobody", "They read till midnight. It was warm.")


def cut(paragraphs: tuple[str, ...], most: int, language: str = "en") -> tuple[str, ...]:
    return trim_draft(paragraphs, language, lambda kept: len("\n\n".join(kept)) <= most)


def test_what_fits_and_ends_stays() -> None:
    assert cut(TWO, 100) == TWO


def test_sentences_go_from_the_end_and_paragraphs_with_them() -> None:
    assert cut(TWO, 62) == (TWO[0], "They read till midnight.")
    assert cut(TWO, 37) == (TWO[0],)
    assert cut(TWO, 30) == ("It opened in May. Forty came.",)


def test_what_breaks_off_goes_even_where_it_fits() -> None:
    assert cut(("Forty came. Nobody had exp",), 500) == ("Forty came.",)
    assert cut(("One line and no end",), 500) == ("One line and no end",)


def test_a_list_needs_no_full_stops() -> None:
    listed = ("Two things:\n• warm rooms\n• soup",)
    assert cut(listed, 500) == listed


@pytest.mark.parametrize("text", ["Why? It is a long story.", "Three things: a, b and c, and d."])
def test_what_only_leads_on_is_left_to_be_refused(text: str) -> None:
    assert cut((text,), 13) == (text,)


def test_other_scripts_end_too() -> None:
    assert cut(("图书馆很安静。读者都来了。还有",), 500, "zh") == ("图书馆很安静。读者都来了。",)
    assert trim_draft((), "en", bool) == ()
