"""What happens to a person's data on the way into a registry, one small function a kind.

Rates are shares of rows at noise 1. Each function returns a value that differs from the one it
was given, or None when that kind cannot happen to this value (a NIK that ends in 0 loses nothing
when a spreadsheet truncates it); the caller then takes another kind.
"""

from random import Random

# Shares of rows at noise 1; "noise" multiplies all of them.
RATES: dict[str, float] = {
    "nik_digit": 0.0105,
    "nik_transposed": 0.0105,
    "nik_trunc0": 0.0125,
    "nik_masked": 0.0080,
    "nik_empty": 0.0080,
    "nik_other": 0.0055,
    "nik_sci": 0.0030,
    "nik_ocr": 0.0030,
    "nik_short": 0.0025,
    "nik_kk_swapped": 0.0015,
    "form_apostrophe": 0.0085,
    "form_dots": 0.0028,
    "form_spaces": 0.0040,
    "name_phonetic": 0.0250,
    "name_keyboard": 0.0230,
    "name_short": 0.0150,
    "name_joinsplit": 0.0100,
    "name_title": 0.0090,
    "name_ocr": 0.0065,
    "name_order": 0.0065,
    "name_nick": 0.0045,
    "name_bin": 0.0040,
    "name_accent": 0.0030,
    "dob_off": 0.0075,
    "dob_year": 0.0075,
    "dob_default": 0.0070,
    "dob_swapped": 0.0085,
    "dob_empty": 0.0022,
    "mother_missing": 0.0320,
    "mother_variant": 0.0250,
    "moved": 0.0200,
    "kk_changed": 0.0480,
    "sex_wrong": 0.0050,
    "deceased": 0.0052,
    "area_typo": 0.0050,
}
NIK_KINDS = tuple(kind for kind in RATES if kind.startswith("nik_"))
FORM_KINDS = tuple(kind for kind in RATES if kind.startswith("form_"))
NAME_KINDS = tuple(kind for kind in RATES if kind.startswith("name_"))
DOB_KINDS = tuple(kind for kind in RATES if kind.startswith("dob_"))

NO_NIK = ("", "-", "0", "TIDAK ADA", "0000000000000000", "BELUM ADA")
NO_MOTHER = ("", "-", ".", "TIDAK DIKETAHUI", "TIDAK TAHU")
NO_DATE = ("", "-", "0000-00-00", "00/00/0000")

_NEIGHBOURS = {
    **dict(zip("QWERTYUIOP", "WERTYUIOPO", strict=True)),
    **dict(zip("ASDFGHJKL", "SDFGHJKLK", strict=True)),
    **dict(zip("ZXCVBNM", "XCVBNMN", strict=True)),
}
_LOOKALIKE_DIGITS = {"0": "O", "1": "I", "8": "B", "5": "S", "2": "Z"}
_LOOKALIKE_LETTERS = (
    ("O", "0"),
    ("I", "1"),
    ("S", "5"),
    ("B", "8"),
    ("M", "RN"),
    ("U", "V"),
    ("G", "6"),
    ("I", "L"),
    ("D", "O"),
)
_SOUNDS = (
    ("U", "OE"),
    ("YA", "JA"),
    ("J", "DJ"),
    ("C", "TJ"),
    ("SY", "S"),
    ("KH", "H"),
    ("DZ", "Z"),
    ("Z", "J"),
    ("F", "P"),
    ("V", "F"),
    ("Q", "K"),
    ("O", "U"),
    ("TH", "T"),
    ("DH", "D"),
    ("I", "Y"),
    ("Y", "I"),
    ("NN", "N"),
    ("LL", "L"),
    ("MM", "M"),
    ("D", "DD"),
    ("A", "E"),
    ("IE", "I"),
    ("CH", "KH"),
    ("AH", "A"),
)
_WHOLE_WORDS = {
    "MUHAMMAD": ("MUHAMAD", "MOCH", "M.", "MOHAMMAD", "MUH", "MHD"),
    "MUHAMAD": ("MUHAMMAD", "MOHAMAD", "M.", "MOCHAMAD"),
    "MOHAMAD": ("MUHAMMAD", "MOH", "MUHAMAD"),
    "M.": ("MUHAMMAD", "MUHAMAD", "M"),
    "AHMAD": ("ACHMAD", "AKHMAD"),
    "ACHMAD": ("AHMAD",),
    "ABDUL": ("ABD", "ABDOEL", "ABD."),
    "SITI": ("ST", "SITTI", "ST."),
    "ST.": ("SITI", "SITTI"),
    "NUR": ("NOER", "NOOR"),
    "SRI": ("SRIE",),
    "DEWI": ("DEWIE",),
}
_NICKNAMES = {
    "MUHAMMAD": "MAMAD",
    "BAMBANG": "BEMBENG",
    "SULASTRI": "LASTRI",
    "SUPRIYADI": "SUPRI",
    "SUMIYATI": "MIYATI",
    "MARIA": "MERI",
    "YOSEFINA": "YOSI",
    "AISYAH": "AIS",
    "YOHANIS": "ANIS",
    "BENYAMIN": "BEN",
}


def pick(rng: Random, values):
    return values[int(rng.random() * len(values))]


# --- numbers


def nik_digit(rng: Random, nik: str, keep_tail: bool) -> str:
    """One digit mistyped. The leading 99 (or the closing 0000) stays: no living person's number."""
    low, high = (0, 12) if keep_tail else (2, 16)
    place = low + int(rng.random() * (high - low))
    digit = str((int(nik[place]) + 1 + int(rng.random() * 9)) % 10)
    return nik[:place] + digit + nik[place + 1 :]


def nik_transposed(rng: Random, nik: str, keep_tail: bool) -> str | None:
    low, high = (0, 11) if keep_tail else (2, 15)
    places = [i for i in range(low, high) if nik[i] != nik[i + 1]]
    if not places:
        return None
    i = pick(rng, places)
    return nik[:i] + nik[i + 1] + nik[i] + nik[i + 2 :]


def nik_trunc0(nik: str) -> str | None:
    """A spreadsheet keeps fifteen significant digits."""
    return None if nik[15] == "0" else nik[:15] + "0"


def nik_masked(rng: Random, nik: str) -> str:
    draw = int(rng.random() * 4)
    if draw == 0:
        return nik[:4] + "*" * 10 + nik[14:]
    if draw == 1:
        return nik[:6] + "*" * 6 + nik[12:]
    return nik[:6] + ("XXXXXX" if draw == 2 else "xxxxxx") + nik[12:]


def nik_sci(rng: Random, nik: str) -> str:
    mantissa = f"{int(nik) / 10**15:.5f}"
    return (mantissa if rng.random() < 0.5 else mantissa.replace(".", ",")) + "E+15"


def nik_short(rng: Random, nik: str) -> str:
    """Fifteen digits, or seventeen."""
    place = 2 + int(rng.random() * 13)
    if rng.random() < 0.65:
        return nik[:place] + nik[place + 1 :]
    return nik[:place] + nik[place] + nik[place:]


def nik_ocr(rng: Random, nik: str) -> str | None:
    places = [i for i, digit in enumerate(nik) if digit in _LOOKALIKE_DIGITS]
    if not places:
        return None
    i = pick(rng, places)
    return nik[:i] + _LOOKALIKE_DIGITS[nik[i]] + nik[i + 1 :]


def form(rng: Random, kind: str, nik: str) -> str:
    """The number is right, its writing is not."""
    if kind == "form_apostrophe":
        return "'" + nik
    if kind == "form_dots":
        return f"{nik[:2]}.{nik[2:4]}.{nik[4:6]}.{nik[6:12]}.{nik[12:]}"
    draw = rng.random()
    if draw < 0.7:
        return f" {nik[:6]} {nik[6:12]} {nik[12:]}"
    return nik + ("\xa0" if draw < 0.85 else "  ")


# --- names


def _typo(rng: Random, name: str) -> str:
    """A slip of the finger; always changes the name."""
    letters = [i for i, c in enumerate(name) if c.isalpha()]
    while True:
        i, way = pick(rng, letters), int(rng.random() * 4)
        if way == 0:
            typed = name[:i] + _NEIGHBOURS.get(name[i], "N") + name[i + 1 :]
        elif way == 1 and len(letters) > 3:
            typed = name[:i] + name[i + 1 :]
        elif way == 2 and i + 1 < len(name) and name[i + 1].isalpha():
            typed = name[:i] + name[i + 1] + name[i] + name[i + 2 :]
        else:
            typed = name[:i] + name[i] + _NEIGHBOURS.get(name[i], "N") + name[i + 1 :]
        if typed != name and typed.strip() == typed:
            return typed


def name_keyboard(rng: Random, name: str, sex: str) -> str:
    return _typo(rng, name)


def name_phonetic(rng: Random, name: str, sex: str) -> str | None:
    words = name.split(" ")
    for i, word in enumerate(words):
        if word in _WHOLE_WORDS and rng.random() < 0.5:
            words[i] = pick(rng, _WHOLE_WORDS[word])
            return " ".join(words)
    able = [pair for pair in _SOUNDS if pair[0] in name]
    if not able:
        return None
    old, new = pick(rng, able)
    places = name.count(old)
    skip = int(rng.random() * places)
    at = -1
    for _ in range(skip + 1):
        at = name.index(old, at + 1) if old in name[at + 1 :] else name.index(old)
    return name[:at] + new + name[at + len(old) :]


def name_short(rng: Random, name: str, sex: str) -> str | None:
    words = name.split(" ")
    if len(words) == 1:
        return name[0] + "." if len(name) > 3 and rng.random() < 0.15 else None
    draw = rng.random()
    if draw < 0.35:
        return " ".join(words[:-1])
    if draw < 0.6:
        return " ".join([*words[:-1], words[-1][0] + ("." if rng.random() < 0.5 else "")])
    if draw < 0.85 and len(words[0]) > 2:
        return " ".join([words[0][0] + ("." if rng.random() < 0.6 else ""), *words[1:]])
    return " ".join(words[1:]) if len(words[-1]) > 2 and len(words[0]) > 2 else words[0]


def name_joinsplit(rng: Random, name: str, sex: str) -> str | None:
    words = name.split(" ")
    if len(words) > 1 and rng.random() < 0.6:
        i = int(rng.random() * (len(words) - 1))
        return " ".join([*words[:i], words[i] + words[i + 1], *words[i + 2 :]])
    i = max(range(len(words)), key=lambda n: len(words[n]))
    if len(words[i]) < 7:
        return None
    cut = 3 + int(rng.random() * (len(words[i]) - 5))
    words[i] = words[i][:cut] + " " + words[i][cut:]
    return " ".join(words)


def name_title(rng: Random, name: str, sex: str) -> str:
    men = ("H.", "ALM.", "UST.", "DRS.", "BPK", "BAPAK", "H", "KH.", "TN.", "ALM")
    women = ("HJ.", "ALMH.", "DRA.", "IBU", "NY.", "HJ", "ALMARHUMAH", "USTZH.")
    draw = rng.random()
    if draw < 0.8:
        return pick(rng, men if sex == "L" else women) + " " + name
    return name + pick(rng, (", S.PD", ", SE", " (ALM)", ", S.SOS", ", A.MD", " ALM"))


def name_ocr(rng: Random, name: str, sex: str) -> str | None:
    able = [pair for pair in _LOOKALIKE_LETTERS if pair[0] in name]
    if not able:
        return None
    old, new = pick(rng, able)
    return name.replace(old, new, 1 if rng.random() < 0.8 else -1)


def name_order(rng: Random, name: str, sex: str) -> str | None:
    words = name.split(" ")
    if len(words) == 1:
        return None
    turned = [words[-1], *words[:-1]] if rng.random() < 0.6 else [*words[1:], words[0]]
    return None if turned == words else " ".join(turned)


def name_nick(rng: Random, name: str, sex: str) -> str | None:
    words = name.split(" ")
    first = next((i for i, word in enumerate(words) if len(word) > 3), None)
    if first is None:
        return None
    word = words[first]
    if word in _NICKNAMES:
        words[first] = _NICKNAMES[word]
    elif len(word) > 4:
        words[first] = word[: 3 + int(rng.random() * 2)] if rng.random() < 0.6 else word[-4:]
    else:
        words[first] = word + pick(rng, ("K", "NG", "T"))
    return " ".join(words)


def name_accent(rng: Random, name: str, sex: str) -> str | None:
    places = [i for i, letter in enumerate(name) if letter in "AEIOU"]
    if not places:
        return None
    i = pick(rng, places)
    return name[:i] + "ÁÉÍÓÚ"["AEIOU".index(name[i])] + name[i + 1 :]


NAME_DAMAGE = {
    "name_phonetic": name_phonetic,
    "name_keyboard": name_keyboard,
    "name_short": name_short,
    "name_joinsplit": name_joinsplit,
    "name_title": name_title,
    "name_ocr": name_ocr,
    "name_order": name_order,
    "name_nick": name_nick,
    "name_accent": name_accent,
}


def damage_name(rng: Random, kind: str, name: str, sex: str, father: str) -> tuple[str, str]:
    """(the kind that happened, the damaged name); a kind that cannot happen becomes a typo."""
    if kind == "name_bin":
        damaged: str | None = f"{name} {'BIN' if sex == 'L' else 'BINTI'} {father}"
    else:
        damaged = NAME_DAMAGE[kind](rng, name, sex)
    if damaged is None or damaged == name or not damaged.strip():
        return "name_keyboard", _typo(rng, name)
    return kind, damaged


def vary_mother(rng: Random, name: str) -> str:
    kind = pick(rng, ("name_phonetic", "name_keyboard", "name_phonetic", "name_short", "name_ocr"))
    return damage_name(rng, kind, name, "P", "")[1]


# --- dates, as days of the calendar in `people`


def shift_place_name(rng: Random, name: str) -> str:
    """A village name as somebody typed it in a hurry."""
    if " " in name and rng.random() < 0.3:
        return name.replace(" ", "", 1)
    return _typo(rng, name)
