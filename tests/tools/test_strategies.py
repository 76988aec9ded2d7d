"""The table of strategies, and the door by which strangers add to it."""

from importlib.metadata import EntryPoint

import pytest

from smartcontent.content import Strategy
from smartcontent.errors import MalformedTool, UnknownStrategy
from smartcontent.plugins import STRATEGY_GROUP
from tests.agents.articles import NIGHT, PLAIN, analysed, article
from tools.compose_forms import FORMS
from tools.strategies import TABLE, applicable, find_strategy, strategies

SHORT_STORY = TABLE[2].model_copy(update={"name": "short_story", "length": "short"})
PAIR = [SHORT_STORY, SHORT_STORY.model_copy(update={"name": "tiny_story"})]
TAKEN = TABLE[0]
SUNG = SHORT_STORY.model_copy(update={"name": "song", "form": "song"})
NOT_ONE = "story"
NOT_SOME = [SHORT_STORY, 7]


def plugin(name: str) -> EntryPoint:
    return EntryPoint(name.lower(), f"tests.tools.test_strategies:{name}", STRATEGY_GROUP)


def test_the_table_is_told_in_plain_words() -> None:
    assert len(TABLE) >= 8
    assert len({one.name for one in TABLE}) == len(TABLE)
    assert {one.form for one in TABLE} == set(FORMS)
    for strategy in TABLE:
        assert strategy.description.endswith(".")
        assert strategy.applies_when.endswith(".")
        assert strategy.example


@pytest.mark.parametrize(("name", "added"), [("SHORT_STORY", 1), ("PAIR", 2)])
def test_a_plug_in_adds_strategies(name: str, added: int) -> None:
    table = strategies([plugin(name)])
    assert len(table) == len(TABLE) + added
    assert SHORT_STORY in applicable(analysed(article(NIGHT)), table)


@pytest.mark.parametrize("name", ["TAKEN", "SUNG", "NOT_ONE", "NOT_SOME"])
def test_a_malformed_plug_in_is_refused(name: str) -> None:
    with pytest.raises(MalformedTool, match=name.lower()):
        strategies([plugin(name)])


def test_an_unknown_strategy_names_the_known_ones() -> None:
    with pytest.raises(UnknownStrategy, match="key_point"):
        find_strategy("opera")


def test_only_what_the_source_supports_applies() -> None:
    plain: set[str] = {one.name for one in applicable(analysed(article(PLAIN)), TABLE)}
    assert plain.isdisjoint({"quote", "question", "number_first", "how_to", "story"})
    assert len(plain) >= 3


def test_candidates_keep_their_order() -> None:
    backwards: list[Strategy] = list(reversed(TABLE))
    assert applicable(analysed(article(NIGHT)), backwards) == backwards
