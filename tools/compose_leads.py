"""How each rhetorical form may begin: units of the source's own words, scored.

A form is a function from material to leads.  None of them adds a word.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import MappingProxyType

import regex

from smartcontent.content import Span
from tools.compose_material import ROUTINE_HEADING, Item, Material, Run, Sentence, words
from tools.compose_quotes import find_quotes
from tools.strategy_markers import UNSPACED, begins, count

QUESTION = regex.compile(r"[?？؟][\"”’»」)]*$")
DIGITS = regex.compile(r"(?<![\w.,/-])[$€£¥]?\d[\d.,]*(?:\s?%| percent)?(?![\w/-])|[०-९০-৯۰-۹٠-٩]+")
BARE_YEAR = regex.compile(r"(?:19|20)\d\d")


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
    """How central a sentence is: the analyst's weight, a little for an early place, not too long."""
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
    """The title and the sentence that says most beside it."""
    title = words(material.title, material.language)
    if not title:
        return
    found = False
    for sentence in _plain(material):
        said = words(sentence.text, material.language)
        repeats = len(title & said) / len(title)
        found = True
        yield Lead(
            (material.title, sentence.opening),
            (sentence.span,),
            0.2 + _value(sentence) - 0.5 * (repeats > 0.8),
            last=sentence,
        )
    if not found:
        yield Lead((material.title,), (), 0.1)


def number_first(material: Material) -> Iterator[Lead]:
    """Sentences around a figure, the earlier in the sentence the better; years do not count."""
    for sentence in _plain(material):
        found = [hit for hit in DIGITS.finditer(sentence.text) if not _is_year(hit.group())]
        if found:
            near = 1 - found[0].start() / len(sentence.text)
            several = 0.1 * min(len(found), 3)
            yield _one(sentence, 0.5 * near + several + 0.6 * _value(sentence))


def _is_year(text: str) -> bool:
    return BARE_YEAR.fullmatch(text.strip("., ")) is not None or text.strip("., ") in {"0", "1"}


def question(material: Material) -> Iterator[Lead]:
    """A question the source asks, with the source's own answer after it."""
    for sentence in material.sentences:
        if QUESTION.search(sentence.text) and sentence.alone and not sentence.said:
            answer = next(material.after(sentence), None)
            if answer and not QUESTION.search(answer.text):
                yield _asked(sentence.text, sentence.span, answer, 0.6 + _value(sentence))
    for index, heading in material.headings:
        answer = next((one for one in material.sentences if one.block == index + 1), None)
        asks = QUESTION.search(heading.text) and _full(heading.text)
        if answer and answer.opens and asks:
            yield _asked(heading.text, heading.span, answer, 0.5 + _value(answer))
    if QUESTION.search(material.title):
        for sentence in _plain(material):
            answered = (sentence.span,)
            yield Lead(
                (material.title, sentence.opening), answered, 0.6 + _value(sentence), last=sentence
            )


def _asked(text: str, span: Span, answer: Sentence, score: float) -> Lead:
    return Lead((text, answer.text), (span, answer.span), score - 0.2 * (len(text) > 140), answer)


def _full(heading: str) -> bool:
    """Whether a heading asks something of its own: "What's next?" does not."""
    return len(heading.split()) >= 4 and not ROUTINE_HEADING.match(heading)


def story(material: Material) -> Iterator[Lead]:
    """Told sentences: a time or a person at work, in the past."""
    language = material.language
    for sentence in _plain(material):
        past = count(sentence.text, "past", language) + _past_forms(sentence.text, language)
        if not past:
            continue
        opening = begins(sentence.text, "time", language) > 0
        person = count(sentence.text, "we", language) > 0
        told = [next_ for next_ in material.after(sentence)][:2]
        goes_on = sum(count(one.text, "past", language) > 0 for one in told)
        score = 0.15 * min(past, 3) + 0.5 * opening + 0.15 * person + 0.15 * goes_on
        if opening or goes_on or past > 1:
            yield _one(sentence, score + 0.4 * _value(sentence))


def _past_forms(text: str, language: str) -> int:
    if language == "en":
        return len(regex.findall(r"\b[a-z]{3,}(?<!need)(?<!based)(?<!involved)ed\b", text))
    return 0


def contrast(material: Material) -> Iterator[Lead]:
    """Two sides: a sentence and the turn after it, or one sentence that holds both."""
    language = material.language
    for sentence in _plain(material):
        answer = next(material.after(sentence), None)
        if answer and begins(answer.text, "turn", language):
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
        work = count(sentence.text, "making", language)
        if work and count(sentence.text, "we", language):
            yield _one(sentence, 0.2 + 0.2 * min(work, 3) + 0.4 * _value(sentence))


def quote(material: Material) -> Iterator[Lead]:
    """Somebody's words with somebody's name."""
    for found in find_quotes(material):
        lines = f"{found.text}\n— {found.speaker}" if found.speaker else found.text
        length = len(found.text)
        score = 1.0 - abs(length - 140) / 400 + 0.3 * bool(found.speaker)
        yield Lead((lines,), found.spans, score, last=None)


def how_to(material: Material) -> Iterator[Lead]:
    """A list of the source, or its headings where they are the points."""
    for run in material.runs:
        doing = sum(_does(item.text, material.language) for item in run.items) / len(run.items)
        known = 0.3 if run.intro or run.headings else 0.0
        short = sum(len(item.text) <= 90 for item in run.items) / len(run.items)
        score = 0.7 * doing + known + 0.3 * short + 0.02 * min(len(run.items), 8)
        if run.headings and doing < 0.5:
            continue
        yield _listed(run, material, score)


def _listed(run: Run, material: Material, score: float) -> Lead:
    intro = run.intro or material.title
    spans = (run.intro_span,) if run.intro_span else ()
    return Lead((intro,) if intro else (), spans, score, items=run.items, ordered=run.headings)


def _does(text: str, language: str) -> bool:
    return begins(text, "do", language) > 0


def takeaways(material: Material) -> Iterator[Lead]:
    """The title over its most telling short sentences, or over the headings."""
    limit = 70 if material.language in UNSPACED else 150
    short = [one for one in _plain(material) if len(one.text) <= limit]
    best = _spread(sorted(short, key=_value, reverse=True), material.language)
    if len(best) >= 2:
        items = tuple(Item(one.opening, one.span) for one in sorted(best, key=lambda s: s.order))
        score = 0.5 + sum(_value(one) for one in best) / len(best)
        yield Lead((material.title,), (), score, items=items)
    for run in material.runs:
        if run.headings:
            yield _listed(run, material, 0.4)


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
