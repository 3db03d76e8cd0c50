"""From a file to rows, keys and problems: nothing lost, nothing doubled, nothing repaired."""

import contextlib
import csv
import io
import json

import pytest
from django.db import connection
from django.utils import translation

from core.periods import Period
from core.sheets import FileRefused
from documents.exports import write_marked_csv
from dtks import problems, staging
from dtks.models import RowKey, RowProblem, Snapshot, SourceRow
from dtks.services import register_upload
from dtks.services.files import stage_snapshot
from jobs.models import Job
from jobs.runner import run_in_foreground
from tests.core import corpus
from tests.dtks.staged import NOW, village
from tests.factories.areas import AreaFactory

MEMBERS = "NO KK|NIK|NAMA|KOMPONEN|TGL LAHIR|JENIS KELAMIN|DESA|KECAMATAN".split("|")
CARD = "9901012202200001"


@pytest.fixture(autouse=True)
def _places_and_store(settings, tmp_path, db):
    settings.MEDIA_ROOT = tmp_path / "files"
    kabupaten = AreaFactory(code="99.01")
    kabupaten.name = "Kabupaten Contoh"
    kabupaten.save()
    village("99.01.01.2001", "Cangkuang", "Tanjung Contoh")
    village("99.01.02.2001", "Sukamaju", "Way Misal")


def person(serial=1, **changes):
    """A member in good order, born on 12 March 1990: 16 digits, sex and place agree."""
    cells = {
        "NO KK": CARD,
        "NIK": f"990101520390{serial:04}",
        "NAMA": "SITI CONTOH",
        "KOMPONEN": "",
        "TGL LAHIR": "12-03-1990",
        "JENIS KELAMIN": "P",
        "DESA": "Cangkuang",
        "KECAMATAN": "Tanjung Contoh",
    } | changes
    return list(cells.values())


def text(rows, columns=MEMBERS):
    out = io.StringIO()
    csv.writer(out, delimiter="|", quoting=csv.QUOTE_ALL).writerows([columns, *rows])
    return out.getvalue().encode()


class Steps:
    """A run without a job: remembers its checkpoints, and can break off like a killed worker."""

    def __init__(self, checkpoint=None, breaks_after=None):
        self.checkpoint = checkpoint or {}
        self.saved = 0
        self.breaks_after = breaks_after

    def save_checkpoint(self, checkpoint, *, done=None, total=None, step=None):
        assert connection.in_atomic_block
        if self.saved == self.breaks_after:
            raise KeyboardInterrupt
        self.saved += 1
        self.checkpoint = checkpoint

    def progress(self, *, step=None, done=None, total=None):
        pass

    @contextlib.contextmanager
    def estimating(self, *, seconds, upto, step=None):
        yield


@pytest.fixture
def received(operator):
    def receive(content, source="members", name="berkas.csv", **more):
        snapshot, _ = register_upload(
            file=io.BytesIO(content),
            file_name=name,
            source=source,
            period=Period(2026, 4),
            area=AreaFactory(code="99.01"),
            by=operator,
            at=NOW,
            publish=False,
            **more,
        )
        return snapshot

    return receive


@pytest.fixture
def staged(received):
    def stage(content, source="members", name="berkas.csv", **more):
        snapshot = received(content, source, name, **more)
        stage_snapshot(run=Steps(), snapshot=snapshot, at=NOW)
        return snapshot

    return stage


def found(snapshot):
    """{(row, code)} of everything found."""
    problems = RowProblem.objects.filter(snapshot=snapshot)
    return set(problems.values_list("row_number", "code"))


def one(snapshot, code):
    return RowProblem.objects.get(snapshot=snapshot, code=code)


def test_rows_taken_out_as_csv_come_back_as_they_were(staged, tmp_path):
    path = tmp_path / "diperbaiki.csv"
    rows = [(row, "", *person(row)) for row in range(2, 12)]
    write_marked_csv(path, ["Baris", "Yang perlu dilakukan", *MEMBERS], rows, "Ratna")

    snapshot = staged(path.read_bytes())

    snapshot.refresh_from_db()
    assert (snapshot.rows_staged, snapshot.rows_rejected) == (10, 0)
    keys = RowKey.objects.filter(snapshot=snapshot).order_by("row_number")
    assert [(key.nik, key.kk_number) for key in keys] == [
        (f"990101520390{row:04}", CARD) for row in range(2, 12)
    ]


def test_rows_are_kept_exactly_as_they_came(staged):
    odd = [
        person(1, NAMA='A "B" \\ C\tD\r\nE', DESA="Cangkuang"),
        person(2, NAMA="{NULL},", KOMPONEN="NULL", DESA="Cangkuang"),
        person(3, NAMA="MUÑOZ \\N", KOMPONEN="\\", DESA="Cangkuang"),
    ]
    snapshot = staged(text(odd))

    rows = SourceRow.objects.filter(snapshot=snapshot).order_by("row_number")
    assert [(row.row_number, row.cells) for row in rows] == list(enumerate(odd, 2))


def test_a_good_file_has_no_problems_and_full_counts(staged):
    snapshot = staged(text([person(i) for i in range(1, 41)]))

    snapshot.refresh_from_db()
    assert found(snapshot) == set()
    assert (snapshot.state, snapshot.layout, snapshot.header_row) == ("staged", "members_22", 1)
    assert (snapshot.rows_read, snapshot.rows_staged, snapshot.rows_rejected) == (40, 40, 0)
    assert snapshot.mapping["nik"] == 1
    assert RowKey.objects.filter(snapshot=snapshot, village_id="99.01.01.2001").count() == 40


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        ({"NIK": ""}, {"nik_empty"}),
        ({"NIK": "-"}, {"nik_empty"}),
        ({"NIK": "TIDAK ADA"}, {"nik_empty"}),
        ({"NIK": "990101520390001"}, {"nik_length"}),
        ({"NIK": "99010152039000011"}, {"nik_length"}),
        ({"NIK": "99O1015203900001"}, {"nik_letters"}),
        ({"NIK": "9901********0001"}, {"nik_masked"}),
        ({"NIK": "990101XXXXXX0001"}, {"nik_masked"}),
        ({"NIK": "9.90102E+15"}, {"nik_scientific"}),
        ({"NIK": "9,90102E+15"}, {"nik_scientific"}),
        ({"NIK": "9999999999999999"}, {"nik_repeated_digits"}),
        ({"NIK": "0000000000000000"}, {"nik_empty"}),
        ({"NAMA": ""}, {"name_empty"}),
        ({"NAMA": "."}, {"name_not_a_name"}),
        ({"NAMA": "S" * 151}, {"name_too_long"}),
        ({"NAMA": "S" * 32_767}, {"name_too_long"}),
        ({"TGL LAHIR": "31/02/1990"}, {"birth_date_impossible"}),
        ({"TGL LAHIR": "kemarin"}, {"birth_date_unreadable"}),
        ({"TGL LAHIR": "12-03-2090"}, {"birth_date_future"}),
        ({"DESA": "CANGKUWANG"}, {"village_unknown"}),
    ],
)
def test_what_cannot_be_used_rejects_its_row_and_no_other(staged, cells, codes):
    snapshot = staged(text([person(1), person(2, **cells), person(3)]))

    snapshot.refresh_from_db()
    rejected = {
        (row, code)
        for row, code in found(snapshot)
        if staging.KINDS[code].severity_in("members") == "reject"
    }
    assert rejected == {(3, code) for code in codes}
    assert (snapshot.rows_read, snapshot.rows_staged, snapshot.rows_rejected) == (3, 2, 1)
    assert SourceRow.objects.filter(snapshot=snapshot).count() == 3


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"NIK": "'9901015203900002"}, "nik_cleaned"),
        ({"NIK": "9901 0152 0390 0002"}, "nik_cleaned"),
        ({"NIK": "99.01.01.520390.0002"}, "nik_cleaned"),
        ({"NIK": "9901013102900002", "TGL LAHIR": ""}, "nik_date_impossible"),
        ({"TGL LAHIR": "13-03-1990"}, "nik_birth_mismatch"),
        ({"JENIS KELAMIN": "L"}, "nik_sex_mismatch"),
        ({"JENIS KELAMIN": "?"}, "sex_unknown"),
        ({"TGL LAHIR": ""}, "birth_date_empty"),
        ({"TGL LAHIR": "0000-00-00"}, "birth_date_empty"),
        ({"NO KK": ""}, "kk_empty"),
        ({"NO KK": "99010122022"}, "kk_length"),
        ({"KOMPONEN": "MAHASISWA"}, "component_unknown"),
        ({"NAMA": "<script>alert(1)</script>"}, "name_odd_signs"),
        ({"NAMA": "=HYPERLINK(1)"}, "formula_text"),
        ({"NAMA": "@x"}, "formula_text"),
        ({"NAMA": "\u202eITIS"}, "direction_marks"),
        ({"NAMA": "SI\x07TI"}, "control_character"),
        ({"DESA": ""}, "village_empty"),
    ],
)
def test_what_is_only_odd_is_said_and_the_row_stays(staged, cells, code):
    snapshot = staged(text([person(1), person(2, **cells), person(3)]))

    snapshot.refresh_from_db()
    assert (3, code) in found(snapshot)
    assert snapshot.rows_rejected == 0
    assert {row for row, _ in found(snapshot)} == {3}


def test_a_text_nik_that_ends_in_0_is_fine_and_a_number_is_not(staged):
    def cells(row, nik):
        values = person(1)
        rest = "".join(
            f'<c r="{corpus.letters(i)}@" t="inlineStr"><is><t>{value}</t></is></c>'
            for i, value in enumerate(values)
            if value and i > 1
        )
        kk = f'<c r="A@" t="inlineStr"><is><t>{CARD}</t></is></c>'
        return corpus.row(row, kk, nik, rest)

    as_text = '<c r="B@" t="inlineStr"><is><t>9901015203900010</t></is></c>'
    book = corpus.workbook(
        corpus.table([MEMBERS])
        + cells(2, as_text)
        + cells(3, '<c r="B@"><v>9901015203900020</v></c>')
        + cells(4, '<c r="B@"><v>9901015203900021</v></c>')
    )
    snapshot = staged(book, name="anggota.xlsx")

    assert found(snapshot) == {(3, "nik_truncated")}
    niks = RowKey.objects.filter(snapshot=snapshot).order_by("row_number")
    assert list(niks.values_list("nik", flat=True)) == [
        "9901015203900010",
        None,
        "9901015203900021",
    ]


def test_a_registry_row_without_a_usable_nik_is_staged_with_its_problem(staged):
    columns = ["NOKK", "NIK", "NAMA", "KOMPONEN", "TANGGAL LAHIR", "JENIS KELAMIN",
               "DESA/KELUARAHAN", "KECAMATAN"]  # fmt: skip
    snapshot = staged(text([person(1), person(2, NIK="9901********0002")], columns), "dtks")

    snapshot.refresh_from_db()
    assert found(snapshot) == {(3, "nik_masked")}
    assert (snapshot.rows_staged, snapshot.rows_rejected, snapshot.rows_with_warnings) == (2, 0, 1)


def test_one_nik_in_two_rows_rejects_both_and_a_repeated_row_only_the_second(staged):
    shared = [person(1, NAMA="SITI"), person(2), person(1, NAMA="NUR"), person(3), person(3)]
    snapshot = staged(text(shared))

    assert found(snapshot) == {
        (2, "nik_duplicate_in_file"),
        (4, "nik_duplicate_in_file"),
        (6, "row_repeated"),
    }
    twice = RowProblem.objects.filter(snapshot=snapshot, row_number=2).get()
    assert (twice.params, twice.value) == ({"rows": [2, 4]}, "9901**********01")


def test_no_full_number_stands_in_any_problem(staged):
    rows = [
        person(1, NIK="99010152039000011"),
        person(2, NIK="9901015203900002X"),
        person(3, **{"TGL LAHIR": "13-03-1990"}),
        person(4, NIK="#REF!"),
    ]
    snapshot = staged(text(rows))

    said = json.dumps(list(RowProblem.objects.filter(snapshot=snapshot).values("value", "params")))
    assert len(found(snapshot)) >= 4
    assert "990101520" not in said


def test_swapped_cells_of_a_row_are_recognised(staged):
    one_row = person(2)
    one_row[0], one_row[1] = one_row[1], one_row[0]
    snapshot = staged(text([person(1), one_row]))

    assert found(snapshot) == {(3, "nik_kk_swapped")}


@pytest.mark.parametrize("source", ["members", "dtks"])
def test_a_card_number_copied_into_the_nik_is_said_and_stops_no_row(staged, source):
    copied = {"NIK": "9901012202200003", "NO KK": "9901012202200003", "TGL LAHIR": ""}
    agreeing = {"NO KK": "9901015203900002"}
    rows = [
        person(1),
        person(2, **agreeing),
        person(3, **copied),
        person(4, NIK="", **{"NO KK": ""}),
    ]
    snapshot = staged(text(rows), source)

    snapshot.refresh_from_db()
    said = RowProblem.objects.filter(snapshot=snapshot, code="nik_is_kk").order_by("row_number")
    assert [(each.row_number, each.severity, each.field, each.value) for each in said] == [
        (3, "warn", "nik", "9901**********02"),
        (4, "warn", "nik", "9901**********03"),
    ]
    assert snapshot.rows_rejected == (1 if source == "members" else 0)
    with translation.override("id"):
        assert problems.message(said[0], snapshot) == (
            "Baris 3, kolom B (NIK): NIK ini sama dengan nomor KK (9901**********02)."
            " Lihat NIK orang tersebut di kartu keluarganya, perbaiki selnya, lalu unggah ulang."
        )


def test_a_card_that_carries_a_members_birth_date_by_chance_is_no_swapped_number(staged):
    """One in some ten thousand cards was issued on the day a member has as birthday."""
    chance = "9901011203900004"
    wrong = {"NIK": "9901015508770001", "NO KK": chance}
    snapshot = staged(text([person(1, **wrong), person(2, **{"NO KK": chance})]))

    assert found(snapshot) == {(2, "nik_birth_mismatch")}


def test_a_whole_file_of_swapped_columns_is_refused(received):
    rows = [person(i) for i in range(1, 41)]
    for row in rows:
        row[0], row[1] = row[1], row[0]
    snapshot = received(text(rows))
    with pytest.raises(FileRefused) as refusal:
        stage_snapshot(run=Steps(), snapshot=snapshot, at=NOW)

    assert (refusal.value.code, refusal.value.params) == ("columns_swapped", {"share": 100})
    assert snapshot.state == "refused"
    assert not SourceRow.objects.filter(snapshot=snapshot).exists()


def rounded(i, *names):
    """As text, and each number what a spreadsheet had made of it: its last digit 0."""
    cells = dict(zip(MEMBERS, person(i, **{"NO KK": f"99010122022{i:05}"}), strict=True))
    return list((cells | {name: f"{cells[name][:15]}0" for name in names}).values())


@pytest.mark.parametrize("column", ["NIK", "NO KK"])
def test_a_file_whose_numbers_all_end_in_0_is_refused_though_they_are_text(received, column):
    snapshot = received(text([rounded(i, column) for i in range(1, 200, 5)]))
    with pytest.raises(FileRefused) as refusal:
        stage_snapshot(run=Steps(), snapshot=snapshot, at=NOW)

    assert (refusal.value.code, refusal.value.params) == ("many_truncated", {"share": 100})


def test_one_number_in_ten_may_end_in_0(staged):
    snapshot = staged(text([rounded(i) for i in range(1, 200)]))

    assert (snapshot.state, found(snapshot)) == ("staged", set())


def test_the_nearest_village_is_offered_and_never_taken(staged):
    snapshot = staged(text([person(1, DESA="CANGKUWANG"), person(2, DESA="Antah Berantah")]))

    meant = {p.value: p.params for p in RowProblem.objects.filter(snapshot=snapshot)}
    assert meant == {"CANGKUWANG": {"meant": "Cangkuang"}, "Antah Berantah": {}}


def test_villages_that_differ_in_a_space_only_are_told_apart_by_their_spelling(staged):
    for code, name in (("99.01.01.2011", "Sri Indah"), ("99.01.01.2012", "SriIndah")):
        AreaFactory(code=code, name=name)

    snapshot = staged(
        text(
            [person(1, DESA="SRI  INDAH"), person(2, DESA="sriindah"), person(3, DESA="S.RI INDAH")]
        )
    )

    villages = RowKey.objects.filter(snapshot=snapshot).order_by("row_number")
    assert list(villages.values_list("village_id", flat=True)) == [
        "99.01.01.2011",
        "99.01.01.2012",
        None,
    ]
    assert found(snapshot) == {(4, "village_unknown")}


def test_a_misspelt_kecamatan_is_named_as_such(staged):
    snapshot = staged(text([person(1, KECAMATAN="Tanjung Conto")]))

    problem = one(snapshot, "village_unknown")
    assert (problem.field, problem.params) == ("subdistrict", {"meant": "Tanjung Contoh"})


def test_rows_of_other_districts_and_bps_codes_are_named(staged):
    columns = [*MEMBERS, "KABUPATEN", "KODE DESA"]
    near, far = "Kabupaten Contoh", "Kabupaten Seberang"
    rows = [
        [*person(1), near, ""],
        [*person(2, DESA="Hulu", KECAMATAN="Seberang"), far, ""],
        [*person(3, DESA="", KECAMATAN=""), near, "9901010001"],
        [*person(4, DESA="", KECAMATAN=""), near, "9901012001"],
    ]
    snapshot = staged(text(rows, columns))

    assert found(snapshot) == {(3, "out_of_territory"), (4, "bps_code")}


FINAL_CLOSING = "NAMA PENERIMA|NIK|NO KK|SD|SMP|JML KOMPONEN|NOMINAL|KELURAHAN|KECAMATAN".split("|")


def family(serial, **changes):
    cells = {
        "NAMA": "SITI",
        "NIK": f"990101520390{serial:04}",
        "KK": f"990101220220{serial:04}",
        "SD": "1",
        "SMP": "1",
        "JML": "2",
        "NOMINAL": "600000",
        "DESA": "Cangkuang",
        "KEC": "Tanjung Contoh",
    } | changes
    return list(cells.values())


def test_counts_and_amounts_of_final_closing_are_judged(staged, rules):
    rows = [
        family(1),
        family(2, NOMINAL="675000"),
        family(3, NOMINAL="-600000"),
        family(4, NOMINAL="banyak"),
        family(5, SD="dua"),
        family(6, JML="7"),
        family(7, NOMINAL="Rp 600.000,00"),
    ]
    snapshot = staged(text(rows, FINAL_CLOSING), "final_closing")

    assert found(snapshot) == {
        (3, "amount_mismatch"),
        (4, "amount_negative"),
        (5, "amount_unreadable"),
        (6, "count_unreadable"),
        (7, "component_count_mismatch"),
    }
    assert one(snapshot, "amount_mismatch").params == {"computed": 600000}


def test_one_card_in_two_rows_of_final_closing_is_said_at_both_and_stops_neither(staged, rules):
    again = family(2)
    rows = [family(1), again, family(3, KK=again[2]), family(4), family(5), family(5)]
    rows += [family(6, KK=""), family(7, KK="-")]
    snapshot = staged(text(rows, FINAL_CLOSING), "final_closing")

    snapshot.refresh_from_db()
    assert found(snapshot) == {
        (3, "kk_duplicate_in_file"),
        (4, "kk_duplicate_in_file"),
        (7, "row_repeated"),
        (8, "kk_empty"),
        (9, "kk_empty"),
    }
    said = RowProblem.objects.get(snapshot=snapshot, row_number=4)
    assert (said.severity, said.field, said.column_index) == ("warn", "kk_number", 2)
    assert (said.value, said.params) == ("9901**********02", {"rows": [3, 4]})
    assert (snapshot.rows_staged, snapshot.rows_rejected) == (7, 1)
    with translation.override("id"):
        assert problems.message(said, snapshot) == (
            "Baris 4, kolom C (NO KK): Nomor KK yang sama (9901**********02) ada di baris 3, 4;"
            " Final Closing memuat satu baris per keluarga. Bandingkan baris-baris itu: bila"
            " keluarganya satu, bantuannya akan dibayar dua kali, jadi mintalah berkas yang benar;"
            " bila keluarganya berbeda, perbaiki nomor KK yang keliru."
        )


@pytest.fixture
def rules(db):
    from tests.factories.beneficiaries import rules_of_2026

    return rules_of_2026()


def test_the_readers_own_findings_are_kept_with_the_rows(staged):
    content = text([person(1), person(2, NAMA="A\x00B"), person(3)]) + b'"1"|"2"\r\n'
    snapshot = staged(content)

    kept = {(p.row_number, p.code): p for p in RowProblem.objects.filter(snapshot=snapshot)}
    assert {(3, "nul_byte"), (5, "wrong_field_count")} <= kept.keys()
    assert kept[5, "wrong_field_count"].params == {"found": 2, "expected": 8}
    assert SourceRow.objects.get(snapshot=snapshot, row_number=3).cells[2] == "A\u2400B"


def test_dates_with_the_month_first_and_other_periods_are_noted(staged):
    columns = [*MEMBERS, "PERIODE"]
    rows = [
        [*person(1, **{"TGL LAHIR": "04/13/1990"}), "TAHAP 4 2026"],
        [*person(2, **{"TGL LAHIR": "4/13/1990 12:00:00 AM"}), "TAHAP 3 2026"],
    ]
    snapshot = staged(text(rows, columns))

    assert {"code": "dates_mixed", "count": 2} in snapshot.notes
    assert {"code": "period_differs", "said": ["TAHAP 3 2026"]} in snapshot.notes


def test_a_much_smaller_or_older_file_is_noted(staged):
    staged(text([person(i) for i in range(1, 31)]))
    smaller = staged(text([person(i) for i in range(1, 4)]), name="kecil.csv")

    assert {"code": "far_fewer_rows", "share": 90, "before": 30} in smaller.notes


def test_the_same_rows_under_another_name_are_noted(staged):
    rows = [person(i) for i in range(1, 41)]
    staged(text(rows))

    changed_one = staged(text([*rows[:39], person(40, NAMA="Lain Sekali")]), name="lagi.csv")
    others = staged(text([person(i) for i in range(50, 90)]), name="lain.csv")

    assert {"code": "mostly_same_rows", "share": 97.5} in changed_one.notes
    assert "mostly_same_rows" not in {note["code"] for note in others.notes}


def digest(snapshot):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT md5(string_agg(row_number || cells::text, ',' ORDER BY row_number)), count(*)"
            " FROM dtks_sourcerow WHERE snapshot_id = %s",
            [snapshot.pk],
        )
        rows = cursor.fetchone()
    return rows, sorted(found(snapshot))


@pytest.mark.parametrize("breaks_after", [1, 2, 5])
def test_a_broken_off_reading_goes_on_exactly_where_it_was(received, monkeypatch, breaks_after):
    monkeypatch.setattr(staging, "CHUNK_ROWS", 500)
    content = text([person(i % 10_000, NAMA=f"ORANG {'A' * (i % 90)}") for i in range(9_000)])
    content += b'"1"|"2"\r\n'
    whole = received(content)
    stage_snapshot(run=Steps(), snapshot=whole, at=NOW)
    expected = digest(whole)
    Snapshot.objects.filter(pk=whole.pk).update(state="rejected")

    again = received(content)
    first = Steps(breaks_after=breaks_after)
    with pytest.raises(KeyboardInterrupt):
        stage_snapshot(run=first, snapshot=again, at=NOW)
    again = Snapshot.objects.get(pk=again.pk)
    assert again.state == "staging"
    stage_snapshot(run=Steps(first.checkpoint), snapshot=again, at=NOW)

    assert again.pk != whole.pk
    assert digest(again) == expected
    assert expected[0][1] == 9_001


def test_the_job_stages_a_file_and_says_what_it_found(received):
    snapshot = received(text([person(1), person(2, NIK="")]))
    job = run_in_foreground(Job.objects.about(snapshot).get())

    snapshot.refresh_from_db()
    assert (job.state, job.error_message) == ("done", "")
    assert (snapshot.state, snapshot.rows_staged, snapshot.problem_counts) == (
        "staged",
        1,
        {"nik_empty": 1},
    )


def test_a_file_the_job_cannot_read_is_refused_with_its_reason(received):
    snapshot = received(text([]), name="kosong.csv")
    job = run_in_foreground(Job.objects.about(snapshot).get())

    snapshot.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "no_rows")
    assert (snapshot.state, snapshot.refusal["code"]) == ("refused", "no_rows")
