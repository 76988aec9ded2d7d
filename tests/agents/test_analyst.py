"""The analyst reads real articles in several languages and says what it could not find."""

from collections.abc import Sequence

import pytest

from agents.analyst import Analyst
from memory.embedding import HashedEmbedder
from smartcontent.content import Analysis, SimilarPost
from tests.real_articles import NAMES, analysed, analysis, as_content, content, reading, written
from tools.read_content import read

LANGUAGES = {
    "18f-communicart.md": "en",
    "18f-hacking-bureaucracy.md": "en",
    "18f-ninety-kids.md": "en",
    "vote-gov-ar.md": "ar",
    "vote-gov-es.md": "es",
    "vote-gov-ko.html": "ko",
    "vote-gov-zh.md": "zh",
}


@pytest.mark.parametrize(("name", "language"), LANGUAGES.items())
def test_a_real_article_whole(name: str, language: str) -> None:
    found = analysis(name)
    assert (found.content_id, found.title) == (content(name).id, content(name).title)
    assert found.language == language and found.language_confidence > 0.9
    assert found.blocks == reading(name).blocks
    assert len(found.topics) >= 3 and len(found.key_sentences) >= 4
    assert found.readability.sentences >= 6
    assert (found.readability.lix is None) == (language == "zh")
    assert Analysis.model_validate_json(found.model_dump_json()) == found


@pytest.mark.parametrize("name", NAMES)
def test_everything_found_has_its_place(name: str) -> None:
    text, found = content(name).text, analysis(name)
    places = [(one.text, one.span) for one in found.claims]
    places += [(one.text, one.span) for one in found.key_sentences]
    places += [(one.text, one.span) for one in found.blocks]
    assert all(text[span.start : span.end] == said for said, span in places)


def test_notes_say_what_is_missing_in_plain_words() -> None:
    kids, hacking = (
        analysis("18f-ninety-kids.md").notes,
        analysis("18f-hacking-bureaucracy.md").notes,
    )
    assert any(note.startswith("No list found") for note in kids)
    assert not any(note.startswith(("No list", "No numbers")) for note in hacking)
    arabic = analysis("vote-gov-ar.md").notes
    assert any("script with capitals" in note for note in arabic)
    short = analysed(written("Just some plain words.")).notes
    assert any(note.startswith("No numbers found") for note in short)
    assert any("expect few variants" in note for note in short)


def test_a_text_without_letters_has_no_language() -> None:
    found = analysed(written("12 + 30 = 42"))
    assert found.language == "und" and found.language_confidence == 0.0
    assert any("could not be told" in note for note in found.notes)


def test_tone_is_measured_on_the_key_sentences() -> None:
    asked: list[tuple[Sequence[str], str]] = []

    def tone(sentences: Sequence[str], language: str) -> dict[str, float]:
        asked.append((sentences, language))
        return {"warm": 0.75, "neutral": 0.25}

    found = Analyst(embedder=HashedEmbedder(), tone=tone).analyse(content("18f-ninety-kids.md"))
    assert found.tone == {"warm": 0.75, "neutral": 0.25}
    assert asked == [([one.text for one in found.key_sentences], "en")]


def test_similar_posts_are_handed_in_or_recalled() -> None:
    known = SimilarPost(post_id=content(NAMES[0]).id, text="An earlier post", similarity=0.9)
    own = content("18f-ninety-kids.md")
    recalling = Analyst(embedder=HashedEmbedder(), recall=lambda text: [known] if text else [])
    assert recalling.analyse(own).similar == (known,)
    assert Analyst(embedder=HashedEmbedder()).analyse(own, [known]).similar == (known,)
    assert Analyst(embedder=HashedEmbedder()).analyse(own).similar == ()


def test_headings_do_not_carry_a_text_that_has_sentences() -> None:
    found = analysed(
        as_content(read("# A large heading here.\n\nThe library opens at night.", "a.md"))
    )
    assert [one.text for one in found.key_sentences] == ["The library opens at night."]


def test_the_number_of_claims_is_bounded() -> None:
    many = analysed(written("We met 1,200 people in Lisbon. " * 4_000))
    assert len(many.claims) == 5_000
    assert any(note.startswith("Only the first 5,000") for note in many.notes)
