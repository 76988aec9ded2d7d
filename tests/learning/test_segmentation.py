"""Groups where there are groups, everyone where there are none, and never a small group."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import chain

import numpy as np
import pytest

from learning.behaviour import DAY_PARTS, Column, in_part, tabulate
from learning.naming import describe
from learning.scaling import Scaling, Statistics
from learning.segmentation import _places, segment
from smartcontent.content import Behaviour
from smartcontent.errors import InvalidInput
from tests.learning.audiences import KINDS, one_kind, person, three_kinds


@pytest.mark.parametrize("seed", [1, 2])
def test_planted_groups_are_found(seed: int) -> None:
    people = three_kinds(240, seed)
    found = segment(people, minimum=20, seed=1)
    assert len(found.segments) == 3 and not any(each.everyone for each in found.segments)
    for kind in range(3):
        together = Counter(found.members[f"{n}"] for n in range(kind, 240, 3))
        assert together.most_common(1)[0][1] >= 76


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_without_groups_there_is_everyone(seed: int) -> None:
    """The control: the same checks do not see groups where there are none."""
    found = segment(one_kind(240, seed), minimum=20, seed=1)
    assert [each.name for each in found.segments] == ["everyone"]
    assert found.segments[0].everyone and found.members == {} and "twice" in found.note


@pytest.mark.parametrize("size", [0, 1, 39])
def test_too_few_people_are_everyone(size: int) -> None:
    found = segment(three_kinds(size), minimum=20, seed=1)
    assert [each.size for each in found.segments] == [size]
    assert found.note == f"{size} people allowed personalisation; segments need at least 40."


def test_sizes_members_and_evidence_agree() -> None:
    people = three_kinds(240)
    found = segment(people, minimum=20, seed=1)
    sizes = Counter(found.members.values())
    assert {each.id: each.size for each in found.segments} == dict(sizes)
    assert set(found.members) == {person.subject for person in people}
    assert min(sizes.values()) >= 20
    for each in found.segments:
        assert each.evidence and "audience average" in each.evidence[0]
        assert each.language == "en" and each.features["frequency_per_week"] > 0.0


def test_names_say_what_the_people_are_like() -> None:
    names = {each.name for each in segment(three_kinds(240), minimum=20, seed=1).segments}
    assert len(names) == 3
    for _, topic, strategy in KINDS:
        words = (topic, strategy.replace("_", " "))
        assert any(any(word in name for word in words) for name in names)


def test_the_order_of_people_does_not_matter_and_ids_are_stable() -> None:
    people = three_kinds(240)
    ahead, back = (segment(each, minimum=20, seed=1) for each in (people, people[::-1]))
    assert ahead == back
    other = segment(people, minimum=20, seed=2)
    assert not {each.id for each in other.segments} & {each.id for each in ahead.segments}


class Shelf:
    """People who are made whenever they are asked for, and never held."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.read = 0

    def __iter__(self) -> Iterator[Behaviour]:
        self.read += 1
        return iter(three_kinds(self.size))


def test_people_may_be_read_from_somewhere() -> None:
    shelf = Shelf(240)
    assert segment(shelf, minimum=20, seed=1) == segment(three_kinds(240), minimum=20, seed=1)
    assert shelf.read == 2


def test_people_who_can_be_read_only_once_are_refused() -> None:
    with pytest.raises(InvalidInput, match="240 people at first and 0 when read again"):
        segment(iter(three_kinds(240)), minimum=20, seed=1)


def test_a_small_group_joins_its_nearest() -> None:
    sizes, centres = np.array([40, 50, 6]), np.array([[5.0], [0.0], [6.0]], dtype=np.float32)
    assert _places(sizes, centres, 20).tolist() == [1, 0, 1]
    assert _places(sizes, centres, 5).tolist() == [1, 0, 2]
    assert _places(sizes, centres, 60).tolist() == [0, 0, 0]


def test_every_group_has_a_name_of_its_own() -> None:
    table = tabulate(one_kind(60))
    means = np.array([table.values[at : at + 20].mean(axis=0) for at in (0, 20, 40)])
    told = describe(table.columns, Statistics.of([table.values]), means)
    assert len({each.name for each in told}) == 3


def test_one_late_click_does_not_make_a_night_reader() -> None:
    rng = np.random.default_rng(1)
    days = [person(f"{n}", rng, hour=10) for n in range(50)]
    once = Behaviour(
        subject="once", events=1, recency_days=1, frequency_per_week=1, depth=0.5,
        hours=tuple(float(hour == 23) for hour in range(24)),
    )  # fmt: skip
    table = tabulate([*days, once])
    night = table.columns.index(Column("time", "night"))
    assert table.values[table.subjects.index("once"), night] < 0.25


def test_people_of_whom_little_is_known_are_average() -> None:
    blank = Behaviour(subject="b", events=0, recency_days=1, frequency_per_week=0, depth=0)
    table = tabulate([*three_kinds(30), blank])
    scaling = Scaling.of(table.columns, table.values, Statistics.of([table.values]))
    assert np.isfinite(scaling(table.values)).all()
    row = table.subjects.index("b")
    others = np.delete(table.values, row, axis=0)
    assert np.allclose(table.values[row, 3:], others[:, 3:].mean(axis=0), atol=0.08)


def test_day_parts_cover_the_day_once() -> None:
    hours = chain.from_iterable(
        [hour for hour in range(24) if in_part([float(h == hour) for h in range(24)], part)]
        for part in DAY_PARTS.values()
    )
    assert sorted(hours) == list(range(24))


def test_nobody_waits_for_scikit_learn() -> None:
    """It takes seconds to import; neither deciding nor segmenting needs it."""
    modules = "agents.learner, agents.scheduler, agents.segmenter, learning.fold, learning.tone"
    code = f"import sys, {modules}; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    # the control: what the check finds when it is loaded
    there = f"import sys; sys.modules['sklearn'] = sys; {code}"
    assert subprocess.run([sys.executable, "-c", there], check=False).returncode == 1
