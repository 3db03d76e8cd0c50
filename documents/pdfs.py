"""Whether a PDF is a quiet paper: no program, no start of anything, no file inside, no password.

Nobody interprets the file here. It is searched for the names that such things need, in the bytes
and in its packed object streams; where that cannot be decided the file is refused. A PDF is kept
as it came and only ever handed out as a download, in a sandbox.
"""

import re
import zlib

UNPACKED_BYTES = 32 << 20  # all object streams together; an honest thousand pages need about 5 MB
OBJECT_STREAMS = 20_000
HASHES = 1_000_000  # each may begin an escape; twenty megabytes of noise hold 80,000
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_DELIMITER = rb"(?=[\s/<>\[\]()%]|$)"
_ACTIVE = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|XFA)" + _DELIMITER
)
_ENCRYPT = re.compile(rb"/Encrypt" + _DELIMITER)
_PACKED_AS = re.compile(rb"/Filter\s*(\[[^\]]*\]|/\w+)?")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")


class NotQuiet(Exception):
    """`code` is pdf_broken, pdf_encrypted or pdf_active."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


def check_pdf(data: bytes) -> None:
    """Raises NotQuiet. Every byte is looked at a fixed number of times, unpacking is bounded."""
    if not data.startswith(b"%PDF-") or b"%%EOF" not in data[-2048:]:
        raise NotQuiet("pdf_broken")
    plain = _plain(data)
    if _ENCRYPT.search(plain):
        raise NotQuiet("pdf_encrypted")
    _refuse_active(plain)
    if b"/ObjStm" in plain:
        _look_into_object_streams(data)


def _look_into_object_streams(data):
    """Objects since PDF 1.5 mostly stand packed together, where a search does not see them.

    What lies between one stream and the next holds the dictionary of the next one alone. It is
    taken whole and not cut where an object seems to begin: a comment could pretend that.
    """
    left, position, streams = UNPACKED_BYTES, 0, 0
    while found := _STREAM.search(data, position):
        before = _plain(data[position : found.start()])
        position = found.end()
        if b"/ObjStm" not in before:
            continue
        streams += 1
        if streams > OBJECT_STREAMS:
            raise NotQuiet("pdf_active")
        end = data.find(b"endstream", position)
        if end < 0:
            raise NotQuiet("pdf_broken")
        unpacked = _unpacked(data[position:end], before, left)
        _refuse_active(_plain(unpacked))
        left -= len(unpacked)
        position = end


def _plain(data):
    """Names with their escapes resolved: `/J#61vaScript` is `/JavaScript`."""
    if data.count(b"#") > HASHES:
        raise NotQuiet("pdf_active")
    return _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), data)


def _refuse_active(plain):
    if _ACTIVE.search(plain):
        raise NotQuiet("pdf_active")


def _unpacked(content, dictionary, left):
    """An object stream in clear; one packed in another way than usual cannot be looked into."""
    packings = [found[1] or b"?" for found in _PACKED_AS.finditer(dictionary)]
    if not packings:
        unpacked = content
    elif b"/DecodeParms" in dictionary or any(
        packing.strip(b"[] \t\r\n") != b"/FlateDecode" for packing in packings
    ):
        raise NotQuiet("pdf_active")
    else:
        unpacking = zlib.decompressobj()
        try:
            unpacked = unpacking.decompress(content, left + 1)
        except zlib.error:
            raise NotQuiet("pdf_broken") from None
        if not unpacking.eof and len(unpacked) <= left:
            raise NotQuiet("pdf_broken")
    if len(unpacked) > left:
        raise NotQuiet("pdf_active")
    return unpacked
