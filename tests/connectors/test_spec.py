"""Platform facts: each with its source and date, and a connector's own word comes first."""

from pathlib import Path

import pytest

from connectors.sandbox import Sandbox
from connectors.spec import PLATFORMS, known_specs, spec_for
from smartcontent.errors import UnknownPlatform


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
