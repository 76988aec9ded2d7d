"""Writes variants.  Content, Analysis, Segment, Strategy, PlatformSpec -> Variant | None

Two members of one family: the embedded writer composes from the source's own words and needs
nothing; the model writer asks a language model and falls back to the embedded one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from random import Random
from typing import Protocol

from llm.structured import Completing
from smartcontent.content import (
    Analysis,
    Content,
    Finding,
    PlatformSpec,
    Segment,
    Strategy,
    Variant,
)
from smartcontent.errors import ModelProblem
from smartcontent.tones import known
from smartcontent.voice import NO_VOICE, Voice
from tools.compose_allotment import Allotment, deal
from tools.compose_claims import Claims, carried
from tools.compose_leads import Lead
from tools.compose_material import Material
from tools.compose_post import Post, Wish, compose
from tools.follow_voice import not_applied
from tools.language_names import NAMES
from tools.measure_tone import Measure
from tools.prefer_tone import prefer_tone, toned
from tools.select_post import Verify, select_post
from tools.strategies import applicable
from tools.voice_post import Voicing, unkept, untrue, voicings
from tools.writing_order import Order

CLOSE_TO_BEST = 0.5  # of the best score: leads this good may be chosen by the seed
EMBEDDED = "embedded"


class Writer(Protocol):
    """Writes one variant; None when the strategy does not apply to the content.

    `tone` is one of `smartcontent.tones`, or a word for a language model, instead of the
    strategy's own.
    `taken` are texts of the same campaign and platform: what is written will not repeat them.
    What of the creator's `voice` is not kept, the variant says.
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
        voice: Voice = NO_VOICE,
    ) -> Variant | None: ...


class EmbeddedWriter:
    """Composes from the source's own sentences, lists and quotes: true by construction.

    The same content, segment, strategy, platform and seed give the same variant.  Beginnings are
    dealt out per content, so two strategies never begin with the same sentence.

    Asked for a tone, it prefers what `measure` hears it in, and says so where nothing has it.  A
    text that the creator's voice made untrue, as `verify` sees it, is not reworded.
    """

    def __init__(self, *, verify: Verify | None = None, measure: Measure | None = None) -> None:
        self.verify = verify
        self.measure = measure
        self._toned = lru_cache(maxsize=8)(toned)

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
        voice: Voice = NO_VOICE,
    ) -> Variant | None:
        """The variant; None when the source has no material for the strategy, or no more."""
        order = Order(content, analysis, segment, strategy, spec, seed, tone, tuple(taken))
        return self.answer(replace(order, voice=voice))

    def answer(self, order: Order) -> Variant | None:
        """The same, for an order that is already made out; always in the source's language."""
        order = replace(order, language="")
        *voiced, unchanged = voicings(order)
        true = (variant for each in voiced if (variant := self._true(order, each)))
        variant = next(true, None) or self._said(order, unchanged)
        if variant is None:
            return None
        notes = (
            *variant.findings,
            *_untranslated(order),
            *not_applied(order.voice),
            *unkept(order, variant),
        )
        return variant.model_copy(update={"findings": notes})

    def _true(self, order: Order, voiced: Voicing) -> Variant | None:
        """What was written, if its new wording still says what the source says."""
        variant = self._said(order, voiced)
        if variant is None or self.verify is None:
            return variant
        checked = self.verify(variant, order.content, order.analysis)
        return None if untrue(checked) else variant

    def _said(self, order: Order, voiced: Voicing) -> Variant | None:
        """The best post in this wording and tone that the campaign does not yet say."""
        source, allotment = self._dealt(order)
        posts = _posts(order, source, allotment, voiced)
        unsaid = (post for post in posts if not order.repeats(post))
        post, notes = prefer_tone(unsaid, order, self.measure)
        if post is None:
            return None
        return order.variant(post, EMBEDDED).model_copy(update={"findings": notes})

    def _dealt(self, order: Order) -> tuple[Material, Allotment]:
        """Beginnings by form; those in the tone asked for first, wherever a form has any then."""
        source, allotment = deal(order.analysis)
        wanted = known(order.tone or "")
        if wanted is None or self.measure is None:
            return source, allotment
        favoured = self._toned(source, wanted, self.measure)
        return source, favoured if favoured.leads.get(order.strategy.form) else allotment


def _untranslated(order: Order) -> Iterator[Finding]:
    wanted, source = order.segment.language, order.analysis.language
    if wanted and wanted != source:
        yield Finding(
            rule="not-translated",
            severity="info",
            reason=f"These readers read {_named(wanted)}; the embedded writer keeps to the "
            f"source's language, {_named(source)}.",
            fix="Connect a language model, which translates, or upload the text in that language.",
        )


def _named(language: str) -> str:
    return NAMES.get(language, language)


def _posts(order: Order, source: Material, allotment: Allotment, voiced: Voicing) -> Iterator[Post]:
    """What fits, best first: any lead with the link before the best one without."""
    wanted = order.uncarried()
    avoid = allotment.elsewhere(order.strategy.form)
    for link in dict.fromkeys((order.link, None)):
        wish = Wish(link, order.tags(), wanted)
        composed = [
            (lead, compose(
                lead, source, strategy=order.strategy, spec=order.spec, wish=wish,
                avoid=avoid, voiced=voiced,
            ))
            for lead in allotment.leads.get(order.strategy.form, ())
        ]  # fmt: skip
        yield from _preferred([(lead, post) for lead, post in composed if post], order, wanted)


def _preferred(
    composed: Sequence[tuple[Lead, Post]], order: Order, wanted: Claims
) -> Iterator[Post]:
    """First, of the good leads, the post that carries most of the key claims that the campaign
    lacks (the seed decides between equals), then the others in order."""
    good = [post for lead, post in composed if lead.score >= CLOSE_TO_BEST * composed[0][0].score]
    Random(f"{order.seed}|{order.segment.id}").shuffle(good)
    first = max(good, key=lambda post: len(carried(wanted, post.said)), default=None)
    yield from (post for post in (first,) if post)
    yield from (post for _, post in composed if post is not first)


class ModelWriter:
    """Asks a language model; what it cannot deliver, the embedded writer does.

    Drafts are verified before one is chosen, in the language of the segment where it is known.
    A failing model is never an error here: the variant says who wrote it and why.
    """

    def __init__(self, completing: Completing, fallback: EmbeddedWriter, *, verify: Verify) -> None:
        self.completing = completing
        self.fallback = fallback
        self.verify = verify

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
        voice: Voice = NO_VOICE,
    ) -> Variant | None:
        """The variant; None when the source has no material for the strategy."""
        language = segment.language or analysis.language
        said = tuple(taken)
        order = Order(content, analysis, segment, strategy, spec, seed, tone, said, language, voice)
        if not applicable(analysis, [strategy]):
            return None  # asked for a quotation where there is none, a model makes one up
        try:
            return select_post(self.completing, order, self.verify)
        except ModelProblem as problem:
            written = self.fallback.answer(order)
            return _noted(written, problem) if written else None


def _noted(variant: Variant, problem: ModelProblem) -> Variant:
    """The embedded writer's variant, saying why a model did not write it."""
    note = Finding(
        rule="model-fallback",
        severity="info",
        reason=f"Written without the language model. {problem.detail}",
        fix=problem.todo,
    )
    writer = f"{EMBEDDED} (fallback: {problem.code})"
    return variant.model_copy(update={"writer": writer, "findings": (*variant.findings, note)})
