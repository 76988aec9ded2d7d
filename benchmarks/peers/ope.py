"""Open Bandit Pipeline's estimators on the same logs.

Run by the peers' own environment: `python benchmarks/peers/ope.py FOLDER`.  The folder holds one
npz a log (contexts, actions, rewards, propensities, target) and settings.json; the answer, one
JSON line, has for every log each estimator's value and the bootstrapped interval of DR.
"""

import json
import logging
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

from obp.ope import (  # noqa: E402
    DirectMethod,
    DoublyRobust,
    InverseProbabilityWeighting,
    RegressionModel,
    SelfNormalizedInverseProbabilityWeighting,
    SwitchDoublyRobustTuning,
)
from sklearn.linear_model import LogisticRegression  # noqa: E402

LIMITS = [1.0, 2.0, 3.0, 5.0, 10.0, 100.0]
FOLDS = 3


def evaluated(file: Path, draws: int, seed: int) -> dict[str, Any]:
    """Every estimator's value for one log."""
    log = {name: values for name, values in np.load(file).items()}
    common = {
        "reward": log["rewards"],
        "action": log["actions"],
        "pscore": log["propensities"],
        "action_dist": log["target"][:, :, None],
    }
    model = RegressionModel(
        n_actions=log["target"].shape[1], base_model=LogisticRegression(max_iter=1000)
    )
    told = model.fit_predict(
        context=log["contexts"],
        action=log["actions"],
        reward=log["rewards"],
        n_folds=FOLDS,
        random_state=seed,
    )
    modelled = {**common, "estimated_rewards_by_reg_model": told}
    interval = DoublyRobust().estimate_interval(
        **modelled, n_bootstrap_samples=draws, random_state=seed
    )
    low, high = (value for name, value in interval.items() if name != "mean")
    values = {
        "ips": InverseProbabilityWeighting().estimate_policy_value(**common),
        "snips": SelfNormalizedInverseProbabilityWeighting().estimate_policy_value(**common),
        "dm": DirectMethod().estimate_policy_value(
            action_dist=common["action_dist"], estimated_rewards_by_reg_model=told
        ),
        "dr": DoublyRobust().estimate_policy_value(**modelled),
        "switch_dr": SwitchDoublyRobustTuning(lambdas=LIMITS).estimate_policy_value(**modelled),
    }
    ends = sorted((float(low), float(high)))
    return {**{name: float(value) for name, value in values.items()}, "dr_interval": ends}


def main() -> None:
    folder = Path(sys.argv[1])
    settings = json.loads((folder / "settings.json").read_text())
    files = sorted(folder.glob("*.npz"))
    found = [evaluated(file, settings["draws"], settings["seed"]) for file in files]
    print(json.dumps(found))


if __name__ == "__main__":
    main()
