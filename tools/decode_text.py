"""Bytes to text, or a refusal that says what is wrong and where."""

import codecs
import unicodedata

from smartcontent.errors import InvalidContent, TooLarge

LIMIT = 2_000_000  # bytes; a long novel is about half of it

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"RIFF", "a RIFF file (WebP, WAV or AVI)"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive (or DOCX, ODT, EPUB)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"SQLite format 3", "a database"),
)
_SAVE_AS_TEXT = "Send the text itself: UTF-8 text, Markdown or HTML."
_KEPT = "\n\t"


def decode(data: bytes | str, name: str) -> str:
    """Text of an upload with line ends as `\\n` and no control characters.

    UTF-8 (with or without a byte order mark) and UTF-16 with one are read; nothing is guessed.
    Raises TooLarge over `LIMIT` bytes, InvalidContent for everything that is not text.

    >>> decode("caf\\u00e9\\r\\n".encode("utf-16"), "note.txt")
    'café\\n'
    """
    _check_size(data, name)
    text = data if isinstance(data, str) else _decode(data, name)
    return _clean(text, name)


def _check_size(data: bytes | str, name: str) -> None:
    size = len(data)
    if isinstance(data, str) and LIMIT >= size > LIMIT // 4:
        size = len(data.encode("utf-8", "surrogatepass"))
    if size > LIMIT:
        raise TooLarge(
            f"{name} has {size:,} bytes; a text may have {LIMIT:,}.",
            todo="Split it into parts, or upload the article alone.",
            name=name, size=size, limit=LIMIT,
        )  # fmt: skip


def _decode(data: bytes, name: str) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decode_as(data, "utf-16", name)
    _refuse_binary(data, name)
    return _decode_as(data, "utf-8-sig", name)


def _refuse_binary(data: bytes, name: str) -> None:
    for magic, what in _MAGIC:
        # "MZ" alone also opens honest prose, so a second sign is asked for
        if data.startswith(magic) and (len(magic) > 2 or b"\0" in data[:512] or magic > b"\x7f"):
            raise _not_text(name, f"is {what}", kind=what)
    offset = data.find(b"\0")
    if offset >= 0:
        raise _not_text(name, f"is binary: a NUL byte stands at offset {offset}", offset=offset)


def _decode_as(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        offset = error.start + (3 if data.startswith(codecs.BOM_UTF8) else 0)
        said = encoding.removesuffix("-sig").upper()
        raise InvalidContent(
            f"{name} is not {said}: the byte at offset {offset} cannot be read.",
            todo="Save it as UTF-8 and upload it again.",
            name=name, offset=offset, encoding=said,
        ) from error  # fmt: skip


def _clean(text: str, name: str) -> str:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        offset = text.index("\0")
        raise _not_text(name, f"is binary: a NUL stands at character {offset}", offset=offset)
    if not text.isprintable():
        text = _without_controls(text, name)
    return unicodedata.normalize("NFC", text)


def _without_controls(text: str, name: str) -> str:
    """Drops the few control characters that editors leave behind; refuses when they are many."""
    controls = {c for c in set(text) if unicodedata.category(c) in ("Cc", "Cs") and c not in _KEPT}
    found = sum(text.count(control) for control in controls)
    surrogate = next((c for c in controls if unicodedata.category(c) == "Cs"), None)
    if surrogate or found > max(8, len(text) // 20):
        offset = next(i for i, c in enumerate(text) if c in controls)
        raise _not_text(
            name, f"has {found} control characters, the first at {offset}", offset=offset
        )
    return text.translate(dict.fromkeys(map(ord, controls | set(_INVISIBLE))))


# byte order marks, soft hyphens and direction overrides change what a reader sees
_INVISIBLE = "\ufeff\u00ad\u202d\u202e\ufffc"


def _not_text(name: str, what: str, **facts: object) -> InvalidContent:
    return InvalidContent(f"{name} {what}.", todo=_SAVE_AS_TEXT, name=name, **facts)
