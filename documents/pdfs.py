"""Whether a PDF is a quiet paper: no program, no start of anything, no file inside, no password.

Nobody interprets the file here. It is searched for the names that such things need, in the bytes
and in its packed object streams; where that cannot be decided the file is refused. A PDF is kept
as it came and only ever handed out as a download, in a sandbox.
"""

import re
import zlib

UNPACKED_BYTES = 32 << 20  # all object streams together; an honest thousand pages need about 5 MB
_HEAD = 4096  # of the dictionary before a stream
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_DELIMITER = rb"(?=[\s/<>\[\]()%]|$)"
_ACTIVE = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|XFA)" + _DELIMITER
)
_ENCRYPT = re.compile(rb"/Encrypt" + _DELIMITER)
_FILTER = re.compile(rb"/Filter\s*(\[[^\]]*\]|/\w+)")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")


class NotQuiet(Exception):
    """`code` is pdf_broken, pdf_encrypted or pdf_active."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


def check_pdf(data: bytes) -> None:
    """Raises NotQuiet. One pass over the bytes and bounded unpacking."""
    if not data.startswith(b"%PDF-") or b"%%EOF" not in data[-2048:]:
        raise NotQuiet("pdf_broken")
    if _ENCRYPT.search(_plain(data)):
        raise NotQuiet("pdf_encrypted")
    _refuse_active(data)
    left = UNPACKED_BYTES
    for found in _STREAM.finditer(data):
        head = _plain(data[max(0, found.start() - _HEAD) : found.start()])
        head = head[head.rfind(b"obj") + 1 :]
        if b"/ObjStm" in head:
            unpacked = _unpack(data, found.end(), head, left)
            _refuse_active(unpacked)
            left -= len(unpacked)


def _plain(data):
    """Names with their escapes resolved: `/J#61vaScript` is `/JavaScript`."""
    return _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), data)


def _refuse_active(data):
    if _ACTIVE.search(_plain(data)):
        raise NotQuiet("pdf_active")


def _unpack(data, start, head, left):
    """An object stream in clear; packed in another way than usual it cannot be looked into."""
    packing = _FILTER.search(head)
    if packing is None:
        end = data.find(b"endstream", start)
        return data[start : end if end >= 0 else None][:left]
    if packing[1].strip(b"[] \t\r\n") != b"/FlateDecode":
        raise NotQuiet("pdf_active")
    try:
        unpacked = zlib.decompressobj().decompress(memoryview(data)[start:], left + 1)
    except zlib.error:
        raise NotQuiet("pdf_broken") from None
    if len(unpacked) > left:
        raise NotQuiet("pdf_active")
    return unpacked
