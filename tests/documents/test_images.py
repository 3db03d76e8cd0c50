import datetime as dt
import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from documents.images import BrokenImage, Picture, TooManyPixels, draw_anew
from tests.factories.files import camera_exif, encoded, jpeg, picture

RED, WHITE = (200, 80, 80), (255, 255, 255)


def draw(data, media_type="image/jpeg", pixels=1_000_000, longest_side=1600) -> Picture:
    return draw_anew(data, media_type=media_type, pixels=pixels, longest_side=longest_side)


def opened(data):
    return Image.open(io.BytesIO(data))


def is_like(found, colour):
    return all(abs(a - b) < 12 for a, b in zip(found, colour, strict=True))


def corners(data):
    """Whether the four corners are red, clockwise from the upper left."""
    image = opened(data)
    right, bottom = image.width - 3, image.height - 3
    return [
        is_like(image.getpixel(at), RED)
        for at in ((2, 2), (right, 2), (right, bottom), (2, bottom))
    ]


def test_a_drawn_picture_holds_nothing_but_pixels():
    sent = jpeg(description="RAHASIA KELUARGA") + b"<script>sisipan</script>"

    drawn = draw(sent)

    for data in (drawn.jpeg, drawn.thumbnail):
        image = opened(data)
        assert dict(image.getexif()) == {}
        assert image.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        for secret in (b"RAHASIA", b"KAMERA", b"Exif", b"script"):
            assert secret in sent
            assert secret not in data


def test_no_kind_of_picture_passes_its_notes_on():
    notes = PngInfo()
    notes.add_text("Comment", "RAHASIA")
    notes.add_itxt("Place", "RAHASIA", zip=False)
    more = {"exif": camera_exif(description="RAHASIA"), "icc_profile": b"RAHASIA" * 30}
    xmp = b"<x:xmpmeta>RAHASIA</x:xmpmeta>"
    for sent, media_type in (
        (encoded(picture(), "JPEG", comment=b"RAHASIA", xmp=xmp, **more), "image/jpeg"),
        (encoded(picture(), "PNG", pnginfo=notes, **more), "image/png"),
        (encoded(picture(mode="RGBA"), "PNG", pnginfo=notes, **more), "image/png"),
        (encoded(picture(), "WEBP", xmp=xmp, **more), "image/webp"),
    ):
        drawn = draw(sent, media_type)

        assert b"RAHASIA" in sent
        assert b"RAHASIA" not in drawn.jpeg + drawn.thumbnail


# The left half is red. Value: which corners are red after the camera's note was followed.
@pytest.mark.parametrize(
    ("orientation", "red", "upright"),
    [
        (1, [True, False, False, True], False),
        (2, [False, True, True, False], False),
        (3, [False, True, True, False], False),
        (4, [True, False, False, True], False),
        (5, [True, True, False, False], True),
        (6, [True, True, False, False], True),
        (7, [False, False, True, True], True),
        (8, [False, False, True, True], True),
        (9, [True, False, False, True], False),
    ],
)
def test_a_picture_is_turned_as_the_camera_was_held(orientation, red, upright):
    drawn = draw(jpeg((320, 200), orientation=orientation))

    assert corners(drawn.jpeg) == red
    assert (drawn.width, drawn.height) == ((200, 320) if upright else (320, 200))


def test_the_longer_side_is_limited_and_nothing_grows():
    large, small = draw(jpeg((800, 400)), longest_side=200), draw(jpeg((80, 40)))

    assert (large.width, large.height, opened(large.jpeg).size) == (200, 100, (200, 100))
    assert (small.width, small.height) == (80, 40)
    assert opened(draw(jpeg((800, 400))).thumbnail).size == (240, 120)


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ({"taken": "2026:10:01 08:15:00"}, dt.datetime(2026, 10, 1, 1, 15, tzinfo=dt.UTC)),
        (
            {"taken": "2026:10:01 08:15:00", "offset": "+08:00"},
            dt.datetime(2026, 10, 1, 0, 15, tzinfo=dt.UTC),
        ),
        ({"taken": "0000:00:00 00:00:00"}, None),
        ({"taken": "kemarin"}, None),
    ],
)
def test_the_moment_is_read_before_the_metadata_go(said, taken):
    assert draw(jpeg(**said)).taken_at == taken


def test_pictures_of_other_kinds_become_jpeg_on_white():
    transparent = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    for image, colour in (
        (transparent, WHITE),
        (transparent.convert("LA"), WHITE),
        (transparent.convert("P"), WHITE),
        (picture((60, 40), RED).quantize(4), RED),
        (picture((60, 40), (0, 0, 0), "1"), (0, 0, 0)),
        (Image.new("I;16", (60, 40), 256 * 90), (90, 90, 90)),
    ):
        drawn = opened(draw(encoded(image, "PNG"), "image/png").jpeg)
        assert (drawn.format, drawn.mode) == ("JPEG", "RGB")
        assert is_like(drawn.getpixel((2, 2)), colour), image.mode
    cmyk = draw(encoded(picture((60, 40), RED).convert("CMYK"), "JPEG"))
    assert is_like(opened(cmyk.jpeg).getpixel((2, 2)), RED)
    for lossless in (True, False):
        webp = draw(encoded(picture((60, 40)), "WEBP", lossless=lossless), "image/webp")
        assert is_like(opened(webp.jpeg).getpixel((2, 2)), RED)
        assert (webp.width, webp.height) == (60, 40)


def test_of_moving_pictures_the_first_frame_is_kept():
    frames = [picture((60, 40), RED), picture((60, 40), (0, 0, 200))]
    for kind, media_type in (("PNG", "image/png"), ("WEBP", "image/webp")):
        moving = encoded(frames[0], kind, save_all=True, append_images=frames[1:], lossless=True)
        assert is_like(opened(draw(moving, media_type).jpeg).getpixel((2, 2)), RED)


def test_of_a_phones_double_picture_the_first_is_kept():
    """Many phones append a second picture (depth, brightness) to the JPEG."""
    first = picture((60, 40), RED)
    double = encoded(first, "MPO", save_all=True, append_images=[first.resize((30, 20))])

    drawn = draw(double)

    assert (drawn.width, drawn.height) == (60, 40)
    assert opened(drawn.jpeg).format == "JPEG"


def png_of(width, height):
    """A PNG that claims to be this large, and holds next to nothing."""

    def chunk(kind, body):
        check = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"x") + chunk(b"IEND", b"")


def test_a_bomb_is_refused_by_its_header():
    extended = (
        b"RIFF\x1e\0\0\0WEBPVP8X\n\0\0\0\x10\0\0\0" + (16_000).to_bytes(3, "little") * 2 + b"\0" * 9
    )
    for data, media_type, pixels in (
        (png_of(30_000, 30_000), "image/png", 900_000_000),
        (png_of(13_000, 13_000), "image/png", 169_000_000),
        (extended, "image/webp", 16_001**2),
        (jpeg((1001, 1000)), "image/jpeg", 1_001_000),
    ):
        with pytest.raises(TooManyPixels) as refused:
            draw(data, media_type)
        assert refused.value.pixels == pixels


def test_exactly_as_many_pixels_as_allowed_are_drawn():
    assert draw(jpeg((1000, 1000))).width == 1000


def test_half_a_picture_is_no_picture():
    exif = camera_exif()
    for data, media_type in (
        (jpeg(), "image/jpeg"),
        (encoded(picture(), "PNG", exif=exif), "image/png"),
        (encoded(picture(), "WEBP", exif=exif), "image/webp"),
    ):
        for part in (data[: len(data) // 2], data[:12], data[:3]):
            with pytest.raises(BrokenImage):
                draw(part, media_type)


def test_the_same_pixels_have_the_same_fingerprint():
    first, later = jpeg(taken="2026:10:01 08:15:00"), jpeg(taken="2026:11:02 09:00:00")

    assert first != later
    assert draw(first).content_sha256 == draw(later).content_sha256
    assert draw(first).content_sha256 != draw(jpeg(colour=(80, 80, 200))).content_sha256


WHOLE = {
    "image/jpeg": jpeg((64, 48)),
    "image/png": encoded(picture((64, 48)), "PNG", exif=camera_exif()),
    "image/webp": encoded(picture((64, 48)), "WEBP", exif=camera_exif()),
}


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(WHOLE)), st.data())
def test_a_damaged_file_is_drawn_or_refused_and_nothing_else(media_type, data):
    content = bytearray(WHOLE[media_type])
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    try:
        drawn = draw(bytes(content), media_type)
    except (BrokenImage, TooManyPixels):
        return
    assert opened(drawn.jpeg).size == (drawn.width, drawn.height)
