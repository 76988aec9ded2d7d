"""The list of phrases, on honest and manipulative posts of our own: what it finds, and as what."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from agents.guard import Guard
from smartcontent.content import Finding, Variant
from tests.agents.articles import SPECS
from tools.find_manipulation import Pressure, find_manipulation
from tools.score_manner import suspect

POSTS = json.loads((Path(__file__).parents[1] / "data" / "manners.json").read_text("utf-8"))
Find = Callable[[str, str], list[Pressure]]
KINDS = {"false urgency", "fear", "shame", "confirm-shaming", "clickbait gap", "outrage bait"}


def named(find: Find, language: str) -> float:
    """Share of the manipulative posts in which it finds what they are."""
    posts = [(kind, text) for code, kind, text in POSTS["manipulative"] if code == language]
    return sum(kind in {one.kind for one in find(text, language)} for kind, text in posts) / len(
        posts
    )


def alarms(find: Find, language: str) -> float:
    """Share of the honest posts in which it finds anything."""
    posts = [text for code, text in POSTS["honest"] if code == language]
    return sum(bool(find(text, language)) for text in posts) / len(posts)


def findings(text: str, language: str) -> list[Finding]:
    post = Variant(
        id=UUID(int=1), segment_id=UUID(int=2), strategy="", platform="medium", text=text,
        language=language,
    )  # fmt: skip
    found = Guard(specs=SPECS).check_alone(post).findings
    return [finding for finding in found if finding.rule == "manipulation"]


def test_the_table_has_every_kind_in_both_languages() -> None:
    counted = Counter((language, kind) for language, kind, _ in POSTS["manipulative"])
    assert {(language, kind) for language in ("en", "es") for kind in KINDS} == set(counted)
    assert len(POSTS["honest"]) >= 40 and len(POSTS["manipulative"]) >= 40


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_manipulates_is_found_as_what_it_is(language: str) -> None:
    assert named(find_manipulation, language) >= 0.8


@pytest.mark.parametrize("language", ["en", "es"])
def test_honest_posts_are_let_be(language: str) -> None:
    """Deadlines, warnings and anger that is reported are facts."""
    assert alarms(find_manipulation, language) == 0.0
    honest = [text for code, text in POSTS["honest"] if code == language]
    assert sum(bool(suspect(text, language)) for text in honest) <= 0.1 * len(honest)


def test_a_list_that_knows_nothing_or_suspects_everything_is_noticed() -> None:
    """The planted faults."""

    def everything(text: str, language: str) -> list[Pressure]:
        return [Pressure(kind, "", text, 0, len(text)) for kind in KINDS]

    assert named(lambda text, language: [], "en") == 0.0 and alarms(everything, "en") == 1.0


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("language", ["en", "es"])
def test_each_finding_has_a_reason_and_its_place(language: str, kind: str) -> None:
    posts = [text for code, of, text in POSTS["manipulative"] if code == language and of == kind]
    told = [(text, one) for text in posts for one in findings(text, language) if kind in one.reason]
    assert told
    for text, one in told:
        assert one.span is not None and one.fix and one.severity == "error"
        assert text[one.span.start : one.span.end].strip() in one.reason


@pytest.mark.parametrize(
    "text",
    [
        "Don't hesitate to contact us if the form does not open.",
        "The thieves took the van and left the bread.",
        "Which mistake changed how we test? Reading our own forms aloud.",
        "No, I don't have a permit, she said, and nobody asked for one.",
        "Good leaders don't hide mistakes.",
        "Raw dough can make you sick.",
        "The election is tomorrow, and polls close at eight.",
    ],
)
def test_near_misses_are_no_finding(text: str) -> None:
    assert find_manipulation(text, "en") == []
