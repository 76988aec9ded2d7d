"""Language identification: our reader beside py3langid alone and lingua, on the same sentences.

`--data DIR` holds `sentences.csv.gz` (columns `lang`, `text`).  Sentences that the shipped model
was trained on are left out, by their fingerprints; lingua is asked in the peers' environment
(`make bench-peers`) and in whole runs, for it takes long to load.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from benchmarks.bandit.peers import PYTHON, ask
from benchmarks.contract import Bar, arguments, done, report
from learning.languages import FILE, Languages, fingerprint
from learning.languages_training import Row, read
from tools.detect_language import detect

PER_LANGUAGE = 100
QUICK = 5
WARM = "The first sentence loads what is needed."
Detect = Callable[[str], str]


@dataclass(frozen=True)
class Score:
    """How a detector did: shares of sentences, of languages' means; milliseconds for a sentence and
    seconds to load are the processor's, so that a busy machine tells the same."""

    accuracy: float
    macro: float
    worst: float
    milliseconds: float
    load_seconds: float


def measure(folder: Path, *, seed: int = 1, quick: bool = False) -> dict[str, Any]:
    """Figures by name; `ours` and each peer is a `Score` on the same unseen sentences."""
    rows = unseen(read(folder), seed, QUICK if quick else PER_LANGUAGE)
    scores = {"ours": score(_ours, rows), "py3langid": score(_py3langid, rows)}
    heavy = not quick and _lingua_is_there()
    scores |= _lingua(rows) if heavy else {}
    model = files("learning").joinpath("data", FILE)
    peers = [one.accuracy for name, one in scores.items() if name != "ours"]
    return {
        "seed": seed,
        "texts": len(rows),
        "languages": len({code for code, _ in rows}),
        "model_bytes": len(model.read_bytes()),
        **scores,
        "best_peer": max(peers),
        "left_out": [] if heavy else ["lingua"],
    }


def bars(figures: dict[str, Any]) -> dict[str, Bar]:
    """Ours at least as often right as the best peer."""
    return {"language_accuracy": Bar(figures["ours"].accuracy, figures["best_peer"])}


def unseen(rows: Sequence[Row], seed: int, per_language: int) -> list[Row]:
    """As many sentences of each language, none of which the shipped model was trained on."""
    trained = Languages.shipped().seen
    by: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if fingerprint(row[1]) not in trained:
            by[row[0]].append(row)
    draw = Random(seed)
    return [row for code in sorted(by) for row in _drawn(by[code], draw, per_language)]


def _drawn(rows: list[Row], draw: Random, most: int) -> list[Row]:
    return draw.sample(rows, min(most, len(rows)))


def score(make: Callable[[], Detect], rows: Sequence[Row]) -> Score:
    began = process_time()
    named = make()
    named(WARM)
    loaded = process_time()
    codes = [named(text) for _, text in rows]
    return scored(rows, codes, process_time() - loaded, loaded - began)


def scored(rows: Sequence[Row], codes: Sequence[str], took: float, load: float) -> Score:
    """`took` and `load` are processor seconds, for all rows and before the first."""
    right: dict[str, list[bool]] = defaultdict(list)
    for (code, _), said in zip(rows, codes, strict=True):
        right[code].append(said == code)
    means = [sum(hits) / len(hits) for hits in right.values()]
    return Score(
        accuracy=round(sum(map(sum, right.values())) / len(rows), 4),
        macro=round(sum(means) / len(means), 4),
        worst=round(min(means), 4),
        milliseconds=round(1000 * took / len(rows), 3),
        load_seconds=round(load, 2),
    )


def _ours() -> Detect:
    return lambda text: detect(text)[0]


def _py3langid() -> Detect:
    """As shipped, with the code that the sentences use for Norwegian."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([code for code in identifier.labels if len(code) == 2])

    def named(text: str) -> str:
        code = str(identifier.classify(text)[0])
        return "nb" if code == "no" else code

    return named


def _lingua_is_there() -> bool:
    """Whether the peers' environment has it."""
    return any((PYTHON.parents[1] / "lib").glob("python*/site-packages/lingua"))


def _lingua(rows: Sequence[Row]) -> dict[str, Score]:
    """Both of its modes, in a process of their own."""
    with TemporaryDirectory() as folder:
        texts = [text for _, text in rows]
        answers = ask("lingua_id.py", Path(folder), {"texts": texts, "warm": WARM})
    return {
        name: scored(rows, told["codes"], told["seconds"], told["load"])
        for name, told in answers.items()
    }


def main() -> int:
    args = arguments(__doc__)
    figures = measure(args.data, seed=args.seed, quick=args.quick)
    return report("language_id", figures, bars(figures), as_json=args.json, stricter=args.stricter)


if __name__ == "__main__":
    done(main())
