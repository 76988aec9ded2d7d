"""Other libraries' contextual bandits on the same rows: predict, see the reward, learn, go on.

Run by the peers' own environment: `python benchmarks/peers/contextual.py FOLDER`.  The folder
holds one npz a world (contexts (n, d), rewards (n, K), offered (n,): the arm a row was logged
with, or -1 where every arm's reward is known; orders (seeds, n)) and settings.json; the answer,
one JSON line, has for every world and peer the mean reward of each order, decisions a second of
processor time and by how much the process grew.
"""

import json
import logging
import sys
import time
import warnings
from pathlib import Path
from random import Random

import numpy as np

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

from contextualbandits.online import LinUCB as ContextualbanditsLinUCB  # noqa: E402
from mabwiser.mab import MAB, LearningPolicy  # noqa: E402
from obp.policy import LinUCB as ObpLinUCB  # noqa: E402
from vowpal_wabbit_next import TextFormatParser, Workspace  # noqa: E402


class VowpalDefaults:
    """`--cb_explore_adf` as its manual shows it: context and arm, crossed; sampled by us."""

    def __init__(self, exploration, arms, seed):
        self.arms = arms
        self.random = Random(seed)
        self.workspace = Workspace(["--quiet", "--cb_explore_adf", *exploration, "-q", "ca"])
        self.parser = TextFormatParser(self.workspace)

    def pull(self, context):
        shared = " ".join(f"x{at}:{value!r}" for at, value in enumerate(context.tolist()) if value)
        self.lines = [f"shared |c {shared}", *(f"|a arm={arm}" for arm in range(self.arms))]
        shares = dict(self.workspace.predict_one([self.parser.parse_line(li) for li in self.lines]))
        left = self.random.random() * sum(shares.values())
        drawn = 0
        for drawn in shares:
            left -= shares[drawn]
            if left < 0.0:
                break
        self.share = shares[drawn]
        return drawn

    def update(self, context, arm, reward):
        self.lines[arm + 1] = f"0:{-reward}:{self.share} {self.lines[arm + 1]}"
        self.workspace.learn_one([self.parser.parse_line(line) for line in self.lines])


def with_constant(context):
    """For who adds none."""
    return np.append(context, 1.0)[None]


class Mabwiser:
    def __init__(self, arms, dimensions, seed):
        self.mab = MAB(list(range(arms)), LearningPolicy.LinUCB(), seed=seed)
        none = np.zeros((0, dimensions + 1))
        self.mab.fit(np.zeros(0, dtype=int), np.zeros(0), none)

    def pull(self, context):
        return self.mab.predict(with_constant(context))

    def update(self, context, arm, reward):
        self.mab.partial_fit([arm], [reward], with_constant(context))


class Obp:
    def __init__(self, arms, dimensions, seed):
        self.policy = ObpLinUCB(dim=dimensions + 1, n_actions=arms, random_state=seed)

    def pull(self, context):
        return int(self.policy.select_action(with_constant(context))[0])

    def update(self, context, arm, reward):
        self.policy.update_params(action=arm, reward=reward, context=with_constant(context))


class Contextualbandits:
    def __init__(self, arms, seed):
        self.policy = ContextualbanditsLinUCB(nchoices=arms, random_state=seed + 1)

    def pull(self, context):
        return int(self.policy.predict(context[None])[0])

    def update(self, context, arm, reward):
        given = np.array([arm]), np.array([reward])
        self.policy.partial_fit(context[None], *given)


def peers(arms, dimensions):
    return {
        "vowpal_squarecb": lambda seed: VowpalDefaults(["--squarecb"], arms, seed),
        "vowpal_bag_5": lambda seed: VowpalDefaults(["--bag", "5"], arms, seed),
        "mabwiser_linucb": lambda seed: Mabwiser(arms, dimensions, seed),
        "obp_linucb": lambda seed: Obp(arms, dimensions, seed),
        "contextualbandits_linucb": lambda seed: Contextualbandits(arms, seed),
    }


def live(policy, world, order):
    """Mean reward of the decisions that count; where an arm was logged, only hits count."""
    total, count = 0.0, 0
    for row in order:
        context, offered = world["contexts"][row], world["offered"][row]
        arm = policy.pull(context)
        if offered < 0 or arm == offered:
            reward = float(world["rewards"][row, arm])
            policy.update(context, arm, reward)
            total, count = total + reward, count + 1
    return total / max(count, 1)


def memory_mb():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20


def asked(name, make, world):
    values, seconds, before = [], 0.0, memory_mb()
    for seed, order in enumerate(world["orders"]):
        policy = make(seed)
        began = time.process_time()
        values.append(live(policy, world, order))
        seconds += time.process_time() - began
    speed = world["orders"].size / seconds
    return {"values": values, "per_second": speed, "grew_mb": memory_mb() - before}


def main():
    folder = Path(sys.argv[1])
    wanted = json.loads((folder / "settings.json").read_text())
    found = {}
    for name in wanted["worlds"]:
        world = dict(np.load(folder / f"{name}.npz"))
        kinds = peers(world["rewards"].shape[1], world["contexts"].shape[1])
        found[name] = {kind: asked(kind, make, world) for kind, make in kinds.items()}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
