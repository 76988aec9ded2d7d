"""Texts are counted as each platform counts them."""

import pytest

from smartcontent.content import PlatformSpec
from tools.measure_text import count, graphemes, hashtags, links, measure, readability
from tools.split_sentences import split

FAMILY = "👩‍👩‍👧‍👦"


def spec(**rules: object) -> PlatformSpec:
    base = {"platform": "x", "text_limit": 10, "source": "tests", "as_of": "2026-01-01"}
    return PlatformSpec.model_validate({**base, **rules})


@pytest.mark.parametrize(
    ("counting", "length"), [("characters", 9), ("graphemes", 3), ("bytes", 28)]
)
def test_three_ways_of_counting(counting: str, length: int) -> None:
    assert count(FAMILY + "é!", spec(counting=counting)) == length


def test_links_at_their_price() -> None:
    text = "See https://example.org/a_(b) and http://x.y."
    assert links(text) == ["https://example.org/a_(b", "http://x.y"]
    assert count("See https://example.org/long/way.", spec(link_counts_as=23)) == 4 + 23 + 1


def test_over_by_characters_or_bytes() -> None:
    assert measure("x" * 12, spec()).over == 2
    assert measure("é" * 10, spec(byte_limit=15)).over == 5
    assert measure("x" * 10, spec()).over == 0


def test_hashtags_in_many_scripts() -> None:
    assert hashtags("#Café #投票 #मतदान x#no &#39; #12 ##") == ["#Café", "#投票", "#मतदान"]


def test_graphemes_of_devanagari() -> None:
    assert graphemes("क्षि") == 1


def test_readability_has_no_figure_without_spaces() -> None:
    chinese = readability(split("沒有截止日期。每個州都有法律。", "zh"), "zh")
    assert (chinese.lix, chinese.sentences, chinese.words) == (None, 2, 13)
    hard = readability(
        split("Institutional considerations notwithstanding, bureaucracies persist."), "en"
    )
    easy = readability(split("The cat sat. The dog ran."), "en")
    assert hard.lix is not None and easy.lix is not None and hard.lix > easy.lix + 40
    assert readability([], "en").lix is None
