"""What the columns of ministry files are called, and which of them a file of each source needs.

Members need KOMPONEN and Final Closing NOMINAL, so that neither is taken for the other.

A header is compared as `core.sheets.plain` writes it, so spaces, dots, line breaks, `(3)` and
letter case do not matter; nor does an explanation behind it (`JK (L/P)`), unless the header is
known with it or it makes another column of it (`NIK (IBU)`). The first spelling of a field is the
ministry's own; the others were met in files of other years and districts (domain.md 4.2). A column
nobody knows is kept raw.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from core.sheets import FileRefused, closest, column_letters, explained, plain
from dtks import attendance
from dtks.components import COMPONENT_FIELDS

NUMBERED = re.compile(r"^(.+)_(\d{1,2})$")
EXPLAINED = 100  # more than the spellings of any field
# Brackets that do not explain a header but turn it into another one, by field: of another person,
# of former times, a code instead of a name, the statistics office's own codes, a sum of money
# instead of a number of people, a marriage. A month with anything is no percentage.
ANOTHER_COLUMN = {
    name: re.compile(rf"(?<![A-Z])(?:LAMA|SEBELUMNYA|{words})(?![A-Z])")
    for names, words in (
        (
            "nik name birth_date birth_place sex age",
            "IBU|AYAH|BAPAK|ORANG TUA|ORTU|WALI|SUAMI|ISTRI|ISTERI|PASANGAN|ANAK|KEPALA|KRT"
            "|PENGURUS|PENDAMPING",
        ),
        ("kk_number", "DAHULU"),
        (
            "province regency subdistrict village province_code regency_code subdistrict_code"
            " village_code",
            "KODE|ID|BPS",
        ),
        (" ".join([*COMPONENT_FIELDS, "component_count member_count"]), "RP|IDR|RUPIAH|NOMINAL"),
        ("status", "KAWIN|PERKAWINAN|NIKAH"),
        (" ".join(f"percent_{month:02}" for month in attendance.MONTHS), "[A-Z].*"),
    )
    for name in names.split()
}


@dataclass(frozen=True)
class Layout:
    """One kind of file. `years`: the first and last year it was seen in, None for still in use.

    `columns` is how many the ministry's own version has; `marks` are fields whose presence tells
    this layout from another of the same source.
    """

    id: str
    source: str
    years: tuple[int, int | None]
    columns: int
    fields: dict[str, tuple[str, ...]]
    required: tuple[str, ...]
    marks: tuple[str, ...] = ()

    @cached_property
    def by_word(self) -> dict[str, tuple[str, int]]:
        """plain header -> (field, rank of the spelling)."""
        return {
            plain(spelling): (name, rank)
            for name, spellings in reversed(self.fields.items())
            for rank, spelling in reversed(list(enumerate(spellings)))
        }

    @cached_property
    def slips(self) -> set[str]:
        """Words a slip of the pen is read as; TK/SEDERAJAT is no slip of SD/SEDERAJAT."""
        return {word for word in self.by_word if not word.endswith("SEDERAJAT")}

    def field_of(self, column: str) -> tuple[str, int] | None:
        """(field, rank); one known only without its explanation ranks behind all spellings."""
        word, explanation = explained(column)
        if known := self.by_word.get(plain(column)):
            return known
        if not explanation or word not in self.by_word:
            return None
        name, rank = self.by_word[word]
        if name in ANOTHER_COLUMN and ANOTHER_COLUMN[name].search(explanation):
            return None
        return name, rank + EXPLAINED


PLACE = {
    "province": (
        "PROVINSI", "PROV", "NAMA PROVINSI", "NMPROP", "PROVINSI KTP", "NAMA PROVINSI KTP",
    ),
    "regency": (
        "KABUPATEN/KOTA", "KABUPATEN", "KAB/KOTA", "KAB", "KOTA", "KOTA/KABUPATEN",
        "NAMA KABUPATEN", "NAMA KABUPATEN KOTA", "KABUPATEN KOTA", "NMKAB", "KABUPATEN KOTA KTP",
        "NAMA KABUPATEN KOTA KTP", "KABUPATEN KTP", "NAMA KABUPATEN KTP",
    ),
    "subdistrict": (
        "KECAMATAN", "KEC", "NAMA KECAMATAN", "NMKEC", "KECAMATAN KTP", "NAMA KECAMATAN KTP",
        "DISTRIK", "NAMA DISTRIK",
    ),
    "village": (
        "DESA/KELURAHAN", "DESA/KELUARAHAN", "KELURAHAN", "DESA", "KELURAHAN/DESA", "KEL/DESA",
        "DESA/KEL", "KEL", "NAMA DESA", "NAMA KELURAHAN", "NAMA DESA KELURAHAN", "NMKEL", "PEKON",
        "NAGARI", "GAMPONG", "KAMPUNG", "NAMA KELURAHAN DESA", "DESA KELURAHAN KTP",
        "KELURAHAN DESA KTP", "NAMA DESA KELURAHAN KTP", "NAMA KELURAHAN DESA KTP",
        "KELURAHAN KTP", "NAMA KELURAHAN KTP", "DESA KTP", "NAMA DESA KTP", "LEMBANG",
        "GAMPONG/DESA",
    ),
    "village_code": (
        "KODE DESA", "KODE KELURAHAN", "KODE WILAYAH", "KODE DESA KELURAHAN", "KODE KEL",
        "KODE KELURAHAN DESA", "ID DESA", "ID KELURAHAN", "KODE DESA KELURAHAN KTP",
        "KODE KELURAHAN DESA KTP", "KDKEL", "KODE KELURAHAN KTP", "KODE DESA KTP",
        "KODE WILAYAH KTP",
    ),
    "subdistrict_code": ("KODE KECAMATAN", "KODE KEC", "ID KECAMATAN", "KODE KECAMATAN KTP"),
    "regency_code": (
        "KODE KABUPATEN KOTA", "KODE KABUPATEN", "KODE KAB", "ID KABUPATEN",
        "KODE KABUPATEN KOTA KTP", "KODE KABUPATEN KTP",
    ),
    "province_code": ("KODE PROVINSI", "KODE PROV", "ID PROVINSI", "KODE PROVINSI KTP"),
    "address": (
        "ALAMAT", "ALAMAT KTP", "ALAMAT RUMAH", "ALAMAT DOMISILI", "ALAMAT LENGKAP",
        "ALAMAT KELUARGA",
    ),
    "hamlet": ("DUSUN", "NAMA DUSUN", "DUSUN/LINGKUNGAN", "LINGKUNGAN", "DUSUN KTP", "JORONG"),
    "rt": ("RT", "NO RT", "RT KTP"),
    "rw": ("RW", "NO RW", "RW KTP"),
}  # fmt: skip

NIK = (
    "NIK", "NOMOR NIK", "NO NIK", "NIK ANGGOTA", "NIK ART", "NIK PENERIMA", "NIK PENGURUS",
    "NOMOR INDUK KEPENDUDUKAN", "NIK KTP", "NO KTP", "NOMOR KTP", "NO INDUK KEPENDUDUKAN",
)  # fmt: skip
CARD = (
    "NO KK", "NOKK", "NOMOR KK", "NO KARTU KELUARGA", "NOMOR KARTU KELUARGA", "NO. KK", "KK",
    "NKK", "NO KK ART",
)  # fmt: skip
PERSON = {
    "nik": NIK,
    "kk_number": CARD,
    "name": (
        "NAMA", "NAMA ART", "NAMA ANGGOTA", "NAMA LENGKAP", "NAMA ANGGOTA KELUARGA",
        "NAMA PENERIMA", "NAMA PENDUDUK", "NAMA KPM", "NAMA ANGGOTA RUMAH TANGGA",
        "NAMA SESUAI KTP",
    ),
    "birth_date": (
        "TANGGAL LAHIR", "TGL LAHIR", "TGLLAHIR", "TANGGAL_LAHIR", "TTL", "TGL LHR",
        "TEMPAT/TGL LAHIR", "TEMPAT/TANGGAL LAHIR",
    ),
    "birth_place": ("TEMPAT LAHIR", "TMP LAHIR", "TEMPAT LHR", "TMPT LAHIR"),
    "sex": ("JENIS KELAMIN", "JK", "JNS KELAMIN", "L/P", "KELAMIN", "JENKEL", "SEX", "GENDER"),
    "mother_name": (
        "NAMA IBU KANDUNG", "IBU KANDUNG", "NAMA GADIS IBU KANDUNG", "NAMA IBU", "NM IBU KANDUNG",
        "NM IBU", "IBU",
    ),
    "relationship": (
        "HUB KELUARGA", "HUBUNGAN KELUARGA", "STATUS HUBUNGAN KELUARGA", "HUB. KELUARGA", "SHDK",
        "HUBUNGAN DALAM KELUARGA", "HUBUNGAN DENGAN KEPALA KELUARGA", "HUB KRT", "HUBUNGAN",
        "STATUS HUBUNGAN DALAM KELUARGA", "STATUS DALAM KELUARGA", "HUBKEL", "HUB",
    ),
}  # fmt: skip

FINAL_CLOSING = {
    "name": (
        "NAMA PENERIMA", "NAMA PENGURUS", "NAMA KPM", "NAMA", "NAMA PENERIMA BANTUAN",
        "NAMA SESUAI KTP",
    ),
    "nik": ("NIK", "NIK PENGURUS", "NIK PENERIMA", "NIK KPM", *NIK),
    "kk_number": CARD,
    "birth_date": PERSON["birth_date"],
    "age": ("UMUR", "USIA"),
    "member_count": ("ART", "JML ART", "JUMLAH ART", "JUMLAH ANGGOTA"),
    "pregnancy": ("HAMIL", "IBU HAMIL", "BUMIL", "JML HAMIL", "HAMIL/NIFAS"),
    "early_child": ("AUD", "ANAK USIA DINI", "BALITA", "JML AUD", "USIA DINI"),
    "primary": ("SD", "ANAK SD", "JML SD", "SD/MI", "SD/SEDERAJAT"),
    "junior": ("SMP", "ANAK SMP", "JML SMP", "SMP/MTS", "SLTP", "SMP/SEDERAJAT"),
    "senior": (
        "SMA", "ANAK SMA", "JML SMA", "SMA/SMK", "SMA/MA", "SMA/SMK/MA", "SLTA", "SMA/SEDERAJAT",
    ),
    "severe_disability": (
        "DISABIL", "DISABILITAS", "DISABILITAS BERAT", "JML DISABILITAS", "DISABEL", "PDB",
    ),
    "elderly": ("LANSIA", "LANJUT USIA", "JML LANSIA", "LU"),
    "rights_victim": ("HAM", "PELANGGARAN HAM", "KORBAN HAM", "PELANGGARAN HAM BERAT"),
    "component_count": ("JML KOMPONEN", "JUMLAH KOMPONEN", "KOMPONEN", "TOTAL KOMPONEN"),
    "amount": (
        "NOMINAL", "NOMINAL BANTUAN", "JUMLAH BANTUAN", "BANTUAN", "NILAI BANTUAN", "TOTAL BANTUAN",
        "TOTAL NOMINAL",
    ),
    "status": ("STATUS", "STATUS FC", "STATUS KPM", "KETERANGAN"),
    "account": ("REKENING", "NO REKENING", "NOMOR REKENING"),
    "address_fc": ("ALAMAT FC", "ALAMAT FINAL CLOSING"),
    "period_text": ("PERIODE", "TAHAP", "PERIODE SALUR"),
    "sex": PERSON["sex"],
    "mother_name": PERSON["mother_name"],
    **PLACE,
}  # fmt: skip

MEMBERS = {
    **PERSON,
    "component": (
        "KOMPONEN", "KOMPONEN PKH", "KATEGORI", "KATEGORI KOMPONEN", "JENIS KOMPONEN",
        "KOMPONEN ART",
    ),
    "school_level": ("JENJANG DTSEN", "JENJANG", "JENJANG PENDIDIKAN"),
    "school_name": ("SEKOLAH DTSEN", "SEKOLAH", "NAMA SEKOLAH"),
    "dapodik_level": ("JENJANG DAPODIK",),
    "dapodik_school": ("SEKOLAH DAPODIK",),
    "school_card": ("KIP", "NO KIP", "NOMOR KIP"),
    "dapodik_note": ("KETERANGAN DAPODIK", "PESAN DAPODIK"),
    "status": ("STATUS", "STATUS ART", "STATUS KEPESERTAAN", "KETERANGAN"),
    "period_text": ("PERIODE", "TAHAP", "PERIODE SALUR"),
    "pkh_id": ("ID PKH", "NO PESERTA PKH", "NOPESERTA", "NO PESERTA"),
    **PLACE,
}  # fmt: skip

REGISTRY = {
    "registry_id": ("ID DTKS", "IDDTKS", "IDBDT", "ID BDT", "ID SEMESTA", "ID ART BDT", "IDARTBDT"),
    **PERSON,
    "job": ("PEKERJAAN", "JENIS PEKERJAAN", "STATUS PEKERJAAN"),
    "matched_note": ("KETERANGAN PADAN", "KET PADAN", "STATUS PADAN", "PADAN", "KETERANGAN"),
    "aid_bpnt": ("BANSOS BPNT", "BPNT", "SEMBAKO"),
    "aid_pkh": ("BANSOS PKH", "PKH"),
    "aid_bpnt_ppkm": ("BANSOS BPNT-PPKM", "BPNT PPKM"),
    "aid_health": ("PBI JKN", "PBI", "PBI-JK"),
    **PLACE,
}

DTSEN_MEMBERS = {
    "registry_id": ("ID ANGGOTA KELUARGA", "ID ANGGOTA", "ID SEMESTA", "ID DTSEN", "ID INDIVIDU"),
    "family_id": ("ID KELUARGA", "ID KELUARGA DTSEN", "KODE KELUARGA"),
    **PERSON,
    "marital_status": ("STATUS KAWIN", "STATUS PERKAWINAN"),
    "presence": ("KEBERADAAN ANGGOTA", "STATUS KEBERADAAN", "KEBERADAAN", "KETERANGAN PADAN"),
    "job": ("PEKERJAAN", "STATUS PEKERJAAN UTAMA", "PEKERJAAN UTAMA", "LAPANGAN USAHA"),
    "decile": ("DESIL NASIONAL", "DESIL", "PERINGKAT DESIL", "DESIL KESEJAHTERAAN"),
    "aid_health": ("PBI NAS", "PBI NASIONAL", "PBI JKN"),
    "aid_health_local": ("PBI PEMDA",),
    **PLACE,
}

DTSEN_FAMILIES = {
    "kk_number": ("NOMOR KARTU KELUARGA", *CARD),
    "name": (
        "NAMA KEPALA KELUARGA", "NAMA KRT", "KEPALA KELUARGA", "NAMA KEPALA RUMAH TANGGA", "NAMA",
    ),
    "nik": (
        "NIK KEPALA KELUARGA", "NOMOR INDUK KEPENDUDUKAN KEPALA KELUARGA", "NIK KRT", *NIK,
    ),
    "family_id": ("ID KELUARGA", "ID KELUARGA DTSEN", "KODE KELUARGA"),
    "member_count": ("JUMLAH ANGGOTA KELUARGA", "JML ANGGOTA KELUARGA", "JML ART", "JUMLAH ART"),
    "decile": ("DESIL NASIONAL", "DESIL", "PERINGKAT DESIL", "DESIL KESEJAHTERAAN"),
    "checked_flag": ("IS GC KEMENSOS", "IS GC", "GROUND CHECK"),
    "aid_health_flag": ("IS PBI SE",),
    "siks_flag": ("IS SIKS NG",),
    "status": ("STATUS KELUARGA", "STATUS"),
    "birth_date": PERSON["birth_date"],
    "sex": PERSON["sex"],
    "mother_name": PERSON["mother_name"],
    **PLACE,
}  # fmt: skip

EDUCATION_CHECKS = {
    "caretaker_nik": ("NIK PENGURUS", "NIK IBU", "NIK KPM"),
    "caretaker_name": ("NAMA PENGURUS", "NAMA KPM", "PENGURUS", "NAMA ORANG TUA"),
    "nik": (
        "NIK SISWA", "NIK ANAK", "NIK PESERTA DIDIK", "NIK MURID", "NIK ART", "NIK",
    ),
    "nisn": ("NISN", "NO INDUK SISWA NASIONAL"),
    "name": (
        "NAMA SISWA", "NAMA ANAK", "NAMA PESERTA DIDIK", "NAMA MURID", "NAMA ART", "NAMA",
    ),
    "school_form": ("BENTUK", "BENTUK PENDIDIKAN", "BENTUK SEKOLAH", "JENJANG"),
    "grade": ("TINGKAT", "KELAS", "TINGKAT KELAS", "TINGKAT PENDIDIKAN"),
    "school": ("NAMA SEKOLAH", "SEKOLAH", "NAMA SATUAN PENDIDIKAN"),
    "npsn": ("NPSN",),
    "note": ("KET", "KETERANGAN"),
    "facilitator": ("NAMA PENDAMPING", "PENDAMPING"),
    **attendance.month_fields(),
}  # fmt: skip

LAYOUTS = (
    Layout(
        "final_closing_25", "final_closing", (2024, None), 25, FINAL_CLOSING,
        ("nik", "name", "kk_number", "amount"),
    ),
    Layout(
        "final_closing_account", "final_closing", (2021, 2024), 26, FINAL_CLOSING,
        ("nik", "name", "kk_number", "amount"), marks=("account",),
    ),
    Layout(
        "members_22", "members", (2023, None), 22, MEMBERS,
        ("nik", "kk_number", "name", "component"),
    ),
    Layout(
        "dtks_23", "dtks", (2021, None), 23, REGISTRY, ("nik", "name"),
        marks=("matched_note", "aid_pkh"),
    ),
    Layout("dtks_17", "dtks", (2015, 2021), 17, REGISTRY, ("nik", "name")),
    Layout("dtsen_members", "dtsen_members", (2025, None), 0, DTSEN_MEMBERS, ("nik", "name")),
    Layout("dtsen_families", "dtsen_families", (2025, None), 0, DTSEN_FAMILIES, ("kk_number",)),
    Layout(
        "education_checks_25", "education_checks", (2023, None), 25, EDUCATION_CHECKS,
        ("nik", "name"),
    ),
)  # fmt: skip

# The ministry's own name of a field, for telling people which column is meant.
TITLES = {
    "nik": "NIK",
    "kk_number": "NO KK",
    "name": "NAMA",
    "component": "KOMPONEN",
    "amount": "NOMINAL",
}
# Where MENINGGAL and the like may stand, the first one that the file has.
STATUS_NOTE = ("matched_note", "presence", "status")


@dataclass
class Recognised:
    """`mapping`: field -> position of its column from 0. `notes`: typed, as reading's are."""

    layout: Layout
    mapping: dict[str, int]
    notes: list[dict] = field(default_factory=list)

    def has(self, names: Iterable[str]) -> bool:
        return all(name in self.mapping for name in names)


def layouts_of(source: str) -> list[Layout]:
    return [layout for layout in LAYOUTS if layout.source == source]


def words_of(source: str) -> frozenset[str]:
    """Every column name known for a source, for finding the header."""
    return frozenset(word for layout in layouts_of(source) for word in layout.by_word)


def date_words_of(source: str) -> frozenset[str]:
    return frozenset(
        plain(spelling)
        for layout in layouts_of(source)
        for spelling in layout.fields.get("birth_date", ())
    )


def recognise(
    columns: Sequence[str], source: str, chosen: dict[str, int] | None = None
) -> Recognised:
    """Which column is which field. `chosen` are columns somebody has settled by hand.

    Raises FileRefused when a needed column is missing, or an identity column stands there twice.
    """
    found = [match_columns(layout, columns, chosen or {}) for layout in layouts_of(source)]
    best = next(
        (each for each in found if each.layout.marks and each.has(each.layout.marks)),
        next(each for each in found if not each.layout.marks),
    )
    missing = [name for name in best.layout.required if name not in best.mapping]
    if missing:
        raise FileRefused("column_missing", column=TITLES[missing[0]], columns=list(columns))
    note = next((name for name in STATUS_NOTE if name in best.mapping), None)
    if note:
        best.mapping["status_note"] = best.mapping[note]
    return best


def match_columns(layout: Layout, columns: Sequence[str], chosen: dict[str, int]) -> Recognised:
    ranked: dict[str, list[tuple[int, int]]] = {}
    unknown: list[int] = []
    for index, column in enumerate(columns):
        known = layout.field_of(column)
        numbered = NUMBERED.match(column)
        if known is None and numbered and numbered[1] in columns[:index]:
            known = layout.field_of(numbered[1])  # the same name for the second time
        if known is None:
            unknown.append(index)
        else:
            ranked.setdefault(known[0], []).append((known[1], index))
    mapping = dict(chosen)
    notes: list[dict] = []
    for name, places in ranked.items():
        if name in chosen:
            continue
        best = min(places)[0]
        same = [index for rank, index in places if rank == best]
        if best >= EXPLAINED and name not in ("nik", "kk_number") and len(places) > 1:
            continue  # TANGGAL LAHIR (DD), (MM) and (YYYY): none of them is the date
        if len(same) > 1 and name in ("nik", "kk_number"):
            raise FileRefused(
                "column_twice",
                column=TITLES[name],
                times=len(same),
                letters=[column_letters(index) for index in same],
            )
        mapping[name] = same[0]
    taken = set(mapping.values())
    for index in unknown:
        word = closest(plain(columns[index]), layout.slips)
        if word is None or index in taken:
            continue
        name = layout.by_word[word][0]
        if name in mapping or name in ("nik", "kk_number"):
            continue
        mapping[name] = index
        notes.append({"code": "header_misspelt", "column": columns[index], "field": name})
    return Recognised(layout, mapping, notes)


def unknown_columns(columns: Iterable[str], mapping: dict[str, int]) -> list[str]:
    """Columns that are kept but mean nothing to the system."""
    known = set(mapping.values())
    return [column for index, column in enumerate(columns) if index not in known]
