"""The off-policy benchmark on customers made here, with peers by their published formulas."""

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.bandit import mailing, ope
from benchmarks.bandit.mailing import ARMS

VISITS = {"No E-Mail": 0.2, "Mens E-Mail": 0.45, "Womens E-Mail": 0.3}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """9,000 customers of whom those who bought men's things like men's mail."""
    rng, tmp_path = np.random.default_rng(1), tmp_path_factory.mktemp("data")
    (tmp_path / "hillstrom").mkdir()
    with gzip.open(tmp_path / "hillstrom/hillstrom.csv.gz", "wt", encoding="utf-8") as text:
        fields = "recency history mens womens zip_code newbie channel segment visit".split()
        rows = csv.DictWriter(text, fields)
        rows.writeheader()
        rows.writerows(customer(rng) for _ in range(9_000))
    (tmp_path / "open_bandit").mkdir()
    for policy in ("random", "bts"):
        file = tmp_path / f"open_bandit/{policy}_men.csv.gz"
        with gzip.open(file, "wt", encoding="utf-8") as text:
            shown = csv.DictWriter(text, ["item_id", "click", "propensity_score"])
            shown.writeheader()
            for number in range(2_000):
                row = {"item_id": number % 5, "click": int(number < 40), "propensity_score": 0.2}
                shown.writerow(row)
    return tmp_path


def customer(rng: np.random.Generator) -> dict[str, object]:
    mens, arm = int(rng.integers(2)), ARMS[rng.integers(3)]
    visits = VISITS[arm] + 0.1 * mens * (arm == "Mens E-Mail")
    return {
        "recency": int(rng.integers(1, 13)),
        "history": round(float(rng.lognormal(5.0)), 2),
        "mens": mens,
        "womens": 1 - mens,
        "zip_code": "Rural",
        "newbie": int(rng.integers(2)),
        "channel": "Web",
        "segment": arm,
        "visit": int(rng.random() < visits),
    }


def formulas(script: str, folder: Path, settings: dict[str, Any]) -> list[dict[str, Any]]:
    """Peers that expect of each arm what it earned, whoever gets it."""
    assert script == "ope.py" and settings["draws"] > 0
    return [formula(np.load(file)) for file in sorted(folder.glob("*.npz"))]


def formula(log: Any) -> dict[str, Any]:
    actions, rewards, target = log["actions"], log["rewards"], log["target"]
    weights = target[np.arange(len(actions)), actions] / log["propensities"]
    rates = np.array([rewards[actions == arm].mean() for arm in range(len(ARMS))])
    expected = target @ rates
    robust = expected + weights * (rewards - rates[actions])
    far = 1.96 * float(robust.std()) / np.sqrt(len(actions))
    dr = float(robust.mean())
    return {
        "ips": float((weights * rewards).mean()),
        "snips": float((weights * rewards).sum() / weights.sum()),
        "dm": float(expected.mean()),
        "dr": dr,
        "switch_dr": dr,
        "dr_interval": [dr - far, dr + far],
    }


def told(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, dict[str, Any]]:
    status = ope.main(["--quick", "--json", "--seed", "3", *argv], ask=formulas)
    said: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return status, said


def test_ours_beside_the_formulas(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, said = told(capsys, "--data", str(data))
    assert said["benchmark"] == "bandit.ope" and said["seed"] == 3
    assert said["ips_error"] == pytest.approx(said["peer_ips_error"])
    assert said["snips_error"] == pytest.approx(said["peer_snips_error"])
    assert said["naive_error"] > 2 * said["shrunk_dr_error"]
    assert said["bars"]["open_bandit_refused"] == {"value": 1.0, "bar": 1.0, "holds": True}
    assert 0.95 < said["bars"]["width_over_bootstrapped_dr"]["value"] < 1.25
    assert status == (0 if all(bar["holds"] for bar in said["bars"].values()) else 1)


def test_a_folder_to_train_on_leaves_all_customers_to_the_log(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, alone = told(capsys, "--data", str(data / "hillstrom"))
    _, trained = told(capsys, "--data", str(data), "--train", str(data))
    assert trained["log_rows"] > 1.05 * alone["log_rows"]


def test_a_log_with_wrong_propensities_falls_short(data: Path) -> None:
    """The control: were the habit not what was logged, the truth would be missed."""
    customers = mailing.read(data)
    biased = mailing.split(customers, None, np.random.default_rng(1))
    lied = mailing.Biased(
        biased.log,
        np.full(len(biased.log), 1 / 3),
        biased.target,
        biased.truth,
        biased.truth_variance,
    )
    _, low, high, *_ = ope.answers(lied, 1)["ips"]
    assert not low <= biased.truth <= high
    _, low, high, *_ = ope.answers(biased, 1)["ips"]
    assert low <= biased.truth <= high
