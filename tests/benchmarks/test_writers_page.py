"""The page of both writers: what was measured stands on it, refusals with their reasons too."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from agents.analyst import Analyst
from benchmarks.writer_models import MODELS
from benchmarks.writers_page import page
from memory.embedding import HashedEmbedder

ARTICLE = sorted(Path("tests/data/articles").glob("18f-*.md"))[0]
COUNTED = {
    "variants": 1, "answers": 2, "no_post": 0.5, "refused": 0.5, "fallback": 1.0,
    "refused_for": {"unsupported-number": 1},
}  # fmt: skip


def row(model: str, **changed: Any) -> dict[str, Any]:
    return {
        "model": MODELS[model]().title, "piece": f"18f/{ARTICLE.name}", "strategy": "headline",
        "platform": "bluesky", "text": "A <b>text</b>\nof two lines", "findings": [],
        "writer": model, "drafts": [], **changed,
    }  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("articles")
    (folder / "18f").mkdir()
    shutil.copy(ARTICLE, folder / "18f")
    return folder


def made(data: Path, *rows: dict[str, Any]) -> str:
    said = {
        "pieces": 1, "pages_in": "", "longest_article_bytes": 100_000, "strategies_each": 2,
        "qwen": COUNTED, "smollm2": COUNTED, "rows": list(rows),
    }  # fmt: skip
    return page(said, data, Analyst(embedder=HashedEmbedder()))


def test_both_writers_stand_side_by_side(data: Path) -> None:
    text = made(data, row("qwen"))
    assert "A &lt;b&gt;text&lt;/b&gt;<br>of two lines" in text
    assert text.count("✓ no findings") >= 2
    assert ARTICLE.name in text
    assert "$articles" not in text
    assert "\n\n" not in text[text.index("<table>") : text.index("</table>")]


def test_what_was_refused_is_shown_with_its_reason(data: Path) -> None:
    refused = {"text": "All 7,777 came.", "refused": ["unsupported-number: nowhere in it"]}
    again = {"text": "", "refused": ["it broke off"]}
    text = made(
        data,
        row("qwen", drafts=[refused, again], writer="embedded (fallback: model-misbehaved)"),
        row("smollm2", drafts=[again, refused]),
    )
    assert "✗ 2 drafts refused: the embedded writer took over" in text
    assert text.count("All 7,777 came.") == 2, "in the article and among the warnings"
    assert text.count("unsupported-number: nowhere in it") == 2
    assert text.count("it broke off") == 1, "no post is no lie"


def test_a_model_that_was_right_at_once_has_nothing_refused(data: Path) -> None:
    passed = {"text": "It is so.", "refused": []}
    assert "Refused drafts" not in made(data, row("qwen", drafts=[passed]))
