"""Pictures: known by their content, bounded before they are decoded, free of what they carry.

What leaves is a new picture: no EXIF (so no GPS position and no camera), no text chunks, no tail
behind the image.  Orientation is applied and colours are brought to sRGB first.
"""

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from threading import Lock

from PIL import Image, ImageCms, ImageOps

from smartcontent.errors import InvalidContent, TooLarge

BYTES = 10_000_000
PIXELS = 36_000_000  # decoded at 4 bytes each: 144 MB at most
SIDE = 4096  # pixels: what leaves is never longer
QUALITY = 90  # of JPEG and WebP

TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}
_PROFILE = 1_000_000  # bytes: a larger colour profile is no colour profile
# memory is bounded by decoding one picture at a time; warning filters belong to the process too
_ONE_AT_A_TIME = Lock()
# what Pillow's readers raise on damaged files
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, IndexError)


@dataclass(frozen=True)
class CheckedImage:
    """`data` is safe to keep and to publish, `media_type` is what it is.

    An animated picture is kept by its first frame, and `animated` says that it moved.
    """

    media_type: str
    width: int
    height: int
    data: bytes
    animated: bool = False


@dataclass(frozen=True)
class Decoded:
    """A picture as it is to be seen, bounded, without its metadata; `kind` is Pillow's name."""

    picture: Image.Image
    kind: str
    animated: bool


def check_image(data: bytes, name: str = "picture") -> CheckedImage:
    """Decode, bound and re-encode a PNG, JPEG, WebP or GIF picture.

    Raises InvalidContent for anything else and for damaged files, TooLarge over the limits.

    >>> check_image(b"<svg onload='x'/>", "a.png")
    Traceback (most recent call last):
    smartcontent.errors.InvalidContent: a.png is not a picture that can be read. Send a PNG, ...
    """
    with decoded(data, name) as found:
        return written(found.picture, found.kind, found.animated)


@contextmanager
def decoded(data: bytes, name: str = "picture") -> Iterator[Decoded]:
    """One picture, alone in memory for as long as it is needed.

    Raises InvalidContent for what is no picture or damaged, TooLarge over the limits.
    """
    if len(data) > BYTES:
        raise _too_large(name, f"{len(data):,} bytes", f"{BYTES:,}", size=len(data))
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            yield _decode(data, name)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
            raise _too_large(name, "too many pixels", f"{PIXELS:,}") from bomb
        except _BROKEN as error:
            raise InvalidContent(
                f"{name} is not a picture that can be read.",
                todo="Send a PNG, JPEG, WebP or GIF file as the camera or the editor saved it.",
                name=name,
            ) from error


def _decode(data: bytes, name: str) -> Decoded:
    with Image.open(BytesIO(data), formats=tuple(TYPES)) as opened:
        kind = opened.format or "PNG"
        width, height = opened.size
        if width < 1 or height < 1:
            raise ValueError("a picture without pixels")
        if width * height > PIXELS:
            raise _too_large(
                name, f"{width} × {height} pixels", f"{PIXELS:,}", pixels=width * height
            )
        animated = bool(getattr(opened, "is_animated", False))
        if kind == "JPEG":
            opened.draft("RGB", (SIDE, SIDE))  # decodes a large photo at half size at once
        opened.load()
        return Decoded(_upright(opened), kind, animated)


def _upright(opened: Image.Image) -> Image.Image:
    """As it is to be seen: turned, in sRGB, no longer than `SIDE`, without its metadata."""
    profile = opened.info.get("icc_profile")
    picture = ImageOps.exif_transpose(opened)
    see_through = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    picture = _in_srgb(picture, profile).convert("RGBA" if see_through else "RGB")
    picture.thumbnail((SIDE, SIDE))
    picture.info.clear()
    return picture


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile or len(profile) > _PROFILE or picture.mode not in ("RGB", "RGBA", "CMYK"):
        return picture
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        mode = "RGBA" if picture.mode == "RGBA" else "RGB"
        turned = ImageCms.profileToProfile(picture, source, target, outputMode=mode)
    except (ImageCms.PyCMSError, OSError):
        return picture  # a damaged profile: the numbers as they are
    return turned or picture


def written(
    picture: Image.Image, kind: str, animated: bool = False, quality: int = QUALITY
) -> CheckedImage:
    """Encoded anew; a GIF, and what is see-through and so no JPEG, becomes a PNG."""
    kind = "PNG" if kind == "GIF" or (kind == "JPEG" and picture.mode == "RGBA") else kind
    out = BytesIO()
    picture.save(out, kind, **({} if kind == "PNG" else {"quality": quality}))
    return CheckedImage(TYPES[kind], picture.width, picture.height, out.getvalue(), animated)


def _too_large(name: str, has: str, limit: str, **facts: object) -> TooLarge:
    return TooLarge(
        f"{name} has {has}; a picture may have {limit}.",
        todo="Scale it down and upload it again.",
        name=name,
        **facts,
    )
