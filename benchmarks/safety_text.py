"""What the guard's text models know: clickbait, dark patterns, emotion, language.

`python -m benchmarks.safety_text --data DIR [--train DIR] --json`: DIR holds clickbait/,
dark-patterns/, goemotions/ and language_id/.  Without `--train` clickbait and dark patterns are
measured over five folds of DIR, every row asked about once by models that never saw it, and
emotion by the shipped model, which never saw the dev split; with it all three are learned from that
folder and asked about in DIR.  The peers (tf-idf and logistic regression, as in scikit-learn's own
examples) learn and answer on the same rows in the same run.  Languages are always told by the
shipped model, on sentences that it was not made from.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.pipeline import Pipeline, make_pipeline

from benchmarks.contract import Bar, arguments, done, report
from benchmarks.language_id import bars as language_bars
from benchmarks.language_id import measure as measure_languages
from learning.manipulation import FILE, Manipulation
from learning.manipulation_data import Labelled, read, read_outrage
from learning.manipulation_training import (
    Quality,
    Scores,
    folds,
    learn,
    marks,
    predicted,
    quality,
)
from learning.tone import FILE as TONE_FILE
from learning.tone import Tone
from learning.tone_training import TONES, fit, fit_words
from learning.tone_training import read as read_tones
from memory.embedding import Usem3

NAMES = {"clickbait": "clickbait", "pressure": "dark_patterns"}
PEERS: dict[str, dict[str, Any]] = {
    "words": {"ngram_range": (1, 2)},
    "letters": {"analyzer": "char_wb", "ngram_range": (2, 5), "lowercase": False},
}
EMOTION_PEER = {"ngram_range": (1, 2), "min_df": 2}
QUICK = 400  # texts of a set
BATCH = 256
Rows = NDArray[np.int64]
Shares = NDArray[np.float32]


@dataclass(frozen=True)
class Compared:
    """Ours and the best peer of each column, over the same rows."""

    ours: Quality
    peers: dict[str, Quality]

    @property
    def best_auc(self) -> float:
        return max(peer.auc for peer in self.peers.values())

    @property
    def best_f1(self) -> float:
        return max(peer.f1 for peer in self.peers.values())


def compare(name: str, data: Labelled, train: Labelled | None, seed: int) -> Compared:
    """One manner by our model and by each peer."""
    both = data if train is None else _joined(train, data)
    cuts = (
        folds(both.labels, seed)
        if train is None
        else [(np.arange(len(train.texts)), np.arange(len(train.texts), len(both.texts)))]
    )
    peers = {peer: _mean([_peer(both, *cut, **how) for cut in cuts]) for peer, how in PEERS.items()}
    ours = []
    for learned, asked in cuts:
        head, unseen = learn(_rows(both, learned), name), _rows(both, asked)
        ours.append(quality(unseen.labels, predicted(head, marks(unseen.texts, name))))
    return Compared(_mean(ours), peers)


def _peer(both: Labelled, learned: Rows, asked: Rows, **how: Any) -> Quality:
    model = peer(**how)
    model.fit([both.texts[at] for at in learned], both.labels[learned])
    scores: Scores = model.predict_proba([both.texts[at] for at in asked])[:, 1]
    return quality(both.labels[asked], scores)


def peer(**how: Any) -> Pipeline:
    return make_pipeline(TfidfVectorizer(**how), LogisticRegression(max_iter=1000))


def _mean(found: Sequence[Quality]) -> Quality:
    return Quality(
        sum(one.texts for one in found),
        float(np.mean([one.auc for one in found])),
        float(np.mean([one.f1 for one in found])),
    )


def _rows(told: Labelled, at: Rows) -> Labelled:
    return Labelled([told.texts[row] for row in at], told.labels[at])


def _joined(one: Labelled, other: Labelled) -> Labelled:
    return Labelled([*one.texts, *other.texts], np.concatenate([one.labels, other.labels]))


# -- emotion -------------------------------------------------------------------------------


def emotions(data: Path, train: Path | None, many: int | None) -> dict[str, float]:
    """Macro-F1 over eight tones of the dev split, for texts that have one: ours and a peer's.

    Our model is the shipped one, or learned from `train`; the processor's milliseconds are with
    the embedding.
    """
    learned = _toned((train or data) / "goemotions", "train", many and 10 * many)
    unseen = _toned(data / "goemotions", "dev", many)
    texts, truth = _single(*unseen)
    known, labels = _single(*learned)
    ours = Tone.shipped() if train is None else _learned(*learned)
    since = process_time()
    said = _heard(ours, texts)
    took = process_time() - since
    other = make_pipeline(
        TfidfVectorizer(**EMOTION_PEER), LogisticRegression(max_iter=1000, class_weight="balanced")
    )
    other.fit(known, labels)
    return {
        "texts": float(len(texts)),
        "macro_f1": macro_f1(truth, said),
        "peer_macro_f1": macro_f1(truth, other.predict(texts)),
        "ms_per_text": 1000.0 * took / len(texts),
    }


def _toned(folder: Path, split: str, many: int | None) -> tuple[list[str], Shares]:
    told = read_tones(folder, split)
    return told.texts[:many], told.tones[:many]


def _learned(texts: Sequence[str], tones: Shares) -> Tone:
    """A tone model as the shipped one is made."""
    weights, bias = fit(_vectors(texts), tones)
    return Tone(weights, bias, tuple(TONES), Usem3.name, fit_words(texts, tones))


def _heard(tone: Tone, texts: Sequence[str]) -> Rows:
    shares = [tone(list(vector), text) for vector, text in zip(_vectors(texts), texts, strict=True)]
    found: Rows = np.array([list(said.values()) for said in shares]).argmax(axis=1)
    return found


def _vectors(texts: Sequence[str]) -> Shares:
    embedder = Usem3()
    batches = [embedder.embed(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)]
    return np.array([vector for batch in batches for vector in batch], dtype=np.float32)


def _single(texts: Sequence[str], tones: Shares) -> tuple[list[str], Rows]:
    """Texts with exactly one tone, and which."""
    one = np.flatnonzero(tones.sum(axis=1) == 1)
    return [texts[int(at)] for at in one], tones[one].argmax(axis=1)


def macro_f1(truth: Rows, said: Rows) -> float:
    return float(f1_score(truth, said, average="macro", labels=range(len(TONES)), zero_division=0))


def outrage(data: Path, train: Path, many: int | None) -> Compared:
    """Anger and disgust in comments, on the dev split."""
    learned, unseen = read(train, "outrage"), read_outrage(data, "dev")
    return compare("outrage", _some(unseen, many), _some(learned, many and 10 * many), 1)


# -- all of it -----------------------------------------------------------------------------


def milliseconds(texts: Sequence[str]) -> float:
    """Of the processor, for all three scores of a text, with the model that is shipped."""
    model = Manipulation.shipped()
    model(texts[0])
    since = process_time()
    for text in texts:
        model(text)
    return 1000.0 * (process_time() - since) / len(texts)


def sizes() -> dict[str, int]:
    folder = Path(__file__).parents[1] / "learning" / "data"
    return {name: (folder / name).stat().st_size for name in (FILE, TONE_FILE)}


def _some(told: Labelled, many: int | None) -> Labelled:
    return told if many is None else Labelled(told.texts[:many], told.labels[:many])


def measure(args: argparse.Namespace) -> tuple[dict[str, Any], dict[str, Bar]]:
    many, train = (QUICK if args.quick else None), args.train
    figures: dict[str, Any] = {"seed": args.seed, "peers": "tf-idf + logistic regression"}
    bars: dict[str, Bar] = {}
    for name, called in NAMES.items():
        data = _shuffled(read(args.data, name), many, args.seed)
        known = _shuffled(read(train, name), many, args.seed) if train else None
        found = compare(name, data, known, args.seed)
        figures[called] = vars(found.ours)
        figures |= {f"{called}_peer_{peer}": vars(one) for peer, one in found.peers.items()}
        bars[f"{called}_auc"] = Bar(found.ours.auc, found.best_auc)
        bars[f"{called}_f1"] = Bar(found.ours.f1, found.best_f1)
        figures[f"{called}_ms_per_text"] = milliseconds(data.texts[:500])
    angry = outrage(args.data, train or args.data, many)
    figures["outrage"], figures["outrage_peer_words"] = vars(angry.ours), vars(angry.peers["words"])
    tones = emotions(args.data, train, many)
    figures["emotion"] = tones
    bars["emotion_macro_f1"] = Bar(tones["macro_f1"], tones["peer_macro_f1"])
    languages = measure_languages(args.data / "language_id", seed=args.seed, quick=args.quick)
    figures["language"] = languages
    bars |= language_bars(languages)
    figures["bytes"] = sizes()
    return figures, bars


def _shuffled(told: Labelled, many: int | None, seed: int) -> Labelled:
    """Some of the rows, mixed: the files are sorted by label."""
    if many is None:
        return told
    mixed = np.random.default_rng(seed).permutation(len(told.texts))[:many]
    return Labelled([told.texts[at] for at in mixed], told.labels[mixed])


def main() -> int:
    args = arguments(__doc__)
    if args.data is None:
        raise SystemExit("Say where the texts are: --data DIR (with clickbait/, goemotions/, …)")
    figures, bars = measure(args)
    return report("safety_text", figures, bars, as_json=args.json, stricter=args.stricter)


if __name__ == "__main__":
    done(main())
