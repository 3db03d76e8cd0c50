"""Files as offices and attackers send them, made by script: nothing here was ever real data."""

import io
import random
import struct
import zipfile
import zlib
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEADER = ["NO KK", "NIK", "NAMA", "TGL LAHIR", "ALAMAT"]
KNOWN = frozenset({"NOKK", "NIK", "NAMA", "TGLLAHIR", "ALAMAT", "KELURAHAN", "KECAMATAN"})
DATES = frozenset({"TGLLAHIR"})


def people(count: int, seed: int = 1) -> list[list[str]]:
    """Rows under HEADER; every number begins with 99."""
    chance = random.Random(seed)
    return [
        [
            f"9901{chance.randrange(10**12):012}",
            f"9901{chance.randrange(10**12):012}",
            f"{chance.choice(['SITI', 'NUR', 'MARTIN', 'WAYAN'])} CONTOH {i}",
            f"{chance.randrange(1, 29):02}-{chance.randrange(1, 13):02}-1990",
            f"JL. CONTOH NO {i}",
        ]
        for i in range(count)
    ]


def delimited(rows: list[list[str]], delimiter: str = "|", end: str = "\r\n") -> str:
    return "".join(delimiter.join(row) + end for row in rows)


def letters(index: int) -> str:
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def inline(number: int, values: list[str], attributes: str = "") -> str:
    """A row of text cells."""
    cells = "".join(
        f'<c r="{letters(i)}{number}" t="inlineStr"><is><t>{escaped(value)}</t></is></c>'
        for i, value in enumerate(values)
        if value
    )
    return f'<row r="{number}"{attributes}>{cells}</row>'


def table(rows: list[list[str]], first: int = 1) -> str:
    return "".join(inline(first + i, row) for i, row in enumerate(rows))


def row(number: int, *cells: str) -> str:
    """A row of cells written by hand, `@` standing for the row number in their references."""
    return f'<row r="{number}">{"".join(cells).replace("@", str(number))}</row>'


def worksheet(rows: str, before: str = "", after: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{before}'
        f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'
    )


def workbook(
    *sheets: str | bytes | tuple[str, str] | tuple[str, str, str],
    shared: str | None = None,
    styles: str | None = None,
    properties: str = "",
    extra: dict[str, bytes | str] | None = None,
    compression: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """An .xlsx. Each sheet is its row XML, or (name, XML), or (name, XML, state)."""
    named = [
        (f"Sheet{i}", sheet, "") if isinstance(sheet, str | bytes) else (*sheet, "")[:3]
        for i, sheet in enumerate(sheets, 1)
    ]
    listed = "".join(
        f'<sheet name="{name}" sheetId="{i}" r:id="rId{i}"'
        + (f' state="{state}"' if state else "")
        + "/>"
        for i, (name, _, state) in enumerate(named, 1)
    )
    related = "".join(
        f'<Relationship Id="rId{i}" Type="{REL}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(named) + 1)
    )
    related += f'<Relationship Id="rIdT" Type="{REL}/sharedStrings" Target="sharedStrings.xml"/>'
    related += f'<Relationship Id="rIdS" Type="{REL}/styles" Target="styles.xml"/>'
    package = "http://schemas.openxmlformats.org/package/2006"
    members: dict[str, bytes | str] = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{REL}">{properties}'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">{related}'
        "</Relationships>",
    }
    for i, (_, xml, _state) in enumerate(named, 1):
        members[f"xl/worksheets/sheet{i}.xml"] = (
            xml if isinstance(xml, bytes) or "worksheet" in xml else worksheet(xml)
        )
    if shared is not None:
        members["xl/sharedStrings.xml"] = shared
    if styles is not None:
        members["xl/styles.xml"] = styles
    return archive(members | (extra or {}), compression)


def archive(members: dict[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return out.getvalue()


def shared_texts(*texts: str, count: int | None = None) -> str:
    items = "".join(f"<si><t>{escaped(text)}</t></si>" for text in texts)
    count = len(texts) if count is None else count
    return f'<sst xmlns="{MAIN}" count="{count}" uniqueCount="{count}">{items}</sst>'


# Format 0 General, 1 a built-in date, 2 an own date format, 3 text, 4 a format with h in quotes.
STYLES = f"""<styleSheet xmlns="{MAIN}"><numFmts count="2">
<numFmt numFmtId="164" formatCode="[$-421]dd\\ mmmm\\ yyyy;@"/>
<numFmt numFmtId="165" formatCode="0&quot; hari&quot;"/></numFmts>
<cellStyleXfs count="1"><xf numFmtId="14"/></cellStyleXfs>
<cellXfs count="5"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="49"/>
<xf numFmtId="165"/></cellXfs></styleSheet>"""


def good_workbook(count: int = 5, seed: int = 1) -> bytes:
    return workbook(table([HEADER, *people(count, seed)]))


def padded_sheet(member: str, path: Path, before: bytes, filler: bytes, times: int, after: bytes):
    """A workbook one of whose members is `before + filler * times + after`, never held whole."""
    source = good_workbook()
    with (
        zipfile.ZipFile(io.BytesIO(source)) as old,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new,
    ):
        for info in old.infolist():
            if info.filename != member:
                new.writestr(info.filename, old.read(info))
        with new.open(member, "w") as out:
            out.write(before)
            step = max(1, (1 << 20) // len(filler))
            while times > 0:
                out.write(filler * min(step, times))
                times -= step
            out.write(after)


def with_false_size(source: bytes, member: str, size: int) -> bytes:
    """The same archive, its table of contents telling another unpacked size for a member."""
    at = source.rindex(b"PK\x01\x02", 0, source.rindex(member.encode()))
    return source[: at + 24] + struct.pack("<I", size) + source[at + 28 :]


def overlapping(members: int = 200) -> bytes:
    """Many entries that all point at the same compressed bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = b"0" * 100_000
    packed = packer.compress(data) + packer.flush()
    sizes = (zlib.crc32(data), len(packed), len(data))
    local = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 0, *sizes, 1, 0)
    body = local + b"a" + packed
    rest = (0, 0, 0, 0, 0, 0)
    directory = b""
    for i in range(members):
        name = f"xl/{i}".encode()
        start = (b"PK\x01\x02", 20, 20, 0, 8, 0, 0)
        directory += struct.pack("<4sHHHHHHIIIHHHHHII", *start, *sizes, len(name), *rest) + name
    counts = (0, 0, members, members, len(directory), len(body), 0)
    return body + directory + struct.pack("<4sHHHHIIH", b"PK\x05\x06", *counts)
