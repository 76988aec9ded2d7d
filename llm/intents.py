"""Which tool a sentence asks for: the nearest manual line, by multilingual embeddings.

A tool's manual lines are its name as words, the first sentence of its docstring and the
quoted sentences of its `Examples:` lines.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from llm.filling import QUOTED, UUID, subject_of
from llm.times import ISO
from llm.words import tokens, words
from smartcontent.plugins import Embedder

NAMES = re.compile(
    r"(?<=\w)(?:\s+(?:to|a|zu|à|al|para|an|tegen))?(?:\s+[A-ZÀ-ÖØ-Þ][\w'’-]*)+[.!?]*$"
)
MOST_KNOWN = 4096  # lines: manuals come first, so they are among them
MOST_WORDS = 40  # of a long message, enough to see what it asks
EXAMPLE = re.compile(r"[\"“]([^\"“”]+)[\"”]")


class Ranked(NamedTuple):
    """A tool and how near its manual is to the sentence, about 0 to 1."""

    tool: str
    score: float


def manual_lines(name: str, description: str) -> list[str]:
    """The sentences that stand for a tool.

    >>> manual_lines("say_hello", 'Greet somebody.\\n\\nExamples: "say hello to Ana"')
    ['say hello', 'Greet somebody.', 'say hello to Ana']
    """
    first = re.split(r"(?<=[.!?])\s", description.strip(), maxsplit=1)[0]
    return [name.replace("_", " "), " ".join(first.split()), *examples(description)]


def examples(description: str) -> list[str]:
    """The quoted sentences behind `Examples:`."""
    _, _, behind = description.partition("Examples:")
    return EXAMPLE.findall(behind)


def masked(text: str) -> str:
    """The request without the values in it; all of the text when nothing else is there.

    >>> masked('say "good morning" to 0198c1a2-aaaa-7bbb-8ccc-0123456789ab')
    'say to'
    """
    bare = text
    for values in (UUID, ISO, QUOTED):
        bare = values.sub(" ", bare)
    return " ".join(bare.split()) or text


def without_values(text: str) -> str:
    """The request without its subject and names, so that these do not choose the tool.

    >>> without_values("find my articles about bread"), without_values("say hello to Ana")
    ('find my articles', 'say hello')
    """
    return NAMES.sub("", subject_of(text)[0]).strip() or text


class Intents:
    """Ranks tools for a sentence.  Manual lines are embedded once."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, NDArray[np.float64]] = {}

    def rank(self, text: str, manuals: Mapping[str, Sequence[str]]) -> list[Ranked]:
        """Tools, the nearest first.  `manuals` are lines by tool name."""
        asked = masked(text)
        ways = list(dict.fromkeys([asked, without_values(asked)]))
        said = [word for word in tokens(text) if word not in words()["filler"]][:MOST_WORDS]
        ranked = [
            Ranked(tool, self._score(ways, said or ways, tool, lines))
            for tool, lines in manuals.items()
        ]
        return sorted(ranked, key=lambda one: -one.score)

    def _score(
        self, ways: Sequence[str], said: Sequence[str], tool: str, lines: Sequence[str]
    ) -> float:
        """The two nearest manual lines, and how well the words of the tool's name are met.

        The weights (0.7 and 0.3; 0.8 and 0.2) are the best of a coarse grid on the tuning half
        of tests/data/utterances.json.
        """
        whole = self.near(ways, lines).max(axis=0)
        bare = self.near(ways, [without_values(line) for line in lines]).max(axis=0)
        first, second = np.sort(np.append(np.maximum(whole, bare), -1.0))[::-1][:2]
        lined = 0.7 * first + 0.3 * max(second, 0.0)
        named = self.near(said, tool.split("_")).max(axis=0).mean()
        return float(0.8 * lined + 0.2 * named)

    def near(self, texts: Sequence[str], lines: Sequence[str]) -> NDArray[np.float64]:
        """Cosines, texts × lines."""
        return self._vectors(texts) @ self._vectors(lines).T

    def _vectors(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """One row a text.  Several threads may ask at once, so nothing is ever taken away."""
        known = {text: self._known[text] for text in texts if text in self._known}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            embedded = map(np.asarray, self._embedder.embed(new))
            fresh = dict(zip(new, embedded, strict=True))
            known.update(fresh)
            if len(self._known) < MOST_KNOWN:  # sentences of users must not pile up
                self._known.update(fresh)
        return np.stack([known[text] for text in texts])
