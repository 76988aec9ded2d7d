"""The analyst says what a piece of content is about and what in it can be checked."""

from collections.abc import Callable, Sequence

from smartcontent.content import (
    Analysis,
    Block,
    Claim,
    Content,
    Picture,
    SimilarPost,
)
from smartcontent.plugins import Embedder
from tools.detect_language import UNKNOWN, detect
from tools.find_claims import find_claims
from tools.key_phrases import key_phrases
from tools.measure_text import UNSPACED, readability
from tools.measure_tone import Measure
from tools.rank_sentences import rank_sentences
from tools.read_content import blocks_of, pictures_of, tags_of
from tools.split_sentences import split_blocks

Recall = Callable[[str], Sequence[SimilarPost]]

_SURE = 0.5
_FEW_WORDS = 40
_MOST_CLAIMS = 5_000  # more would make the analysis larger than the text


class Analyst:
    """Content -> Analysis.  Needs no language model and no network.

    `tone` reads the emotional tone of sentences; it is a property of the text, never of a person.
     `recall` finds the creator's similar past posts.
    """

    def __init__(
        self, *, embedder: Embedder, tone: Measure | None = None, recall: Recall | None = None
    ) -> None:
        self.embedder = embedder
        self.tone = tone
        self.recall = recall

    def analyse(self, content: Content, similar: Sequence[SimilarPost] = ()) -> Analysis:
        """Language, topics, key sentences, structure, claims with their places, tone, notes."""
        blocks = blocks_of(content)
        language, confidence = detect(f"{content.title}\n{content.text}")
        sentences = split_blocks(blocks, language)
        prose = split_blocks([block for block in blocks if block.kind != "heading"], language)
        claims = find_claims(content.text, language, blocks)[:_MOST_CLAIMS]
        key = rank_sentences(prose or sentences, self.embedder, language, title=content.title)
        measured = readability(prose or sentences, language)
        tags = tags_of(content.source)
        pictures = pictures_of(content)
        return Analysis(
            content_id=content.id, title=content.title,
            language=language, language_confidence=round(confidence, 4),
            topics=key_phrases(blocks, language, title=content.title, tags=tags),
            key_sentences=key, blocks=blocks, claims=claims, readability=measured,
            tone=self.tone([one.text for one in key], language) if self.tone else {},
            similar=tuple(similar or (self.recall(content.text) if self.recall else ())),
            pictures=pictures,
            notes=(
                *_notes(language, confidence, blocks, claims, measured.words),
                *_undescribed(pictures),
            ),
        )  # fmt: skip


def _notes(
    language: str, confidence: float, blocks: Sequence[Block], claims: Sequence[Claim], words: int
) -> tuple[str, ...]:
    """What a creator should know about the reading, in plain words."""
    kinds = {claim.kind for claim in claims}
    shapes = {block.kind for block in blocks}
    said = {
        "The language could not be told: rules that need it were left out.": language == UNKNOWN,
        f"The language is probably {language}, but the text is too short or too mixed to be sure.":
            language != UNKNOWN and confidence < _SURE,
        f"The text has only {words} words: expect few variants.": words < _FEW_WORDS,
        f"Only the first {_MOST_CLAIMS:,} claims are listed.": len(claims) == _MOST_CLAIMS,
        "No numbers found: number-first strategies do not apply.": "number" not in kinds,
        "No quotes found: quote strategies do not apply.": "quote" not in kinds,
        "No list found: how-to lists are built from sentences or left out.":
            "list_item" not in shapes,
        "Readability is not given: the language puts no spaces between words.":
            language in UNSPACED,
        "Names were only found where they are written in a script with capitals.":
            language in _CASELESS,
    }  # fmt: skip
    return tuple(note for note, applies in said.items() if applies)


def _undescribed(pictures: Sequence[Picture]) -> tuple[str, ...]:
    """Whoever cannot see a picture needs words for it."""
    bare = sum(not picture.alt_text for picture in pictures)
    if not bare:
        return ()
    said = "1 picture has" if bare == 1 else f"{bare} pictures have"
    return (f"{said} no alternative text: say what they show before they are posted.",)


_CASELESS = frozenset(
    "ar fa he hi bn ur ne mr ta te kn ml gu pa th lo km my ka am zh ja ko".split()
)
