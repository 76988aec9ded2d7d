"""What counts as a campaign that got over its language model."""

from uuid import uuid4

import pytest

from benchmarks.hostile_models import WELL, wrong_with
from smartcontent.content import Finding, Variant

NOTE = Finding(rule="model-fallback", severity="info", reason="Written without the model.")
FALLEN = "embedded (fallback: model-misbehaved)"


def variant(writer: str, *findings: Finding) -> Variant:
    return Variant(
        id=uuid4(),
        segment_id=uuid4(),
        strategy="quote",
        platform="sandbox",
        text="The shelf holds 48 tools.",
        language="en",
        writer=writer,
        findings=findings,
    )


@pytest.mark.parametrize(
    ("name", "state", "variants", "asked", "well"),
    [
        ("hangs", "finished", [variant(FALLEN, NOTE)], 1, True),
        ("hangs", "failed", [variant(FALLEN, NOTE)], 1, False),
        ("hangs", "finished", [], 1, False),
        ("hangs", "finished", [variant(FALLEN, NOTE)], 0, False),
        ("hangs", "finished", [variant(FALLEN)], 1, False),
        ("hangs", "finished", [variant(FALLEN, NOTE), variant("loopback")], 1, False),
        (WELL, "finished", [variant("loopback"), variant(FALLEN, NOTE)], 1, True),
        (WELL, "finished", [variant(FALLEN, NOTE)], 1, False),
    ],
)
def test_a_campaign_must_end_and_say_who_wrote(
    name: str, state: str, variants: list[Variant], asked: int, *, well: bool
) -> None:
    assert (wrong_with(name, {"state": state, "problem": None}, variants, asked) == "") is well
