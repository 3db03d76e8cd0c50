"""Real pictures and papers, made when a test asks for them."""

import io

from PIL import Image

GPS, EXIF = 0x8825, 0x8769


def camera_exif(*, taken="2026:10:01 08:15:00", offset="", orientation=1, description=""):
    """What a phone writes into a photo: where, when, with what, and which way up."""
    exif = Image.Exif()
    exif[0x010E] = description
    exif[0x010F] = "KAMERA"
    exif[0x0112] = orientation
    exif[EXIF] = {0x9003: taken, 0x927C: b"MAKERNOTE-RAHASIA"} | (
        {0x9011: offset} if offset else {}
    )
    exif[GPS] = {1: "S", 2: (5.0, 21.0, 36.0), 3: "E", 4: (104.0, 58.0, 12.0)}
    return exif


def picture(size=(320, 200), colour=(200, 80, 80), mode="RGB"):
    """Left half one colour, right half white: turned or mirrored, it looks different."""
    image = Image.new("RGB", size, "white")
    image.paste(colour, (0, 0, size[0] // 2, size[1]))
    return image.convert(mode)


def encoded(image, kind="JPEG", **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def jpeg(size=(320, 200), colour=(200, 80, 80), **said):
    """A JPEG straight from a camera; what the camera says is passed on to camera_exif."""
    return encoded(
        picture(size, colour), "JPEG", exif=camera_exif(**said), comment=b"KOMENTAR-RAHASIA"
    )


def pdf(text="Surat keterangan", *, extra=b"", trailer=b""):
    """A small paper of one page."""
    return (
        b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R" + extra + b">>\nendobj\n"
        b"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
        b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>\nendobj\n"
        b"4 0 obj\n<</Length %d>>\nstream\nBT (%s) Tj ET\nendstream\nendobj\n"
        b"trailer\n<</Root 1 0 R/Size 5" % (len(text) + 13, text.encode()) + trailer + b">>\n"
        b"%%EOF\n"
    )
