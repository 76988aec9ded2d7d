"""Who writes the posts that are measured: the embedded writer, a plain baseline, and models.

Writers are asked through what the product asks them with (`graph.proposing`), the baseline for as
many texts; everyone's are checked by the same guard.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from agents.guard import Guard
from agents.writer import EmbeddedWriter, Writer
from benchmarks.writer_pieces import Draft, Piece, as_variant
from graph.proposing import Proposals
from smartcontent.content import Analysis, Content, PlatformSpec, Variant
from tools.measure_text import measure
from tools.strategies import applicable, strategies

BASELINE = "first sentences and link"


@dataclass(frozen=True)
class Written:
    """One checked variant, about what, and how long it took to write."""

    piece: Piece
    variant: Variant
    seconds: float


class Clocked:
    """A writer, and how long it took for each variant it wrote."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.seconds: list[float] = []

    def write(self, content: Content, analysis: Analysis, **order: Any) -> Variant | None:
        since = perf_counter()
        variant = self.writer.write(content, analysis, **order)
        if variant is not None:
            self.seconds.append(perf_counter() - since)
        return variant


def variants_of(
    writer: Writer,
    pieces: Sequence[Piece],
    specs: Mapping[str, PlatformSpec],
    guard: Guard,
    *,
    each: int | None = None,
) -> Iterator[Written]:
    """What the product proposes of every piece for every platform of `specs`: a variant of every
    strategy that applies, or of the first `each` of them."""
    for piece in pieces:
        asked = applicable(piece.analysis, strategies())[:each]
        for platform in specs:
            clocked = Clocked(writer)
            proposals = Proposals(writer=clocked, guard=guard, specs=specs)
            found = proposals.propose(
                piece.content, piece.analysis, platform=platform, strategies=asked
            )
            for variant, seconds in zip(found, clocked.seconds, strict=True):
                yield Written(piece, variant, seconds)


def baseline(
    pieces: Sequence[Piece], specs: Mapping[str, PlatformSpec], guard: Guard
) -> Iterator[Written]:
    """As many variants as strategies would apply: each begins a sentence later, with the link."""
    for piece in pieces:
        for spec in specs.values():
            for first in range(len(applicable(piece.analysis, strategies()))):
                since = perf_counter()
                text = _first_sentences(piece, spec, first)
                took = perf_counter() - since
                if text:
                    variant = as_variant(Draft(piece, text, BASELINE), platform=spec.platform)
                    checked = guard.check(variant, piece.content, piece.analysis)
                    yield Written(piece, checked, took)


def _first_sentences(piece: Piece, spec: PlatformSpec, first: int) -> str:
    """As many sentences from there on as fit beside the link; empty when not even one does."""
    text = ""
    for sentence in piece.sentences[first : first + 3]:
        longer = f"{text} {sentence.text}".strip()
        if measure(f"{longer}\n\n{piece.content.link}", spec).over:
            break
        text = longer
    return f"{text}\n\n{piece.content.link}" if text else ""


def embedded() -> Writer:
    return EmbeddedWriter()
