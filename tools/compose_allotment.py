"""Who says what: every form gets beginnings of its own, so no two posts begin alike."""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache

from smartcontent.content import Analysis, Block, Claim, KeySentence, Span
from tools.compose_forms import FORMS
from tools.compose_leads import Lead
from tools.compose_material import Material, material
from tools.compose_sentences import words

# Picky forms choose first: what they need is rare.  The last three take any sentence.
PICKY_FIRST = (
    "quote", "question", "how_to", "contrast", "number_first", "story", "behind_the_scenes",
    "benefit", "key_point", "headline", "takeaways",
)  # fmt: skip
LIST_OF_THE_REST = "takeaways"  # chooses among what is left, each time anew
FEWEST = 3  # forms that even a text of one or two sentences should have
PLENTY = 15  # with that many sentences the main point is kept for the form that is about it
ROUNDS = 3


@dataclass(frozen=True)
class Allotment:
    """For every form its leads, best first; a form without leads does not apply."""

    leads: Mapping[str, tuple[Lead, ...]]

    def elsewhere(self, form: str) -> frozenset[Span]:
        """Spans that begin another form's posts, so that nothing runs on into them."""
        others = (lead for name, leads in self.leads.items() if name != form for lead in leads)
        return frozenset(span for lead in others for span in _all_spans(lead))


def deal(analysis: Analysis) -> tuple[Material, Allotment]:
    """The material of an analysis and who gets what of it; kept for the next strategy."""
    return _deal(
        analysis.title, analysis.language, analysis.blocks, analysis.key_sentences, analysis.claims
    )


@lru_cache(maxsize=8)
def _deal(
    title: str,
    language: str,
    blocks: tuple[Block, ...],
    key: tuple[KeySentence, ...],
    claims: tuple[Claim, ...],
) -> tuple[Material, Allotment]:
    source = material(title, language, blocks, key, claims)
    return source, allot(source)


def allot(source: Material, favour: Callable[[Lead], float] = lambda lead: 0.0) -> Allotment:
    """Deal the material out, the best to each form first, then second and third choices.

    `favour` is added to a lead's score.
    """
    ranked = {form: _ranked(form, source, favour) for form in PICKY_FIRST}
    dealt: dict[str, list[Lead]] = {form: [] for form in PICKY_FIRST}
    used: set[Span] = set()
    for round_ in range(ROUNDS):
        for form in _order(source):
            if form == LIST_OF_THE_REST:
                ranked[form] = _ranked(form, _without(source, used), favour)
            lead = _first_free(ranked[form], used, dealt, source.language)
            if lead is None and round_ == 0:
                lead = _repeated(form, source, dealt, favour)
            if lead is not None:
                dealt[form].append(lead)
                used.update(_all_spans(lead))
    return Allotment({form: tuple(leads) for form, leads in dealt.items()})


def _ranked(form: str, source: Material, favour: Callable[[Lead], float]) -> list[Lead]:
    return sorted(FORMS[form](source), key=lambda lead: -lead.score - favour(lead))


def _order(source: Material) -> tuple[str, ...]:
    others = tuple(form for form in PICKY_FIRST if form != "key_point")
    return ("key_point", *others) if len(source.sentences) >= PLENTY else PICKY_FIRST


def _first_free(
    leads: Sequence[Lead], used: Set[Span], dealt: Mapping[str, Sequence[Lead]], language: str
) -> Lead | None:
    """The best lead of which nothing is used and which says nothing said before."""
    known = [words(lead.text, language) for leads in dealt.values() for lead in leads]
    free = (lead for lead in leads if used.isdisjoint(_all_spans(lead)))
    return next((lead for lead in free if not _echoes(lead, known, language)), None)


def _repeated(
    form: str,
    source: Material,
    dealt: Mapping[str, list[Lead]],
    favour: Callable[[Lead], float],
) -> Lead | None:
    """In a text of few sentences: the points again, as a list, and the title by itself."""
    few = sum(map(bool, dealt.values())) < FEWEST
    if form == "headline":
        source = replace(source, sentences=())
    elif form != LIST_OF_THE_REST and not (form == "key_point" and few):
        return None
    return next(iter(_ranked(form, source, favour)), None)


def _echoes(lead: Lead, known: Sequence[frozenset[str]], language: str) -> bool:
    """Whether most of it was already said: writers repeat themselves in summaries."""
    said = words(lead.text, language)
    return any(len(said & other) > 0.6 * min(len(said), len(other)) for other in known)


def _without(source: Material, used: Set[Span]) -> Material:
    return replace(
        source,
        sentences=tuple(one for one in source.sentences if one.span not in used),
        runs=tuple(run for run in source.runs if used.isdisjoint(item.span for item in run.items)),
    )


def _all_spans(lead: Lead) -> Iterator[Span]:
    yield from lead.spans
    yield from (item.span for item in lead.items)
