"""What each feature contributes to a score.

In a model that is linear in features and in pairs of features, a feature's Shapley value is what
it adds alone and half of what each pair adds that it is part of (a game without interactions of
three), so the values sum to the score without any sampling.
"""

from collections.abc import Mapping
from typing import TypeAlias

from learning.bandit.text_format import namespace

Name: TypeAlias = str | tuple[str, str]  # a number's name; a text's name and value
MOST = 48  # more features than that (an embedding) are explained by group


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
