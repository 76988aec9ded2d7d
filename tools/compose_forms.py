"""Rhetorical forms made of lists, and the table of all forms."""

from collections.abc import Iterator
from types import MappingProxyType

import regex

from tools.compose_from_sentences import (
    behind_the_scenes,
    benefit,
    contrast,
    headline,
    key_point,
    number_first,
    question,
    quote,
    story,
)
from tools.compose_leads import QUESTION, Form, Lead, openings, value
from tools.compose_material import Material
from tools.compose_runs import Item, Run
from tools.compose_sentences import Sentence, words
from tools.strategy_markers import UNSPACED, begins, known, knows_its_nouns, stands_alone

OF_ONESELF = regex.compile(r"\b(?:I|I['’]\p{Ll}+|my|me)\b")


def how_to(material: Material) -> Iterator[Lead]:
    """A list of the source, or its headings where they are things to do."""
    for run in material.runs:
        doing = sum(_does(item.text, material.language) for item in run.items) / len(run.items)
        if doing < 0.5 and (run.headings or _bare(run.intro, material.language)):
            continue
        short = sum(len(item.text) <= 90 for item in run.items) / len(run.items)
        score = 0.7 * doing + 0.3 * short + 0.02 * min(len(run.items), 8)
        yield _listed(run, material, score, ordered=run.headings)


def _bare(intro: str, language: str) -> bool:
    """Too little to say what a list is of: "Books", "Project team:"."""
    return len(intro) < 8 if language in UNSPACED else len(intro.split()) < 4


def _listed(run: Run, material: Material, score: float, *, ordered: bool = False) -> Lead:
    """Under its introduction, the title above where that says too little; the title alone where
    the introduction points back."""
    language, intro = material.language, run.intro
    if known(language) and not knows_its_nouns(intro, language):
        intro = ""
    clear = len(intro.split()) >= 3 and stands_alone(intro, language)
    above = (intro,) if clear else tuple(filter(None, (material.title, intro)))
    spans = (run.intro_span,) if intro and run.intro_span else ()
    return Lead(above, spans, score, items=run.items, ordered=ordered)


def _does(text: str, language: str) -> bool:
    return begins(text, "do", language) > 0


def takeaways(material: Material) -> Iterator[Lead]:
    """The title over its most telling short sentences, or over the headings."""
    for longest, score in ((150, 0.5), (280, 0.2)):
        limit = longest // 2 if material.language in UNSPACED else longest
        short = [one for one in openings(material) if len(one.text) <= limit and _of_matter(one)]
        best = _spread(sorted(short, key=value, reverse=True), material.language)
        if len(best) >= 2:
            items = tuple(Item(one.opening, one.span) for one in sorted(best, key=_place))
            score += sum(map(value, best)) / len(best)
            yield Lead((material.title,), (), score, items=items)
    for run in material.runs:
        if run.headings and all(_says_something(item.text) for item in run.items):
            yield _listed(run, material, 0.4)


def _of_matter(sentence: Sentence) -> bool:
    """Not of whoever writes: "I want to tell you of a great little thing."."""
    return not OF_ONESELF.search(sentence.text)


def _says_something(heading: str) -> bool:
    return len(heading.split()) >= 4 and not QUESTION.search(heading)


def _place(sentence: Sentence) -> int:
    return sentence.order


def _spread(ranked: list[Sentence], language: str) -> list[Sentence]:
    """The first four that do not say the same."""
    kept: list[Sentence] = []
    for one in ranked:
        said = words(one.text, language)
        if all(len(said & words(other.text, language)) < 0.5 * len(said) for other in kept):
            kept.append(one)
        if len(kept) == 4:
            break
    return kept


FORMS = MappingProxyType[str, Form](
    {
        "quote": quote,
        "question": question,
        "how_to": how_to,
        "number_first": number_first,
        "contrast": contrast,
        "story": story,
        "behind_the_scenes": behind_the_scenes,
        "benefit": benefit,
        "takeaways": takeaways,
        "key_point": key_point,
        "headline": headline,
    }
)
