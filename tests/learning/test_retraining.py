"""Segments stay who they are from one training to the next while the group is the same."""

from collections.abc import Callable
from uuid import NAMESPACE_DNS, uuid5

import numpy as np
import pytest

from learning.behaviour import Column
from learning.matching import same
from learning.naming import borne_out, describe
from learning.scaling import Statistics
from learning.segmentation import segment
from smartcontent.content import Behaviour, Segment, Segmentation
from tests.learning.audiences import KINDS, one_kind, person, three_kinds

Kinds = tuple[tuple[int, str, str], ...]


def audience(kinds: Kinds, size: int, seed: int, *, name: str = "") -> list[Behaviour]:
    rng = np.random.default_rng(seed)
    wanted = [kinds[number % len(kinds)] for number in range(size)]
    return [
        person(f"{name}{number}", rng, hour=hour, topic=topic, strategy=strategy)
        for number, (hour, topic, strategy) in enumerate(wanted)
    ]


def ids_of(found: Segmentation) -> dict[str, str]:
    return {f"{each.id}": each.name for each in found.segments}


def kept(before: Segmentation, after: Segmentation) -> float:
    """Share of the people in both trainings who are in the segment of the same id."""
    both = before.members.keys() & after.members.keys()
    return sum(before.members[each] == after.members[each] for each in both) / len(both)


@pytest.mark.parametrize("seed", range(3))
def test_new_people_do_not_change_who_is_who(seed: int) -> None:
    """Eight trainings, each with 5 % new people who take the place of others."""
    people = audience(KINDS, 600, seed)
    first = latest = segment(people, minimum=20, seed=1)
    for number in range(8):
        people = people[30:] + audience(KINDS, 30, 100 + number, name=f"{number}-")
        latest = segment(people, minimum=20, seed=1, previous=latest)
        assert ids_of(latest) == ids_of(first)
    assert kept(first, latest) > 0.97


def test_another_seed_and_another_measure_of_the_same_people() -> None:
    """Without the segmentation before, ids are another's: that is what is kept here."""
    people = audience(KINDS, 600, 1)
    before = segment(people, minimum=20, seed=1)
    again = segment(people, minimum=20, seed=2, previous=before)
    alone = segment(people, minimum=20, seed=2)
    assert ids_of(again) == ids_of(before) and kept(before, again) > 0.97
    assert not ids_of(alone).keys() & ids_of(before).keys()


def test_a_group_that_went_and_one_that_came_are_not_the_same() -> None:
    """Two groups stay; the third's people do something else at another time."""
    before = segment(audience(KINDS, 600, 1), minimum=20, seed=1)
    moved = (*KINDS[:2], (2, "health", "question"))
    after = segment(audience(moved, 600, 2), minimum=20, seed=1, previous=before)
    assert len(after.segments) == 3
    assert len(ids_of(before).keys() & ids_of(after).keys()) == 2
    (new,) = ids_of(after).keys() - ids_of(before).keys()
    assert ids_of(after)[new] not in ids_of(before).values()


def test_the_order_of_people_does_not_matter_after_a_training_either() -> None:
    before = segment(audience(KINDS, 600, 1), minimum=20, seed=1)
    people = audience(KINDS, 600, 2)
    one, other = (
        segment(each, minimum=20, seed=1, previous=before) for each in (people, people[::-1])
    )
    assert one == other


def test_members_are_not_needed_only_the_segments() -> None:
    """What a store lists of the segments is enough."""
    before = segment(audience(KINDS, 600, 1), minimum=20, seed=1)
    listed = Segmentation(segments=before.segments[::-1])
    people = audience(KINDS, 600, 2)
    after = segment(people, minimum=20, seed=1, previous=listed)
    assert after == segment(people, minimum=20, seed=1, previous=before)


def test_everyone_before_and_everyone_after() -> None:
    alike, groups = one_kind(240), three_kinds(240)
    everyone = segment(alike, minimum=20, seed=1)
    three = segment(groups, minimum=20, seed=1, previous=everyone)
    assert ids_of(three) == ids_of(segment(groups, minimum=20, seed=1))
    assert segment(alike, minimum=20, seed=1, previous=three) == everyone


COLUMNS = (Column("habit", "depth"), Column("topic", "sea"), Column("topic", "food"))
MEANS = np.array([[0.2, 0.7, 0.1], [0.6, 0.1, 0.7]])


def earlier(name: str, **features: float) -> Segment:
    return Segment(id=uuid5(NAMESPACE_DNS, name), name=name, size=30, features=features)


def test_groups_are_matched_by_what_they_do() -> None:
    spread = np.array([0.2, 0.3, 0.3])
    fish = earlier("fish", depth=0.25, **{"topic sea": 0.65, "topic food": 0.15})
    cooks = earlier("cooks", depth=0.55, **{"topic sea": 0.15, "topic food": 0.65})
    assert same([cooks, fish], COLUMNS, MEANS, spread) == {0: fish, 1: cooks}
    unknown = earlier("unknown", **{"topic sea": 0.7})
    assert same([unknown, cooks], COLUMNS, MEANS, spread) == {0: unknown, 1: cooks}


def test_a_group_half_way_between_is_nobody() -> None:
    spread = np.array([0.2, 0.3, 0.3])
    between = earlier("between", depth=0.4, **{"topic sea": 0.4, "topic food": 0.4})
    far = earlier("far", depth=5.0, **{"topic sea": 0.0, "topic food": 0.0})
    assert same([between, far], COLUMNS, MEANS, spread) == {}


NAMES: list[tuple[str, Callable[[float], float]]] = [
    ("readers of sea", lambda share: share),
    ("readers of food", lambda share: 1.0 - share),
]


@pytest.mark.parametrize(("name", "share"), NAMES)
def test_a_name_is_kept_while_it_is_true(name: str, share: Callable[[float], float]) -> None:
    """At 0.3 deviations a name would not be given any more; one that is there stays."""
    columns = COLUMNS[1:]
    audience = Statistics(np.array([0.5, 0.5]), np.array([0.2, 0.2]))
    for sea, stays in ((0.56, True), (0.48, False)):
        means = np.array([[share(sea), 1.0 - share(sea)]])
        (told,) = describe(columns, audience, means, [name], taken=[name])
        assert (told.name == name) is stays
        assert describe(columns, audience, means)[0].name != name or sea > 0.6


def test_a_name_of_nothing_is_not_borne_out() -> None:
    assert not borne_out("readers", []) and not borne_out("other readers", [])


def test_one_more_group_is_one_more_segment() -> None:
    """Loyalty to the number there was does not hide who came; three keep their ids."""
    before = segment(audience(KINDS, 600, 1), minimum=20, seed=1)
    more = (*KINDS, (2, "health", "question"))
    after = segment(audience(more, 800, 2), minimum=20, seed=1, previous=before)
    assert len(after.segments) == 4 and ids_of(before).keys() < ids_of(after).keys()


def test_one_group_less_is_one_segment_less() -> None:
    before = segment(audience(KINDS, 600, 1), minimum=20, seed=1)
    after = segment(audience(KINDS[:2], 400, 2), minimum=20, seed=1, previous=before)
    assert len(after.segments) == 2 and ids_of(after).keys() < ids_of(before).keys()
