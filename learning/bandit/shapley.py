"""What each feature contributes to a score, exactly.

In a model that is linear in features and in pairs of features, a feature's Shapley value is the
mean of what it adds to nothing and what it adds to all others (a game without interactions of
three): two estimates a feature, no sampling, and the values sum to the score.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from learning.bandit.text_format import action_line, context_block, namespace
from smartcontent.content import Features, FeatureValue

Name: TypeAlias = str | tuple[str, str]  # a number's name; a text's name and value
MOST = 48  # more features than that (an embedding) are explained by group


@dataclass(frozen=True)
class Parts:
    """The features of a context and of one action."""

    context: Features
    action: Features


def split(
    parts: Parts, score: float, estimates: Callable[[Sequence[str]], list[float]]
) -> dict[str, float]:
    """Contributions whose sum is `score`; `base` is what holds without any feature.

    `estimates` gives a score for each self-contained line.
    """
    groups = _groups(parts)
    everything = set().union(*groups.values()) if groups else set()
    lines = [_line(parts, everything), _line(parts, set())]
    for members in groups.values():
        lines += [_line(parts, everything - members), _line(parts, members)]
    whole, nothing, *rest = estimates(lines)
    values = {
        name: ((whole - without) + (alone - nothing)) / 2.0
        for name, without, alone in zip(groups, rest[::2], rest[1::2], strict=True)
    }
    return {"base": score - sum(values.values()), **values}


def by_feature(
    score: float, context: Mapping[Name, float], action: Mapping[Name, float]
) -> dict[str, float]:
    """Named contributions and `base`, what is left of the score."""
    sides = {"context": context, "action": action}
    few = len(context) + len(action) <= MOST
    values: dict[str, float] = {}
    for side, parts in sides.items():
        for name, value in parts.items():
            label = shown(side, name) if few else _group(side, name)
            values[label] = values.get(label, 0.0) + value
    return {"base": score - sum(values.values()), **values}


def shown(side: str, name: Name) -> str:
    """
    >>> shown("action", ("strategy", "story")), shown("context", "depth")
    ('action strategy=story', 'context depth')
    """
    return f"{side} {name}" if isinstance(name, str) else f"{side} {name[0]}={name[1]}"


def _group(side: str, name: Name) -> str:
    whole = name if isinstance(name, str) else name[0]
    return side if side == "context" else f"{side} {namespace(whole)}"


def _groups(parts: Parts) -> dict[str, set[tuple[str, str]]]:
    names = [("context", name) for name in parts.context]
    names += [("action", name) for name in parts.action]
    if len(names) <= MOST:
        return {_label(parts, *name): {name} for name in names}
    groups: dict[str, set[tuple[str, str]]] = {}
    for side, name in names:
        groups.setdefault(_group(side, name), set()).add((side, name))
    return groups


def _label(parts: Parts, side: str, name: str) -> str:
    value = (parts.context if side == "context" else parts.action)[name]
    return shown(side, (name, value) if isinstance(value, str) else name)


def _line(parts: Parts, kept: Iterable[tuple[str, str]]) -> str:
    wanted = set(kept)
    return action_line(
        _only(parts.action, "action", wanted),
        context_block(_only(parts.context, "context", wanted)),
    )


def _only(
    features: Mapping[str, FeatureValue], side: str, wanted: set[tuple[str, str]]
) -> Features:
    return {name: value for name, value in features.items() if (side, name) in wanted}
