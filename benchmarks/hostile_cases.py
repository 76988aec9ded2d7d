"""What strangers send to hurt: files, strings and addresses, from a folder or a few of our own.

A folder has the form of `upload-hostile` (manifest.jsonl, filenames.json, files/), of
`naughty-strings` (blns.json) and of `ssrf-urls` (ssrf.jsonl).  What is missing is left out.
"""

import json
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image

from benchmarks.documents import docx, paragraph, pdf, zipped

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Upload:
    """A file, and what a media door must do with it: accept, reject, sanitise, or either of two."""

    name: str
    data: bytes
    expected: str


@dataclass(frozen=True)
class Cases:
    """Everything to be sent; `names` are file names for a good picture."""

    uploads: Sequence[Upload]
    names: Sequence[str]
    strings: Sequence[str]
    addresses: Sequence[str]


def read_cases(folder: Path) -> Cases:
    """The cases of a folder; its manifest may list files that are not there."""
    return Cases(
        uploads=list(_uploads(folder / "upload-hostile")),
        names=_list(folder / "upload-hostile" / "filenames.json"),
        strings=_list(folder / "naughty-strings" / "blns.json"),
        addresses=[row["url"] for row in _rows(folder / "ssrf-urls" / "ssrf.jsonl")],
    )


def _uploads(folder: Path) -> Iterator[Upload]:
    for row in _rows(folder / "manifest.jsonl"):
        file = folder / row["file"]
        if file.exists():
            yield Upload(file.name, file.read_bytes(), row["expect"])


def _rows(file: Path) -> list[dict[str, str]]:
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]


def _list(file: Path) -> list[str]:
    """A JSON list of strings; line by line where the list itself is damaged."""
    if not file.exists():
        return []
    text = file.read_text(encoding="utf-8", errors="surrogateescape")
    try:
        found = json.loads(text, strict=False)
    except json.JSONDecodeError:
        found = [_string(line) for line in text.split("\n") if line.strip().rstrip(",") not in "[]"]
    return [str(one) for one in found]


def _string(line: str) -> str:
    try:
        return str(json.loads(line.strip().rstrip(","), strict=False))
    except json.JSONDecodeError:
        return line.strip().strip('",')


@cache
def own_cases() -> Cases:
    """A few of each kind, made here."""
    good, out = Image.new("RGB", (8, 8), "teal"), BytesIO()
    good.save(out, "PNG")
    picture = out.getvalue()
    script = _chunk(b"tEXt", b"Comment\0<script>alert(1)</script>")
    uploads = [
        Upload("ok.png", picture, "accept"),
        Upload("text.png", picture[:33] + script + picture[33:], "sanitise"),
        Upload("cut.png", picture[:50], "reject"),
        Upload("bomb.png", _png(60_000, 60_000), "reject"),
        Upload("page.png", b"<html><script>alert(1)</script></html>", "reject"),
        Upload("script.svg", b"<svg onload='alert(1)'/>", "reject"),
        Upload("bomb.docx", zipped({"word/document.xml": bytes(101 * MEGABYTE)}), "reject"),
        Upload("slip.zip", zipped({"../../x": b"x"}), "reject"),
        Upload("script.pdf", b"%PDF-1.4 /OpenAction << /JS (app.alert(1)) >>", "reject"),
        Upload("long.pdf", pdf([[("Bread rises.", 11, 700, False)]] * 3), "reject"),
        Upload("good.docx", docx(paragraph("Bread rises.")), "reject"),
        Upload("zeros.txt", bytes(1_000), "reject"),
    ]
    strings = [
        "", " ", "\u200b", "\ufeff", "NULL", "<script>alert(0)</script>", "{{ 7 * 7 }}",
        "../../etc/passwd", "\u202etest\u202d", "Ω≈ç√∫˜µ≤≥÷", "'; DROP TABLE contents; --", "%s%n",
        "\x00", "\ud800", "社會科學院語學研究所", "٠١٢٣", "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮", "{% raw %}", "---\na: [\n---",
    ]  # fmt: skip
    addresses = [
        "http://127.0.0.1/", "http://2130706433/", "http://[::ffff:7f00:1]/", "http://localhost/",
        "http://169.254.169.254/latest/meta-data/", "file:///etc/passwd", "http://user@10.0.0.1/",
        "http://metadata.google.internal/", "https://example.org/redirects-inside",
    ]  # fmt: skip
    return Cases(uploads, ["../../etc/passwd", "a\0.png", "", "a\r\nb.png"], strings, addresses)


def _png(width: int, height: int) -> bytes:
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    body = _chunk(b"IDAT", zlib.compress(bytes(1_000)))
    return b"\x89PNG\r\n\x1a\n" + header + body + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check
