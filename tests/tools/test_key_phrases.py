"""Topics and key sentences of real articles."""

import pytest

from memory.embedding import HashedEmbedder
from tests.real_articles import NAMES, analysis, content, reading
from tools.key_phrases import key_phrases
from tools.rank_sentences import rank_sentences
from tools.read_content import plain_blocks
from tools.split_sentences import split

EXPECTED = {
    "18f-communicart.md": {"Communicart", "tool", "purchase card"},
    "18f-ninety-kids.md": {"kids", "Kamlley"},
    "18f-hacking-bureaucracy.md": {"bureaucracy", "software", "hiring"},
    "vote-gov-es.md": {"registro", "inactivo"},
    "vote-gov-zh.md": {"登記", "投票"},
    "vote-gov-ko.html": {"유권자 등록"},
}


@pytest.mark.parametrize(("name", "expected"), EXPECTED.items())
def test_topics(name: str, expected: set[str]) -> None:
    found = analysis(name).topics
    assert expected <= {topic.name for topic in found}
    assert found[0].weight == 1.0
    assert [t.weight for t in found] == sorted((t.weight for t in found), reverse=True)


def test_no_topic_twice_and_none_of_function_words() -> None:
    text = "The open data. Open data of the open data team. And the and the and the."
    names = [topic.name.lower() for topic in key_phrases(plain_blocks(text), "en")]
    assert names[0] == "open data"
    assert "the" not in names and "and" not in names and "data" not in names


def test_tags_count_when_the_text_speaks_of_them() -> None:
    text = "Bread is baked. Cheese is made. Bread and cheese."
    plain = key_phrases(plain_blocks(text), "en")
    tagged = key_phrases(plain_blocks(text), "en", tags=["cheese", "wine"])
    assert plain[0].name == "Bread"
    assert tagged[0].name.lower() == "cheese"
    assert "wine" not in {topic.name for topic in tagged}


@pytest.mark.parametrize("name", NAMES)
def test_key_sentences(name: str) -> None:
    found = analysis(name).key_sentences
    assert len(found) >= 4 and found[0].weight == 1.0
    assert [one.weight for one in found] == sorted((one.weight for one in found), reverse=True)
    text = content(name).text
    assert all(text[one.span.start : one.span.end] == one.text for one in found)
    headings = {block.text for block in reading(name).blocks if block.kind == "heading"}
    assert not headings & {one.text for one in found}


def test_the_sentence_all_others_speak_of_comes_first() -> None:
    text = (
        "Cheese needs open data from dairies today. Ducks swim in cold winter ponds often. "
        "Open data helps dairies make cheese. Dairies share open data about cheese with all."
    )
    ranked = rank_sentences(split(text), HashedEmbedder(256), "en")
    assert "Ducks" in ranked[-1].text
    assert rank_sentences([], HashedEmbedder(), "en") == ()
