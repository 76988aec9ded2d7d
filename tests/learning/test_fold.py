"""Same log, same state; what serves knows more, and leaves the canonical state alone."""

from random import Random

from learning.bandit.vowpal import Vowpal
from learning.fold import Record, fold, provisional, state_hash
from tests.learning.worlds import ACTIONS


def log(length: int) -> list[Record]:
    rng = Random(1)
    return [
        Record({"hour": f"{rng.randrange(24)}"}, ACTIONS, rng.choice(ACTIONS).id, 0.125, reward)
        for reward in (rng.choice([0.0, 1.0, None]) for _ in range(length))
    ]


def test_the_same_log_gives_the_same_hash() -> None:
    assert state_hash(fold(Vowpal(), log(200))) == state_hash(fold(Vowpal(), log(200)))


def test_another_log_gives_another() -> None:
    records = log(200)
    swapped = [records[1], records[0], *records[2:]]
    changed = [*records[:-1], Record({}, ACTIONS, "story", 0.125, 0.5)]
    hashes = {state_hash(fold(Vowpal(), each)) for each in (records, swapped, changed, [])}
    assert len(hashes) == 4


def test_a_fold_may_stop_and_go_on_from_a_snapshot() -> None:
    records, policy = log(200), Vowpal()
    for start in range(0, 200, 40):
        policy = Vowpal.from_snapshot(fold(policy, records[start : start + 40]).snapshot())
        policy.pull({}, ACTIONS, seed=start)
    assert state_hash(policy) == state_hash(fold(Vowpal(), records))


def test_what_is_not_known_teaches_nothing() -> None:
    known = [record for record in log(200) if record.reward is not None]
    assert 100 < len(known) < 200
    assert state_hash(fold(Vowpal(), log(200))) == state_hash(fold(Vowpal(), known))
    assert fold(Vowpal(), log(200)).updates == len(known)


def test_serving_moves_at_once_and_the_canonical_state_does_not() -> None:
    canonical = fold(Vowpal(), log(100))
    before = state_hash(canonical)
    serving = provisional(canonical, log(120)[100:])
    assert state_hash(canonical) == before != state_hash(serving)
