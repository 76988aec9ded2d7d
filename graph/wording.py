"""What a step says of itself, for a person who watches the campaign run.

>>> count(1, "claim"), count(2, "claim"), count(2, "strategy")
('1 claim', '2 claims', '2 strategies')
"""

from collections.abc import Mapping, Sequence

from smartcontent.content import Analysis, Segmentation, SimilarPost, Variant
from smartcontent.decision import SlotForecast
from smartcontent.publishing import Post
from tools.language_names import NAMES


def count(number: int, noun: str) -> str:
    if number == 1:
        return f"{number} {noun}"
    return f"{number} {noun[:-1]}ies" if noun.endswith("y") else f"{number} {noun}s"


def found(analysis: Analysis) -> str:
    claims = count(len(analysis.claims), "claim")
    language = NAMES.get(analysis.language, f"the language {analysis.language}")
    return f"Found {claims} in {language}, {_similar(analysis.similar)}."


def _similar(posts: Sequence[SimilarPost]) -> str:
    measured = sum(post.reward is not None for post in posts)
    said = count(len(posts), "similar post")
    return f"{said}, {measured} of them measured" if posts else said


def grouped(segmentation: Segmentation, people: int) -> str:
    names = ", ".join(segment.name for segment in segmentation.segments)
    note = f" {segmentation.note}" if segmentation.note else ""
    who = "1 person" if people == 1 else f"{people} people"
    return f"{count(len(segmentation.segments), 'segment')} from {who}: {names}.{note}"


def planned(plan: Mapping[str, Sequence[str]]) -> str:
    names = sorted({name for names in plan.values() for name in names})
    return f"Drew {count(len(names), 'strategy')}: {', '.join(names)}."


def written(variants: Sequence[Variant], rules: int = 0) -> str:
    """
    >>> written([], rules=2)
    'Wrote 0 variants for 0 platforms, by 2 rules of yours.'
    """
    platforms = len({variant.platform for variant in variants})
    kept = f", by {count(rules, 'rule')} of yours" if rules else ""
    said = f"Wrote {count(len(variants), 'variant')} for {count(platforms, 'platform')}{kept}."
    notes = [f for variant in variants for f in variant.findings if f.rule == "model-fallback"]
    if not notes:
        return said
    return f"{said} {len(notes)} without the language model: {notes[-1].reason}"


def checked(variants: Sequence[Variant]) -> str:
    blocked = sum(variant.blocked for variant in variants)
    findings = sum(len(variant.findings) for variant in variants)
    passed = count(len(variants) - blocked, "variant")
    said = f"{passed} passed, {blocked} blocked, {count(findings, 'finding')}."
    return said if blocked < len(variants) else f"{said} A person has to mend or override one."


def scheduled(posts: Sequence[Post], forecasts: Sequence[SlotForecast]) -> str:
    samples = sum(forecast.samples for forecast in forecasts)
    slots = count(len(forecasts), "slot")
    return (
        f"Chose {count(len(posts), 'post')} among {slots}, resting on {count(samples, 'sample')}."
    )


def approved(yes: int, asked: int) -> str:
    return f"{yes} of {count(asked, 'post')} approved."


def intended(intents: int) -> str:
    return f"{count(intents, 'post')} will be published when due."
