"""Each platform gets a picture in its own shape, size and format, and never what it carried."""

import io
from random import Random

import pytest
from PIL import Image

from connectors.spec import PLATFORMS
from smartcontent.content import PlatformSpec
from smartcontent.errors import InvalidContent, TooLarge
from tests.tools.test_image_check import encoded, photo_with_a_place
from tools.fit_picture import fit_picture
from tools.image_check import check_image

SHAPES = [(3000, 500), (500, 3000), (1600, 1600), (40, 30), (1, 1)]


def noise(width: int, height: int) -> Image.Image:
    """A picture that no encoder makes small."""
    return Image.frombytes("RGB", (width, height), Random(1).randbytes(3 * width * height))


def rules(**changed: object) -> PlatformSpec:
    return PlatformSpec(platform="p", text_limit=9, source="", as_of="").model_copy(update=changed)


@pytest.mark.parametrize("size", SHAPES, ids=str)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_platform_gets_what_it_takes(platform: str, size: tuple[int, int]) -> None:
    spec = PLATFORMS[platform]
    fitted = fit_picture(encoded(Image.new("RGBA", size, (9, 99, 200, 120)), "PNG"), spec)
    with Image.open(io.BytesIO(fitted.data)) as shown:
        assert shown.size == (fitted.width, fitted.height)
        assert Image.MIME[shown.format or ""] == fitted.media_type
    assert fitted.media_type in spec.image_types
    assert len(fitted.data) <= (spec.image_bytes or len(fitted.data))
    assert max(shown.size) <= (spec.image_side or max(shown.size))
    if spec.image_ratio and size != (1, 1):
        narrowest, widest = spec.image_ratio
        slack = 1.5 / fitted.height
        assert narrowest - slack <= fitted.width / fitted.height <= widest + slack


def test_what_fits_stays_byte_for_byte() -> None:
    kept = check_image(encoded(noise(64, 64), "JPEG")).data
    assert fit_picture(kept, PLATFORMS["instagram"]).data == kept


def test_the_same_picture_gives_the_same_bytes() -> None:
    kept = encoded(noise(300, 100), "PNG")
    assert fit_picture(kept, PLATFORMS["instagram"]) == fit_picture(kept, PLATFORMS["instagram"])


def test_a_crop_keeps_the_middle() -> None:
    picture = Image.new("RGB", (900, 300), "red")
    picture.paste("blue", (300, 0, 600, 300))
    fitted = fit_picture(encoded(picture, "PNG"), rules(image_ratio=(1.0, 1.0)))
    with Image.open(io.BytesIO(fitted.data)) as shown:
        assert shown.size == (300, 300)
        colours = shown.convert("RGB").getcolors()
    assert colours == [(300 * 300, (0, 0, 255))]


def test_bytes_are_kept_by_quality_first_and_pixels_then() -> None:
    data = encoded(noise(600, 600), "PNG")
    softer = fit_picture(data, rules(image_bytes=300_000))
    smaller = fit_picture(data, rules(image_bytes=60_000))
    assert len(softer.data) <= 300_000 and softer.width == 600
    assert len(smaller.data) <= 60_000 and 200 <= smaller.width < 600


def test_what_fits_at_no_size_is_said() -> None:
    with pytest.raises(TooLarge) as refused:
        fit_picture(encoded(noise(600, 600), "PNG"), rules(image_bytes=500))
    assert refused.value.todo


def test_what_is_no_picture_is_said() -> None:
    with pytest.raises(InvalidContent):
        fit_picture(b"<svg/>", PLATFORMS["instagram"])


def test_a_place_is_gone_after_the_way_a_picture_goes() -> None:
    """Attached and posted: turned as it was taken, without position, camera or artist."""
    kept = check_image(photo_with_a_place())
    fitted = fit_picture(kept.data, rules(image_side=30))
    with Image.open(io.BytesIO(fitted.data)) as shown:
        assert not shown.getexif() and shown.width < shown.height == 30
    assert b"script" not in fitted.data and b"Exif" not in fitted.data


def test_see_through_becomes_white_where_there_is_no_png() -> None:
    fitted = fit_picture(encoded(Image.new("RGBA", (8, 8)), "PNG"), PLATFORMS["instagram"])
    with Image.open(io.BytesIO(fitted.data)) as shown:
        assert shown.format == "JPEG" and shown.getpixel((4, 4)) == (255, 255, 255)
