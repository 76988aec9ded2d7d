"""Times as people write them."""

from datetime import UTC, datetime

import pytest

from llm.times import find_time

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("on 2026-06-01T08:30:00Z please", "2026-06-01T08:30:00+00:00"),
        ("on 2026-06-01", "2026-06-01T00:00:00+00:00"),
        ("tomorrow at 9:30 pm", "2026-05-05T21:30:00+00:00"),
        ("morgen um 9 Uhr", "2026-05-05T09:00:00+00:00"),
        ("mañana a las 7", "2026-05-05T07:00:00+00:00"),
        ("hoy", "2026-05-04T12:00:00+00:00"),
        ("in two weeks", "2026-05-18T12:00:00+00:00"),
        ("dans 3 jours", "2026-05-07T12:00:00+00:00"),
        ("in 3 Tagen", "2026-05-07T12:00:00+00:00"),
        ("12am tomorrow at 12 am", "2026-05-05T00:00:00+00:00"),
    ],
)
def test_finds_the_time(text: str, iso: str) -> None:
    found = find_time(text, now=NOW)
    assert found is not None and found[0].isoformat() == iso


@pytest.mark.parametrize("text", ["", "three posts", "2026-02-31", "in 3 apples", "at 9"])
def test_finds_no_time_where_none_is(text: str) -> None:
    assert find_time(text, now=NOW) is None


def test_a_time_that_is_none_leaves_the_day() -> None:
    found = find_time("tomorrow at 99", now=NOW)
    assert found is not None and found[0].hour == NOW.hour
