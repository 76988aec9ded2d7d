"""Contexts and actions in Vowpal Wabbit's text format, where `|`, `:` and spaces mean things.

Every name and text value is percent-encoded (RFC 3986), so no value can become a feature, a
namespace or a label of its own, and two different features are never written alike.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias
from urllib.parse import quote

from smartcontent.content import Features, FeatureValue
from smartcontent.decision import Action

NAMESPACES = {
    "strategy": "s",
    "form": "s",
    "tone": "s",
    "length": "s",
    "call_to_action": "s",
    "platform": "p",
    "hour": "t",
    "weekday": "t",
    "daypart": "t",
    "slot": "t",
}
CONTEXT, BASE, OTHER = "c", "b", "a"
NOTHING = "|z"
FAMILIAR = 16  # longer actions carry an embedding and are not kept
Items: TypeAlias = tuple[tuple[str, FeatureValue], ...]
Key: TypeAlias = tuple[Items | str, ...]


@lru_cache(maxsize=16_384)
def token(name: str, value: str | None) -> str:
    """A feature's name as Vowpal Wabbit may read it.

    >>> token("topic", "a|b c:9")
    'topic=a%7Cb%20c%3A9'
    """
    return quote(name, safe="") + ("" if value is None else "=" + quote(value, safe=""))


def written(name: str, value: FeatureValue) -> str:
    """One feature: a text is an indicator, a number a weight.

    >>> written("depth", 2.5), written("topic", "sea")
    ('depth:2.5', 'topic=sea')
    """
    if isinstance(value, str):
        return token(name, value)
    return f"{token(name, None)}:{float(value)!r}"


def described(action: Action) -> Features:
    """An action's features; its id stands in for them where it has none.

    Ids are often made for one decision: learned from, they would never be seen again.
    """
    return action.features or {"id": action.id}


def known_as(actions: Sequence[Action]) -> Key:
    """The same for actions that are the same to a model."""
    return tuple([tuple(act.features.items()) if act.features else act.id for act in actions])


def namespace(feature: str) -> str:
    """Where an action's feature belongs: strategy, platform, time, or the rest."""
    return NAMESPACES.get(feature, OTHER)


def context_block(context: Mapping[str, FeatureValue]) -> str:
    """The context's namespace, empty without features."""
    return _block(CONTEXT, context.items())


def action_line(features: Mapping[str, FeatureValue], context: str = "") -> str:
    """One action; with `context` the line needs no shared line before it.

    >>> action_line({"strategy": "story", "platform": "rss"})
    '|b 1 |s strategy=story |p platform=rss'
    """
    items = tuple(features.items())
    line = _familiar_line(items) if len(items) <= FAMILIAR else _line(items)
    return f"{context} {line}" if context else line


def _line(items: Items) -> str:
    groups: dict[str, list[tuple[str, FeatureValue]]] = {}
    for name, value in items:
        groups.setdefault(namespace(name), []).append((name, value))
    return " ".join([f"|{BASE} 1", *(_block(letter, group) for letter, group in groups.items())])


_familiar_line = lru_cache(maxsize=4096)(_line)  # the same few actions come again and again


def _block(letter: str, items: Iterable[tuple[str, FeatureValue]]) -> str:
    features = [written(name, value) for name, value in items]
    return " ".join([f"|{letter}", *features]) if features else ""
