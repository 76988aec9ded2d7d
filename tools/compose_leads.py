"""How each rhetorical form may begin: units of the source's own words, scored.

A form is a function from material to leads.  None of them adds a word.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import MappingProxyType

import regex

from smartcontent.content import Span
from tools.compose_material import (
    ROUTINE_HEADING,
    Item,
    Material,
    Run,
    Sentence,
    unnumbered,
    words,
)
from tools.compose_quotes import find_quotes
from tools.strategy_markers import UNSPACED, begins, count, stands_alone

QUESTION = regex.compile(r"[?？؟][\"”’»」)]*$")
FIGURE = regex.compile(  # not a time, a date, a version, a section or a part of a name
    r"(?<![\w.,:/#-])(?<!\p{Lu}[\p{L}’]*\.?\s)([$€£¥]?\s?\p{Nd}[\p{Nd}.,]*)"
    r"(?=\s?(?:%|percent|[-–]?\p{Ll}{3,}|\p{Lo}))"
)
SMALL = frozenset("0123456789")
BARE_YEAR = regex.compile(r"(?:19|20)\d\d|508")


@dataclass(frozen=True)
class Lead:
    """The beginning of a post: its paragraphs, what of the source they use, and how fit it is.

    `last` is the sentence after which the post may run on; `items` may be shown as a list.
    """

    parts: tuple[str, ...]
    spans: tuple[Span, ...]
    score: float
    last: Sentence | None = None
    items: tuple[Item, ...] = ()
    ordered: bool = False

    @property
    def text(self) -> str:
        return " ".join((*self.parts, *(item.text for item in self.items)))


Form = Callable[[Material], Iterator[Lead]]


def _one(sentence: Sentence, score: float) -> Lead:
    return Lead((sentence.opening,), (sentence.span,), score, last=sentence)


def _value(sentence: Sentence) -> float:
    """How central a sentence is: the analyst's weight, an early place; length costs."""
    early = 0.3 / (1 + sentence.order / 8)
    return sentence.weight + early + (0.1 if sentence.opens else 0.0) - _burden(sentence.text)


def _burden(text: str) -> float:
    """Long sentences are hard to read in a feed; 200 characters cost nothing."""
    return max(0.0, len(text) - 200) / 400


def _plain(material: Material) -> Iterator[Sentence]:
    """Sentences of the author that can open a post and ask nothing."""
    for sentence in material.sentences:
        if sentence.alone and not sentence.said and not QUESTION.search(sentence.text):
            yield sentence


def key_point(material: Material) -> Iterator[Lead]:
    for sentence in _plain(material):
        yield _one(sentence, 0.2 + _value(sentence))


def headline(material: Material) -> Iterator[Lead]:
    """The title and the sentence that says most beside it; at the least the title."""
    title = words(material.title, material.language)
    if not title:
        return
    for sentence in _plain(material):
        repeats = len(title & words(sentence.text, material.language)) / len(title)
        score = 0.2 + _value(sentence) - 0.5 * (repeats > 0.8)
        yield Lead((material.title, sentence.opening), (sentence.span,), score, last=sentence)
    yield Lead((material.title,), (), 0.0)


def number_first(material: Material) -> Iterator[Lead]:
    """Sentences around a figure: the earlier in the sentence the better, small ones last."""
    for sentence in _plain(material):
        figures = [hit for hit in FIGURE.finditer(sentence.opening) if _tells(hit.group(1))]
        if figures:
            near = 1 - figures[0].start() / len(sentence.opening)
            large = 0.3 * any(figure.group(1).strip() not in SMALL for figure in figures)
            several = 0.1 * min(len(figures), 3)
            yield _one(sentence, 0.4 * near + large + several + 0.5 * _value(sentence))


def _tells(figure: str) -> bool:
    bare = figure.strip().rstrip(".,")
    return not BARE_YEAR.fullmatch(bare) and bare not in {"0", "1"}


def question(material: Material) -> Iterator[Lead]:
    """A question the source asks, with the source's own answer after it."""
    for sentence in material.sentences:
        if sentence.alone and not sentence.said and _asks(sentence.text, material.language):
            answer = next(material.after(sentence), None)
            if answer and not QUESTION.search(answer.text):
                yield _asked(sentence.text, sentence.span, answer, 0.6 + _value(sentence))
    for index, heading in material.headings:
        answer = next((one for one in material.sentences if one.block == index + 1), None)
        if answer is None or not answer.opens or QUESTION.search(answer.text):
            continue
        asked = unnumbered(heading.text)
        if _asks(asked, material.language) and not ROUTINE_HEADING.match(asked):
            yield _asked(asked, heading.span, answer, 0.5 + _value(answer))
    if QUESTION.search(material.title):
        for sentence in _plain(material):
            parts, spans = (material.title, sentence.opening), (sentence.span,)
            yield Lead(parts, spans, 0.6 + _value(sentence), last=sentence)


def _asked(text: str, span: Span, answer: Sentence, score: float) -> Lead:
    return Lead((text, answer.text), (span, answer.span), score - 0.2 * (len(text) > 140), answer)


def _asks(text: str, language: str) -> bool:
    """Whether it asks something of its own: not "What's next?", not "Want to join us?"."""
    enough = len(text.split()) >= 4 or (language in UNSPACED and len(text) >= 8)
    plain = not begins(text, "ad", language) and stands_alone(text, language)
    return enough and plain and QUESTION.search(text) is not None


def story(material: Material) -> Iterator[Lead]:
    """Told sentences: what happened, when and to whom."""
    language = material.language
    for sentence in _plain(material):
        past = count(sentence.text, "past", language)
        if not past + _past_forms(sentence.text, language):
            continue
        if count(sentence.text, "future", language):
            continue
        if count(sentence.text, "you", language):
            continue
        opening = begins(sentence.opening, "time", language) > 0
        person = count(sentence.text, "we", language) > 0
        told = list(material.after(sentence))[:2]
        goes_on = any(count(one.text, "past", language) for one in told)
        if opening or (past and (person or goes_on)):
            score = 0.15 * min(past, 3) + 0.4 * opening + 0.2 * person + 0.3 * goes_on
            yield _one(sentence, score + 0.4 * _value(sentence))


def _past_forms(text: str, language: str) -> int:
    """Regular past forms of English after a subject: "we tested", "the team decided"."""
    if language != "en":
        return 0
    return len(regex.findall(r"\b(?:we|I|team|people|they|she|he|18F)\s+[a-z]{3,}ed\b", text))


def contrast(material: Material) -> Iterator[Lead]:
    """Two sides: a sentence and the turn after it, or one sentence that holds both."""
    language = material.language
    for sentence in _plain(material):
        answer = next(material.after(sentence), None)
        turns = answer and begins(answer.text, "turn", language)
        if answer and turns and not QUESTION.search(answer.text):
            yield Lead(
                (sentence.opening, answer.text),
                (sentence.span, answer.span),
                0.8 + 0.5 * _value(sentence) - _burden(answer.text),
                last=answer,
            )
        if count(sentence.text, "contrast", language):
            yield _one(sentence, 0.4 + 0.6 * _value(sentence))


def benefit(material: Material) -> Iterator[Lead]:
    """What the reader can do or gains."""
    language = material.language
    for sentence in _plain(material):
        gains = count(sentence.text, "benefit", language)
        if gains:
            reader = count(sentence.text, "you", language) > 0
            yield _one(sentence, 0.2 * min(gains, 2) + 0.3 * reader + 0.6 * _value(sentence))


def behind_the_scenes(material: Material) -> Iterator[Lead]:
    """How it was made: we, and the work."""
    language = material.language
    for sentence in _plain(material):
        ours = sentence.text[: len(sentence.text) * 2 // 3]
        work = count(sentence.text, "making", language)
        if work and count(ours, "we", language) and not count(sentence.text, "future", language):
            yield _one(sentence, 0.2 + 0.2 * min(work, 3) + 0.4 * _value(sentence))


def quote(material: Material) -> Iterator[Lead]:
    """Somebody's words with somebody's name."""
    for found in find_quotes(material):
        lines = f"{found.text}\n— {found.speaker}" if found.speaker else found.text
        length = len(found.text)
        score = 1.0 - abs(length - 140) / 400 + 0.3 * bool(found.speaker)
        yield Lead((lines,), found.spans, score, last=None)


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
    spans = (run.intro_span,) if run.intro_span else ()
    clear = len(run.intro.split()) >= 3 and stands_alone(run.intro, material.language)
    above = [run.intro] if clear else [material.title, run.intro]
    return Lead(tuple(filter(None, above)), spans, score, items=run.items, ordered=ordered)


def _does(text: str, language: str) -> bool:
    return begins(text, "do", language) > 0


def takeaways(material: Material) -> Iterator[Lead]:
    """The title over its most telling short sentences, or over the headings."""
    for longest, score in ((150, 0.5), (280, 0.2)):
        limit = longest // 2 if material.language in UNSPACED else longest
        short = [one for one in _plain(material) if len(one.text) <= limit]
        best = _spread(sorted(short, key=_value, reverse=True), material.language)
        if len(best) >= 2:
            items = tuple(Item(one.opening, one.span) for one in sorted(best, key=_place))
            score += sum(map(_value, best)) / len(best)
            yield Lead((material.title,), (), score, items=items)
    for run in material.runs:
        if run.headings and all(_says_something(item.text) for item in run.items):
            yield _listed(run, material, 0.4)


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
