"""X's own counting; the expected weights were computed with twitter-text-parser 3.0.0."""

import pytest

from connectors.spec import known_specs
from tools.measure_text import count
from tools.weigh_text import weigh

SPECS = known_specs({})
FAMILY = "👨\u200d👩\u200d👧"


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("hello", 5), ("你好", 4), (f"{FAMILY} family", 9), ("see example.com now", 31),
        ("https://example.com/a/b?c=d ok", 26), ("café", 4), ("e\u0301", 1), ("a…b“q”", 7),
        ("🏳️\u200d🌈🇩🇪", 4), ("한국어 텍스트", 13), ("نص عربي", 7), ("x.gov y", 25), ("हिन्दी", 6),
        ("1️⃣", 2), ("#18F is at 18f.gsa.gov.", 35), ("©", 2), ("™", 2), ("→", 2),
        ("it.so", 23), ("e.g.this", 8), ("v1.2.3", 6), ("node.js", 7), ("example.de/x", 23),
        ("hello.World", 23), ("e-mail ana@example.org", 22), ("Ünïcode – dash — em", 19),
        ("日本語。", 8), ("１２", 4), ("«ru» Привет", 11), ("(https://x.y/z)", 15),
        ("http://localhost/a", 18), ("👍🏽", 2), ("vote.gov, 18f.gsa.gov", 48), ("ḣ", 2), ("", 0),
    ],
)  # fmt: skip
def test_weights(text: str, weight: int) -> None:
    assert weigh(text) == weight
    assert count(text, SPECS["x"]) == weight


@pytest.mark.parametrize(
    ("platform", "text", "counted"),
    [
        ("bluesky", f"{FAMILY}é", 2),
        ("bluesky", "https://example.com/a", 21),
        ("mastodon", f"{FAMILY} https://example.com/a/very/long/way", 25),
        ("mastodon", "@ana@example.social says", 9),
        ("mastodon", "write to ana@example.org", 24),
        ("linkedin", FAMILY, 5),
        ("x", "好" * 140, 280),
    ],
)
def test_every_platform_counts_its_own_way(platform: str, text: str, counted: int) -> None:
    assert count(text, SPECS[platform]) == counted


def test_every_limit_has_its_source_and_date() -> None:
    for spec in SPECS.values():
        assert spec.source and spec.as_of, spec.platform
