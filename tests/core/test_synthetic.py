"""The synthetic districts, recounted by readers that share nothing with their writers."""

import csv
import io
import json
import re
from collections import Counter, defaultdict
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

import openpyxl
import pytest
import time_machine

from core.synthetic import Layout, make_world
from core.synthetic.__main__ import main
from core.synthetic.people import amount
from core.synthetic.places import official_areas
from core.synthetic.pringsewu import AREA, HOUSEHOLDS

SMALL = {"seed": 5, "households": 110, "registry_rows": 1600}


@cache
def sheet(path: Path) -> list[tuple]:
    book = openpyxl.load_workbook(path, read_only=True)
    rows = list(book.active.iter_rows(values_only=True))
    book.close()
    return rows


def text(path: Path, delimiter="|", encoding="latin-1") -> list[list[str]]:
    return list(
        csv.reader(io.StringIO(path.read_bytes().decode(encoding), newline=""), delimiter=delimiter)
    )


def digests(folder: Path) -> dict[str, str]:
    return {p.name: sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    expected = make_world(**SMALL, out=folder)
    return folder, expected


@pytest.fixture(scope="module")
def truth(world):
    with (world[0] / "truth.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_world_writes_the_file_set_of_the_practice_data(world):
    folder, expected = world

    assert sorted(path.name for path in folder.iterdir()) == [
        "areas.csv",
        "dtks.csv",
        "expected.json",
        "final_closing.xlsx",
        "members.xlsx",
        "truth.csv",
    ]
    assert json.loads((folder / "expected.json").read_text()) == expected


def test_final_closing_agrees_with_the_members(world):
    folder, expected = world
    head, *closing = sheet(folder / "final_closing.xlsx")
    member_head, *members = sheet(folder / "members.xlsx")
    family = defaultdict(list)
    for row in members:
        family[row[0]].append(dict(zip(member_head, row, strict=True)))
    components = head[6:14]

    assert (len(head), len(member_head)) == (25, 22)
    assert len(closing) == expected["final_closing_rows"] == SMALL["households"]
    assert len(members) == expected["member_rows"]
    assert {row[2] for row in closing} == set(family)
    for row in closing:
        people = family[row[2]]
        mine = Counter(p["KOMPONEN"] for p in people if p["KOMPONEN"])
        assert row[6:14] == tuple(mine[name] for name in components)
        assert row[14] == sum(mine.values()) > 0
        assert row[15] == amount(list(mine.elements()))
        assert row[5] == len(people)
        caretaker = next(p for p in people if p["NIK"] == row[1])
        assert caretaker["NAMA"] == row[0]
        assert caretaker["TGL LAHIR"] == row[3].strftime("%d-%m-%Y")
    assert sum(row[15] for row in closing) == expected["nominal_total"]
    assert {name: sum(row[6 + n] for row in closing) for n, name in enumerate(components)} == (
        expected["components"]
    )
    assert sum(row[14] > 4 for row in closing) == expected["households_over_four_components"]


@pytest.mark.parametrize(
    ("components", "rupiah"),
    [
        (["HAMIL", "AUD", "AUD", "SMA", "LANSIA", "SD"], 2_850_000),
        (["SD"], 225_000),
        (["SD", "SMP", "SMA"], 1_100_000),
        (["HAM"], 2_700_000),
    ],
)
def test_amount_pays_the_four_highest_components(components, rupiah):
    assert amount(components) == rupiah


def test_components_fit_the_age(world):
    folder, _ = world
    _, *members = sheet(folder / "members.xlsx")
    limits = {"AUD": (0, 7), "SD": (6, 14), "SMP": (11, 17), "SMA": (14, 22), "LANSIA": (59, 99)}
    for row in members:
        day, month, year = map(int, row[4].split("-"))
        years = (date(2026, 9, 21) - date(year, month, day)).days / 365.25
        if row[3] in limits:
            low, high = limits[row[3]]
            assert low <= years <= high, row
        if row[3] == "HAMIL":
            assert row[5] == "P"
            assert 18 <= years <= 43


def test_truth_points_at_the_rows_it_means(world, truth):
    folder, expected = world
    members = sheet(folder / "members.xlsx")
    registry = text(folder / "dtks.csv")
    seen: set[int] = set()

    assert len(registry) == expected["source_rows"] + 1 == SMALL["registry_rows"] + 1
    assert {len(row) for row in registry} == {23}
    for line in truth:
        member = members[int(line["member_row"]) - 1]
        assert (member[1], member[2]) == (line["nik"], line["name"])
        rows = [int(n) for n in line["source_rows_all"].split()]
        assert line["source_row"] == (str(min(rows)) if rows else "")
        assert (line["noise"] == "absent") is (not rows)
        assert not seen & set(rows)
        seen |= set(rows)
        if not rows:
            continue
        source = registry[rows[0] - 1]
        if line["nik_usable_in_both"] == "1":
            assert re.sub(r"\D", "", source[10]) == line["nik"]
        elif line["nik_source"] != "ok" and line["nik_register"] == "ok":
            assert source[10] != line["nik"]
        if line["noise"] == "clean":
            assert " ".join(source[11].upper().split()) == line["name"]
            assert " ".join(source[16].upper().split()) == member[6]
            assert (source[9], source[4]) == (member[0], member[18])
    assert len(seen) == sum(len(line["source_rows_all"].split()) for line in truth)


def test_expected_counts_what_the_truth_says(world, truth):
    _, expected = world
    kinds = Counter(k for line in truth for k in line["noise"].split("+"))
    absent, clean = kinds.pop("absent"), kinds.pop("clean")

    assert expected["register_members_absent_from_source"] == absent
    assert expected["source_people_of_register"] == len(truth) - absent
    assert expected["register_members_present_and_clean"] == clean
    assert expected["register_members_by_noise_of_first_row"] == dict(kinds)
    assert expected["register_nik_mistyped"] == sum(t["nik_register"] == "mistyped" for t in truth)
    assert expected["register_members_twice_in_source"] == kinds["duplicate"]
    assert expected["register_members_with_unusable_nik_in_first_row"] == sum(
        line["nik_source"] not in ("", "ok") for line in truth
    )
    assert (
        expected["source_people_of_register"]
        + expected["source_people_not_in_register"]
        + expected["source_duplicate_rows"]
        == expected["source_rows"]
    )


def test_expected_counts_what_the_registry_shows(world):
    folder, expected = world
    _, *registry = text(folder / "dtks.csv")
    noise = expected["source_rows_by_noise"]

    assert sum(row[18] == "MENINGGAL" for row in registry) == expected["rows_marked_deceased"]
    assert sum("\n" in row[5] for row in registry) == expected["rows_with_line_break_in_address"]
    assert sum("|" in row[5] for row in registry) == expected["rows_with_pipe_in_address"]
    assert sum(row[10].startswith("'") for row in registry) == noise["form_apostrophe"]
    assert sum("E+15" in row[10] for row in registry) == noise.get("nik_sci", 0)
    assert sum(bool(re.search(r"[*Xx]", row[10])) for row in registry) == noise["nik_masked"]
    assert len({row[0] for row in registry}) == len(registry)
    _, *members = sheet(folder / "members.xlsx")
    unlike = sum(
        row[1][6:12] != f"{int(row[4][:2]) + 40 * (row[5] == 'P'):02d}{row[4][3:5]}{row[4][-2:]}"
        for row in members
    )
    assert expected["register_nik_unlike_birth_date"] > 0
    # A mistyped number disagrees with the birth date too, or happens to agree again.
    assert (
        abs(unlike - expected["register_nik_unlike_birth_date"])
        <= (expected["register_nik_mistyped"])
    )


def test_look_alikes_stand_on_rows_of_their_own(world, truth):
    folder, expected = world
    _, *members = sheet(folder / "members.xlsx")
    registry = text(folder / "dtks.csv")
    linked = {int(n) for line in truth for n in line["source_rows_all"].split()}
    cards = {row[0] for row in members}
    strangers = [row for n, row in enumerate(registry[1:], 2) if n not in linked]
    names = {row[2] for row in members}
    similar = expected["look_alikes_not_in_register"]

    assert sum(row[9] in cards for row in strangers) > 0  # siblings on a register family's card
    assert sum(row[11] in names for row in strangers) >= similar["namesakes"] // 2
    assert 0 < similar["of_these_twins"] <= similar["siblings_outside_register"]
    assert similar["standing_while_the_member_is_absent"] > 0


@pytest.mark.parametrize("prefix", ["99", "18"])
def test_no_number_can_belong_to_a_living_person(tmp_path, prefix):
    make_world(**SMALL, noise=4, nik_prefix=prefix, areas=official_areas(AREA), out=tmp_path)

    values = [v for row in text(tmp_path / "dtks.csv") for v in row]
    for name in ("members.xlsx", "final_closing.xlsx"):
        values += [str(v) for row in sheet(tmp_path / name) for v in row]
    numbers = [n for v in values for n in re.findall(r"(?<!\d)\d{16}(?!\d)", v)]

    assert len(numbers) > 3000
    assert [n for n in numbers if not (n.startswith("99") or n.endswith("0000"))] == []
    if prefix == "18":
        register = [row[1] for row in sheet(tmp_path / "members.xlsx")[1:]]
        assert {n[-4:] for n in register} == {"0000"}
        assert len(set(register)) == len(register)


def test_same_seed_writes_the_same_bytes_and_another_seed_other_people(tmp_path):
    for folder, day in (("one", "2026-03-01"), ("two", "2027-08-09")):
        with time_machine.travel(day):  # the clock must not get into the files
            make_world(seed=8, households=40, registry_rows=500, out=tmp_path / folder)
    make_world(seed=9, households=40, registry_rows=500, out=tmp_path / "other")
    people = [
        {row[11].upper() for row in text(tmp_path / name / "dtks.csv")} for name in ("one", "other")
    ]

    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    assert len(people[0] & people[1]) < 0.3 * len(people[0])


def test_noise_multiplies_the_dirt_and_nothing_else(tmp_path):
    dirt = {}
    for noise in (1, 4):
        expected = make_world(
            seed=3,
            households=150,
            registry_rows=8000,
            noise=noise,
            out=tmp_path / str(noise),
            layout=Layout(members_format="csv"),
        )
        dirt[noise] = sum(expected["source_rows_by_noise"].values())
        assert expected["source_duplicate_rows"] == 160

    assert 3.6 < dirt[4] / dirt[1] < 4.4
    expected = make_world(seed=3, households=40, registry_rows=600, noise=0, out=tmp_path / "0")
    assert expected["source_rows_by_noise"] == {}
    assert expected["register_members_absent_from_source"] > 0


def test_single_kinds_of_dirt_can_be_turned_up_and_off(tmp_path):
    expected = make_world(
        **SMALL, dirt={"nik_masked": 20, "name_phonetic": 0}, out=tmp_path, names={"papua": 1}
    )
    kinds = expected["source_rows_by_noise"]

    assert kinds["nik_masked"] > 200
    assert "name_phonetic" not in kinds
    with pytest.raises(ValueError, match="nik_teleported"):
        make_world(**SMALL, dirt={"nik_teleported": 1}, out=tmp_path)


@pytest.mark.parametrize(
    ("layout", "names", "columns"),
    [
        ({"delimiter": ";", "encoding": "utf-8", "title_rows": 3, "number_row": True}, "dtks", 23),
        ({"delimiter": ",", "quote_all": False, "line_end": "\n"}, "dtks", 23),
        ({"source": "dtks_old", "delimiter": "\t", "encoding": "utf-8"}, "dtks", 17),
        ({"source": "dtsen", "members_format": "csv"}, "dtsen_members", 26),
    ],
)
def test_layouts_keep_truth_and_row_numbers(tmp_path, layout, names, columns):
    layout = Layout(**layout)
    expected = make_world(**SMALL, noise=2, out=tmp_path, layout=layout)
    rows = text(tmp_path / f"{names}.csv", layout.delimiter, layout.encoding)
    nik = {"dtks": 10, "dtks_old": 10, "dtsen": 0}[layout.source]
    above = layout.title_rows + 1 + layout.number_row
    with (tmp_path / "truth.csv").open(encoding="utf-8", newline="") as stream:
        lines = [t for t in csv.DictReader(stream) if t["nik_usable_in_both"] == "1"]

    assert {len(row) for row in rows[above:]} == {columns}
    assert len(rows) - above == expected["source_rows"]
    assert len(lines) > 100
    for line in lines:
        written = rows[int(line["source_row"]) - 1][nik]
        assert re.sub(r"\D", "", written) == line["nik"]
    if layout.source == "dtsen":
        families = text(tmp_path / "dtsen_families.csv")[1:]
        assert {row[0] for row in families} == {row[1] for row in rows[1:]}


def test_workbooks_keep_numbers_as_text_below_titles(tmp_path):
    layout = Layout(
        source="dtks_old",
        source_format="xlsx",
        title_rows=2,
        number_row=True,
        header_variants=True,
        total_row=True,
        money="rupiah",
    )
    expected = make_world(**SMALL, noise=2, out=tmp_path, layout=layout)
    closing = sheet(tmp_path / "final_closing.xlsx")
    registry = sheet(tmp_path / "dtks.xlsx")
    members = sheet(tmp_path / "members.xlsx")
    with (tmp_path / "truth.csv").open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))

    assert closing[2][0] == "Nama\nPenerima"
    assert closing[3][:2] == ("(1)", "(2)")
    assert isinstance(closing[4][3], datetime)
    assert closing[4][15].startswith("Rp ")
    assert closing[-1][0] == "JUMLAH"
    assert len(closing) == 4 + expected["final_closing_rows"] + 1
    assert all(isinstance(row[1], str) for row in closing[4:-1])
    assert len(registry) == 4 + expected["source_rows"]
    numbers = [row[10] for row in registry[4:] if isinstance(row[10], int | float)]
    assert len(numbers) == expected["source_rows_by_noise"]["nik_trunc0"]
    assert {number % 10 for number in numbers} == {0}
    assert any(isinstance(row[12], datetime) for row in registry[4:])
    for line in lines:
        assert members[int(line["member_row"]) - 1][1] == line["nik"]
        if line["nik_usable_in_both"] == "1":
            assert re.sub(r"\D", "", registry[int(line["source_row"]) - 1][10]) == line["nik"]


def test_official_areas_are_those_of_pringsewu():
    district = official_areas(AREA)

    assert len(district.villages) == 131
    assert len({village.kecamatan_code for village in district.villages}) == 9
    assert (district.villages[0].kabupaten, district.villages[0].provinsi) == (
        "KABUPATEN PRINGSEWU",
        "LAMPUNG",
    )
    assert HOUSEHOLDS == 21_299


def test_registry_too_small_for_the_register_is_refused(tmp_path):
    with pytest.raises(ValueError, match="cannot hold"):
        make_world(seed=1, households=100, registry_rows=200, out=tmp_path)


def test_command_line_writes_a_world(tmp_path, capsys):
    arguments = "--seed 2 --households 30 --registry-rows 400 --noise 2 --names bali=2,satu-kata"
    code = main([*arguments.split(), "--delimiter", "semicolon", "--out", str(tmp_path)])

    assert code == 0
    assert json.loads(capsys.readouterr().out)["source_rows"] == 400
    assert {len(row) for row in text(tmp_path / "dtks.csv", ";")} == {23}
    assert (
        main(["--seed", "2", "--households", "90", "--registry-rows", "9", "--out", str(tmp_path)])
        == 2
    )
