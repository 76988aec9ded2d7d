"""`smartcontent analyse`, `propose`, `platforms`, `strategies`: what a newcomer tries first."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from benchmarks.documents import docx, paragraph, pdf
from smartcontent.cli import app
from smartcontent.errors import UnknownPlatform, UnknownStrategy

SENTENCE = "We opened the bakery in 2014 and sold 1,200 loaves in the first week."
CUES = f"WEBVTT\n\n00:00:01.000 --> 00:00:04.000\n{SENTENCE}\n"
FILES: dict[str, bytes] = {
    "a.md": f"# Bread\n\n{SENTENCE}\n\n![A loaf](loaf.jpg) ![](oven.jpg)\n".encode(),
    "a.html": f"<h1>Bread</h1><p>{SENTENCE}</p>".encode(),
    "a.txt": SENTENCE.encode(),
    "a.vtt": CUES.encode(),
    "a.srt": CUES.replace("WEBVTT\n\n", "1\n").replace(".000", ",000").encode(),
    "a.docx": docx(paragraph(SENTENCE)),
    "a.pdf": pdf([[(SENTENCE, 11.0, 700.0, False)]]),
}


def command(*words: str) -> dict[str, Any]:
    done = CliRunner().invoke(app, [*words, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    said: dict[str, Any] = json.loads(done.output.splitlines()[-1])
    return said


@pytest.mark.parametrize("name", FILES)
def test_every_kind_of_file_is_analysed(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(FILES[name])
    said = command("analyse", str(tmp_path / name))
    assert said["language"] == "en"
    assert "1,200" in {claim["text"].split()[0] for claim in said["claims"]}
    if name == "a.md":
        assert [picture["alt_text"] for picture in said["pictures"]] == ["A loaf", ""]
        assert any("1 picture has no alternative text" in note for note in said["notes"])


def test_drafts_are_written_and_checked() -> None:
    article = "tests/data/articles/18f-communicart.md"
    said = command("propose", article, "--platform", "bluesky", "--strategy", "key_point")
    (draft,) = said["variants"]
    assert draft["strategy"] == "key_point" and draft["platform"] == "bluesky"
    assert 0 < len(draft["text"]) <= 300
    for wrong, problem in (("--platform", UnknownPlatform), ("--strategy", UnknownStrategy)):
        with pytest.raises(problem):
            command("propose", article, wrong, "myspace")


def test_a_wanted_tone_is_measured_as_in_the_product() -> None:
    article = "tests/data/articles/18f-communicart.md"
    drafts = command("propose", article, "--platform", "bluesky", "--tone", "joyful")["variants"]
    assert all(draft["wanted_tone"] == "joyful" and draft["tone"] for draft in drafts)


def test_what_there_is_to_choose_from() -> None:
    known = command("platforms")
    assert {"youtube", "wordpress", "x"} <= {spec["platform"] for spec in known["platforms"]}
    assert "sandbox" in known["connected"] and "x" not in known["connected"]
    assert {"story", "quote"} <= {one["name"] for one in command("strategies")["strategies"]}
