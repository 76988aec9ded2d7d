"""A post as its creator would word it: every rule kept, else as many as can be, else none."""

from collections.abc import Callable
from dataclasses import replace

from smartcontent.content import Finding, Variant
from tools.compose_post import Post, as_it_is, render
from tools.follow_voice import breaks, broken
from tools.read_post import ReadPost, read_post
from tools.reword_text import reword_post
from tools.writing_order import Order

Voicing = Callable[[Post], Post | None]
UNTRUE = frozenset({
    "unsupported-number", "unsupported-name", "unsupported-quote", "unsupported-date",
    "negation-flipped",
})  # fmt: skip


def voicings(order: Order) -> list[Voicing]:
    """Ways to word a post: in keeping with every rule, as near to it as can be, and unchanged."""
    if not order.voice.rules:
        return [as_it_is]
    quiet = order.voice.has("no_call_to_action")

    def unchanged(post: Post) -> Post:
        return replace(post, label="") if quiet else post

    def reworded(post: Post) -> Post:
        return reword_post(unchanged(post), order.voice.rules, order.written_in)

    def keeping(post: Post) -> Post | None:
        now = reworded(post)
        said = read_post(render(now, order.spec), order.written_in, order.spec)
        return None if any(breaks(rule, said) for rule in order.voice.rules) else now

    return [keeping, reworded, unchanged]


def untrue(variant: Variant) -> bool:
    """Whether the checks saw something that the source does not say."""
    return any(
        finding.severity == "error" and finding.rule in UNTRUE for finding in variant.findings
    )


def unkept(order: Order, variant: Variant) -> list[Finding]:
    """A warning for each of the creator's rules that a variant goes against."""
    said: ReadPost = read_post(variant.text, variant.language, order.spec)
    return broken(order.voice, said)
