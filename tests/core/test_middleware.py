"""What every answer goes through before anybody sees it."""

import gzip

from django.http import FileResponse, HttpResponse

from core.middleware import CompressTextMiddleware

LONG = "Keluarga penerima manfaat, " * 40


def answered(rf, response):
    request = rf.get("/", headers={"Accept-Encoding": "gzip"})
    return CompressTextMiddleware(lambda request: response)(request)


def test_compress_text_packs_a_page(rf):
    answer = answered(rf, HttpResponse(LONG))

    assert answer["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.content).decode() == LONG


def test_compress_text_packs_a_streamed_style(rf):
    answer = answered(rf, FileResponse([LONG.encode()], content_type="text/css"))

    assert gzip.decompress(b"".join(answer)).decode() == LONG


def test_compress_text_leaves_pictures_and_parts_of_a_file(rf):
    picture = answered(rf, HttpResponse(LONG, content_type="image/png"))
    part = answered(rf, HttpResponse(LONG, content_type="text/css", status=206))

    assert [picture.content, part.content] == [LONG.encode()] * 2
    assert [one.headers.get("Content-Encoding") for one in (picture, part)] == [None, None]
