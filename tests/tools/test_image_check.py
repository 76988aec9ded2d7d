"""Pictures leave without what they carried, bombs do not explode."""

import io
import struct
import zlib

import pytest
from PIL import Image

from smartcontent.errors import InvalidContent, TooLarge
from tools.image_check import SIDE, check_image


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def photo_with_a_place() -> bytes:
    """A JPEG on its side with a GPS position and a script for an artist."""
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: to be turned
    exif[0x013B] = "<script>alert(1)</script>"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    return encoded(Image.new("RGB", (40, 20), "teal"), "JPEG", exif=exif)


def png(width: int, height: int, *chunks: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join((chunk(b"IHDR", header), *chunks, chunk(b"IEND", b"")))


def chunk(kind: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check


@pytest.mark.parametrize(
    ("kind", "media_type", "stays"),
    [
        ("PNG", "image/png", "image/png"),
        ("JPEG", "image/jpeg", "image/jpeg"),
        ("WEBP", "image/webp", "image/webp"),
        ("GIF", "image/gif", "image/png"),
    ],
)
def test_type_by_content(kind: str, media_type: str, stays: str) -> None:
    found = check_image(encoded(Image.new("RGB", (12, 8), "red"), kind), "wrong.name")
    assert (found.media_type, found.width, found.height) == (stays, 12, 8)
    with Image.open(io.BytesIO(found.data)) as again:
        assert again.size == (12, 8)


def test_place_and_artist_are_gone_and_the_photo_is_upright() -> None:
    before = photo_with_a_place()
    with Image.open(io.BytesIO(before)) as original:
        assert original.getexif().get_ifd(0x8825)  # the control: the place was there
    found = check_image(before)
    with Image.open(io.BytesIO(found.data)) as again:
        assert not again.getexif() and again.info.get("exif") is None
    assert (found.width, found.height) == (20, 40)
    assert b"script" not in found.data and b"Exif" not in found.data


def test_tail_and_text_are_gone() -> None:
    text = chunk(b"tEXt", b"Comment\0<script>x</script>")
    picture = encoded(Image.new("RGB", (4, 4)), "PNG")
    found = check_image(picture[:33] + text + picture[33:] + b"<?php evil ?>")
    assert b"script" not in found.data and b"php" not in found.data


def test_see_through_stays_see_through() -> None:
    found = check_image(encoded(Image.new("RGBA", (4, 4), (255, 0, 0, 0)), "PNG"))
    with Image.open(io.BytesIO(found.data)) as again:
        assert again.mode == "RGBA"


def test_a_large_photo_is_scaled() -> None:
    found = check_image(encoded(Image.new("RGB", (6000, 20)), "JPEG"))
    assert found.width <= SIDE


def test_moving_pictures_keep_their_first_frame() -> None:
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    moving = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert check_image(moving).animated


@pytest.mark.parametrize("size", [(60_000, 60_000), (100_000, 100_000), (7_000, 7_000)])
def test_bombs_by_dimension(size: tuple[int, int]) -> None:
    with pytest.raises(TooLarge):
        check_image(png(*size, chunk(b"IDAT", zlib.compress(b"\0" * 100))))


def test_too_many_bytes() -> None:
    with pytest.raises(TooLarge):
        check_image(b"\xff\xd8\xff" + b"0" * 10_000_001)


BOMB = zlib.compress(b"a" * 80_000_000, 9)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<html><script>alert(1)</script></html>",
        b"GIF89a/*\x00\x00*/=1;alert(1)",
        png(0, 0),
        png(4, 4),
        encoded(Image.new("RGB", (64, 64)), "PNG")[:60],
        encoded(Image.new("RGB", (64, 64)), "JPEG")[:200],
        png(4, 4, chunk(b"zTXt", b"c\0\0" + BOMB), chunk(b"IDAT", zlib.compress(b"\0" * 8))),
    ],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidContent) as refused:
        check_image(data, "photo.png")
    assert refused.value.todo
