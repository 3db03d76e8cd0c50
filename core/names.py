"""Names of people and places, and the few coded words beside them, made comparable.

The original text is always kept; these keys serve comparison only. Sources of the rules:
domain.md 6.1 (spellings counted in a sample of 3,108 persons: MUHAMAD in six spellings, titles
mostly absent in registries but common in lists, OE/DJ/TJ of the old spelling). The same rules
live in `core/sql/names.sql` as the same chain of replacements in the same order.
"""

import re
import unicodedata

_SPACES = "\t\n\r\f\v\u00a0\u2007\u2009\u202f\u3000"
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_CONTROL = "".join(map(chr, [*range(1, 9), *range(14, 32), 127]))
_TO_PLAIN = str.maketrans(
    _SPACES + "\u2018\u2019\u02bc\u00b4`\u201c\u201d",
    " " * len(_SPACES) + "'''''\"\"",
    _INVISIBLE + _CONTROL,
)
_NO_MARKS = re.compile("[\u0300-\u036f]")

# Whoever leaves a name empty writes one of these.
_NOTHING = frozenset(
    {
        "", "TIDAK DIKETAHUI", "TDK DIKETAHUI", "TIDAK TAHU", "TIDAK ADA", "TDK ADA",
        "BELUM ADA", "BELUM DIKETAHUI", "NULL", "NONE", "NIHIL", "KOSONG", "NN", "XX", "XXX",
    }
)  # fmt: skip

_OCR_DIGITS = str.maketrans("01589", "OISBG", "23467")
_SEPARATORS = str.maketrans(".-/_()[]{}", " " * 10, "'\"")
_LEADING_TITLES = re.compile(
    "^(?:(?:DR|DRA|DRS|DRG|IR|H|HJ|HI|KH|KYAI|UST|USTD|USTAD|USTADZ|USTADZAH|USTZ|PROF|RADEN|RD"
    "|R|TEUKU|TENGKU|TGK|T|ALM|ALMH|ALMARHUM|ALMARHUMAH|SDR|SDRI|BPK|IBU|NY|TN) )+(?=[A-Z])"
)
_PATRONYMICS = (" BIN ", " BINTI ", " BINTE ", " BTE ", " BT ")
_DROPPED = (" ALM ", " ALMH ", " ALMARHUM ", " ALMARHUMAH ", " ALMH ")
_DOUBLES = tuple((letter * 2, letter) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_OLD_SPELLING = (("OE", "U"), ("DJ", "J"), ("TJ", "C"), ("SJ", "SY"))
_SAME_NAME = tuple(
    (f" {spelling} ", f" {name} ")
    for name, spellings in (
        (
            "MUHAMAD",
            "MUH MUHD MOH MOHD MOCH MUCH MHD MHMD MOHAMAD MOCHAMAD MUCHAMAD MOHAMED MUHAMED"
            " MUHAMAT MOKHAMAD MUKHAMAD MOHAMAT",
        ),
        ("AHMAD", "AKHMAD ACHMAD AHMED AHMAT AKHMAT"),
        ("ABDUL", "ABD ABDL ABDOL"),
        ("SITI", "ST STI SITY SITIE"),
        ("NUR", "NOR NOOR"),
    )
    for spelling in spellings.split()
)
_LOOSE = (
    ("SY", "S"), ("SH", "S"), ("KH", "H"), ("CH", "H"), ("DH", "D"), ("TH", "T"), ("GH", "G"),
    ("DZ", "J"), ("DL", "D"), ("TS", "S"), ("Z", "J"), ("V", "F"), ("P", "F"), ("Q", "K"),
    ("X", "KS"), ("Y", "I"), ("W", "U"), ("O", "U"), ("E", "I"), ("H", ""),
)  # fmt: skip


def _fold(text: str) -> str:
    """NFKC, ASCII letters upper, one kind of space and quote, nothing invisible."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    text = text.translate(_TO_PLAIN)
    text = "".join(chr(ord(c) - 32) if "a" <= c <= "z" else c for c in text)
    return re.sub(" +", " ", text).strip(" ")


def _plain(text: str) -> str:
    """The same without accents: É is E."""
    if text.isascii():
        return _fold(text)
    return _fold(_NO_MARKS.sub("", unicodedata.normalize("NFKD", text)))


def clean_name(text: str | None) -> str | None:
    """The name as it may be shown and compared letter by letter; None when there is none."""
    return _fold(text or "") or None


def name_key(text: str | None) -> str | None:
    """What two spellings of one name share: letters A-Z and single spaces, or None.

    Titles at the front, whatever follows a comma, ALM and the patronymic after BIN/BINTI are
    left out; the spellings of MUHAMAD, AHMAD, ABDUL, SITI and NUR become one; OE, DJ, TJ, SJ
    are read as U, J, C, SY; double letters count once. A digit is read as the letter it was
    scanned from (domain.md 6.1 rules 1-6 and 9).
    """
    name = _plain(text or "")
    if name in _NOTHING:
        return None
    name = name.split(",")[0] or name
    name = name.translate(_SEPARATORS).translate(_OCR_DIGITS)
    name = re.sub(" +", " ", re.sub("[^A-Z ]", "", name)).strip(" ")
    name = " " + _LEADING_TITLES.sub("", name) + " "
    for word in _PATRONYMICS:
        name = (name.split(word)[0] or name).rstrip(" ") + " "
    for word in _DROPPED:
        name = name.replace(word, " ")
    for old, new in _OLD_SPELLING + _DOUBLES + _SAME_NAME:
        name = name.replace(old, new)
    if name.startswith(" M "):
        name = " MUHAMAD " + name[3:]
    return name.strip(" ") or None


def names_begun(word: str) -> frozenset[str]:
    """The names of which somebody may be typing another spelling: MUHAMAD for MOCHA.

    `word` is a word of a name key; nothing when it already is a beginning of the name itself.
    """
    return frozenset(
        name.strip(" ")
        for spelling, name in _SAME_NAME
        if spelling.startswith(f" {word}") and not name.startswith(f" {word}")
    )


def loose_key(key: str | None) -> str | None:
    """A name key with the letters that ears confuse made one, and no spaces: blocks only."""
    if key is None:
        return None
    for old, new in _LOOSE:
        key = key.replace(old, new)
    key = key.replace(" ", "")
    for old, new in _DOUBLES:
        key = key.replace(old, new)
    return key or None


_CODE = re.compile("^0?([1-9])(?:[.,]0{1,2})?$")


def _word(text: str | None) -> str:
    """Letters and digits of a coded cell; 01 and 1.0 are the code 1."""
    return re.sub("[^A-Z0-9]", "", _CODE.sub(r"\1", _plain(text or "")))


_SEXES = {
    word: code
    for code, words in {
        "L": "L,1,M,LAKI,LAKILAKI,LK,LKLK,PRIA,MALE,LELAKI,LLAKILAKI,LAKILAKIL,1LAKILAKI,LAKI2",
        "P": "P,2,F,PEREMPUAN,PR,WANITA,FEMALE,W,PPEREMPUAN,PEREMPUANP,2PEREMPUAN",
    }.items()
    for word in words.split(",")
}


def clean_sex(text: str | None) -> str | None:
    """'L' or 'P' for the words and codes offices use, None for anything else."""
    return _SEXES.get(_word(text))


_RELATIONSHIPS = {
    word: code
    for code, words in {
        "head": "1,KEPALAKELUARGA,KEPALARUMAHTANGGA,KEPALAART,KEPALA,KRT,KK",
        "spouse": "2,ISTRI,ISTERI,SUAMI,ISTRISUAMI,SUAMIISTRI,PASANGAN",
        "child": "3,ANAK,ANAKKANDUNG,ANAKTIRI,ANAKANGKAT",
        "child_in_law": "4,MENANTU",
        "grandchild": "5,CUCU",
        "parent": "6,ORANGTUA,ORANGTUAMERTUA,AYAH,IBU",
        "parent_in_law": "MERTUA",
        "other_relative": "7,FAMILI,FAMILILAIN,SAUDARA,KEPONAKAN,ADIK,KAKAK",
        "other": "8,LAINNYA,LAIN,PEMBANTU,PEMBANTURUMAHTANGGA,SOPIR",
    }.items()
    for word in words.split(",")
}


def clean_relationship(text: str | None) -> str | None:
    """The relation to the head of the family (code 409 of the 2022 list, or the words)."""
    return _RELATIONSHIPS.get(_word(text))


_AREA_PREFIX = re.compile(
    "^(?:(?:DESA|DS|KELURAHAN|KEL|PEKON|NAGARI|GAMPONG|KAMPUNG|KECAMATAN|KEC|KABUPATEN|KAB|KOTA"
    "|ADM|PROVINSI|PROV)[ .]+)+(?=[A-Z0-9])"
)


def area_key(text: str | None) -> str | None:
    """An area's name without its level word, spaces and marks; None when nothing is left."""
    name = _AREA_PREFIX.sub("", _plain(text or ""))
    return re.sub("[^A-Z0-9]", "", name) or None


_DECEASED = re.compile(
    "(?:^|[^A-Z])(?:MENINGGAL|WAFAT|ALM|ALMH|ALMARHUM|ALMARHUMAH|MD)(?:[^A-Z]|$)"
)
_ALIVE = re.compile(
    "(^|[^A-Z])(?:TIDAK|TDK|BELUM|BLM|BUKAN) (?:MENINGGAL|WAFAT|ALM|ALMH|ALMARHUM|ALMARHUMAH|MD)"
    "(?=[^A-Z]|$)"
)


def is_deceased(text: str | None) -> bool:
    """Whether a note says that the person has died (MENINGGAL, WAFAT, ALM, MD; not TIDAK MD)."""
    return bool(_DECEASED.search(_ALIVE.sub(r"\1", _plain(text or ""))))
