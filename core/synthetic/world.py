"""Builds a synthetic district: its payment list, its members, a registry, and the truth."""

import csv
import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from random import Random

from core.synthetic.dirt import nik_digit, nik_transposed, pick
from core.synthetic.files import (
    ALAMAT,
    BORN,
    DTKS,
    DTKS_OLD,
    DTKS_OLD_PLACES,
    DTSEN_FAMILIES,
    DTSEN_MEMBERS,
    DUSUN,
    FINAL_CLOSING,
    MEMBERS,
    NAMA,
    NIK,
    NOKK,
    RT,
    RW,
    SEX,
    Layout,
    Table,
    TextFile,
    Workbook,
    columns_of,
)
from core.synthetic.names import Namer
from core.synthetic.people import (
    CHILD,
    COMPONENTS,
    HEAD,
    WIFE,
    Calendar,
    Family,
    FamilyMaker,
    Numbers,
    Person,
    amount,
)
from core.synthetic.places import AreaList, District, district_from, invented_areas, read_areas
from core.synthetic.registry import (
    NOT_STALE,
    RELATION_CODES,
    RowMaker,
    Stale,
    apportion,
    check_date_shares,
)

ABSENT_FAMILY = 0.032
ABSENT_MEMBER = 0.078
MISTYPED_NIK = 0.01  # register numbers with a slip of the finger
DUPLICATE_ROWS = 0.02
OUTSIDE_SIBLING = 0.042  # families with a brother or sister outside the register
NAMESAKES = 0.07  # of the members


def reference_day(period: str) -> date:
    """Ten days before the quarter begins, so that nobody in the files is born after them."""
    year, _, stage = period.partition("-")
    if stage not in ("1", "2", "3", "4") or not year.isdigit():
        raise ValueError('A period is a year and a tahap, such as "2026-4"')
    return date(int(year), int(stage) * 3 - 2, 1) - timedelta(days=10)


class _World:
    """The state of one build; `make_world` is the door."""

    def __init__(
        self,
        *,
        seed: int,
        households: int,
        registry_rows: int,
        noise: float,
        areas: AreaList | Path | District | None,
        nik_prefix: str,
        out: Path,
        period: str,
        names: dict[str, float] | None,
        dirt: dict[str, float] | None,
        layout: Layout,
    ):
        if households < 1 or registry_rows < 1 or noise < 0:
            raise ValueError("households and registry_rows are positive, noise is not negative")
        check_date_shares(layout.date_shares)
        self.seed, self.noise, self.period, self.out, self.layout = seed, noise, period, out, layout
        self.registry_rows = registry_rows
        self.rng = rng = Random(seed)  # noqa: S311 - the same seed must give the same district
        if areas is None:
            self.district = invented_areas(rng)
        elif isinstance(areas, District):
            self.district = areas
        elif isinstance(areas, str | Path):
            self.district = read_areas(Path(areas))
        else:
            self.district = district_from(areas)
        villages = self.district.villages
        codes = sorted({v.kecamatan_code for v in villages})
        self.kecamatan_of = [codes.index(v.kecamatan_code) for v in villages]
        self.calendar = Calendar(reference_day(period))
        self.numbers = Numbers(rng, self.calendar, nik_prefix, codes)
        self.namer = Namer(rng, names)
        self.maker = FamilyMaker(rng, self.namer, self.numbers, self.calendar)
        self.rights_index = int(period[:4]) >= 2023
        # A small world fills a few villages as densely as a large one fills all of them.
        wanted = min(len(villages), max(4, registry_rows // 340))
        order = list(range(len(villages)))
        rng.shuffle(order)
        self.used = sorted(order[:wanted])
        self.weights = [0.35 + rng.random() * 1.9 for _ in self.used]
        self.rows = RowMaker(
            rng=rng,
            namer=self.namer,
            numbers=self.numbers,
            calendar=self.calendar,
            district=self.district,
            kecamatan_of=self.kecamatan_of,
            used_villages=self.used,
            layout=layout,
            noise=noise,
            factors=dirt,
        )
        self._make_register(households)
        self._choose_absent()
        self._make_look_alikes()

    # --- the register

    def _make_register(self, households: int) -> None:
        rng = self.rng
        families: list[Family] = []
        for village, count in zip(self.used, apportion(households, self.weights), strict=True):
            for _ in range(count):
                families.append(
                    self.maker.recipient(village, self.kecamatan_of[village], self.rights_index)
                )
        rng.shuffle(families)
        self.families = families
        self.first_member: list[int] = []  # place of a family's first member among all members
        total = 0
        for family in families:
            self.first_member.append(total)
            total += len(family.people)
        self.members = total
        self.mistyped: dict[int, str] = {}
        taken = {p.nik for f in families for p in f.people}
        keep = not self.numbers.by_serial
        for family, first in zip(families, self.first_member, strict=True):
            for place, person in enumerate(family.people):
                if rng.random() >= MISTYPED_NIK:
                    continue
                wrong = (
                    nik_transposed(rng, person.nik, keep) if rng.random() < 0.45 else None
                ) or nik_digit(rng, person.nik, keep)
                if wrong not in taken:
                    taken.add(wrong)
                    self.mistyped[first + place] = wrong

    def _choose_absent(self) -> None:
        rng = self.rng
        self.absent = bytearray(self.members)
        for family, first in zip(self.families, self.first_member, strict=True):
            gone = rng.random() < ABSENT_FAMILY
            for place in range(len(family.people)):
                self.absent[first + place] = gone or rng.random() < ABSENT_MEMBER

    # --- people who resemble them

    def _make_look_alikes(self) -> None:
        """Brothers, sisters, twins and namesakes outside the register, before any row is written.

        Some stand in the registry while the one they resemble is absent from it: the case in
        which a careless comparison links the wrong person.
        """
        rng = self.rng
        self.siblings: dict[int, list[tuple[Person, Family]]] = {v: [] for v in self.used}
        self.namesakes: dict[int, list[Person]] = {v: [] for v in self.used}
        self.similar: Counter[str] = Counter()
        siblings: list[tuple[Person, Family, int, bool]] = []
        namesakes: list[tuple[Person, int, int, str]] = []
        for family, first in zip(self.families, self.first_member, strict=True):
            children = [i for i, p in enumerate(family.people) if p.relation == CHILD]
            if children and rng.random() < OUTSIDE_SIBLING / 0.85:
                place = pick(rng, children)
                person, twin = self._sibling(family.people[place], family)
                siblings.append((person, family, first + place, twin))
            for place, person in enumerate(family.people):
                if rng.random() < NAMESAKES:
                    namesakes.append(self._namesake(person, family, first + place))

        entities = self.registry_rows - round(self.registry_rows * DUPLICATE_ROWS)
        present = self.members - sum(self.absent)
        if present > entities:
            raise ValueError(
                f"{self.registry_rows} registry rows cannot hold {present} members of the register;"
                f" ask for {round(present * 1.1 / (1 - DUPLICATE_ROWS))} or more"
            )
        room = entities - present
        rng.shuffle(siblings)
        rng.shuffle(namesakes)
        del siblings[room // 3 :]
        del namesakes[max(0, room // 2 - len(siblings)) :]

        count = self.similar
        freed = 0
        for person, family, member, twin in siblings:
            self.siblings[family.village].append((person, family))
            count["siblings_outside_register"] += 1
            count["of_these_twins"] += twin
            if rng.random() < (0.45 if twin else 0.2):
                freed += not self.absent[member]
                self.absent[member] = 1
            count["standing_while_the_member_is_absent"] += self.absent[member]
        for person, village, member, kind in namesakes:
            self.namesakes[village].append(person)
            count["namesakes"] += 1
            count["of_these_with_close_birth_date"] += kind == "close"
            count["same_name_and_birth_date"] += kind == "equal"
            if kind != "other":
                if rng.random() < 0.3:
                    freed += not self.absent[member]
                    self.absent[member] = 1
                count["standing_while_the_member_is_absent"] += self.absent[member]
        self.entities = entities
        self.fillers = room + freed - len(siblings) - len(namesakes)

    def _sibling(self, child: Person, family: Family) -> tuple[Person, bool]:
        rng, calendar, namer = self.rng, self.calendar, self.namer
        kecamatan = self.kecamatan_of[family.village]
        twin = rng.random() < 0.27
        if twin:
            sex = child.sex if rng.random() < 0.75 else ("P" if child.sex == "L" else "L")
            born = child.born
        else:
            sex = child.sex if rng.random() < 0.6 else ("P" if child.sex == "L" else "L")
            days = 310 + int(rng.random() * 1400)
            born = calendar.clip(child.born + (days if rng.random() < 0.5 else -days))
            if born in (child.born, calendar.today):
                born = child.born - days
        words = child.name.split(" ")
        name = namer.name(family.pool, sex)
        if sex == child.sex and rng.random() < 0.45:
            # Parents like names that go together: a shared word, or the same beginning.
            other = name.split(" ")
            if len(words) > 1 and rng.random() < 0.6:
                name = " ".join([other[0], *words[1:]])
            else:
                name = " ".join([words[0], other[-1]]) if other[-1] != words[0] else name
        elif len(words) > 1 and namer.clan(family.pool):
            name = f"{name.split(' ')[0]} {words[-1]}"
        if name == child.name:
            name = f"{words[0]} {namer.name('islam', sex).split(' ')[-1]}"
        nik = self.numbers.nik(kecamatan, born, sex, anywhere=not twin)
        return Person(nik, name, born, sex, child.mother, CHILD, ""), twin

    def _namesake(
        self, person: Person, family: Family, member: int
    ) -> tuple[Person, int, int, str]:
        """Somebody else of the same name and sex: (likeness, village, member, kind of date)."""
        rng, calendar = self.rng, self.calendar
        village = family.village
        if rng.random() < 0.35 and len(self.used) > 1:
            village = pick(rng, self.used)
        draw = rng.random()
        kind = "other"
        born = int(calendar.today * (0.2 + rng.random() * 0.75))
        if draw < 0.035:
            kind, born = "equal", person.born
        elif draw < 0.35:
            kind = "close"
            step = rng.random()
            day = calendar.date[person.born]
            if step < 0.4:
                born = person.born + (1 if rng.random() < 0.5 else -1)
            elif step < 0.7:
                born = person.born + int(rng.random() * 60) - 30
            elif step < 0.85:
                born = calendar.at(day.year, 1 + day.month % 12, day.day)
            else:
                born = calendar.at(day.year + (1 if rng.random() < 0.5 else -1), day.month, day.day)
            born = calendar.clip(born)
            if born == person.born:
                born = person.born - 1
        elif born == person.born:
            born += 1
        return person._replace(born=born, component=""), village, member, kind

    # --- files about the register

    def write_register(self) -> dict[str, object]:
        layout, villages = self.layout, self.district.villages
        year, _, stage = self.period.partition("-")
        period_words = f"TAHAP {stage} {year}"
        closing = Table(
            self.out / "final_closing", "FINAL CLOSING", FINAL_CLOSING, layout, ("NIK", "NO KK")
        )
        members = Table(self.out / "members", "ART", MEMBERS, layout, ("NO KK", "NIK"))
        components: Counter[str] = Counter()
        sizes: Counter[int] = Counter()
        kecamatan: Counter[str] = Counter()
        nominal = over_four = odd = 0
        for family, first in zip(self.families, self.first_member, strict=True):
            village = villages[family.village]
            mine = [p.component for p in family.people if p.component]
            counts = Counter(mine)
            components.update(counts)
            sizes[len(family.people)] += 1
            kecamatan[village.kecamatan_code] += 1
            paid = amount(mine)
            nominal += paid
            over_four += len(mine) > 4
            short = f"DUSUN {family.dusun} NO {family.house}"
            head = family.people[family.caretaker]
            closing.write(
                [
                    head.name,
                    self.mistyped.get(first + family.caretaker, head.nik),
                    family.kk,
                    self.calendar.date[head.born],
                    self.calendar.age(head.born),
                    len(family.people),
                    *(counts[name] for name in COMPONENTS),
                    len(mine),
                    layout.rupiah(paid),
                    "AKTIF",
                    short,
                    f"KP. {village.name} {short}",
                    family.rt,
                    family.rw,
                    village.name,
                    village.kecamatan,
                    village.kabupaten,
                    village.provinsi,
                ]
            )
            for place, person in enumerate(family.people):
                iso = self.calendar.iso[person.born]
                days = self.calendar.male if person.sex == "L" else self.calendar.female
                odd += person.nik[6:12] != days[person.born]
                level = person.component if person.component in ("SD", "SMP", "SMA") else None
                school = known = None
                if level:
                    grade = {"SD": "SDN", "SMP": "SMPN", "SMA": "SMKN"}[level]
                    school = f"{grade} {1 + family.house % 2} {village.name}"
                    known = self.rng.random() < 0.9
                members.write(
                    [
                        family.kk,
                        self.mistyped.get(first + place, person.nik),
                        person.name,
                        person.component or None,
                        f"{iso[8:]}-{iso[5:7]}-{iso[:4]}",
                        person.sex,
                        person.mother,
                        person.relation,
                        level,
                        school,
                        level if known else None,
                        school if known else None,
                        "YA" if known else None,
                        None if known is None else "DITEMUKAN" if known else "TIDAK DITEMUKAN",
                        None,
                        short,
                        f"{family.rt:03d}",
                        f"{family.rw:03d}",
                        village.name,
                        village.kecamatan,
                        "AKTIF",
                        period_words,
                    ]
                )
        if layout.total_row:
            blanks: list[object] = [None] * len(FINAL_CLOSING)
            blanks[0], blanks[15] = "JUMLAH", layout.rupiah(nominal)
            closing.write(blanks)
        closing.close()
        members.close()
        return {
            "households": len(self.families),
            "members": self.members,
            "final_closing_rows": len(self.families),
            "member_rows": self.members,
            "nominal_total": nominal,
            "components": {name: components[name] for name in COMPONENTS},
            "households_over_four_components": over_four,
            "households_by_kecamatan": dict(sorted(kecamatan.items())),
            "households_by_size": {str(size): sizes[size] for size in sorted(sizes)},
            "register_nik_mistyped": len(self.mistyped),
            "register_nik_duplicates": 0,
            "register_nik_unlike_birth_date": odd,
        }

    # --- the registry

    def write_registry(self) -> dict[str, object]:
        rng, layout = self.rng, self.layout
        by_village: dict[int, list[int]] = {v: [] for v in self.used}
        for number, family in enumerate(self.families):
            by_village[family.village].append(number)
        duplicated = frozenset(rng.sample(range(self.entities), self.registry_rows - self.entities))
        sink = _Sink(self)
        self.found: dict[int, list[tuple[int, str, str]]] = {}
        noise: Counter[str] = Counter()
        tally: Counter[str] = Counter()
        entity = 0
        row_number = layout.first_row
        fillers = apportion(self.fillers, self.weights)
        for village, wanted in zip(self.used, fillers, strict=True):
            crowd = self._crowd(village, by_village[village], wanted)
            niks = [person.nik for person, *_ in crowd]
            made = []
            for person, family, fate, member in crowd:
                made.append((*self.rows.row(person, family, fate, member >= 0, niks), member))
                if entity in duplicated:
                    made.append(
                        (*self.rows.row(person, family, NOT_STALE, member >= 0, niks), member)
                    )
                entity += 1
            rng.shuffle(made)
            for fields, done, state, at, member in made:
                sink.write(fields, at, state)
                for kind in done:
                    noise[kind] += 1
                tally["unusable"] += state != "ok"
                tally["stale"] += "moved" in done or "kk_changed" in done
                tally["breaks"] += "\n" in fields[ALAMAT]
                tally["pipes"] += "|" in fields[ALAMAT]
                tally["delimiters"] += layout.delimiter in fields[ALAMAT]
                if member >= 0:
                    rows = self.found.setdefault(member, [])
                    rows.append((row_number, state, "+".join(done)))
                row_number += 1
        sink.close()
        present = self.members - sum(self.absent)
        return {
            "source_rows": row_number - layout.first_row,
            "source_duplicate_rows": len(duplicated),
            "source_people_of_register": present,
            "source_people_not_in_register": self.entities - present,
            "register_members_absent_from_source": sum(self.absent),
            "households_wholly_absent": sum(
                all(self.absent[first : first + len(family.people)])
                for family, first in zip(self.families, self.first_member, strict=True)
            ),
            "source_rows_with_unusable_nik": tally["unusable"],
            "source_rows_by_noise": dict(sorted(noise.items())),
            "look_alikes_not_in_register": {
                key: self.similar[key]
                for key in (
                    "siblings_outside_register",
                    "of_these_twins",
                    "namesakes",
                    "of_these_with_close_birth_date",
                    "same_name_and_birth_date",
                    "standing_while_the_member_is_absent",
                )
            },
            "rows_with_line_break_in_address": tally["breaks"],
            "rows_with_pipe_in_address": tally["pipes"],
            "rows_with_delimiter_in_address": tally["delimiters"],
            "rows_marked_deceased": noise["deceased"],
            "rows_stale": tally["stale"],
        }

    def _crowd(self, village: int, families: list[int], wanted: int):
        """Everyone the registry knows in a village: (person, family, fate, member or -1)."""
        crowd: list[tuple[Person, Family, Stale, int]] = []
        kecamatan = self.kecamatan_of[village]
        fates: dict[str, Stale] = {}
        for number in families:
            family, first = self.families[number], self.first_member[number]
            fate = fates[family.kk] = self.rows.family_fate(family)
            for place, person in enumerate(family.people):
                if not self.absent[first + place]:
                    crowd.append((person, family, fate, first + place))
        for person, family in self.siblings[village]:
            crowd.append((person, family, fates[family.kk], -1))
        for like in self.namesakes[village]:
            family = self.maker.make(village, kecamatan, like)
            fate = self.rows.family_fate(family)
            crowd.append((family.people[0], family, fate, -1))
            others = family.people[1 : 1 + wanted]
            wanted -= len(others)
            crowd += [(person, family, fate, -1) for person in others]
        while wanted > 0:
            family = self.maker.make(village, kecamatan)
            fate = self.rows.family_fate(family)
            here = family.people[:wanted]
            wanted -= len(here)
            crowd += [(person, family, fate, -1) for person in here]
        return crowd

    # --- the truth

    def write_truth(self) -> dict[str, object]:
        layout = self.layout
        first_noise: Counter[str] = Counter()
        twice = unusable = 0
        with (self.out / "truth.csv").open("w", encoding="utf-8", newline="") as stream:
            sheet = csv.writer(stream, lineterminator="\n")
            sheet.writerow(
                columns_of(
                    "member_row,source_row,source_rows_all,nik,name,nik_register,nik_source,"
                    "nik_usable_in_both,noise"
                )
            )
            member = 0
            for family in self.families:
                for person in family.people:
                    wrong = self.mistyped.get(member)
                    rows = sorted(self.found.get(member, ()))
                    state, noise = "", "absent"
                    if rows:
                        _, state, noise = rows[0]
                        kinds = noise.split("+") if noise else []
                        if wrong:
                            kinds.insert(0, "register_nik")
                        if len(rows) > 1:
                            kinds.append("duplicate")
                        noise = "+".join(kinds) or "clean"
                        first_noise.update(kinds or ["clean"])
                        twice += len(rows) > 1
                        unusable += state != "ok"
                    sheet.writerow(
                        (
                            layout.first_row + member,
                            rows[0][0] if rows else "",
                            " ".join(str(row) for row, _, _ in rows),
                            wrong or person.nik,
                            person.name,
                            "mistyped" if wrong else "ok",
                            state,
                            int(state == "ok" and not wrong),
                            noise,
                        )
                    )
                    member += 1
        clean = first_noise.pop("clean", 0)
        return {
            "register_members_twice_in_source": twice,
            "register_members_present_and_clean": clean,
            "register_members_by_noise_of_first_row": dict(sorted(first_noise.items())),
            "register_members_with_unusable_nik_in_first_row": unusable,
        }


class _Sink:
    """Rearranges DTKS fields into the layout asked for, and writes them."""

    def __init__(self, world: _World):
        layout = world.layout
        self.world, self.layout = world, layout
        self.families: dict[str, list] = {}
        columns = {"dtks": DTKS, "dtks_old": DTKS_OLD, "dtsen": DTSEN_MEMBERS}[layout.source]
        self.name = "dtsen_members.csv" if layout.source == "dtsen" else "dtks.csv"
        self.file: TextFile | Workbook
        if layout.source_format == "xlsx":
            self.name = "dtks.xlsx"
            text = [
                columns.index(c) for c in columns if c in ("NOKK", "NIK", "NOMOR KK", "NOMOR NIK")
            ]
            self.file = Workbook(world.out / self.name, "DTKS", [*text, 0])
        else:
            self.file = TextFile(world.out / self.name, layout)
        for row in layout.heading(columns, "DATA TERPADU KESEJAHTERAAN SOSIAL"):
            self.file.write(row)

    def write(self, fields: list[str], village: int, state: str) -> None:
        layout = self.layout
        if layout.source == "dtsen":
            fields = self._dtsen(fields, village)
        elif layout.source == "dtks_old":
            fields = [fields[place] for place in DTKS_OLD_PLACES]
        if isinstance(self.file, TextFile):
            self.file.write(fields, quoted='"' in fields[ALAMAT] or '"' in fields[7])
        else:
            self.file.write(_cells(fields, state))

    def _dtsen(self, fields: list[str], village: int) -> list[str]:
        place = self.world.district.villages[village]
        codes = place.code.split(".")
        relation = RELATION_CODES.get(fields[17], fields[17])
        mark = int(fields[0][-3:])
        married = "2" if fields[17] in (HEAD, WIFE) else "1"
        card = fields[NOKK]
        family = self.families.setdefault(card, [fields[NAMA], 0, fields[ALAMAT], place])
        family[1] += 1
        if relation == "1":
            family[0] = fields[NAMA]
        return [
            fields[NIK],
            card,
            fields[NAMA],
            fields[SEX],
            fields[BORN],
            married,
            relation,
            fields[ALAMAT],
            fields[DUSUN],
            fields[RT],
            fields[RW],
            *(fields[n] for n in (4, 3, 2, 1)),
            place.code,
            place.kecamatan_code,
            ".".join(codes[:2]),
            codes[0],
            str(mark % 4),
            str(mark % 2 + 1),
            "4" if mark % 40 else "1",
            "0" if mark % 30 else "1",
            str(mark % 2),
            "0",
            "",
        ]

    def close(self) -> None:
        self.file.close()
        if self.layout.source != "dtsen":
            return
        sheet = TextFile(self.world.out / "dtsen_families.csv", self.layout)
        for row in self.layout.heading(DTSEN_FAMILIES, "KELUARGA"):
            sheet.write(row)
        poor = {family.kk for family in self.world.families}  # mostly, not always, desil 1 to 4
        for number, (card, (head, size, address, place)) in enumerate(self.families.items()):
            codes = place.code.split(".")
            mark = (number * 7919) % 1000
            sheet.write(
                [
                    card,
                    head,
                    str(size),
                    address,
                    place.name,
                    place.kecamatan,
                    place.kabupaten,
                    place.provinsi,
                    place.code,
                    place.kecamatan_code,
                    ".".join(codes[:2]),
                    codes[0],
                    str(18 + mark % 60),
                    str(1 + mark % 5),
                    str(1 + mark % 4),
                    ("450", "900", "1300")[mark % 3],
                    str(mark % 2),
                    str(mark % 4 // 3),
                    str(mark % 2),
                    str(mark % 3 // 2),
                    "1",
                    str(1 + mark % (5 if card in poor else 10)),
                ],
                quoted='"' in address,
            )
        sheet.close()


def _cells(fields: list[str], state: str) -> list[object]:
    """Text as a spreadsheet holds it: dates and their serials as cells, a lost digit for good.

    The numbers a spreadsheet truncated are number cells: that is how they lost their last digit.
    """
    cells: list[object] = list(fields)
    born = fields[BORN]
    if len(born) == 10 and born[4] == "-" and born[0] != "0":
        cells[BORN] = date.fromisoformat(born)
    elif len(born) == 5 and born.isdigit():
        cells[BORN] = int(born)
    if state == "nik_trunc0":
        cells[NIK] = int(fields[NIK])
    return cells


def make_world(
    *,
    seed: int,
    households: int,
    registry_rows: int,
    noise: float = 1,
    areas: AreaList | Path | District | None = None,
    nik_prefix: str = "99",
    out: Path,
    period: str = "2026-4",
    names: dict[str, float] | None = None,
    dirt: dict[str, float] | None = None,
    layout: Layout | None = None,
) -> dict:
    """Write a district into the folder `out`, and return what it contains (expected.json).

    `areas` are (code, name) pairs of one kabupaten or kota, a `code,name` file, or None for an
    invented district 99.01. Numbers begin with `nik_prefix`; unless that is 99 they end in 0000,
    so no living person has one either way. `names` weighs the pools of `names.POOLS`, `dirt`
    multiplies single rates of `dirt.RATES`, `noise` all of them. The same arguments write the
    same bytes. Raises ValueError for a registry too small to hold the register.
    """
    layout = layout or Layout()
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    world = _World(
        seed=seed,
        households=households,
        registry_rows=registry_rows,
        noise=noise,
        areas=areas,
        nik_prefix=nik_prefix,
        out=out,
        period=period,
        names=names,
        dirt=dirt,
        layout=layout,
    )
    with (out / "areas.csv").open("w", encoding="utf-8", newline="") as stream:
        sheet = csv.writer(stream, lineterminator="\n")
        sheet.writerow(("code", "name"))
        sheet.writerows(world.district.areas)
    expected: dict[str, object] = {
        "seed": seed,
        "noise": noise,
        "period": period,
        "district": world.district.code,
        "nik_style": world.numbers.style,
        "source_layout": layout.source,
        "first_data_row": layout.first_row,
    }
    expected |= world.write_register()
    expected |= world.write_registry()
    expected |= world.write_truth()
    (out / "expected.json").write_text(json.dumps(expected, indent=1) + "\n", encoding="utf-8")
    return expected


__all__ = ["Layout", "make_world", "reference_day"]
