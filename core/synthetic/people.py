"""Families who do not exist: ages, mothers, numbers, addresses, and PKH components.

Dates of birth are kept as day numbers of a `Calendar`, whose tables hold every way a date is
written; a million people then cost no date arithmetic.
"""

from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from core.synthetic.names import Namer

HEAD, WIFE, CHILD, PARENT, OTHER = "KEPALA KELUARGA", "ISTRI", "ANAK", "ORANG TUA", "FAMILI LAIN"

# Rp per year by component, the index of 2025-26; a tahap pays a quarter of it.
YEARLY_INDEX = {
    "HAMIL": 3_000_000,
    "AUD": 3_000_000,
    "SD": 900_000,
    "SMP": 1_500_000,
    "SMA": 2_000_000,
    "DISABIL": 2_400_000,
    "LANSIA": 2_400_000,
    "HAM": 10_800_000,
}
COMPONENTS = tuple(YEARLY_INDEX)
ODD_NIKS = 0.02  # people whose NIK holds another birth date than their records
PAID_COMPONENTS = 4  # a family is paid for at most four, the highest ones


class Person(NamedTuple):
    nik: str
    name: str
    born: int  # day of the calendar
    sex: str  # L or P
    mother: str
    relation: str
    component: str  # one of COMPONENTS, or ""


class Family:
    """One family card; `people[caretaker]` holds the PKH account when the family is a KPM."""

    __slots__ = ("caretaker", "dusun", "house", "kk", "people", "pool", "rt", "rw", "village")

    def __init__(self, kk: str, village: int, pool: str, rt: int, rw: int, house: int, dusun: int):
        self.kk, self.village, self.pool = kk, village, pool
        self.rt, self.rw, self.house, self.dusun = rt, rw, house, dusun
        self.people: list[Person] = []
        self.caretaker = 0


class Calendar:
    """Every day from 1926 to the reference day, written in advance in each notation needed."""

    def __init__(self, today: date):
        first = date(1926, 1, 1)
        self.today = (today - first).days
        self.serial_of_first = (first - date(1899, 12, 30)).days  # as spreadsheets count days
        days = [first + timedelta(n) for n in range(self.today + 1)]
        self.date = days
        self.iso = [day.isoformat() for day in days]
        self.male = [f"{d.day:02d}{d.month:02d}{d.year % 100:02d}" for d in days]
        self.female = [f"{d.day + 40:02d}{d.month:02d}{d.year % 100:02d}" for d in days]
        self.number = {day: n for n, day in enumerate(days)}

    def age(self, born: int) -> int:
        """Whole years on the reference day."""
        day, today = self.date[born], self.date[self.today]
        return today.year - day.year - ((today.month, today.day) < (day.month, day.day))

    def clip(self, born: int) -> int:
        return max(0, min(self.today, born))

    def at(self, year: int, month: int, day: int) -> int:
        """Day number, moved to the month's last day when there is no such day, and into range."""
        for last in (day, 30, 29, 28):
            if last <= day:
                try:
                    return self.clip((date(year, month, last) - self.date[0]).days)
                except ValueError:
                    continue
        raise ValueError(f"No such month: {year}-{month}")


class Numbers:
    """Issues NIKs and family-card numbers no living person can have.

    Either every number starts with 99, a province that does not exist, and carries an ordinary
    serial; or it starts with the given province and ends in 0000, a serial that is never given
    out. In the second style a taken number moves on to another kecamatan of first registration.
    """

    def __init__(self, rng: Random, calendar: Calendar, prefix: str, kecamatan_codes: list[str]):
        if len(prefix) != 2 or not prefix.isdigit():
            raise ValueError("nik_prefix is two digits")
        self.rng, self.calendar = rng, calendar
        self.by_serial = prefix == "99"
        self.style = "99" if self.by_serial else "0000"
        self.regions = [prefix + code.replace(".", "")[2:6] for code in kecamatan_codes]
        self.home_regions = len(self.regions)
        kabupaten = self.regions[0][2:4]
        self.regions += [
            f"{prefix}{kab:02d}{kec:02d}"
            for kab in range(2, 12)
            for kec in range(1, 31)
            if f"{kab:02d}" != kabupaten
        ]
        self.given: dict[int, int] = {}  # (region, day, sex or card) -> last serial
        self.days = calendar.today + 1

    def _take(self, region: int, kind: int, day: int) -> tuple[int, str]:
        key = (region * 3 + kind) * self.days + day
        given = self.given
        if self.by_serial:
            serial = given.get(key, 0) + 1
            if self.rng.random() < 0.04:
                serial += int(self.rng.random() * 12)
            given[key] = serial
            return region, f"{serial:04d}"
        for _ in range(len(self.regions)):
            if key not in given:
                given[key] = 0
                return region, "0000"
            region = (region + 1) % len(self.regions)
            key = (region * 3 + kind) * self.days + day
        raise ValueError("No number left for this birth date; use prefix 99 for a world this large")

    def nik(self, kecamatan: int, born: int, sex: str, anywhere: bool = True) -> str:
        """A fresh NIK; mostly of this kecamatan, sometimes of where the person was registered."""
        region = kecamatan
        if anywhere:
            draw = self.rng.random()
            if draw < 0.035:
                region = int(self.rng.random() * self.home_regions)
            elif draw < 0.045:
                region = int(self.rng.random() * len(self.regions))
        region, serial = self._take(region, 0 if sex == "L" else 1, born)
        day = self.calendar.male[born] if sex == "L" else self.calendar.female[born]
        return self.regions[region] + day + serial

    def card(self, kecamatan: int) -> str:
        """A fresh family-card number, recorded on some day of the last eighteen years."""
        day = self.calendar.today - int(self.rng.random() * 6500)
        region, serial = self._take(kecamatan, 2, day)
        return self.regions[region] + self.calendar.male[day] + serial


class FamilyMaker:
    """Makes families with consistent ages: mothers are 17 to 45 when a child is born."""

    def __init__(self, rng: Random, namer: Namer, numbers: Numbers, calendar: Calendar):
        self.rng, self.namer, self.numbers, self.calendar = rng, namer, numbers, calendar
        # Shares of families of one to eight people, summed.
        self.size_limits = (0.03, 0.17, 0.50, 0.81, 0.93, 0.975, 0.994, 1.0)

    def _day(self, age: float) -> int:
        return self.calendar.clip(self.calendar.today - int(age * 365.25))

    def _day_in_nik(self, born: int) -> int:
        """Some people's NIK was issued on another birth date than the one they are known by."""
        if self.rng.random() >= ODD_NIKS:
            return born
        day, draw = self.calendar.date[born], self.rng.random()
        if draw < 0.4:
            return self.calendar.at(day.year, *((1, 1), (7, 1), (12, 31))[int(draw * 7.5)])
        if draw < 0.7:
            return self.calendar.at(day.year + (1 if draw < 0.55 else -1), day.month, day.day)
        return self.calendar.clip(born + int(self.rng.random() * 60) - 30)

    def address(self, kk: str, village: int, pool: str) -> Family:
        rng = self.rng
        rw = 1 + int(rng.random() * 6)
        return Family(
            kk, village, pool, 1 + int(rng.random() * 8), rw, 1 + int(rng.random() * 250), rw
        )

    def make(self, village: int, kecamatan: int, like: Person | None = None) -> Family:
        """A family in a village; `like` asks for one member of that name, age and sex.

        The look-alike comes first in `people` and has a NIK, mother and card of his own.
        """
        rng, namer = self.rng, self.namer
        pool = namer.pool()
        family = self.address(self.numbers.card(kecamatan), village, pool)
        draw, size = rng.random(), 1
        while draw >= self.size_limits[size - 1]:
            size += 1

        today = self.calendar.today
        like_age = (today - like.born) / 365.25 if like else 0.0
        as_child = like is not None and like_age < 23
        if as_child:
            mother_age, size = like_age + 18 + rng.random() * 20, max(size, 2)
        elif like:
            mother_age = like_age
        elif size == 1:
            mother_age = 60 + rng.random() * 25 if rng.random() < 0.75 else 25 + rng.random() * 35
        else:
            spread = (rng.random() + rng.random() + rng.random()) / 3
            mother_age = 19 + spread * 42
        lone = size == 1 or rng.random() < 0.11
        father_age = max(20.0, mother_age + (rng.random() - 0.25) * 9)
        if like and not as_child and like.sex == "L":
            father_age, mother_age = like_age, max(19.0, like_age - (rng.random() - 0.25) * 9)
        lone_man = lone and (like.sex == "L" if like and not as_child else rng.random() < 0.2)
        has_mother, has_father = not (lone and lone_man), not (lone and not lone_man)

        clan = namer.clan(pool)
        people: list[Person] = []

        def add(name: str, born: int, sex: str, mother: str, relation: str) -> None:
            nik = self.numbers.nik(kecamatan, self._day_in_nik(born), sex)
            people.append(Person(nik, name, born, sex, mother, relation, ""))

        def elder_name() -> str:
            return namer.name(pool, "P", namer.clan(pool))

        wife_pool = pool if rng.random() < 0.85 else namer.pool()
        mother_name = namer.name(wife_pool, "P", namer.clan(wife_pool))
        grandmother = elder_name()  # the head's mother
        if has_mother:
            add(mother_name, self._day(mother_age), "P", elder_name(), WIFE if has_father else HEAD)
        if has_father:
            father_name = namer.name(pool, "L", clan)
            add(father_name, self._day(father_age), "L", grandmother, HEAD)
        if like and not as_child:
            mine = 0 if like.sex == "P" or not has_mother else 1
            own = people[mine]
            people[mine] = own._replace(
                name=like.name,
                born=like.born,
                nik=self.numbers.nik(kecamatan, like.born, like.sex),
            )
            if like.sex == "P":
                mother_name = like.name
            people[0], people[mine] = people[mine], people[0]

        places = size - len(people)
        if places > 0 and size >= 3 and rng.random() < 0.13:
            places -= 1
            elder_age = max(father_age, mother_age) + 18 + rng.random() * 17
            sex = "P" if rng.random() < 0.65 else "L"
            name = grandmother if sex == "P" and has_father else namer.name(pool, sex, clan)
            add(name, self._day(min(elder_age, 96)), sex, elder_name(), PARENT)
        if places > 0 and rng.random() < 0.015:
            places -= 1
            sex = "P" if rng.random() < 0.5 else "L"
            add(
                namer.name(pool, sex, clan),
                self._day(3 + rng.random() * 60),
                sex,
                elder_name(),
                OTHER,
            )

        lowest = max(0.0, mother_age - 45)
        highest = min(23.0, mother_age - 17)
        ages: list[float] = [like_age] if as_child else []
        age = lowest + rng.random() * max(0.0, highest - lowest) * 0.8
        for _ in range(places * 2):
            if len(ages) >= places or highest <= lowest:
                break
            if lowest <= age <= highest and all(abs(age - other) > 0.85 for other in ages):
                ages.append(age)
                age += 1.0 + rng.random() * 4.5
            else:
                age = lowest + rng.random() * (highest - lowest)
        for place, child_age in enumerate(ages):
            if as_child and place == 0:
                assert like is not None
                add(like.name, like.born, like.sex, mother_name, CHILD)
                people.insert(0, people.pop())
                continue
            sex = "P" if rng.random() < 0.49 else "L"
            add(namer.name(pool, sex, clan, place), self._day(child_age), sex, mother_name, CHILD)
            if rng.random() < 0.006:  # twins share the day; the next serial tells them apart
                sex = "P" if rng.random() < 0.5 else "L"
                add(namer.name(pool, sex, clan, place), people[-1].born, sex, mother_name, CHILD)
        family.people = people
        return family

    # --- the register

    def recipient(self, village: int, kecamatan: int, rights_index: bool) -> Family:
        """A KPM: a family with at least one component, and its caretaker chosen."""
        for _ in range(12):
            family = self.make(village, kecamatan)
            self._give_components(family, rights_index)
            if any(person.component for person in family.people):
                break
        else:
            family.people[0] = family.people[0]._replace(component="DISABIL")
        people = family.people
        grown = [i for i, p in enumerate(people) if self.calendar.today - p.born > 17 * 365]
        women = [i for i in grown if people[i].sex == "P"]
        first = women or grown or [0]
        family.caretaker = first[0] if self.rng.random() < 0.94 else (grown or [0])[-1]
        return family

    def _give_components(self, family: Family, rights_index: bool) -> None:
        rng, today = self.rng, self.calendar.today
        for place, person in enumerate(family.people):
            years = (today - person.born) / 365.25
            draw = rng.random()
            component = ""
            if rng.random() < 0.018:
                component = "DISABIL"
            elif years < 6.3 or (years < 7 and draw < 0.4):
                component = "AUD" if rng.random() < 0.96 else ""
            elif years >= 60:
                component = "LANSIA" if draw < 0.96 else ""
            elif years < 22 and person.relation in (CHILD, OTHER) and draw < 0.94:
                level = years + (rng.random() - 0.5)
                if level < 12.8:
                    component = "SD"
                elif level < 15.9:
                    component = "SMP"
                elif level < 19:
                    component = "SMA"
            elif person.sex == "P" and 18 < years < 43 and draw < 0.05:
                if person.relation in (WIFE, HEAD):
                    component = "HAMIL"
            elif rights_index and years > 40 and draw > 0.9995:
                component = "HAM"
            if component:
                family.people[place] = person._replace(component=component)


def amount(components: list[str]) -> int:
    """Rp a family is paid in one tahap: its four highest components, a quarter of the year."""
    yearly = sorted((YEARLY_INDEX[c] for c in components), reverse=True)
    return sum(yearly[:PAID_COMPONENTS]) // 4
