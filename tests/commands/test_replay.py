"""Real tests played through the product: what it is told, and that it finds the better headline."""

import csv
import gzip
from pathlib import Path

import pytest

from graph.expecting import TextLifts
from learning.prediction.headline_tests import Arm, HeadlineTest
from smartcontent.bootstrap import Product
from smartcontent.commands.replay import FEWEST_OLDER, arms_of, opened, play, read_tests, taught
from smartcontent.errors import InvalidInput

COLUMNS = (
    "clickability_test_id created_unix randomisation_risk headline eyecatcher_id impressions clicks"
)
NOTHING = TextLifts([], list)


def headline_test(id: str, *clicks: int) -> HeadlineTest:
    arms = tuple(Arm(f"{id} {at}", "sea", 2_000, each) for at, each in enumerate(clicks))
    return HeadlineTest(id, 1, arms)


async def test_the_better_headline_is_found_and_where_none_is_better_nothing_is(
    product: Product,
) -> None:
    stage = await opened(product, "campaign")
    found = await play(stage, [headline_test("found", 20, 600, 20)], NOTHING, 100, seed=1)
    even = await play(stage, [headline_test("even", 200, 200, 200)], NOTHING, 100, seed=1)
    assert found["impressions"] == even["impressions"] == 300
    assert found["lift"] > 0.8 and abs(even["lift"]) < 0.35


async def test_another_kind_may_decide_and_an_unknown_one_may_not(product: Product) -> None:
    for kind in ("vowpal", "thompson"):
        stage = await opened(product, kind)
        async with stage.product.services.database.transaction(stage.caller.workspace_id) as work:
            charge = await product.services.policies.charges.in_charge(work)
        assert charge.make().name == kind
    with pytest.raises(InvalidInput, match="oracle"):
        await opened(product, "oracle")


def test_older_tests_teach_and_newer_ones_are_played(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "packages.csv.gz", "wt", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS.split())
        for at in (3, 1, 2):
            for headline in ("one", "two"):
                table.writerow([f"t{at}", at, 0, headline, "sea", 2_000, 20])
    older, newer = read_tests(tmp_path, 2)
    assert [[test.id for test in half] for half in (older, newer)] == [["t1"], ["t2", "t3"]]
    with pytest.raises(InvalidInput, match=r"packages\.csv\.gz"):
        read_tests(tmp_path / "nowhere", 2)


def test_too_few_older_tests_teach_nothing() -> None:
    test = headline_test("one", 20, 30)
    assert taught([test] * (FEWEST_OLDER - 1)).priors == []
    first = arms_of(test, NOTHING)[0]
    assert first.features == {"text": "one 0", "image": "sea"}
