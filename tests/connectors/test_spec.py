"""Platform facts: each with its source and date, and a connector's own word comes first."""

from pathlib import Path

import pytest

from connectors.sandbox import Sandbox
from connectors.spec import PLATFORMS, known_specs, spec_for
from smartcontent.errors import UnknownPlatform
from tools.measure_text import count


def test_every_fact_has_a_source_and_a_date() -> None:
    for name, spec in PLATFORMS.items():
        assert spec.platform == name
        assert spec.source.startswith("https://")
        assert len(spec.as_of.split("-")) == 3
        assert spec.text_limit > 0


def test_the_table_claims_no_ability() -> None:
    """Only a connector can publish, find or personalise."""
    can = [(spec.personalises, spec.idempotent, spec.can_find) for spec in PLATFORMS.values()]
    assert set(can) == {(False, False, False)}


def test_a_connector_knows_better(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path)
    sandbox.spec = sandbox.spec.model_copy(update={"platform": "mastodon", "text_limit": 5000})
    assert spec_for("mastodon", {}).text_limit == 500
    assert spec_for("mastodon", {"mastodon": sandbox}).text_limit == 5000


def test_an_unknown_platform_is_told_the_known_ones(tmp_path: Path) -> None:
    connected = {"sandbox": Sandbox(tmp_path)}
    with pytest.raises(UnknownPlatform) as caught:
        spec_for("myspace", connected)
    assert all(name in caught.value.todo for name in known_specs(connected))
    assert "sandbox" in caught.value.todo


@pytest.mark.parametrize(
    ("platform", "text", "title"),
    [
        ("bluesky", 300, None), ("mastodon", 500, None), ("x", 280, None),
        ("linkedin", 3_000, None), ("instagram", 2_200, None), ("facebook", 63_206, None),
        ("threads", 500, None), ("tiktok", 4_000, 90), ("youtube", 5_000, 100),
        ("reddit", 40_000, 300), ("telegram", 4_096, None), ("discord", 2_000, None),
        ("slack", 40_000, None), ("wordpress", 1_000_000, None), ("devto", 100_000, None),
    ],
)  # fmt: skip
def test_what_platforms_say_themselves(platform: str, text: int, title: int | None) -> None:
    spec = PLATFORMS[platform]
    assert (spec.text_limit, spec.title_limit) == (text, title)


def test_texts_are_counted_by_each_platforms_own_rules() -> None:
    """One text of an emoji family, a link and a mention; and titles where posts have them."""
    text = "👩‍👩‍👧 é https://example.org/a/long/way/to/go @ana@example.social"
    counted = {name: count(text, PLATFORMS[name]) for name in PLATFORMS}
    assert counted["bluesky"] == 60  # what people see
    assert counted["mastodon"] == 1 + 1 + 1 + 1 + 23 + 1 + 4
    assert counted["x"] == 2 + 1 + 1 + 1 + 23 + 1 + 19
    assert counted["youtube"] == len(text.encode())
    assert counted["discord"] == len(text)
