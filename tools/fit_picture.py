"""A picture as a platform takes it: cropped to its shapes, scaled to its size, in its formats."""

from collections.abc import Iterator

from PIL import Image, ImageOps

from smartcontent.content import PlatformSpec
from smartcontent.errors import TooLarge
from tools.image_check import QUALITY, TYPES, CheckedImage, decoded, written

_QUALITIES = (QUALITY, 80, 70, 60)
_SMALLER = 0.8  # of the sides, when no quality is enough
_LEAST = 200  # pixels of the longer side: smaller shows nothing
# what is in a picture is more often above its middle than below
_CENTRE = (0.5, 0.4)


def fit_picture(data: bytes, spec: PlatformSpec, name: str = "picture") -> CheckedImage:
    """The picture itself where it fits the platform's rules, else the nearest one that does.

    `data` is a picture as `check_image` leaves it: upright and without metadata, and so is what
    is made of it.  The same picture and rules give the same bytes.  Raises InvalidContent for what
    is no picture, and TooLarge for what fits at no size.

    >>> from io import BytesIO
    >>> out = BytesIO()
    >>> Image.new("RGB", (400, 100)).save(out, "PNG")
    >>> spec = PlatformSpec(platform="b", text_limit=9, image_ratio=(0.8, 2.0), source="", as_of="")
    >>> fitted = fit_picture(out.getvalue(), spec)
    >>> fitted.width, fitted.height
    (200, 100)
    """
    with decoded(data, name) as found:
        whole = CheckedImage(TYPES[found.kind], *found.picture.size, data)
        if _fits(whole, spec):
            return whole
        picture = _shaped(found.picture, spec)
        for fitted in _candidates(picture, _kind(found.kind, spec), spec):
            if _fits(fitted, spec):
                return fitted
    raise TooLarge(
        f"{name} cannot be made small enough for {spec.platform}.",
        todo=f"Choose another picture: {spec.platform} takes {spec.image_bytes:,} bytes.",
        name=name, platform=spec.platform,
    )  # fmt: skip


def _fits(image: CheckedImage, spec: PlatformSpec) -> bool:
    narrowest, widest = spec.image_ratio or (0.0, float("inf"))
    # a pixel's rounding is no other shape
    return (
        image.media_type in spec.image_types
        and len(image.data) <= (spec.image_bytes or len(image.data))
        and max(image.width, image.height) <= (spec.image_side or max(image.width, image.height))
        and (image.width + 1) / image.height >= narrowest
        and (image.width - 1) / image.height <= widest
    )


def _shaped(picture: Image.Image, spec: PlatformSpec) -> Image.Image:
    """Cropped as little as the platform's shapes need, then scaled to its longest side."""
    width, height = picture.size
    narrowest, widest = spec.image_ratio or (width / height, width / height)
    if width / height > widest:
        picture = ImageOps.fit(picture, (max(1, int(height * widest)), height), centering=_CENTRE)
    elif width / height < narrowest:
        picture = ImageOps.fit(picture, (width, max(1, int(width / narrowest))), centering=_CENTRE)
    if spec.image_side:
        picture.thumbnail((spec.image_side, spec.image_side))
    return picture


def _kind(kind: str, spec: PlatformSpec) -> str:
    """The picture's own format, or the first that the platform takes."""
    taken = [name for name, media_type in TYPES.items() if media_type in spec.image_types]
    return kind if kind in taken else ("JPEG" if "JPEG" in taken else taken[0])


def _candidates(picture: Image.Image, kind: str, spec: PlatformSpec) -> Iterator[CheckedImage]:
    """From the best to the smallest: lower quality first, then fewer pixels."""
    if kind == "PNG":
        yield written(picture, kind)
        kind = "JPEG" if "image/jpeg" in spec.image_types else kind
    if kind == "JPEG" and picture.mode == "RGBA":
        picture = _on_white(picture)
    while True:
        for quality in _QUALITIES:
            yield written(picture, kind, quality=quality)
        if max(picture.size) * _SMALLER < _LEAST:
            return
        picture = picture.resize(
            (max(1, int(picture.width * _SMALLER)), max(1, int(picture.height * _SMALLER)))
        )


def _on_white(picture: Image.Image) -> Image.Image:
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground
