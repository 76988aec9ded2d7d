"""What was spoken, once, in paragraphs; times, names, sounds and styles are left out."""

import pytest

from smartcontent.errors import InvalidContent
from tools.read_content import read

SRT = """1
00:00:01,000 --> 00:00:03,500
- Good morning, Ana.
How does bread rise?

2
00:00:03,600 --> 00:00:06,000
- <i>Yeast</i> eats sugar
and makes carbon dioxide.

3
00:00:06,100 --> 00:00:08,000
[MUSIC] ANA: It takes 48 hours.

4
00:00:15,000 --> 00:00:17,000
♪

5
00:00:20,000 --> 00:00:22,000
{\\an8}That is all.
"""
VTT = """WEBVTT - a talk

STYLE
::cue { color: red }

NOTE nobody reads this

intro
00:01.000 --> 00:03.000 align:start position:0%
<v Ana Lopez>Bread <c.loud>rises</c>.

00:03.000 --> 00:05.000
<v Ana Lopez>It takes time.

00:05.000 --> 00:07.000
<v Ben>How &amp; why?
"""
ROLLING = """WEBVTT

00:00.000 --> 00:02.000
bread rises because

00:02.000 --> 00:02.010
bread rises because

00:02.010 --> 00:04.000
bread rises because
yeast<00:02.500><c> eats</c><00:03.000><c> sugar</c>

00:04.000 --> 00:04.010
yeast eats sugar

00:04.010 --> 00:06.000
yeast eats sugar
and that takes time
"""
GROWING = """1
00:00:01,000 --> 00:00:02,000
Bread

2
00:00:02,000 --> 00:00:03,000
Bread rises

3
00:00:03,000 --> 00:00:04,000
Bread rises slowly.

4
00:00:04,000 --> 00:00:05,000
Bread is good.
"""


def test_srt() -> None:
    found = read(SRT.replace("\n", "\r\n").encode("utf-8-sig"), "How bread rises.srt")
    assert (found.title, found.format) == ("How bread rises", "text")
    assert found.text.split("\n\n") == [
        "Good morning, Ana. How does bread rise?",
        "Yeast eats sugar and makes carbon dioxide.",
        "It takes 48 hours.",
        "That is all.",
    ]


def test_vtt() -> None:
    found = read(VTT, "talk.vtt")
    assert found.text == "Bread rises. It takes time.\n\nHow & why?"


@pytest.mark.parametrize(("name", "kind"), [("x", "text/vtt"), ("x.txt", None), ("x.vtt", None)])
def test_vtt_is_known_by_its_type_its_looks_and_its_name(name: str, kind: str | None) -> None:
    assert "-->" not in read(VTT, name, kind).text


def test_srt_is_known_by_its_looks() -> None:
    assert "-->" not in read(SRT, "pasted").text


def test_captions_that_roll_up_are_said_once() -> None:
    assert read(ROLLING, "a.vtt").text == "bread rises because yeast eats sugar and that takes time"


def test_captions_that_grow_are_said_once() -> None:
    assert read(GROWING, "a.srt").text == "Bread rises slowly. Bread is good."


def test_what_is_said_twice_stays_said_twice() -> None:
    """The control: a repetition that is none of the screen's."""
    twice = GROWING.replace("Bread rises\n", "No.\n").replace("Bread\n", "No!\n")
    assert read(twice, "a.srt").text == "No! No. Bread rises slowly. Bread is good."


@pytest.mark.parametrize("name", ["a.vtt", "a.srt"])
@pytest.mark.parametrize("text", ["Just words.", "WEBVTX\n\n1", "1\n2\n3", "99:99:99 --> x"])
def test_what_is_no_subtitles(name: str, text: str) -> None:
    with pytest.raises(InvalidContent) as refused:
        read(text, name)
    assert refused.value.todo


def test_a_long_speech_has_paragraphs() -> None:
    cues = "".join(
        f"{n}\n00:{n // 60:02}:{n % 60:02},000 --> 00:{n // 60:02}:{n % 60:02},900\n"
        f"Sentence number {n} says that bread rises.\n\n"
        for n in range(1, 100)
    )
    paragraphs = read(cues, "a.srt").text.split("\n\n")
    assert 4 <= len(paragraphs) <= 10 and all(len(one) < 1_300 for one in paragraphs)
