"""Training the text prior: what is read, what words earn, and the files the command writes."""

import csv
import gzip
from pathlib import Path

import numpy as np

from learning.prediction.headline_tests import HeadlineTest, read
from learning.prediction.text_contrasts import Group, contrast
from learning.prediction.text_prior import FILES, Numbers, TextPrior
from learning.prediction.text_training import train
from memory.embedding import HashedEmbedder
from smartcontent.commands.text_prior import main

COLUMNS = (
    "clickability_test_id created_unix randomisation_risk headline eyecatcher_id impressions clicks"
)
WORDS = "sea tree house road river cloud bread music garden winter letter window".split()
GOOD = WORDS[0]
embedder = HashedEmbedder(24)


def embed(texts: object) -> Numbers:
    assert isinstance(texts, list)
    return np.array(embedder.embed(texts))


def groups(count: int, *, seed: int) -> list[Group]:
    """Texts of five words; the one good word raises the click rate by 40 %."""
    random = np.random.default_rng(seed)
    return [_group(random) for _ in range(count)]


def _group(random: np.random.Generator) -> Group:
    texts = [" ".join(random.choice(WORDS, 5, replace=False)) for _ in range(4)]
    earned = np.array([0.35 * (GOOD in text.split()) for text in texts])
    clicks = random.binomial(4_000, 0.015 * np.exp(earned + random.normal(0.0, 0.1, 4)))
    return Group(texts, np.zeros((4, 24)), [4_000] * 4, clicks.tolist(), ["one"] * 4)


def written(folder: Path, rows: list[list[object]]) -> Path:
    with gzip.open(folder / "packages.csv.gz", "wt", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS.split())
        table.writerows(rows)
    return folder


def test_words_are_a_view_of_their_own() -> None:
    """Without embeddings of sentences all that can be learned is in the words."""
    prior = train(groups(220, seed=1), embed=embed)
    earned = {word: prior.contributions(word, np.zeros(24)).get(f'"{word}"', 0.0) for word in WORDS}
    assert max(earned, key=earned.__getitem__) == GOOD
    blind = train(groups(220, seed=1))
    assert not blind.weights.spoken.any() and blind.weights.known.sum() >= len(WORDS) - 1


def test_contrasts_do_not_see_the_audience_but_see_the_text() -> None:
    """Twice the clicks for all is another audience; twice for one is a better text."""
    texts, shown = ["one", "two", "three"], [3_000.0] * 3
    even = contrast(Group(texts, np.zeros((3, 1)), shown, [30.0] * 3))
    loud = contrast(Group(texts, np.zeros((3, 1)), shown, [60.0] * 3))
    one = contrast(Group(texts, np.zeros((3, 1)), shown, [60.0, 30.0, 30.0]))
    assert np.abs(even.targets).max() < 1e-9 and np.abs(loud.targets).max() < 1e-9
    assert np.abs(one.targets).max() > 0.5
    assert np.abs(one.weights.sum(axis=1)).max() < 1e-9


def test_tests_at_risk_and_thinly_shown_ones_are_left_out(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["late", 20, 0, "one ", "sea", 2_000, 30],
        ["late", 20, 0, "two", "sea", 2_000, 20],
        ["risky", 15, 1, "one", "sea", 2_000, 30],
        ["thin", 12, 0, "one", "sea", 2_000, 30],
        ["thin", 12, 0, "two", "sea", 999, 30],
        ["early", 10, 0, "three", "sea", 1_000, 9],
    ]
    tests = read(written(tmp_path, rows))
    assert [test.id for test in tests] == ["early", "late"]
    assert [arm.headline for arm in tests[1].arms] == ["one", "two"]
    (tmp_path / "parent").mkdir()
    tmp_path.joinpath("packages.csv.gz").rename(tmp_path / "parent" / "packages.csv.gz")
    (tmp_path / "parent").rename(tmp_path / "upworthy")
    assert read(tmp_path) == tests and isinstance(tests[0], HeadlineTest)


def test_the_command_writes_models_and_their_cards(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        [f"t{at:03}", at, 0, text, "sea", 4_000, clicks]
        for at, group in enumerate(groups(60, seed=2))
        for text, clicks in zip(group.texts, group.clicks, strict=True)
    ]
    data, out = written(tmp_path, rows), tmp_path / "out"
    asked = ["--data", str(data), "--out", str(out)]
    embedders = [embedder, HashedEmbedder(8)]
    main(asked, embedders=embedders)
    first = {name: (out / name).read_bytes() for name in FILES.values()}
    main(asked, embedders=embedders)
    assert {name: (out / name).read_bytes() for name in first} == first, "same data, same models"
    for reads, name in FILES.items():
        prior = TextPrior.load(out / name)
        assert (prior.embedder, prior.measured["groups"]) == (reads, 60)
        assert len(prior.weights.meaning) == (32 if "+" in reads else 24)
        card = (out / name).with_suffix(".md").read_text(encoding="utf-8")
        assert "240 arms in 60 randomised" in card and "CC BY 4.0" in card and "{" not in card
        assert f"`{name}`" in card and all(f"`{part}`" in card for part in prior.reads)
