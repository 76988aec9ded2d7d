"""Reads Vowpal Wabbit's weights in NumPy: estimates and what they are made of.

A feature's weight stands where the hash of its name says, a pair's where 16777619 · first ^ second
says (the FNV prime; `process_quadratic_interaction` in Vowpal Wabbit's interactions_predict.h).
Reading them there gives the engine's own estimates, several times faster than asking it, and every
feature's part in them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from vowpal_wabbit_next import Workspace

from learning.bandit.base import Numbers
from learning.bandit.columns import parted, sides
from learning.bandit.shapley import Name
from learning.bandit.text_format import BASE, CONTEXT, Key, described, known_as, namespace, token
from smartcontent.content import Features
from smartcontent.decision import Action

Engine: TypeAlias = Workspace[Literal[False]]
Hashes: TypeAlias = NDArray[np.uint64]
PRIME = np.uint64(16777619)
FAMILIAR = 1024  # layouts kept of contexts, and of sets of actions
CROSSED = (("s", "p"), ("p", "t"))  # pairs within an action


@dataclass(frozen=True)
class Layout:
    """A context's names, numbers first, and the hashes of them."""

    names: tuple[Name, ...]
    hashes: Hashes
    first: Hashes  # as the first of a pair
    texts: Numbers  # their values: ones


@dataclass(frozen=True)
class View:
    """Actions, feature by feature: `owners` (K, features) says whose each is.

    The constant of an action is its first feature.  `pairs` are hashes of pairs within an
    action, `paired` their values and `of` the two features they are made of.
    """

    names: tuple[Name, ...]
    hashes: Hashes
    values: Numbers
    owners: Numbers
    pairs: Hashes
    paired: Numbers
    of: NDArray[np.intp]
    pair_owners: Numbers


class Weights:
    """The weights of one engine, for as long as it lives."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._table = engine.weights()[:, 0, 0]
        self._mask = np.uint64(len(self._table) - 1)
        self._layouts: dict[tuple[Name, ...], Layout] = {}
        self._views: dict[Key, View] = {}
        self._latest: tuple[Features, Layout, Numbers] | None = None

    def estimates(self, context: Features, actions: Sequence[Action]) -> Numbers:
        """One an action; costs, as the engine was taught."""
        layout, values = self.layout(context)
        view = self._view(actions)
        alone = values @ self._crossed(layout, view) + self._at(view.hashes)
        found = view.owners @ (view.values * alone)
        if len(view.pairs):
            found += view.pair_owners @ (view.paired * self._at(view.pairs))
        whole: Numbers = found
        return whole

    def parts(
        self, context: Features, action: Action
    ) -> tuple[float, dict[Name, float], dict[Name, float]]:
        """An action's estimate, and the parts of its context's and of its own features in it: a
        pair is shared by its two alike."""
        layout, given = self.layout(context)
        view = self._view([action])
        crossed = given[:, None] * self._crossed(layout, view) * view.values
        alone = self._at(view.hashes) * view.values
        pairs = self._at(view.pairs) * view.paired
        halves = np.full(len(view.values), 0.5)
        halves[0] = 0.0
        own = alone + halves * crossed.sum(axis=0)
        np.add.at(own, view.of.ravel(), np.repeat(pairs / 2.0, 2))
        of_context = dict(zip(layout.names, (crossed @ (1.0 - halves)).tolist(), strict=True))
        of_action = dict(zip(view.names, own[1:].tolist(), strict=True))
        return float(alone.sum() + crossed.sum() + pairs.sum()), of_context, of_action

    def layout(self, context: Features) -> tuple[Layout, Numbers]:
        """Where the context's features are, and their values.  Raises InvalidInput for numbers no
        model can take."""
        latest = self._latest
        if latest is not None and latest[0] == context and list(latest[0]) == list(context):
            return latest[1:]
        names, numbers = parted(context)
        layout = self._layouts.get(names)
        if layout is None:
            if len(self._layouts) >= FAMILIAR:
                self._layouts.clear()
            layout = self._layouts[names] = self._laid_out(names)
        values = np.concatenate([numbers, layout.texts]) if len(layout.texts) else numbers
        self._latest = (dict(context), layout, values)  # what is drawn for is learned next
        return layout, values

    def _laid_out(self, key: Sequence[Name]) -> Layout:
        numbers, texts = sides(key)
        names = (*numbers, *texts)
        hashes = self._hashed([(CONTEXT, name) for name in names])
        return Layout(names, hashes, hashes * PRIME, np.ones(len(texts)))

    def _hashed(self, named: Sequence[tuple[str, Name]]) -> Hashes:
        found = [
            self._engine.get_index_for_scalar_feature(
                token(name, None) if isinstance(name, str) else token(*name), namespace_name=letter
            )
            for letter, name in named
        ]
        return np.array(found, dtype=np.uint64)

    def _crossed(self, layout: Layout, view: View) -> Numbers:
        """Weights of each of the context's features with each of the actions'."""
        return self._at(layout.first[:, None] ^ view.hashes)

    def _at(self, hashes: Hashes) -> Numbers:
        return self._table[(hashes & self._mask).astype(np.intp)].astype(np.float64)

    def _view(self, actions: Sequence[Action]) -> View:
        offered = known_as(actions)
        view = self._views.get(offered)
        if view is None:
            if len(self._views) >= FAMILIAR:
                self._views.clear()
            view = self._views[offered] = self._seen_as([described(action) for action in actions])
        return view

    def _seen_as(self, actions: Sequence[Features]) -> View:
        named: list[tuple[str, Name]] = []
        values: list[float] = []
        owner: list[int] = []
        pairs: list[tuple[int, int]] = []
        for at, features in enumerate(actions):
            start = len(named)
            names, numbers = parted(features)
            left = iter(numbers.tolist())
            named.append((BASE, "1"))
            named += [(namespace(n if isinstance(n, str) else n[0]), n) for n in names]
            values += [1.0, *(next(left) if isinstance(name, str) else 1.0 for name in names)]
            owner += [at] * (len(named) - start)
            pairs += _pairs([letter for letter, _ in named[start:]], start)
        return self._view_of(named, np.array(values), np.array(owner), pairs, len(actions))

    def _view_of(
        self,
        named: Sequence[tuple[str, Name]],
        values: Numbers,
        owner: NDArray[np.intp],
        pairs: Sequence[tuple[int, int]],
        count: int,
    ) -> View:
        hashes = self._hashed(named)
        of = np.array(pairs, dtype=np.intp).reshape(-1, 2)
        whose = np.arange(count)[:, None]
        return View(
            names=tuple(name for letter, name in named if letter != BASE),
            hashes=hashes,
            values=values,
            owners=(whose == owner).astype(np.float64),
            pairs=(hashes[of[:, 0]] * PRIME) ^ hashes[of[:, 1]],
            paired=values[of[:, 0]] * values[of[:, 1]],
            of=of,
            pair_owners=(whose == owner[of[:, 0]]).astype(np.float64),
        )


def _pairs(letters: Sequence[str], start: int) -> list[tuple[int, int]]:
    return [
        (start + at, start + other)
        for first, second in CROSSED
        for at, letter in enumerate(letters)
        for other, other_letter in enumerate(letters)
        if (letter, other_letter) == (first, second)
    ]
