"""What a language model is asked for one post, and what becomes of its answer."""

import re
from dataclasses import replace

from llm.structured import Completing
from smartcontent.content import Noun, Variant
from smartcontent.errors import ModelMisbehaved
from smartcontent.tones import TONES, known
from tools.compose_post import ROOM, Post, fits, render
from tools.detect_language import likelihood
from tools.find_sources import find_sources
from tools.language_names import NAMES
from tools.measure_text import count
from tools.read_prompt import fence, read_prompt
from tools.trim_draft import trim_draft
from tools.voice_in_words import voice_in_words
from tools.writing_order import Order

LONGEST_SOURCE = 14_000  # bytes (UTF-8) shown to a model: 3,000 to 5,000 tokens in any language
UNTRANSLATED = (
    "A quotation is word for word, in quotation marks, with the name the source gives it."
)
TRANSLATED = (
    "The source is in $source: translate. Do not quote: say in your own words, without quotation "
    "marks, what somebody said."
)
MOST_TAKEN = 5
AIM = 0.8  # of the room: models count badly
LEADS_ON = ":：,،、"
LABEL = re.compile(
    r"\s*\W{0,2}(?:title|headline|post|caption|text)\W{0,2}:\W{0,2}\s+", re.IGNORECASE
)
SHORTEST = 20  # characters under which nothing was said


class Draft(Noun):
    """What a model fills in: words alone, for what it says of its sources cannot be trusted."""

    text: str


def ask_for_post(completing: Completing, order: Order, feedback: str = "") -> Variant:
    """One attempt.  Raises ModelUnavailable, and ModelMisbehaved also for what does not fit."""
    prompt = read_prompt("writer")
    values = _values(order, feedback)
    draft = completing.complete(
        prompt.instructions.substitute(values),
        prompt.material.substitute(values),
        Draft,
        seed=order.seed,
    )
    post = _post(order, draft)
    _check(post, order)
    return order.variant(post, completing.name, prompt.hash)


def _values(order: Order, feedback: str) -> dict[str, object]:
    source = order.content.text.encode()[:LONGEST_SOURCE].decode(errors="ignore")
    strategy = order.strategy
    return {
        "description": strategy.description,
        "example": strategy.example,
        "tone": _tone(order),
        "call_to_action": "none"
        if order.voice.has("no_call_to_action")
        else strategy.call_to_action,
        "audience": ", ".join((order.segment.name, *order.segment.evidence)),
        "platform": order.spec.platform,
        "limit": int(AIM * order.voice.most("characters", _aimed(order))),
        "language": _named(order.written_in),
        "quoting": _quoting(order),
        "mark": fence(source + order.analysis.title),
        "voice": voice_in_words(order.voice, source, order.written_in),
        "title": order.analysis.title,
        "source": source,
        "remarks": _remarks(order, feedback),
    }


def _aimed(order: Order) -> int:
    return min(_room(order), ROOM[order.strategy.length][0])


def _tone(order: Order) -> str:
    """The word, and what is meant by it where it will be measured."""
    wanted = order.tone or order.strategy.tone
    meant = TONES.get(known(wanted) or "")
    return f"{wanted} ({meant})" if meant else wanted


def _named(language: str) -> str:
    return NAMES.get(language, f"the language with the code {language}")


def _quoting(order: Order) -> str:
    if not order.translates:
        return UNTRANSLATED
    return TRANSLATED.replace("$source", _named(order.analysis.language))


def _remarks(order: Order, feedback: str) -> str:
    taken = "\n".join(f"- {text[:200]}" for text in order.taken[-MOST_TAKEN:])
    said = f"Already written for this campaign; say something else:\n{taken}" if taken else ""
    return "\n\n".join(part for part in (said, feedback) if part)


def _room(order: Order) -> int:
    """Characters left for the text when link and hashtags are there."""
    around = render(_dressed(order, "x"), order.spec)
    return max(order.spec.text_limit - count(around, order.spec) + 1, 1)


def _dressed(order: Order, text: str) -> Post:
    paragraphs = tuple(part.strip() for part in text.split("\n\n") if part.strip())
    return Post(paragraphs, (), link=order.link or "", tags=order.tags())


def _post(order: Order, draft: Draft) -> Post:
    post = _dressed(order, unlabelled(draft.text))

    def fitting(paragraphs: tuple[str, ...]) -> bool:
        return fits(render(replace(post, paragraphs=paragraphs), order.spec), order.spec)

    kept = trim_draft(post.paragraphs, order.written_in, fitting)
    return replace(post, paragraphs=kept, spans=find_sources(kept, order.analysis))


def unlabelled(text: str) -> str:
    """Without the name of the form's field, which small models write before its value.

    >>> unlabelled("**Title:** Bread at Night"), unlabelled("Post: Bread."), unlabelled("Postal: x")
    ('Bread at Night', 'Bread.', 'Postal: x')
    """
    label = LABEL.match(text)
    return text[label.end() :] if label else text


def _check(post: Post, order: Order) -> None:
    text = render(post, order.spec)
    said = sum(map(len, post.paragraphs))
    if said < SHORTEST:
        raise _refused(f"it has {said} characters and says nothing")
    if not fits(text, order.spec):
        over = count(text, order.spec) - order.spec.text_limit
        raise _refused(f"the text is {over} characters too long; at most {_room(order)} fit")
    if post.paragraphs[-1][-1] in LEADS_ON:
        raise _refused("it breaks off where it should begin")
    if not order.translates and not post.spans:
        raise _refused("nothing in it was taken from the source")
    if order.translates and _kept(post, order):
        raise _refused(f"it is not in {_named(order.written_in)}")
    if order.repeats(post):
        raise _refused("it repeats a post of this campaign")


def _kept(post: Post, order: Order) -> bool:
    """Whether the text reads rather like the source's language than like the one asked for."""
    said = " ".join(post.paragraphs)
    return likelihood(said, order.written_in) < likelihood(said, order.analysis.language)


def _refused(why: str) -> ModelMisbehaved:
    return ModelMisbehaved(
        f"The language model's post cannot be used: {why}.",
        todo="Nothing needs to be done: the embedded writer takes over.",
    )
