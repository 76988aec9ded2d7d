"""Who writes the posts that are measured: the embedded writer, a plain baseline, and models.

Everyone gets the same orders and hands in texts; what they say is checked by the same guard.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from uuid import NAMESPACE_URL, uuid5

from agents.writer import EmbeddedWriter, Writer
from benchmarks.writer_pieces import Draft, Piece, as_variant
from smartcontent.content import PlatformSpec, Segment, Variant
from tools.measure_text import measure
from tools.strategies import applicable, strategies

EVERYONE = Segment(id=uuid5(NAMESPACE_URL, "everyone"), name="everyone", size=0, everyone=True)
BASELINE = "first sentences and link"


@dataclass(frozen=True)
class Written:
    """One variant, about what, and how long it took to write."""

    piece: Piece
    variant: Variant
    seconds: float


def written(
    writer: Writer | None, pieces: Sequence[Piece], specs: Sequence[PlatformSpec], *, seed: int
) -> list[Written]:
    """Every strategy that applies, for every piece and platform; None is the baseline."""
    found: list[Written] = []
    for piece in pieces:
        for spec in specs:
            found += _baseline(piece, spec) if writer is None else _by(writer, piece, spec, seed)
    return found


def _by(writer: Writer, piece: Piece, spec: PlatformSpec, seed: int) -> Iterator[Written]:
    taken: list[str] = []
    for strategy in applicable(piece.analysis, strategies()):
        since = perf_counter()
        variant = writer.write(
            piece.content,
            piece.analysis,
            segment=EVERYONE,
            strategy=strategy,
            spec=spec,
            seed=seed,
            taken=taken,
        )
        if variant is not None:
            taken.append(variant.text)
            yield Written(piece, variant, perf_counter() - since)


def _baseline(piece: Piece, spec: PlatformSpec) -> Iterator[Written]:
    """As many variants as strategies would apply: each begins a sentence later, with the link."""
    many = len(applicable(piece.analysis, strategies()))
    for first in range(many):
        since = perf_counter()
        text = _first_sentences(piece, spec, first)
        if text:
            variant = as_variant(Draft(piece, text, BASELINE), platform=spec.platform)
            yield Written(piece, variant, perf_counter() - since)


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
