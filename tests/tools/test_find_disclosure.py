"""Paid pieces say so, in what is sent."""

import pytest

from agents.guard import Guard
from tests.real_articles import BOARD, analysed, variant, written
from tools.find_disclosure import labelled, paid

GUARD = Guard(specs={"board": BOARD})
PIECE = "We tested five tables on three terraces for a month. The oak one stayed dry and level."


def found(source: str, post: str, name: str = "pasted.md") -> list[tuple[str, str]]:
    own = written(source, name)
    seen = GUARD.check(variant(post), own, analysed(own)).findings
    return [(one.rule, one.severity) for one in seen if one.rule == "missing-disclosure"]


@pytest.mark.parametrize(
    ("header", "declared"),
    [
        ("sponsored: true", True),
        ("sponsor: Oak & Sons", True),
        ('paid_partnership = "yes"', True),
        ("sponsored: false", False),
        ("sponsored:", False),
        ("title: How we found a sponsor", False),
    ],
)
def test_what_the_header_declares(header: str, declared: bool) -> None:
    assert (paid(f"---\n{header}\n---\n{PIECE}", PIECE) is not None) is declared


@pytest.mark.parametrize(
    ("text", "is_paid"),
    [
        ("This post is sponsored by Oak & Sons.", True),
        ("Artículo patrocinado por Oak.", True),
        ("We looked for a sponsor for years.", False),
        ("The paid leave act passed.", False),
    ],
)
def test_what_the_words_say(text: str, is_paid: bool) -> None:
    assert (paid("", text) is not None) is is_paid


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("The oak one stayed dry. #ad", True),
        ("Paid partnership with Oak: it stayed dry.", True),
        ("Anzeige: Der Tisch blieb trocken.", True),
        ("We added a table.", False),
        ("Adding #adventure to the terrace.", False),
    ],
)
def test_labels(text: str, says: bool) -> None:
    assert labelled(text) is says


def test_the_guard_blocks_what_was_declared_and_asks_about_the_rest() -> None:
    declared = f"---\nsponsored: true\n---\n\n{PIECE}"
    said = f"{PIECE}\n\nThis post is sponsored by Oak."
    post = "The oak one stayed dry and level."
    assert found(declared, post) == [("missing-disclosure", "error")]
    assert found(said, post) == [("missing-disclosure", "warning")]
    assert found(declared, f"{post} #ad") == found(PIECE, post) == []
