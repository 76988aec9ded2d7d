"""Writes variants.  Content, Analysis, Segment, Strategy, PlatformSpec -> Variant | None

Two members of one family: the embedded writer composes from the source's own words and needs
nothing; the model writer asks a language model and falls back to the embedded one.
"""

from collections.abc import Sequence
from itertools import product
from random import Random
from typing import Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

from smartcontent.content import Analysis, Content, PlatformSpec, Segment, Strategy, Variant
from tools.compose_allotment import Allotment, allot
from tools.compose_leads import Lead
from tools.compose_material import material, words
from tools.compose_post import Wish, compose, render
from tools.hashtags import hashtags

CLOSE_TO_BEST = 0.75  # of the best score: leads this good may be chosen by the seed
MOST_TAGS = 2
SAME = 0.7  # share of common words from which two texts say the same


class Writer(Protocol):
    """Writes one variant; None when the strategy does not apply to the content.

    `taken` are texts of the same campaign and platform: what is written will not repeat them.
    """

    def write(
        self,
        content: Content,
        analysis: Analysis,
        *,
        segment: Segment,
        strategy: Strategy,
        spec: PlatformSpec,
        seed: int,
        tone: str | None = None,
        taken: Sequence[str] = (),
    ) -> Variant | None: ...


class EmbeddedWriter:
    """Composes from the source's own sentences, lists and quotes: true by construction.

    The same content, segment, strategy, platform and seed give the same variant.  Beginnings are
    dealt out per content, so two strategies never begin with the same sentence.
    """

    def write(
        self,
        content: Content,
        analysis: Analysis,
        *,
        segment: Segment,
        strategy: Strategy,
        spec: PlatformSpec,
        seed: int,
        tone: str | None = None,
        taken: Sequence[str] = (),
    ) -> Variant | None:
        source = material(analysis)
        allotment = allot(source)
        leads = _preferred(allotment, strategy.form, Random(f"{seed}|{segment.id}"))
        avoid = allotment.elsewhere(strategy.form)
        tags = _tags(analysis, spec)
        # any lead with the link is worth more than the best one without
        for link, lead in product(dict.fromkeys((content.link, None)), leads):
            wish = Wish(link, tags)
            post = compose(lead, source, strategy=strategy, spec=spec, wish=wish, avoid=avoid)
            text = render(post, spec) if post else ""
            if post and not _says_the_same(text, taken, source.language):
                return Variant(
                    id=variant_id(content, segment, strategy, spec, seed, "embedded"),
                    segment_id=segment.id,
                    strategy=strategy.name,
                    platform=spec.platform,
                    text=text,
                    language=analysis.language,
                    writer="embedded",
                    sources=post.spans,
                )
        return None


def variant_id(
    content: Content,
    segment: Segment,
    strategy: Strategy,
    spec: PlatformSpec,
    seed: int,
    writer: str,
) -> UUID:
    """The same for the same order, so that a step that runs twice writes one row."""
    order = (content.id, content.version, segment.id, strategy.name, spec.platform, seed, writer)
    return uuid5(NAMESPACE_URL, "|".join(map(str, order)))


def _preferred(allotment: Allotment, form: str, draw: Random) -> list[Lead]:
    """The form's leads: one of the good ones first, by the seed, then the others in order."""
    leads = list(allotment.leads.get(form, ()))
    if not leads:
        return []
    good = [lead for lead in leads if lead.score >= CLOSE_TO_BEST * leads[0].score]
    first = draw.choice(good)
    return [first, *(lead for lead in leads if lead is not first)]


def _tags(analysis: Analysis, spec: PlatformSpec) -> tuple[str, ...]:
    limit = MOST_TAGS if spec.hashtag_limit is None else min(MOST_TAGS, spec.hashtag_limit)
    return tuple(hashtags(analysis.topics, limit))


def _says_the_same(text: str, taken: Sequence[str], language: str) -> bool:
    said = words(text, language)
    known = (words(other, language) for other in taken)
    return any(len(said & other) > SAME * min(len(said), len(other)) for other in known)
