"""Faithful posts from real articles, and the same posts with one thing changed."""

import re
from collections.abc import Callable, Iterator
from random import Random
from typing import NamedTuple

from smartcontent.content import Analysis, Claim
from tests.real_articles import analysis
from tools.find_claims import find_claims
from tools.measure_text import UNSPACED
from tools.split_sentences import split_blocks

STRANGERS = ("Maria Keller", "Tom Brandt", "Northwind", "Contoso Group", "Lisbon", "Helen Vance")
OTHER_WORDS = ("splendid", "terrible", "money", "rarely")
MONTHS = ("January", "March", "June", "October")
# one pattern to deny and one to stop denying in each language
DENIALS: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        (r"\b(is|are|was|were|can|will|should|has|have|must|would)\b(?! not|n)", r"\1 not"),
        (r"\b(do|does|did|is|are|was|has|have)n[’']t\b", r"\1"),
        (r"\bwithout\b", "with"),
        (r"\bcan[’']t\b", "can"),
    ),
    "es": ((r"\bno ", ""), (r"\b(puede|tenga|debe)\b", r"no \1")),
    "zh": (("不", ""), ("可以", "不可以")),
    "ko": (("해야 합니다", "하지 않아야 합니다"), ("있습니다", "없습니다")),
    "ar": ((r"\bلا ", ""), (r"\bقد يكون\b", "لن يكون")),
}


class Draft(NamedTuple):
    """A text taken from the article, word for word, and the claims in it."""

    article: str
    text: str
    claims: tuple[Claim, ...]

    @property
    def source(self) -> Analysis:
        return analysis(self.article)


Plant = Callable[[Draft, Random], str | None]


def drafts(article: str, random: Random, many: int) -> Iterator[Draft]:
    """One to three sentences that follow each other, as a post would take them."""
    source = analysis(article)
    prose = [block for block in source.blocks if block.kind != "heading"]
    sentences = split_blocks(prose, source.language)
    gap = "" if source.language in UNSPACED else " "
    for _ in range(many):
        first = random.randrange(len(sentences))
        taken = sentences[first : first + random.choice((1, 1, 2, 3))]
        text = gap.join(sentence.text for sentence in taken)
        yield Draft(article, text, find_claims(text, source.language))


def changed_number(draft: Draft, random: Random) -> str | None:
    """Another figure, made up or from elsewhere in the same article."""
    claim = _one(draft, "number", random, r"\d")
    if claim is None:
        return None
    digits = re.search(r"\d+", claim.text)
    assert digits is not None
    elsewhere = [
        found[0]
        for other in draft.source.claims
        if other.kind == "number" and other.value != claim.value
        for found in re.findall(r"(\d+)", other.text)[:1]
    ]
    made_up = str(int(digits[0]) + random.choice((1, 2, 7, 30)))
    new = random.choice([made_up, *elsewhere[:1]])
    start = claim.span.start + digits.start()
    return _replaced(draft.text, start, start + len(digits[0]), new)


def changed_name(draft: Draft, random: Random) -> str | None:
    """A stranger, or somebody else of the same article."""
    claim = _one(draft, "name", random, r"\w{3}")
    if claim is None:
        return None
    elsewhere = [
        other.text
        for other in draft.source.claims
        if other.kind == "name" and " " in other.text and not _alike(other.value, claim.value)
    ]
    pool = elsewhere if elsewhere and random.random() < 0.4 else list(STRANGERS)
    return _replaced(draft.text, claim.span.start, claim.span.end, random.choice(pool))


def changed_quote(draft: Draft, random: Random) -> str | None:
    claim = _one(draft, "quote", random, r"\w+\W+\w+\W+\w+\W+\w+")
    words = list(re.finditer(r"[^\W\d_]{4,}", claim.text)) if claim else []
    if claim is None or not words:
        return None
    word = random.choice(words)
    start = claim.span.start + word.start()
    return _replaced(draft.text, start, start + len(word[0]), random.choice(OTHER_WORDS))


def changed_date(draft: Draft, random: Random) -> str | None:
    claim = _one(draft, "date", random, r"\d{4}|[A-Z]")
    if claim is None:
        return None
    year = re.search(r"\d{4}", claim.text)
    part = year or re.search(r"[A-Z][a-z]+", claim.text)
    if part is None:
        return None
    new = str(int(part[0]) + random.choice((-2, 1, 3))) if year else random.choice(MONTHS)
    start = claim.span.start + part.start()
    return _replaced(draft.text, start, start + len(part[0]), new)


def flipped(draft: Draft, random: Random) -> str | None:
    patterns = DENIALS.get(draft.source.language, ())
    spots = [(m, new) for old, new in patterns for m in re.finditer(old, draft.text)]
    if not spots:
        return None
    spot, new = random.choice(spots)
    return _replaced(draft.text, spot.start(), spot.end(), spot.expand(new))


PLANTS: dict[str, Plant] = {
    "number": changed_number,
    "name": changed_name,
    "quote": changed_quote,
    "date": changed_date,
    "negation": flipped,
}


def _one(draft: Draft, kind: str, random: Random, pattern: str) -> Claim | None:
    claims = [c for c in draft.claims if c.kind == kind and re.search(pattern, c.text)]
    return random.choice(claims) if claims else None


def _alike(one: str, other: str) -> bool:
    return one in other or other in one


def _replaced(text: str, start: int, end: int, new: str) -> str | None:
    changed = text[:start] + new + text[end:]
    return changed if changed != text else None
