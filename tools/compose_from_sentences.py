"""Rhetorical forms made of sentences.  A form is a function from material to leads; none of them
adds a word."""

from collections.abc import Iterator

import regex

from smartcontent.content import Span
from tools.compose_leads import QUESTION, Lead, alone, burden, openings, value
from tools.compose_material import Material
from tools.compose_quotes import find_quotes
from tools.compose_runs import ROUTINE_HEADING, unnumbered
from tools.compose_sentences import Sentence, words
from tools.strategy_markers import UNSPACED, begins, count, stands_alone

FIGURE = regex.compile(  # not a time, a date, a version, a section or a part of a name
    r"(?<![\w.,:/#-])(?<!\p{Lu}[\p{L}’]*\.?\s)([$€£¥]?\s?\p{Nd}[\p{Nd}.,]*)"
    r"(?=\s?(?:%|percent|[-–]?\p{Ll}{3,}|\p{Lo}))"
)
SMALL = frozenset("0123456789")
BARE_YEAR = regex.compile(r"(?:19|20)\d\d|508")


def key_point(material: Material) -> Iterator[Lead]:
    for sentence in openings(material):
        yield alone(sentence, 0.2 + value(sentence))


def headline(material: Material) -> Iterator[Lead]:
    """The title and the sentence that says most beside it; at the least the title."""
    title = words(material.title, material.language)
    if not title:
        return
    for sentence in openings(material):
        repeats = len(title & words(sentence.text, material.language)) / len(title)
        score = 0.2 + value(sentence) - 0.5 * (repeats > 0.8)
        yield Lead((material.title, sentence.opening), (sentence.span,), score, last=sentence)
    yield Lead((material.title,), (), 0.0)


def number_first(material: Material) -> Iterator[Lead]:
    """Sentences around a figure: the earlier in the sentence the better, small ones last."""
    for sentence in openings(material):
        figures = [hit for hit in FIGURE.finditer(sentence.opening) if _tells(hit.group(1))]
        if figures:
            near = 1 - figures[0].start() / len(sentence.opening)
            large = 0.3 * any(figure.group(1).strip() not in SMALL for figure in figures)
            several = 0.1 * min(len(figures), 3)
            yield alone(sentence, 0.4 * near + large + several + 0.5 * value(sentence))


def _tells(figure: str) -> bool:
    bare = figure.strip().rstrip(".,")
    return not BARE_YEAR.fullmatch(bare) and bare not in {"0", "1"}


def question(material: Material) -> Iterator[Lead]:
    """A question the source asks, with the source's own answer after it."""
    for sentence in material.sentences:
        if sentence.alone and not sentence.said and _asks(sentence.text, material.language):
            answer = next(material.after(sentence), None)
            if answer and not QUESTION.search(answer.text):
                yield _asked(sentence.text, sentence.span, answer, 0.6 + value(sentence))
    for index, heading in material.headings:
        answer = next((one for one in material.sentences if one.block == index + 1), None)
        if answer is None or not answer.opens or QUESTION.search(answer.text):
            continue
        asked = unnumbered(heading.text)
        if _asks(asked, material.language) and not ROUTINE_HEADING.match(asked):
            yield _asked(asked, heading.span, answer, 0.5 + value(answer))
    if QUESTION.search(material.title):
        for sentence in openings(material):
            parts, spans = (material.title, sentence.opening), (sentence.span,)
            yield Lead(parts, spans, 0.6 + value(sentence), last=sentence)


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
    for sentence in openings(material):
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
            yield alone(sentence, score + 0.4 * value(sentence))


def _past_forms(text: str, language: str) -> int:
    """Regular past forms of English after a subject: "we tested", "the team decided"."""
    if language != "en":
        return 0
    return len(regex.findall(r"\b(?:we|I|team|people|they|she|he|18F)\s+[a-z]{3,}ed\b", text))


def contrast(material: Material) -> Iterator[Lead]:
    """Two sides: a sentence and the turn after it, or one sentence that holds both."""
    language = material.language
    for sentence in openings(material):
        answer = next(material.after(sentence), None)
        turns = answer and begins(answer.text, "turn", language)
        if answer and turns and not QUESTION.search(answer.text):
            yield Lead(
                (sentence.opening, answer.text),
                (sentence.span, answer.span),
                0.8 + 0.5 * value(sentence) - burden(answer.text),
                last=answer,
            )
        if count(sentence.text, "contrast", language):
            yield alone(sentence, 0.4 + 0.6 * value(sentence))


def benefit(material: Material) -> Iterator[Lead]:
    """What the reader can do or gains."""
    language = material.language
    for sentence in openings(material):
        gains = count(sentence.text, "benefit", language)
        if gains:
            reader = count(sentence.text, "you", language) > 0
            yield alone(sentence, 0.2 * min(gains, 2) + 0.3 * reader + 0.6 * value(sentence))


def behind_the_scenes(material: Material) -> Iterator[Lead]:
    """How it was made: we, and the work."""
    language = material.language
    for sentence in openings(material):
        ours = sentence.text[: len(sentence.text) * 2 // 3]
        work = count(sentence.text, "making", language)
        if work and count(ours, "we", language) and not count(sentence.text, "future", language):
            yield alone(sentence, 0.2 + 0.2 * min(work, 3) + 0.4 * value(sentence))


def quote(material: Material) -> Iterator[Lead]:
    """Somebody's words with somebody's name."""
    for found in find_quotes(material):
        lines = f"{found.text}\n— {found.speaker}" if found.speaker else found.text
        length = len(found.text)
        score = 1.0 - abs(length - 140) / 400 + 0.3 * bool(found.speaker)
        yield Lead((lines,), found.spans, score, last=None)
