"""How alike two posts are: shares of word shingles (Broder 1997)."""

from tools.tokens import keys

SIZE = 3


def likeness(one: str, other: str) -> float:
    """Jaccard similarity of runs of three words, in [0, 1]; 1 for the same words.

    >>> likeness("Vote early and vote often.", "vote early, and vote often")
    1.0
    >>> likeness("Vote early.", "Bake bread.")
    0.0
    """
    a, b = shingles(one), shingles(other)
    return len(a & b) / len(a | b) if a and b else 0.0


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = keys(text)
    size = min(SIZE, len(words))
    return frozenset(tuple(words[at : at + size]) for at in range(len(words) - size + 1) if size)
