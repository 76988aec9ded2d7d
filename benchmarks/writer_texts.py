"""What can be counted in a set of variants: limits, variety, how much of the source they carry."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import mean

from benchmarks.writer_pieces import Piece
from benchmarks.writers import Written
from smartcontent.content import PlatformSpec, Variant
from tools.compare_posts import likeness
from tools.measure_text import measure, readability
from tools.plain_post import plain_post
from tools.split_sentences import split
from tools.tokens import keys

KEY_SENTENCES = 5  # of a source: their claims are the key claims


@dataclass(frozen=True)
class Told:
    """Figures of one writer; shares are between 0 and 1.

    `distinct_1` and `distinct_2` are different words and pairs of words over all of them (Li et
    al. 2016), within one piece and platform; `similarity` is the mean likeness of two such
    variants; `coverage` the share of a piece's key claims that its variants carry; `lix` the mean
    readability index (Björnsson 1968; lower reads more easily) where words stand apart.
    """

    variants: int
    within_limits: float
    blocked: float
    distinct_1: float
    distinct_2: float
    similarity: float
    coverage: float
    lix: float
    seconds_per_variant: float


def told(found: Sequence[Written], specs: Mapping[str, PlatformSpec]) -> Told:
    """The writer's figures.  Raises ValueError when it wrote nothing."""
    if not found:
        raise ValueError("Nothing was written, so there is nothing to measure.")
    groups: dict[tuple[str, str], list[Written]] = defaultdict(list)
    for one in found:
        groups[one.piece.name, one.variant.platform].append(one)
    texts = [[_plain(one.variant, specs) for one in group] for group in groups.values()]
    several = [group for group in texts if len(group) > 1]
    return Told(
        variants=len(found),
        within_limits=mean(fits(one.variant, specs) for one in found),
        blocked=mean(one.variant.blocked for one in found),
        distinct_1=mean(distinct(group, 1) for group in texts),
        distinct_2=mean(distinct(group, 2) for group in texts),
        similarity=mean(_similarity(group) for group in several) if several else 0.0,
        coverage=mean(_coverage(group) for group in groups.values()),
        lix=mean(_lix(found, specs)),
        seconds_per_variant=mean(one.seconds for one in found),
    )


def fits(variant: Variant, specs: Mapping[str, PlatformSpec]) -> bool:
    """Counted as the platform counts."""
    spec = specs[variant.platform]
    measured = measure(variant.text, spec)
    return not measured.over and measured.hashtags <= (spec.hashtag_limit or measured.hashtags)


def distinct(texts: Sequence[str], size: int) -> float:
    """Different runs of `size` words over all runs.

    >>> distinct(["a b a", "a b"], 1), distinct(["a b a", "a b"], 2)
    (0.4, 0.6666666666666666)
    """
    runs = [
        tuple(said[at : at + size])
        for said in map(keys, texts)
        for at in range(len(said) - size + 1)
    ]
    return len(set(runs)) / len(runs) if runs else 1.0


def _similarity(texts: Sequence[str]) -> float:
    return mean(likeness(one, other) for one, other in combinations(texts, 2))


def _coverage(group: Sequence[Written]) -> float:
    """Claims of the key sentences that some variant carries."""
    wanted = key_claims(group[0].piece)
    said = " ".join(" ".join(keys(one.variant.text)) for one in group)
    return sum(claim in said for claim in wanted) / len(wanted) if wanted else 1.0


def _lix(found: Sequence[Written], specs: Mapping[str, PlatformSpec]) -> Iterator[float]:
    for one in found:
        said = _plain(one.variant, specs).replace(one.piece.content.link or "", "")
        lix = readability(split(said, one.variant.language), one.variant.language).lix
        if lix is not None:
            yield lix


def key_claims(piece: Piece) -> set[str]:
    """Numbers, names and dates of the sentences that matter most, as comparable words."""
    spans = [one.span for one in piece.analysis.key_sentences[:KEY_SENTENCES]]
    return {
        " ".join(keys(claim.text))
        for claim in piece.analysis.claims
        if claim.kind != "quote"
        and any(span.start <= claim.span.start and claim.span.end <= span.end for span in spans)
    } - {""}


def _plain(variant: Variant, specs: Mapping[str, PlatformSpec]) -> str:
    return plain_post(variant.text, specs[variant.platform]).text
