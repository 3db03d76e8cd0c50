"""The parts of an .xlsx around its sheets: their names, formats of dates, shared texts."""

import mmap
import re
import tempfile
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import IO, Any, Protocol
from xml.parsers import expat

from core.sheets import limits
from core.sheets.cells import unescape
from core.sheets.preflight import UNREADABLE, Archive
from core.sheets.refusals import FileRefused

CHUNK = 1 << 18
BUILT_IN_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
NOT_FORMAT = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
DATE_LETTERS = re.compile(r"[dmyhs]", re.IGNORECASE)


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass
class SheetInfo:
    name: str
    path: str
    hidden: bool


@dataclass
class Styles:
    """Which cell formats show a number as a date: indexes into cellXfs."""

    dates: frozenset[str] = frozenset()
    date1904: bool = False


@dataclass
class Workbook:
    archive: Archive
    sheets: list[SheetInfo] = field(default_factory=list)
    styles: Styles = field(default_factory=Styles)
    texts: "SharedTexts | None" = None


def open_workbook(archive: Archive) -> Workbook:
    book = Workbook(archive)
    root = workbook_path(archive)
    targets, shared, styles = relations(archive, root)
    date1904 = False

    def start(name: str, attrs: dict[str, str]) -> None:
        nonlocal date1904
        local = name.rpartition(":")[2]
        if local == "workbookPr":
            date1904 = attrs.get("date1904", "") in {"1", "true"}
        elif local == "sheet":
            link = next((v for k, v in attrs.items() if k.rpartition(":")[2] == "id"), "")
            path = targets.get(link, "")
            if path in archive.members:
                hidden = attrs.get("state", "visible") != "visible"
                book.sheets.append(SheetInfo(attrs.get("name", ""), path, hidden))

    parse_member(archive, root, start=start)
    if not book.sheets:
        raise FileRefused("damaged")
    book.styles = Styles(date_formats(archive, styles), date1904)
    if shared:
        book.texts = SharedTexts(archive, shared)
    return book


def workbook_path(archive: Archive) -> str:
    found: list[str] = []

    def start(name: str, attrs: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "Relationship" and attrs.get("Type", "").endswith(
            "/officeDocument"
        ):
            found.append(resolve("", attrs.get("Target", "")))

    if "_rels/.rels" in archive.members:
        parse_member(archive, "_rels/.rels", start=start)
    path = found[0] if found else "xl/workbook.xml"
    if path not in archive.members:
        raise FileRefused("damaged")
    return path


def relations(archive: Archive, root: str) -> tuple[dict[str, str], str, str]:
    """Paths by relationship id, and the paths of the shared texts and of the styles."""
    folder, _, name = root.rpartition("/")
    path = f"{folder}/_rels/{name}.rels".lstrip("/")
    targets: dict[str, str] = {}
    shared = styles = ""

    def start(name: str, attrs: dict[str, str]) -> None:
        nonlocal shared, styles
        if name.rpartition(":")[2] != "Relationship" or attrs.get("TargetMode") == "External":
            return
        target = resolve(folder, attrs.get("Target", ""))
        kind = attrs.get("Type", "").rpartition("/")[2]
        if kind == "worksheet":
            targets[attrs.get("Id", "")] = target
        elif kind == "sharedStrings":
            shared = target
        elif kind == "styles":
            styles = target

    if path not in archive.members:
        raise FileRefused("damaged")
    parse_member(archive, path, start=start)
    members = archive.members
    return targets, shared if shared in members else "", styles if styles in members else ""


def resolve(folder: str, target: str) -> str:
    if target.startswith("/"):
        return target.lstrip("/")
    parts: list[str] = []
    for part in PurePosixPath(folder, target).parts:
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def date_formats(archive: Archive, path: str) -> frozenset[str]:
    if not path:
        return frozenset()
    custom: dict[str, bool] = {}
    dates: list[str] = []
    count = 0
    inside = False

    def start(name: str, attrs: dict[str, str]) -> None:
        nonlocal count, inside
        local = name.rpartition(":")[2]
        if local == "numFmt":
            custom[attrs.get("numFmtId", "")] = shows_date(attrs.get("formatCode", ""))
        elif local == "cellXfs":
            inside = True
        elif local == "xf" and inside:
            number = attrs.get("numFmtId", "0")
            if custom.get(number, number.isdecimal() and int(number) in BUILT_IN_DATES):
                dates.append(str(count))
            count += 1

    def end(name: str) -> None:
        nonlocal inside
        if name.rpartition(":")[2] == "cellXfs":
            inside = False

    parse_member(archive, path, start=start, end=end)
    return frozenset(dates)


def shows_date(code: str) -> bool:
    plain = NOT_FORMAT.sub("", code.partition(";")[0])
    return "general" not in plain.lower() and bool(DATE_LETTERS.search(plain))


class SharedTexts:
    """The workbook's table of texts: in a temporary file, found by offset.

    A million rows can hold several million different texts; as Python strings they would need
    many times the memory of the file, so only their offsets stay there.
    """

    def __init__(self, archive: Archive, path: str):
        self.offsets = array("Q", [0])
        self.file = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the reader
        self._fill(archive, path)
        self.file.flush()
        self.size = self.offsets[-1]
        self.bytes: Any = b""
        if self.size:
            self.bytes = mmap.mmap(self.file.fileno(), 0, prot=mmap.PROT_READ)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, index: int) -> str:
        offsets = self.offsets
        return self.bytes[offsets[index] : offsets[index + 1]].decode("utf-8", "replace")

    def _fill(self, archive: Archive, path: str) -> None:
        pieces: list[str] = []
        waiting: list[bytes] = []
        at = size = waiting_bytes = 0
        phonetic = reading = False

        def start(name: str, attrs: dict[str, str]) -> None:
            nonlocal phonetic, reading, size
            local = name.rpartition(":")[2]
            if local == "si":
                pieces.clear()
                size = 0
            elif local == "rPh":
                phonetic = True
            elif local == "t":
                reading = not phonetic

        def data(text: str) -> None:
            nonlocal size
            if reading:
                size += len(text)
                if size > limits.ROW_CHARACTERS:
                    raise FileRefused("shared_strings")
                pieces.append(text)

        def end(name: str) -> None:
            nonlocal phonetic, reading, at, waiting_bytes
            local = name.rpartition(":")[2]
            if local == "t":
                reading = False
            elif local == "rPh":
                phonetic = False
            elif local == "si":
                text = "".join(pieces)
                if "_x" in text:
                    text = unescape(text)
                encoded = text.encode("utf-8", "replace")
                at += len(encoded)
                self.offsets.append(at)
                waiting.append(encoded)
                waiting_bytes += len(encoded)
                if waiting_bytes > CHUNK:
                    self.file.write(b"".join(waiting))
                    waiting.clear()
                    waiting_bytes = 0

        parse_member(archive, path, start=start, data=data, end=end)
        self.file.write(b"".join(waiting))


def open_member(archive: Archive, path: str) -> IO[bytes]:
    try:
        return archive.file.open(archive.members[path])
    except UNREADABLE:
        raise FileRefused("damaged") from None


def new_parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def refuse(*_: Any) -> None:
        raise FileRefused("forbidden_xml")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def parse_member(
    archive: Archive,
    path: str,
    *,
    start: Callable[[str, dict[str, str]], None],
    data: Callable[[str], None] | None = None,
    end: Callable[[str], None] | None = None,
) -> None:
    parser = new_parser()
    parser.StartElementHandler = start
    parser.CharacterDataHandler = data
    parser.EndElementHandler = end
    with open_member(archive, path) as stream:
        feed(parser, stream)


def feed(parser: expat.XMLParserType, stream: Readable) -> None:
    for _ in feeding(parser, stream):
        pass


def feeding(parser: expat.XMLParserType, stream: Readable) -> Iterator[None]:
    """Parse chunk by chunk, with a pause after each so that rows can leave."""
    try:
        while chunk := stream.read(CHUNK):
            parser.Parse(chunk, False)
            yield
        parser.Parse(b"", True)
        yield
    except (expat.ExpatError, *UNREADABLE):
        raise FileRefused("damaged") from None
