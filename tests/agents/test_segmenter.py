"""The segmenter speaks in nouns and keeps its minimum."""

from agents.segmenter import Segmenter
from tests.learning.audiences import one_kind, three_kinds


def test_segments_keep_the_minimum() -> None:
    found = Segmenter(minimum=25, seed=3).segment(three_kinds(120))
    assert len(found.segments) == 3 and min(each.size for each in found.segments) >= 25
    assert set(found.members.values()) == {each.id for each in found.segments}


def test_a_larger_minimum_gives_everyone() -> None:
    """The control: the same people, fewer than twice the minimum."""
    found = Segmenter(minimum=61, seed=3).segment(three_kinds(120))
    assert [each.name for each in found.segments] == ["everyone"] and found.note


def test_nobody_is_everyone() -> None:
    found = Segmenter().segment([])
    assert [(each.name, each.size, each.everyone) for each in found.segments] == [
        ("everyone", 0, True)
    ]


def test_alike_people_are_everyone() -> None:
    assert Segmenter().segment(one_kind(120)).segments[0].everyone
