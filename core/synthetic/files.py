"""The files of a synthetic district: column sets, notations, and writers for text and xlsx."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import xlsxwriter


def columns_of(text: str) -> list[str]:
    """A header row written as one text."""
    return text.split(",")


# As the offices get it, the misspelt village header included.
DTKS = columns_of(
    "ID DTKS,PROVINSI,KABUPATEN/KOTA,KECAMATAN,DESA/KELUARAHAN,ALAMAT,DUSUN,RT,RW,NOKK,NIK,NAMA,"
    "TANGGAL LAHIR,TEMPAT LAHIR,JENIS KELAMIN,PEKERJAAN,NAMA IBU KANDUNG,HUB KELUARGA,"
    "KETERANGAN PADAN,BANSOS BPNT,BANSOS PKH,BANSOS BPNT-PPKM,PBI JKN"
)
# Places of the DTKS columns, by which the generator fills a row before a layout rearranges it.
(
    ID,
    PROVINSI,
    KABUPATEN,
    KECAMATAN,
    DESA,
    ALAMAT,
    DUSUN,
    RT,
    RW,
    NOKK,
    NIK,
    NAMA,
    BORN,
    BORN_AT,
    SEX,
    WORK,
    MOTHER,
    RELATION,
    PADAN,
    BPNT,
    PKH,
    PPKM,
    PBI,
) = range(23)
# The older workbook: no occupation, no flags, other words for the numbers.
DTKS_OLD = columns_of(
    "ID DTKS,PROVINSI,KABUPATEN/KOTA,KECAMATAN,DESA/KELURAHAN,ALAMAT,DUSUN,RT,RW,NOMOR KK,"
    "NOMOR NIK,NAMA,TANGGAL LAHIR,TEMPAT LAHIR,JENIS KELAMIN,NAMA IBU KANDUNG,HUBUNGAN KELUARGA"
)
DTKS_OLD_PLACES = (*range(ID, SEX + 1), MOTHER, RELATION)
DTSEN_MEMBERS = columns_of(
    "nomor_induk_kependudukan,nomor_kartu_keluarga,nama,jenis_kelamin,tanggal_lahir,status_kawin,"
    "status_hubungan_keluarga,alamat_ktp,dusun_ktp,rt_ktp,rw_ktp,kelurahan_desa_ktp,kecamatan_ktp,"
    "kabupaten_kota_ktp,provinsi_ktp,kode_kelurahan_desa_ktp,kode_kecamatan_ktp,"
    "kode_kabupaten_kota_ktp,kode_provinsi_ktp,partisipasi_sekolah,status_bekerja,mengurus_diri,"
    "penyakit_kronis,pbi_nas,pbi_pemda,id_pelanggan_pln"
)
DTSEN_FAMILIES = columns_of(
    "nomor_kartu_keluarga,nama_kepala_keluarga,jumlah_anggota_keluarga,alamat,kelurahan_desa,"
    "kecamatan,kabupaten_kota,provinsi,kode_kelurahan_desa,kode_kecamatan,kode_kabupaten_kota,"
    "kode_provinsi,luas_lantai,jenis_lantai_terluas,jenis_dinding_terluas,daya_terpasang,"
    "aset_bergerak_sepeda_motor,jumlah_ternak_sapi,is_gc_kemensos,is_pbi_se,is_siks_ng,"
    "desil_nasional"
)
FINAL_CLOSING = columns_of(
    "NAMA PENERIMA,NIK,NO KK,TGL LAHIR,UMUR,ART,HAMIL,AUD,SD,SMP,SMA,DISABIL,LANSIA,HAM,"
    "JML KOMPONEN,NOMINAL,STATUS,ALAMAT FC,ALAMAT,RT,RW,KELURAHAN,KECAMATAN,KABUPATEN,PROVINSI"
)
MEMBERS = columns_of(
    "NO KK,NIK,NAMA,KOMPONEN,TGL LAHIR,JENIS KELAMIN,NAMA IBU KANDUNG,HUB KELUARGA,JENJANG DTSEN,"
    "SEKOLAH DTSEN,JENJANG DAPODIK,SEKOLAH DAPODIK,KIP,KETERANGAN DAPODIK,KETERANGAN DAPODIK_1,"
    "ALAMAT,RT,RW,DESA,KECAMATAN,STATUS,PERIODE"
)
# The same words as another clerk types them: line breaks, stops, small letters.
HEADER_VARIANTS = {
    "NAMA PENERIMA": "Nama\nPenerima",
    "NO KK": "No. KK",
    "NOKK": "NO KK",
    "TGL LAHIR": "TGL.\nLAHIR",
    "JML KOMPONEN": "Jml Komponen",
    "TANGGAL LAHIR": "TANGGAL\nLAHIR",
    "JENIS KELAMIN": "Jenis Kelamin",
    "NAMA IBU KANDUNG": "NAMA IBU\nKANDUNG",
    "DESA/KELUARAHAN": "DESA/KELURAHAN",
    "HUB KELUARGA": "Hub Keluarga",
    "KETERANGAN DAPODIK_1": "KETERANGAN DAPODIK",  # the same header twice, as some files have it
}
SOURCES = ("dtks", "dtks_old", "dtsen")


@dataclass(frozen=True)
class Layout:
    """How the files are written; the defaults are the district export offices know.

    `date_shares` and `money` name notations: iso, slash, short, dash, words, stamp, serial; and
    number, dotted, rupiah. `title_rows`, `number_row` and `header_variants` apply to every file.
    """

    source: str = "dtks"  # dtks, dtks_old (17 columns), dtsen (members and families)
    source_format: str = "csv"  # csv or xlsx; dtsen is always csv
    members_format: str = "xlsx"  # also the format of the final closing
    delimiter: str = "|"
    encoding: str = "latin-1"
    byte_order_mark: bool = False
    quote_all: bool = True
    line_end: str = "\r\n"
    title_rows: int = 0
    number_row: bool = False
    header_variants: bool = False
    total_row: bool = False  # a JUMLAH line closes the final closing
    money: str = "number"
    date_shares: dict[str, float] = field(
        default_factory=lambda: {
            "iso": 0.62,
            "slash": 0.25,
            "short": 0.03,
            "dash": 0.03,
            "words": 0.035,
            "stamp": 0.02,
            "serial": 0.015,
        }
    )

    def __post_init__(self):
        if self.source not in SOURCES:
            raise ValueError(f"source is one of {', '.join(SOURCES)}")
        if not {self.source_format, self.members_format} <= {"csv", "xlsx"}:
            raise ValueError("source_format and members_format are csv or xlsx")
        if self.source == "dtsen" and self.source_format != "csv":
            raise ValueError("DTSEN files are delimited text")
        if self.money not in ("number", "dotted", "rupiah"):
            raise ValueError("money is number, dotted or rupiah")

    @property
    def first_row(self) -> int:
        """Row number of the first record, as a spreadsheet program counts."""
        return self.title_rows + 2 + self.number_row

    def heading(self, columns: Sequence[str], title: str) -> list[list[str]]:
        """The rows above the first record."""
        titles = [title, "DINAS SOSIAL", "", "DICETAK DARI SISTEM", ""]
        rows = [[titles[n % len(titles)]] for n in range(self.title_rows)]
        names = [HEADER_VARIANTS.get(c, c) for c in columns] if self.header_variants else columns
        rows.append(list(names))
        if self.number_row:
            rows.append([f"({n})" for n in range(1, len(columns) + 1)])
        return rows

    def rupiah(self, value: int) -> int | str:
        if self.money == "number":
            return value
        dotted = f"{value:,}".replace(",", ".")
        return dotted if self.money == "dotted" else f"Rp {dotted}"


class TextFile:
    """A delimited text file, written in blocks; records are lists of text."""

    def __init__(self, path: Path, layout: Layout):
        encoding = layout.encoding
        if layout.byte_order_mark and encoding.lower().replace("-", "") == "utf8":
            encoding = "utf-8-sig"
        self.stream = path.open("w", encoding=encoding, newline="")
        self.layout = layout
        self.joiner = f'"{layout.delimiter}"'
        self.block: list[str] = []
        self.minimal = csv.writer(
            self.stream, delimiter=layout.delimiter, lineterminator=layout.line_end
        )

    def write(self, record: Sequence[str], quoted: bool = False) -> None:
        """`quoted` says that some field may hold a quotation mark."""
        if not self.layout.quote_all:
            self.minimal.writerow(record)
            return
        if quoted:
            record = [text.replace('"', '""') for text in record]
        self.block.append(f'"{self.joiner.join(record)}"{self.layout.line_end}')
        if len(self.block) >= 2000:
            self.stream.write("".join(self.block))
            self.block.clear()

    def close(self) -> None:
        self.stream.write("".join(self.block))
        self.stream.close()


class Workbook:
    """One sheet, written row by row in bounded memory; the same rows give the same bytes."""

    def __init__(self, path: Path, sheet: str, text_columns: Iterable[int], date_columns=()):
        self.book = xlsxwriter.Workbook(
            path, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        self.book.set_properties({"created": datetime(2026, 1, 1)})  # else the clock gets in
        self.sheet = self.book.add_worksheet(sheet)
        self.text = self.book.add_format({"num_format": "@"})
        self.day = self.book.add_format({"num_format": "dd/mm/yyyy"})
        self.text_columns, self.row = frozenset(text_columns), 0
        for column in (*self.text_columns, *date_columns):
            self.sheet.set_column(column, column, 18)

    def write(self, record: Sequence[object]) -> None:
        sheet, row = self.sheet, self.row
        for column, value in enumerate(record):
            if value is None or value == "":
                continue
            if isinstance(value, str):
                if column in self.text_columns:
                    sheet.write_string(row, column, value, self.text)
                else:
                    sheet.write_string(row, column, value)
            elif isinstance(value, date):
                sheet.write_datetime(row, column, datetime(*value.timetuple()[:3]), self.day)
            elif isinstance(value, int | float):
                sheet.write_number(row, column, value)
        self.row += 1

    def close(self) -> None:
        self.book.close()


class Table:
    """A list the ministry sends about the register, as workbook or as text."""

    def __init__(self, path: Path, sheet: str, columns: list[str], layout: Layout, text_columns):
        self.as_text = layout.members_format == "csv"
        self.path = path.with_suffix(".csv" if self.as_text else ".xlsx")
        self.file: TextFile | Workbook
        if self.as_text:
            self.file = TextFile(self.path, layout)
        else:
            self.file = Workbook(self.path, sheet, [columns.index(c) for c in text_columns])
        for row in layout.heading(columns, sheet):
            self.file.write(row)

    def write(self, record: Sequence[object]) -> None:
        """Values are text, whole numbers, dates or None."""
        if isinstance(self.file, Workbook):
            self.file.write(record)
            return
        self.file.write(
            [
                value
                if isinstance(value, str)
                else ""
                if value is None
                else value.strftime("%d/%m/%Y")
                if isinstance(value, date)
                else str(value)
                for value in record
            ]
        )

    def close(self) -> None:
        self.file.close()
