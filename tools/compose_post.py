"""A lead becomes a post: it runs on while it fits, then link and hashtags, then the markup."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import combinations, product
from typing import Literal

from smartcontent.content import PlatformSpec, Span, Strategy
from tools.compose_claims import Claims, carried
from tools.compose_labels import label
from tools.compose_leads import QUESTION, Lead
from tools.compose_material import Material
from tools.compose_runs import Item
from tools.compose_sentences import Sentence
from tools.compress_sentence import compress
from tools.measure_text import count
from tools.strategy_markers import UNSPACED
from tools.strategy_markers import count as marks

Length = Literal["short", "medium", "long"]
Items = tuple[Item, ...]
FEWEST_ITEMS = 2
# How far a text may run on, in characters, and by how many sentences; half in CJK.
ROOM: dict[Length, tuple[int, int]] = {"short": (220, 1), "medium": (420, 2), "long": (800, 4)}
MOST_ITEMS: dict[Length, int] = {"short": 3, "medium": 4, "long": 7}


@dataclass(frozen=True)
class Post:
    """A text before its markup, and the spans of the source it says."""

    paragraphs: tuple[str, ...]
    spans: tuple[Span, ...]
    items: tuple[str, ...] = ()
    ordered: bool = False
    label: str = ""
    link: str = ""
    tags: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """The words, without link and hashtags."""
        return "\n".join((*self.paragraphs, *self.items))


@dataclass(frozen=True)
class Wish:
    """What a post should carry beside its text."""

    link: str | None
    tags: tuple[str, ...]
    wanted: Claims = frozenset()  # what the text should say where it can choose


def as_it_is(post: Post) -> Post:
    return post


def compose(
    lead: Lead,
    material: Material,
    *,
    strategy: Strategy,
    spec: PlatformSpec,
    wish: Wish,
    avoid: frozenset[Span] = frozenset(),
    voiced: Callable[[Post], Post | None] = as_it_is,
) -> Post | None:
    """The fullest form of the lead that fits the platform; None when not even the lead does.

    `voiced` says it as the creator would, and None where the creator would not say it.
    """
    for body in _bodies(lead, material, strategy, avoid, wish):
        for ending in _endings(body, strategy, wish, material.language):
            post = voiced(ending)
            if post is not None and fits(render(post, spec), spec):
                return post
    return None


def fits(text: str, spec: PlatformSpec) -> bool:
    """Whether the platform takes the text, by its own counting and in bytes."""
    if spec.byte_limit is not None and len(text.encode()) > spec.byte_limit:
        return False
    return count(text, spec) <= spec.text_limit


def _bodies(
    lead: Lead,
    material: Material,
    strategy: Strategy,
    avoid: frozenset[Span],
    wish: Wish,
) -> Iterator[Post]:
    """Fullest first."""
    if lead.items:
        yield from _with_items(lead, strategy, wish.wanted)
        return
    follows = list(_follows(lead, material, strategy.length, avoid))
    for size in range(len(follows), -1, -1):
        yield _running_on(lead, follows[:size], material.language)
    shorter = tuple(compress(part, material.language) for part in lead.parts)
    if shorter != lead.parts:
        yield Post(paragraphs=shorter, spans=lead.spans)


def _with_items(lead: Lead, strategy: Strategy, wanted: Claims) -> Iterator[Post]:
    """Steps from the first on; of points of equal rank those that say most of what is lacking."""
    first = lead.items[: MOST_ITEMS[strategy.length]]
    for shown in _shorter(first) if lead.ordered else _fewer(first, wanted):
        spans = (*lead.spans, *(item.span for item in shown))
        yield Post(lead.parts, spans, tuple(item.text for item in shown), lead.ordered)


def _shorter(items: Items) -> Iterator[Items]:
    return (items[:size] for size in range(len(items), FEWEST_ITEMS - 1, -1))


def _fewer(items: Items, wanted: Claims) -> Iterator[Items]:
    """Every choice of them, first what carries most of the wanted claims, then the most items."""
    sizes = range(len(items), FEWEST_ITEMS - 1, -1)
    chosen = [each for size in sizes for each in combinations(items, size)]
    yield from sorted(chosen, key=lambda some: -sum(_claims(item, wanted) for item in some))


def _claims(item: Item, wanted: Claims) -> int:
    return len(carried(wanted, item.text))


def _running_on(lead: Lead, follows: Sequence[Sentence], language: str) -> Post:
    spans = (*lead.spans, *(one.span for one in follows))
    if not follows:
        return Post(lead.parts, spans)
    gap = "" if language in {"zh", "ja"} else " "
    last = gap.join((lead.parts[-1], *(one.text for one in follows)))
    return Post((*lead.parts[:-1], last), spans)


def _follows(
    lead: Lead, material: Material, length: Length, avoid: frozenset[Span]
) -> Iterator[Sentence]:
    """Sentences right after the lead, so that every "it" still has its noun."""
    if lead.last is None:
        return
    room, most = ROOM[length]
    room = room // 2 if material.language in UNSPACED else room
    used = sum(map(len, lead.parts))
    for taken, sentence in enumerate(material.after(lead.last)):
        used += len(sentence.text)
        if taken == most or used > room or sentence.span in avoid or not _follows_well(
            sentence, material.language
        ):  # fmt: skip
            return
        yield sentence


def _follows_well(sentence: Sentence, language: str) -> bool:
    """Not a question left open, not a pointer to a picture or a list that is not there."""
    return not QUESTION.search(sentence.text) and not marks(sentence.text, "page", language)


def _endings(body: Post, strategy: Strategy, wish: Wish, language: str) -> Iterator[Post]:
    """With everything, then with fewer tags, then without the label."""
    words = label(strategy.call_to_action, language)
    if not wish.link:
        yield replace(body, tags=wish.tags)
        yield body
        return
    for label_, tags in product((words, ""), (wish.tags, wish.tags[:1], ())):
        yield replace(body, label=label_, link=wish.link, tags=tags)


def render(post: Post, spec: PlatformSpec) -> str:
    """The text as the platform takes it."""
    if spec.markup == "html":
        return _html(post)
    listed = "\n".join(
        f"{number}. {item}" if post.ordered else f"{_bullet(spec)} {item}"
        for number, item in enumerate(post.items, 1)
    )
    paragraphs = [*post.paragraphs[:-1]]
    closing = post.paragraphs[-1:]
    gap = "\n\n" if spec.markup == "markdown" else "\n"
    paragraphs.append(gap.join((*closing, listed)) if listed else "".join(closing))
    address = f"<{post.link}>" if spec.markup == "markdown" and post.link else post.link
    ending = f"{post.label} {address}".strip()
    return "\n\n".join(part for part in (*paragraphs, ending, " ".join(post.tags)) if part)


def _bullet(spec: PlatformSpec) -> str:
    return "-" if spec.markup == "markdown" else "•"


def _html(post: Post) -> str:
    parts = [f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in post.paragraphs]
    if post.items:
        kind = "ol" if post.ordered else "ul"
        parts.append(f"<{kind}>{''.join(f'<li>{escape(i)}</li>' for i in post.items)}</{kind}>")
    if post.link:
        address = escape(post.link)
        parts.append(f'<p>{escape(post.label)} <a href="{address}">{address}</a></p>')
    if post.tags:
        parts.append(f"<p>{escape(' '.join(post.tags))}</p>")
    return "\n".join(parts)
