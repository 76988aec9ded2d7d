"""Who says what: every form gets beginnings of its own, so no two posts begin alike."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from smartcontent.content import Span
from tools.compose_leads import FORMS, Lead
from tools.compose_material import Material, words

# Picky forms choose first: what they need is rare.  The last three take any sentence.
PICKY_FIRST = (
    "quote", "question", "how_to", "contrast", "number_first", "story", "behind_the_scenes",
    "benefit", "takeaways", "key_point", "headline",
)  # fmt: skip
ALWAYS = frozenset({"takeaways", "key_point", "headline"})
PLENTY = 15  # with that many sentences the main point is kept for the form that is about it
ROUNDS = 3


@dataclass(frozen=True)
class Allotment:
    """For every form its leads, best first; a form without leads does not apply."""

    leads: Mapping[str, tuple[Lead, ...]]

    def elsewhere(self, form: str) -> frozenset[Span]:
        """Spans that begin another form's posts, so that nothing runs on into them."""
        others = (lead for name, leads in self.leads.items() if name != form for lead in leads)
        return frozenset(span for lead in others for span in lead.spans)


def allot(material: Material, forms: Sequence[str] = PICKY_FIRST) -> Allotment:
    """Deal the material out, the best to each form first, then second and third choices."""
    rest = material
    dealt: dict[str, list[Lead]] = {form: [] for form in forms}
    for round_ in range(ROUNDS):
        for form in _order(forms, material):
            lead = _best(form, rest, dealt, material.language)
            if lead is None and round_ == 0 and form in ALWAYS:
                lead = _best(form, material, {}, material.language)
            if lead is not None:
                dealt[form].append(lead)
                rest = _without(rest, lead)
    return Allotment({form: tuple(leads) for form, leads in dealt.items()})


def _order(forms: Sequence[str], material: Material) -> list[str]:
    ordered = [form for form in PICKY_FIRST if form in forms]
    if len(material.sentences) >= PLENTY and "key_point" in ordered:
        ordered.remove("key_point")
        ordered.insert(0, "key_point")
    return ordered


def _best(
    form: str, material: Material, dealt: Mapping[str, Sequence[Lead]], language: str
) -> Lead | None:
    known = [words(lead.text, language) for leads in dealt.values() for lead in leads]
    ranked = sorted(FORMS[form](material), key=lambda lead: -lead.score)
    return next((lead for lead in ranked if not _echoes(lead, known, language)), None)


def _echoes(lead: Lead, known: Sequence[frozenset[str]], language: str) -> bool:
    """Whether most of it was already said: writers repeat themselves in summaries."""
    said = words(lead.text, language)
    return any(len(said & other) > 0.6 * min(len(said), len(other)) for other in known)


def _without(material: Material, lead: Lead) -> Material:
    used = set(_all_spans(lead))
    return replace(
        material,
        sentences=tuple(one for one in material.sentences if one.span not in used),
        runs=tuple(run for run in material.runs if not used & {item.span for item in run.items}),
        headings=tuple(pair for pair in material.headings if pair[1].span not in used),
    )


def _all_spans(lead: Lead) -> Iterator[Span]:
    yield from lead.spans
    yield from (item.span for item in lead.items)
