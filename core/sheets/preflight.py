"""Look at a file before opening it: what it is, and whether unpacking it is safe.

Runs in the reading child. Nothing is extracted; at most a few kilobytes of a member are inflated.
"""

import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core.sheets import limits
from core.sheets.refusals import FileRefused

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BIFF = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")  # a bare .xls stream without OLE
END_OF_DIRECTORY = b"PK\x05\x06"
FOREIGN = (b"MZ", b"\x7fELF", b"%PDF", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!",
           b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"SQLite format 3", b"PAR1")  # fmt: skip
HTML = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|meta|div|style)",
                  re.IGNORECASE | re.DOTALL)  # fmt: skip
XML = re.compile(rb"\s*<\?xml|\s*<[a-z]+[ >:]", re.IGNORECASE)
FORBIDDEN_XML = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
UNIQUE_COUNT = re.compile(rb'\buniqueCount\s*=\s*["\'](-?\d+)["\']')
SMALLEST_TEXT = len("<si/>")
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    struct.error,
)


def kind_of(path: Path, name: str = "") -> str:
    """`workbook` or `text`; anything else is refused by what it contains, not by its name.

    `name` is the file's name as sent, which only decides how a text file called .xlsx is refused.
    """
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        raise FileRefused("file_missing") from None
    if size == 0:
        raise FileRefused("empty_file")
    with path.open("rb") as file:
        head = file.read(8192)
        if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
            refuse_larger(size, limits.ARCHIVE_BYTES)
            return "workbook"
        if head.startswith(OLE):
            refuse_larger(size, limits.ARCHIVE_BYTES)
            raise FileRefused("encrypted" if holds_encrypted_package(file, size) else "old_excel")
    if head[:2] in BIFF:
        raise FileRefused("old_excel")
    refuse_larger(size, limits.TEXT_BYTES)
    if not head.strip(b"\x00"):
        raise FileRefused("not_a_sheet")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", "ignore").encode("utf-8", "ignore")
    text = head.removeprefix(b"\xef\xbb\xbf").replace(b"\x00", b"")
    if HTML.match(text):
        raise FileRefused("html")
    if head.startswith(FOREIGN) or XML.match(text) or looks_binary(head):
        raise FileRefused("not_a_sheet")
    if Path(name or path.name).suffix.lower() in {".xlsx", ".xls", ".xlsm", ".xlsb", ".ods"}:
        raise FileRefused("csv_named_xlsx")
    return "text"


def refuse_larger(size: int, limit: int) -> None:
    if size > limit:
        # Rounded up, so that a file just above the limit never reads "60 MB of 60 MB".
        raise FileRefused(
            "too_large", size=-(-size // limits.MEBIBYTE), limit=limit // limits.MEBIBYTE
        )


def looks_binary(head: bytes) -> bool:
    """Control bytes no text has. NUL alone is not proof: UTF-16 and dirty exports hold it."""
    control = sum(1 for byte in head if byte < 32 and byte not in b"\t\n\r\x0b\x0c\x1a\x1b\x00")
    return control > len(head) * 0.02 + 4


def holds_encrypted_package(file: BinaryIO, size: int) -> bool:
    """An encrypted workbook is an OLE file whose directory names a stream EncryptedPackage."""
    needle = "EncryptedPackage".encode("utf-16-le")
    file.seek(0)
    tail = b""
    while block := file.read(limits.MEBIBYTE):
        if needle in tail + block:
            return True
        tail = block[-len(needle) :]
    return False


@dataclass(frozen=True)
class Archive:
    """A workbook that may be opened: its members by name, and what it carries that is ignored."""

    file: zipfile.ZipFile
    members: dict[str, zipfile.ZipInfo]
    notes: list[dict]


def open_archive(path: Path) -> Archive:
    """Open a workbook after looking at its table of contents; refuse what is not plausible."""
    refuse_hostile_directory(path)
    try:
        file = zipfile.ZipFile(path)
    except UNREADABLE:
        raise FileRefused("damaged") from None
    infos = file.infolist()
    if len(infos) > limits.MEMBERS:
        raise FileRefused("structure")
    members: dict[str, zipfile.ZipInfo] = {}
    total = 0
    for info in infos:
        name = info.filename
        parts = name.replace("\\", "/").split("/")
        if ".." in parts or name.startswith(("/", "\\")) or "\x00" in name or ":" in parts[0]:
            raise FileRefused("structure")
        if info.flag_bits & 0x1:
            raise FileRefused("encrypted")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FileRefused("structure")
        if name in members and not info.is_dir():
            raise FileRefused("structure")
        members[name] = info
        total += info.file_size
    refuse_overlap(infos, path.stat().st_size)
    refuse_other_kinds(file, members)
    for info in infos:
        ratio = info.file_size // max(info.compress_size, 1)
        if info.file_size > limits.RATIO_MATTERS_FROM and ratio > limits.RATIO:
            raise FileRefused("ratio", ratio=ratio)
    if total > limits.INFLATED_BYTES:
        raise FileRefused(
            "inflated",
            size=total // limits.MEBIBYTE,
            limit=limits.INFLATED_BYTES // limits.MEBIBYTE,
        )
    for info in infos:
        if info.filename.lower().endswith((".xml", ".rels")):
            refuse_hostile_prolog(file, info)
    return Archive(file, members, carried(members))


def refuse_hostile_directory(path: Path) -> None:
    """Read the end record by hand: a false table of contents must not be parsed to be refused."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 65_557))
        tail = file.read()
    at = tail.rfind(END_OF_DIRECTORY)
    if at < 0 or len(tail) - at < 22:
        raise FileRefused("damaged")
    _, _, _, entries, directory_bytes, _ = struct.unpack("<HHHHII", tail[at + 4 : at + 20])
    if entries == 0xFFFF and directory_bytes == 0xFFFFFFFF:
        raise FileRefused("structure")  # zip64: needed above 4 GB or 65,535 members only
    if entries > limits.MEMBERS or directory_bytes > limits.DIRECTORY_BYTES:
        raise FileRefused("structure")


def refuse_overlap(infos: list[zipfile.ZipInfo], size: int) -> None:
    """Members that share compressed bytes multiply a small archive into a huge one."""
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end or info.header_offset + info.compress_size > size:
            raise FileRefused("damaged")
        end = info.header_offset + 30 + info.compress_size


def refuse_other_kinds(file: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> None:
    lower = {name.lower() for name in members}
    if "xl/workbook.bin" in lower:
        raise FileRefused("unsupported_kind", kind=".xlsb")
    if any(name.endswith("vbaproject.bin") for name in lower):
        raise FileRefused("unsupported_kind", kind=".xlsm")
    if "mimetype" in lower:
        info = next(info for name, info in members.items() if name.lower() == "mimetype")
        kind = read_start(file, info, 200)
        if b"opendocument.spreadsheet" in kind:
            raise FileRefused("unsupported_kind", kind=".ods")
        raise FileRefused("not_a_sheet")
    if not any(name.startswith("xl/") for name in lower) and "[content_types].xml" not in lower:
        raise FileRefused("not_a_sheet")
    if any(name.startswith(("word/", "ppt/")) for name in lower):
        raise FileRefused("not_a_sheet")
    types = next((info for name, info in members.items() if name == "[Content_Types].xml"), None)
    if types is not None and b"macroEnabled" in read_start(file, types, limits.MEBIBYTE):
        raise FileRefused("unsupported_kind", kind=".xlsm")


def refuse_hostile_prolog(file: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    """A document type is the door of entity bombs and outside reads; no workbook needs one."""
    head = read_start(file, info, 4096)
    plain = head.replace(b"\x00", b"")  # UTF-16 must not hide it
    if FORBIDDEN_XML.search(plain):
        raise FileRefused("forbidden_xml")
    if info.filename.lower().endswith("sharedstrings.xml"):
        found = UNIQUE_COUNT.search(plain)
        if found and not 0 <= int(found[1]) * SMALLEST_TEXT <= info.file_size:
            raise FileRefused("shared_strings")


def read_start(file: zipfile.ZipFile, info: zipfile.ZipInfo, size: int) -> bytes:
    try:
        with file.open(info) as member:
            return member.read(size)
    except UNREADABLE:
        raise FileRefused("damaged") from None


def carried(members: dict[str, zipfile.ZipInfo]) -> list[dict]:
    """What a workbook brings that is not read, so that its sender is told."""
    notes = []
    names = [name.lower() for name in members]
    if any(name.startswith("xl/externallinks/") for name in names):
        notes.append({"code": "external_links"})
    if any(name.startswith(("xl/embeddings/", "xl/media/", "xl/activex/")) for name in names):
        notes.append({"code": "embedded_objects"})
    return notes
