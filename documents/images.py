"""A picture somebody sent becomes a picture we drew: upright, smaller, and nothing else in it.

Decoding happens in this process, not in a child as for spreadsheets. A photo that was shrunk on
the phone costs about 30 ms and a child's start alone three times that, and on the evening the
signal returns seventeen photos a second arrive. What a child's limits would give is kept
otherwise: the type is told by the content and only three decoders can be reached, bytes and
pixels are limited before the first pixel is decoded, and the web server's workers decode one
picture at a time.
"""

import datetime as dt
import hashlib
import io
import struct
from dataclasses import dataclass

from django.utils import timezone
from PIL import Image, ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

QUALITY = 82
THUMBNAIL_SIDE = 240
THUMBNAIL_QUALITY = 70
# The classes themselves: Image.open would try every format Pillow knows, and judge the size by
# a limit that is one for the whole process.
_DECODERS = {"image/jpeg": JpegImageFile, "image/png": PngImageFile, "image/webp": WebPImageFile}
_ORIENTATION, _TAKEN, _TAKEN_OFFSET, _EXIF = 0x0112, 0x9003, 0x9011, 0x8769
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class BrokenImage(Exception):
    """Not decodable: half a file, or something that only begins like a picture."""


class TooManyPixels(Exception):
    def __init__(self, pixels: int):
        super().__init__(pixels)
        self.pixels = pixels


@dataclass(frozen=True)
class Picture:
    jpeg: bytes
    thumbnail: bytes
    width: int
    height: int
    taken_at: dt.datetime | None  # aware
    content_sha256: str


def draw_anew(data: bytes, *, media_type: str, pixels: int, longest_side: int) -> Picture:
    """Decode, turn upright, shrink to `longest_side`, flatten on white, encode as JPEG.

    Only pixels get through: no EXIF, no place, no thumbnail of the uncropped photo, no comment,
    no profile, nothing appended. Of moving pictures the first frame. Raises TooManyPixels before
    anything is decoded, and BrokenImage for whatever the decoder stumbles over.
    """
    try:
        return _draw(data, media_type, pixels, longest_side)
    except TooManyPixels:
        raise
    except Exception as problem:  # a decoder fed with anything may raise anything
        raise BrokenImage from problem


def _draw(data, media_type, pixels, longest_side):
    if media_type == "image/webp":
        # Its decoder asks for two canvases when it opens; the header says how large.
        _refuse_beyond(pixels, _webp_size(data))
    image = _DECODERS[media_type](io.BytesIO(data))
    _refuse_beyond(pixels, image.size)
    orientation, taken_at = _said_by_the_camera(image)
    target = _within(image.size, longest_side)
    image.draft("RGB", target)  # JPEG decodes straight to a half, a quarter or an eighth
    # The library that draws PDF turns this on for the whole process when it is first used.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    image.load()
    picture = _flat(_shrunk(image, target))
    if orientation in _UPRIGHT:
        picture = picture.transpose(_UPRIGHT[orientation])
    return Picture(
        jpeg=_encoded(picture, QUALITY),
        thumbnail=_encoded(
            _shrunk(picture, _within(picture.size, THUMBNAIL_SIDE)), THUMBNAIL_QUALITY
        ),
        width=picture.width,
        height=picture.height,
        taken_at=taken_at,
        content_sha256=_fingerprint(picture),
    )


def _refuse_beyond(pixels, size):
    width, height = size
    if width * height > pixels:
        raise TooManyPixels(width * height)


def _within(size, longest_side):
    """The size that fits, in the same proportion; nothing is made larger."""
    width, height = size
    scale = min(1, longest_side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _shrunk(image, target):
    if image.mode in {"P", "PA"}:
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    elif image.mode == "1":
        image = image.convert("L")
    elif image.mode.startswith("I"):  # 16 bits a grey; converting alone would cut them off
        image = image.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    if image.size == target:
        return image
    return image.resize(target, Image.Resampling.BICUBIC, reducing_gap=2.0)


def _flat(image):
    """On white, in a picture that knows nothing of where it came from."""
    if image.mode == "RGB" and "transparency" not in image.info:
        image.info = {}  # comments would be written into the copy
        return image
    flat = Image.new("RGB", image.size, "white")
    if "A" in image.mode or "a" in image.mode or "transparency" in image.info:
        image = image.convert("RGBA")
        flat.paste(image, mask=image.getchannel("A"))
    else:
        flat.paste(image.convert("RGB"))
    return flat


def _encoded(picture, quality):
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _fingerprint(picture):
    digest = hashlib.sha256(b"%dx%d:" % picture.size)
    digest.update(picture.tobytes())
    return digest.hexdigest()


def _said_by_the_camera(image):
    """(orientation, moment taken), each None when the metadata does not say it readably."""
    try:
        exif = image.getexif()
        orientation = exif.get(_ORIENTATION)
        details = exif.get_ifd(_EXIF)
        taken = details.get(_TAKEN)
        offset = details.get(_TAKEN_OFFSET)
    except Exception:  # metadata is written by anything; a photo is not worse for it
        return None, None
    return orientation, _moment(taken, offset)


def _moment(taken, offset):
    """`2026:11:02 08:15:00`, with `+07:00` when the camera knew; otherwise the office's time."""
    if not isinstance(taken, str):
        return None
    taken = taken.strip("\0 ")
    try:
        if isinstance(offset, str) and offset.strip("\0 "):
            text = f"{taken} {offset.strip(chr(0) + ' ')}"
            return dt.datetime.strptime(text, "%Y:%m:%d %H:%M:%S %z")
        return timezone.make_aware(dt.datetime.strptime(taken, "%Y:%m:%d %H:%M:%S"))
    except (ValueError, OverflowError):
        return None


def _webp_size(data: bytes) -> tuple[int, int]:
    """Width and height from the first chunk of the container."""
    chunk, body = data[12:16], data[20:30]
    if len(body) < 10:
        raise BrokenImage
    if chunk == b"VP8X":
        return (
            1 + int.from_bytes(body[4:7], "little"),
            1 + int.from_bytes(body[7:10], "little"),
        )
    if chunk == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack("<HH", body[6:10])
    return width & 0x3FFF, height & 0x3FFF
