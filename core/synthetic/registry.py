"""One row of the national registry: a person as the ministry's copy knows him."""

from itertools import pairwise
from random import Random

from core.synthetic import dirt
from core.synthetic.files import Layout
from core.synthetic.names import Namer, words
from core.synthetic.people import (
    CHILD,
    HEAD,
    OTHER,
    PARENT,
    WIFE,
    Calendar,
    Family,
    Numbers,
    Person,
)
from core.synthetic.places import District

STREETS = (
    "JL. MERDEKA",
    "JLN. PASAR",
    "JL RAYA",
    "DUSUN",
    "KP. TENGAH",
    "GG. MASJID",
    "LK.",
    "BLOK",
    "JL. PERJUANGAN",
)
WORK = (
    "PETANI/PEKEBUN",
    "BURUH TANI/PERKEBUNAN",
    "BURUH HARIAN LEPAS",
    "WIRASWASTA",
    "PEDAGANG",
    "SOPIR",
    "TUKANG BATU",
    "KARYAWAN SWASTA",
    "BELUM/TIDAK BEKERJA",
)
ROMAN = ("", "I", "II", "III", "IV", "V", "VI")
MONTHS = words(
    "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember"
)
OLD_MONTHS = {2: "Pebruari", 11: "Nopember"}
RELATION_CODES = {HEAD: "1", WIFE: "2", CHILD: "3", PARENT: "5", OTHER: "8"}

Stale = tuple[str, int]  # (new card number or "", new village or -1)
NOT_STALE: Stale = ("", -1)


def shares(
    kinds: tuple[str, ...], rates: dict[str, float]
) -> tuple[float, list[tuple[float, str]]]:
    """Total rate of some kinds, and their running sums, for one draw to choose among them."""
    running, steps = 0.0, []
    for kind in kinds:
        running += rates[kind]
        steps.append((running, kind))
    return running, steps


class RowMaker:
    """Writes a person's registry row, with whatever happened to it.

    One row in five comes from a careless hand and carries twice the dirt; the others carry three
    quarters of it. Rates are those of `dirt.RATES` times the noise, times the caller's own factors.
    """

    def __init__(
        self,
        *,
        rng: Random,
        namer: Namer,
        numbers: Numbers,
        calendar: Calendar,
        district: District,
        kecamatan_of: list[int],
        used_villages: list[int],
        layout: Layout,
        noise: float,
        factors: dict[str, float] | None,
    ):
        factors = factors or {}
        unknown = sorted(set(factors) - set(dirt.RATES))
        if unknown:
            raise ValueError(f"Unknown kinds of dirt: {', '.join(unknown)}")
        self.rng, self.namer, self.numbers, self.calendar = rng, namer, numbers, calendar
        self.villages, self.kecamatan_of, self.used = district.villages, kecamatan_of, used_villages
        rate = {k: share * factors.get(k, 1.0) * noise for k, share in dirt.RATES.items()}
        if layout.source == "dtsen":  # no mother, and no column that says someone died
            rate["mother_missing"] = rate["mother_variant"] = 0.0
        if layout.source != "dtks":
            rate["deceased"] = 0.0
        self.rate = rate
        self.noise = noise
        self.nik_total, self.nik_steps = shares(dirt.NIK_KINDS + dirt.FORM_KINDS, rate)
        self.name_total, self.name_steps = shares(dirt.NAME_KINDS, rate)
        self.dob_total, self.dob_steps = shares(dirt.DOB_KINDS, rate)
        # A move usually, but not always, brings a new family card.
        self.only_card = max(0.0, rate["kk_changed"] - 0.73 * rate["moved"])
        self.with_card = 0.73 if rate["kk_changed"] else 0.0
        self.date_names: list[tuple[float, str]] = []
        total = sum(layout.date_shares.values())
        running = 0.0
        for name, share in layout.date_shares.items():
            running += share / total
            self.date_names.append((running, name))
        self.delimiter = layout.delimiter
        self.made = 0
        self.id_offset = int(rng.random() * 10**14)
        self.titles = [(v.provinsi, v.kabupaten, v.kecamatan, v.name) for v in self.villages]
        towns = sorted({v.kecamatan for v in self.villages})
        self.towns = (
            *towns[:6],
            self.villages[0].kabupaten.removeprefix("KABUPATEN ").removeprefix("KOTA "),
        )

    # --- what happens to a whole family

    def family_fate(self, family: Family) -> Stale:
        """Two in five stale rows are stale together: the whole family moved, or has a new card."""
        return self._fate(0.4, family.village)

    def _fate(self, part: float, village: int) -> Stale:
        draw = self.rng.random()
        moved = self.rate["moved"] * part
        if draw >= moved + self.only_card * part:
            return NOT_STALE
        place = -1
        if draw < moved and len(self.used) > 1:
            place = village
            while place == village:
                place = self.used[int(self.rng.random() * len(self.used))]
            if self.rng.random() >= self.with_card:
                return "", place
        here = village if place < 0 else place
        return self.numbers.card(self.kecamatan_of[here]), place

    # --- pieces of a row

    def _kind(self, steps: list[tuple[float, str]], draw: float) -> str:
        for limit, kind in steps:
            if draw < limit:
                return kind
        return steps[-1][1]

    def _number(self, kind: str, nik: str, others: list[str]) -> tuple[str, str]:
        """(kind that happened, number as written)."""
        rng = self.rng
        keep = not self.numbers.by_serial
        written: str | None = None
        if kind.startswith("form_"):
            return kind, dirt.form(rng, kind, nik)
        if kind == "nik_trunc0":
            written = dirt.nik_trunc0(nik)
        elif kind == "nik_masked":
            written = dirt.nik_masked(rng, nik)
        elif kind == "nik_empty":
            written = dirt.pick(rng, dirt.NO_NIK)
        elif kind == "nik_sci":
            written = dirt.nik_sci(rng, nik)
        elif kind == "nik_short":
            written = dirt.nik_short(rng, nik)
        elif kind == "nik_ocr":
            written = dirt.nik_ocr(rng, nik)
        elif kind == "nik_transposed":
            written = dirt.nik_transposed(rng, nik, keep)
        elif kind == "nik_other":
            written = dirt.pick(rng, others)
        if written is None or written == nik:
            return "nik_digit", dirt.nik_digit(rng, nik, keep)
        return kind, written

    def _birth(self, kind: str, born: int) -> tuple[str, int]:
        """(kind that happened, day written); -1 stands for no date."""
        rng, calendar = self.rng, self.calendar
        day = calendar.date[born]
        draw = rng.random()
        written = born
        if kind == "dob_empty":
            return kind, -1
        if kind == "dob_swapped" and day.day <= 12 and day.day != day.month:
            written = calendar.at(day.year, day.day, day.month)
        elif kind == "dob_default":
            month, first = ((1, 1), (7, 1), (12, 31))[int(draw * 3)]
            written = calendar.at(day.year, month, first)
        elif kind == "dob_year":
            years = (-1, 1, -1, 1, -2, 2, -10, 10)[int(draw * 8)]
            written = calendar.at(day.year + years, day.month, day.day)
        if written == born:
            kind = "dob_off"
            if draw < 0.55:
                written = born + (1 if rng.random() < 0.5 else -1)
            elif draw < 0.8:
                written = calendar.at(day.year, 1 + day.month % 12, day.day)
            else:
                written = born + int(rng.random() * 18) - 9
            written = calendar.clip(written)
            if written == born:
                written = born - 1
        return kind, written

    def _date(self, born: int) -> str:
        if born < 0:
            return dirt.pick(self.rng, dirt.NO_DATE)
        name = self._kind(self.date_names, self.rng.random())
        iso = self.calendar.iso[born]
        if name == "iso":
            return iso
        if name == "slash":
            return f"{iso[8:]}/{iso[5:7]}/{iso[:4]}"
        if name == "dash":
            return f"{iso[8:]}-{iso[5:7]}-{iso[:4]}"
        if name == "short":
            return f"{int(iso[8:])}/{int(iso[5:7])}/{iso[:4]}"
        if name == "stamp":
            return iso + " 00:00:00"
        if name == "serial":
            return str(self.calendar.serial_of_first + born)
        if name == "words":
            number = int(iso[5:7])
            month = MONTHS[number - 1]
            if number in OLD_MONTHS and self.rng.random() < 0.4:
                month = OLD_MONTHS[number]
            if self.rng.random() < 0.2:
                month = month.upper()
            return f"{int(iso[8:])} {month} {iso[:4]}"
        raise ValueError(f"Unknown date notation: {name}")

    def _dress(self, name: str) -> str:
        """Small letters, or stray spaces: not damage, only untidiness."""
        draw = self.rng.random()
        if draw < 0.86:
            return name
        if draw < 0.92:
            return name.title()
        if draw < 0.97:
            return name.lower()
        return "  " + name.replace(" ", "  ") + " "

    # --- the row

    def row(
        self, person: Person, family: Family, fate: Stale, in_register: bool, others: list[str]
    ) -> tuple[list[str], list[str], str, int]:
        """(23 DTKS fields, what happened, the NIK's state, village written)."""
        rng = self.rng
        rnd = rng.random
        rate = self.rate
        careless = 2.0 if rnd() < 0.2 else 0.75
        done: list[str] = []

        state, nik = "ok", person.nik
        draw = rnd() / careless
        swapped = False
        if draw < self.nik_total:
            kind = self._kind(self.nik_steps, draw)
            if kind == "nik_kk_swapped":
                swapped = True
            else:
                kind, nik = self._number(kind, nik, others)
            done.append(kind)
            if kind.startswith("nik_"):
                state = kind

        name = person.name
        draw = rnd() / careless
        while draw < self.name_total:
            father = ""
            kind = self._kind(self.name_steps, draw)
            if kind == "name_bin":
                father = self.namer.name(family.pool, "L").rpartition(" ")[2]
            kind, name = dirt.damage_name(rng, kind, name, person.sex, father)
            if kind not in done:
                done.append(kind)
            draw = rnd() * 6  # sometimes a second thing happens to the same name

        born = person.born
        draw = rnd() / careless
        if draw < self.dob_total:
            kind, born = self._birth(self._kind(self.dob_steps, draw), born)
            done.append(kind)

        mother = person.mother
        draw = rnd() / careless
        if draw < rate["mother_missing"]:
            mother = dirt.pick(rng, dirt.NO_MOTHER)
            done.append("mother_missing")
        elif draw < rate["mother_missing"] + rate["mother_variant"]:
            mother = self._dress(dirt.vary_mother(rng, mother))
            done.append("mother_variant")
        else:
            mother = self._dress(mother)

        if fate == NOT_STALE:
            fate = self._fate(0.6, family.village)
        card, village = fate
        if village >= 0:
            done.append("moved")
        else:
            village = family.village
        if card:
            done.append("kk_changed")
        else:
            card = family.kk
        if swapped:
            state = "nik_kk_swapped"
            nik, card = card, person.nik

        sex = person.sex
        draw = rnd() / careless
        if draw < rate["sex_wrong"]:
            sex = "P" if sex == "L" else "L"
            done.append("sex_wrong")
        if sex == "L":
            sex = ("L", "L", "L", "L", "L", "L", "L", "L", "LAKI-LAKI", "1")[int(rnd() * 10)]
        else:
            sex = ("P", "P", "P", "P", "P", "P", "P", "P", "PEREMPUAN", "2")[int(rnd() * 10)]

        bits = int(rnd() * 1_000_000)
        padan = "PADAN"
        if state != "ok":
            padan = ("TIDAK PADAN", "TIDAK PADAN", "BELUM PADAN", "PADAN")[bits & 3]
        elif bits % 40 == 0:
            padan = "TIDAK PADAN"
        if rnd() / careless < rate["deceased"]:
            padan = "MENINGGAL"
            done.append("deceased")

        provinsi, kabupaten, kecamatan, desa = self.titles[village]
        draw = rnd() / careless
        if draw < rate["area_typo"]:
            desa = dirt.shift_place_name(rng, desa)
            done.append("area_typo")

        address = f"{STREETS[bits % 9]} NO {family.house}"
        draw = rnd()
        if draw < 0.0005 * self.noise:
            address += '\nDEPAN "MUSHOLA"'
        elif draw < 0.0008 * self.noise:
            address += f" {self.delimiter if self.delimiter != '|' else '|'} BELAKANG KANTOR"
        elif draw < 0.001 * self.noise:
            address += " | SAMPING WARUNG"

        years = (self.calendar.today - person.born) // 365
        if years < 6:
            work = "BELUM/TIDAK BEKERJA"
        elif years < 19:
            work = "PELAJAR/MAHASISWA"
        elif person.sex == "P" and bits % 10 < 6:
            work = "MENGURUS RUMAH TANGGA"
        else:
            work = WORK[bits % 9]
        relation = person.relation
        if bits % 100 < 10:
            relation = RELATION_CODES[relation]
        pkh = bits // 7 % 100
        flags = bits // 1000
        self.made += 1
        identity = (self.made * 37_129_873_451 + self.id_offset) % 10**14
        fields = [
            f"99{identity:014d}",
            provinsi,
            kabupaten,
            kecamatan,
            desa,
            address,
            f"DUSUN {ROMAN[family.dusun]}" if flags % 5 else "",
            f"{family.rt:03d}" if flags % 6 else str(family.rt),
            f"{family.rw:03d}" if flags % 13 else str(family.rw),
            card,
            nik,
            self._dress(name),
            self._date(born),
            self.towns[flags % len(self.towns)],
            sex,
            work,
            mother,
            relation,
            padan,
            "YA" if flags % 2 else "TIDAK",
            "YA" if (pkh < 88 if in_register else pkh < 7) else "TIDAK",
            "YA" if flags % 5 == 1 else "TIDAK",
            "YA" if flags % 10 < 7 else "TIDAK",
        ]
        return fields, done, state, village


def check_date_shares(names: dict[str, float]) -> None:
    known = ("iso", "slash", "dash", "short", "stamp", "serial", "words")
    unknown = sorted(set(names) - set(known))
    if unknown or not names:
        raise ValueError(f"Unknown date notations: {', '.join(unknown)}; known: {', '.join(known)}")


def apportion(total: int, weights: list[float]) -> list[int]:
    """Whole numbers that add up to `total`, in proportion to the weights."""
    whole = sum(weights)
    bounds = [0.0]
    for weight in weights:
        bounds.append(bounds[-1] + weight * total / whole)
    marks = [round(bound) for bound in bounds]
    marks[-1] = total
    return [after - before for before, after in pairwise(marks)]
