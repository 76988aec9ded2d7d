"""From an analysis to checked variants: which strategies, then the texts, then the checks."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import product
from uuid import UUID

from graph.candidates import context_of
from graph.derivation import id_of, seed_of
from graph.state import Planned, Segmented, Written
from graph.team import Team
from learning.bandit.base import Policy
from smartcontent.content import Content, PlatformSpec, Segment, Strategy, Variant
from smartcontent.errors import InvalidContent
from smartcontent.voice import NO_VOICE, Voice
from tools.follow_voice import BROKEN
from tools.strategies import applicable, strategies

STRATEGIES_PER_SEGMENT = 4


def draw_strategies(team: Team, state: Segmented, policy: Policy) -> dict[str, list[str]]:
    """A shortlist of strategies for each segment, drawn without replacement.

    Returns the strategies' names by the segment's id.
    """
    possible = applicable(state["analysis"], strategies())
    return {
        str(segment.id): [
            strategy.name
            for strategy in team.learner.strategies(
                policy,
                {**context_of(state["analysis"]), "segment": segment.name},
                possible,
                count=max(STRATEGIES_PER_SEGMENT, state["settings"].posts),
                seed=seed_of(state["run_id"], f"strategies {segment.id}"),
            )
        ]
        for segment in state["segments"]
    }


def write_variants(team: Team, state: Planned, voice: Voice = NO_VOICE) -> list[Variant]:
    """Each segment's strategies on each platform, never saying on one platform the same twice.

    A strategy that finds nothing to say is left out.
    """
    written: list[Variant] = []
    taken: dict[str, list[str]] = defaultdict(list)
    for segment, strategy, spec in _assignments(team, state):
        variant = _write(team, state, segment, strategy, spec, taken[spec.platform], voice)
        if variant is not None:
            written.append(variant)
            taken[spec.platform].append(variant.text)
    return written


def _assignments(team: Team, state: Planned) -> Iterator[tuple[Segment, Strategy, PlatformSpec]]:
    specs = team.specs_of(state["settings"].platforms)
    table = {strategy.name: strategy for strategy in strategies()}
    for segment in state["segments"]:
        drawn = [table[name] for name in state["plan"][str(segment.id)] if name in table]
        for strategy, spec in product(drawn, specs):
            yield segment, strategy, spec


def _write(
    team: Team,
    state: Planned,
    segment: Segment,
    strategy: Strategy,
    spec: PlatformSpec,
    taken: Sequence[str],
    voice: Voice,
) -> Variant | None:
    name = f"variant {segment.id} {strategy.name} {spec.platform}"
    variant = team.writer.write(
        state["content"],
        state["analysis"],
        segment=segment,
        strategy=strategy,
        spec=spec,
        seed=seed_of(state["run_id"], name),
        tone=state["settings"].tone_for(segment),
        taken=taken,
        voice=voice,
    )
    if variant is None:
        return None
    media = pictures(state["content"], spec)
    return variant.model_copy(update={"id": id_of(state["run_id"], name), "media": media})


def pictures(content: Content, spec: PlatformSpec) -> tuple[UUID, ...]:
    """The content's pictures that the platform takes: as many, and described where it asks."""
    taken = [media for media in content.media if media.alt_text or not spec.alt_text_required]
    return tuple(media.id for media in taken[: spec.image_limit])


def drawable(checked: Sequence[Variant], posts: int) -> list[UUID]:
    """The variants that may become posts: those that nothing blocks, in the creator's voice.

    Where everything is blocked, those a person may override: whatever is drawn then waits for
    somebody to mend or to override it, so its decision teaches nothing.  Raises InvalidContent.
    """
    unblocked = [variant for variant in checked if not variant.blocked]
    passed = [variant.id for variant in in_voice(unblocked, posts)]
    allowed = passed or [variant.id for variant in checked if not variant.final]
    if not checked:
        raise InvalidContent(
            "No strategy found anything to say about this content.",
            todo="Bring a longer text, then start another campaign.",
        )
    if not allowed:
        raise InvalidContent(
            "Every text written for this content was blocked, and its platforms would refuse it.",
            todo="The campaign's variants say why: mend the content or choose other platforms, "
            "then start another campaign.",
            rules=sorted({one.rule for text in checked for one in text.findings if one.final}),
        )
    return allowed


def in_voice(variants: Sequence[Variant], posts: int) -> list[Variant]:
    """Those that may be drawn: the ones that keep the creator's rules, where a segment has enough
    of them on a platform for every post that was asked for; else all of that segment's there."""
    groups: dict[tuple[UUID, str], list[Variant]] = defaultdict(list)
    for variant in variants:
        groups[variant.segment_id, variant.platform].append(variant)
    kept: set[UUID] = set()
    for group in groups.values():
        keeping = [variant for variant in group if not _out_of_voice(variant)]
        kept.update(variant.id for variant in (keeping if len(keeping) >= posts else group))
    return [variant for variant in variants if variant.id in kept]


def _out_of_voice(variant: Variant) -> bool:
    return any(finding.rule == BROKEN for finding in variant.findings)


def check_variants(team: Team, state: Written, past: Sequence[str]) -> list[Variant]:
    """Every variant with the guard's findings and traces, and what its text lets expect: worked
    out once, so that whatever is drawn among them later costs nothing more."""
    checked = [
        team.guard.check(variant, state["content"], state["analysis"], past)
        for variant in state["variants"]
    ]
    return team.expecting.expected(checked)
