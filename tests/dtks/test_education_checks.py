"""A school's attendance, from the official form to commitment checks: dirt and all."""

import csv
import io

import pytest
from django.db import connection
from django.utils import timezone

from core.errors import Refused
from core.periods import Period
from core.sheets import FileRefused, plain
from dtks import attendance
from dtks.layouts import EDUCATION_CHECKS
from dtks.loading import preview_load
from dtks.loading_checks import load_education
from dtks.models import RowProblem, Snapshot
from dtks.services import approve_snapshot, register_upload, request_reconciliation
from dtks.services.files import stage_snapshot
from facilitators.models import CommitmentCheck, CommitmentMonth, School
from facilitators.services import close_quarter
from tests.dtks.staged import NOW
from tests.dtks.test_staging import Steps
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory
from tests.factories.commitments import owing

Q1, Q3, Q4 = Period(2026, 1), Period(2026, 3), Period(2026, 4)
AFTER_Q3 = NOW.replace(month=10, day=5)
FIXED = "NO|NIK PENGURUS|NAMA PENGURUS|NIK SISWA|NISN|NAMA SISWA|BENTUK PENDIDIKAN|TINGKAT".split(
    "|"
)
FIGURES = ["ALPA", "IZIN", "SAKIT", "JML", "%"]
NPSN = "99100001"


@pytest.fixture(autouse=True)
def _store(settings, tmp_path, db):
    settings.MEDIA_ROOT = tmp_path / "files"
    AreaFactory(code="99.01")


def nik(number):
    return f"990101{number % 28 + 1:02d}0614{number:04d}"


def pupil_row(number, *months, name=None, **cells):
    """`months` are (alpa, izin, sakit, jml, percent)."""
    figures = [cell for month in months for cell in month]
    row = {
        "NO": number, "NIK PENGURUS": f"990101410290{number:04d}", "NAMA PENGURUS": "IBU UJI",
        "NIK SISWA": nik(number), "NISN": f"00{number:08d}",
        "NAMA SISWA": name or f"ANAK KE {'ABCDEFGHIJ'[number]}", "BENTUK PENDIDIKAN": "SD",
        "TINGKAT": "4",
    }  # fmt: skip
    return [*(row | cells).values(), *figures, "HADIR", "SARI"]


def form(
    rows,
    months=("JULI", "AGUSTUS", "SEPTEMBER"),
    delimiter=";",
    before="",
    encoding="utf-8",
    titles=None,
):
    out = io.StringIO()
    out.write(before)
    write = csv.writer(out, delimiter=delimiter)
    if titles is None:
        titles = [
            ["VERIFIKASI KOMITMEN PENDIDIKAN PKH"],
            ["NPSN", f": {NPSN}"],
            ["NAMA SEKOLAH", ": SDN 1 UJI"],
        ]
    write.writerows(titles)
    upper = [*FIXED]
    for month in months:
        upper += [month, "", "", "", ""]
    write.writerow([*upper, "KET", "NAMA PENDAMPING"])
    write.writerow(["" for _ in FIXED] + FIGURES * len(months) + ["", ""])
    write.writerows(rows)
    return out.getvalue().encode(encoding)


GOOD = [(0, 0, 1, 21, "95%"), (0, 0, 0, 20, "100%"), (0, 1, 0, 21, "95%")]


@pytest.fixture
def staged(operator):
    def stage(content, period=Q3, name="verkom.csv"):
        snapshot, _ = register_upload(
            file=io.BytesIO(content), file_name=name, source="education_checks", period=period,
            area=AreaFactory(code="99.01"), by=operator, at=NOW, publish=False,
        )  # fmt: skip
        stage_snapshot(run=Steps(), snapshot=snapshot, at=NOW)
        return snapshot

    return stage


@pytest.fixture
def pupils(db):
    """Three of the register, in primary school, under the names and numbers of `pupil_row`."""
    family = HouseholdFactory(desa__code="99.01.01.2001")
    return [
        owing(
            MemberFactory(household=family, nik=nik(n), name=f"ANAK KE {'ABCDEFGHIJ'[n]}"),
            "primary",
        )
        for n in (1, 2, 3)
    ]


def found(snapshot):
    problems = RowProblem.objects.filter(snapshot=snapshot)
    return set(problems.values_list("row_number", "code"))


def figures(check):
    return list(check.evidence.values_list("month__month", "days", "without_leave",
                                           "with_leave", "ill"))  # fmt: skip


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(("before", "encoding"), [
    ("", "utf-8"), ("", "utf-8-sig"), ("sep=D\n", "utf-8"), ("sep=D\n", "utf-8-sig"),
    ("", "utf-16"),
])  # fmt: skip
def test_the_form_is_read_in_every_dress(staged, pupils, operator2, delimiter, before, encoding):
    content = form(
        [pupil_row(1, *GOOD)],
        delimiter=delimiter,
        before=before.replace("D", delimiter),
        encoding=encoding,
    )

    snapshot = staged(content)
    approve_snapshot(snapshot=snapshot, by=operator2, at=AFTER_Q3)

    check = CommitmentCheck.objects.get(member=pupils[0])
    assert (check.outcome, str(check.percent), check.school.npsn) == ("met", "96.88", NPSN)
    assert figures(check) == [(7, 22, 0, 0, 1), (8, 20, 0, 0, 0), (9, 22, 0, 1, 0)]
    assert School.objects.get().name == "SDN 1 UJI"


@pytest.mark.parametrize(("period", "months"), [
    (Q1, ("JANUARI", "PEBRUARI", "MARET")),
    (Q1, ("Jan", "Peb", "Mrt")),
    (Q1, ("January", "February", "March")),
    (Q4, ("OKTOBER", "NOPEMBER", "DESEMBER")),
    (Q4, ("Okt 2026", "Nop", "Des.")),
    (Q4, ("OKTOBER 2026", "NOPEMBER 2026", "DESEMBER 2026")),
    (Q3, ("JULI (Hari Efektif : 22)", "AGUSTUS (Hari Efektif : 20)", "SEPT (Hari Efektif: 22)")),
])  # fmt: skip
def test_months_are_recognised_however_they_are_spelled(staged, pupils, period, months):
    snapshot = staged(form([pupil_row(1, *GOOD)], months), period)

    first = period.starts_on.month
    assert attendance.months_in(snapshot.mapping) == [first, first + 1, first + 2]
    assert found(snapshot) == set()


def test_no_two_columns_of_the_form_are_spelled_alike():
    """JUL I and JULI would be one word without the space."""
    fields = {}
    for field, spellings in EDUCATION_CHECKS.items():
        for spelling in spellings:
            fields.setdefault(plain(spelling), set()).add(field)

    assert {word: of for word, of in fields.items() if len(of) > 1} == {}


@pytest.mark.parametrize("months", [("APRIL", "MEI", "JUNI"), ("JUNI", "JULI", "AGUSTUS")])
def test_months_outside_the_quarter_refuse_the_file(staged, months):
    with pytest.raises(FileRefused) as refusal:
        staged(form([pupil_row(1, *GOOD)], months))

    assert refusal.value.code == "month_outside"
    assert "JUNI" in str(refusal.value)
    assert Snapshot.objects.get().state == "refused"


def test_a_file_without_months_is_refused(staged):
    content = b"NIK SISWA;NAMA SISWA;KET\n9901010706140001;ANAK;-\n"

    with pytest.raises(FileRefused) as refusal:
        staged(content)

    assert refusal.value.code == "months_missing"


def test_jml_as_days_absent_leaves_the_schools_percentage(staged, pupils, operator2):
    rows = [
        pupil_row(1, (1, 1, 1, 3, "85"), (3, 0, 0, 3, "85,0 %"), (0, 0, 3, 3, "0.85")),
        pupil_row(2, (0, 0, 4, 4, "84%"), (0, 0, 0, 0, "85%"), (1, 0, 2, 3, "85%")),
    ]

    snapshot = staged(form(rows))
    approve_snapshot(snapshot=snapshot, by=operator2, at=AFTER_Q3)

    outcomes = CommitmentCheck.objects.order_by("member_id").values_list("outcome", "percent")
    assert [(o, str(p)) for o, p in outcomes] == [
        ("met", "85.00"), ("not_met", "84.67"), ("no_evidence", "None")
    ]  # fmt: skip
    assert {"code": "sum_is_absent"} in snapshot.notes


def test_dirt_is_named_with_its_place_and_never_guessed(staged, pupils, operator2):
    fine, none = (0, 0, 1, 21, "95%"), ("", "", "", "", "")
    rows = [
        pupil_row(1, fine, fine, fine, **{"NIK SISWA": nik(1)[:15]}),  # row 6
        pupil_row(2, ("x", 0, 0, 20, "100%"), fine, fine),
        pupil_row(3, (0, 0, 0, 34, "100%"), fine, fine),
        pupil_row(4, fine, fine, fine),  # nobody of the register
        pupil_row(5, fine, fine, fine, **{"NIK SISWA": nik(2)[:4] + "********" + nik(2)[-2:]}),
        pupil_row(6, none, none, none),
        pupil_row(7, (-1, 0, 0, 20, "100%"), fine, fine),
        pupil_row(8, (0, 0, 1, 21, "60%"), fine, fine),
        pupil_row(9, fine, fine, fine, **{"NIK SISWA": ""}),
    ]

    snapshot = staged(form(rows))

    unknown = {(row, "pupil_unknown") for row in (9, 11, 12, 13)}
    assert found(snapshot) == unknown | {
        (6, "nik_length"), (7, "attendance_unreadable"), (8, "attendance_impossible"),
        (10, "nik_masked"), (11, "attendance_empty"), (12, "attendance_unreadable"),
        (13, "attendance_percent_differs"), (14, "nik_empty"),
    }  # fmt: skip
    assert (snapshot.rows_read, snapshot.rows_rejected) == (9, 6)
    problem = RowProblem.objects.get(snapshot=snapshot, row_number=7)
    assert (problem.value, problem.column_index, snapshot.columns[8]) == ("x", 8, "JULI ALPA")
    result = approve_snapshot(snapshot=snapshot, by=operator2, at=AFTER_Q3)
    assert result["checks"] == 0
    assert result["left_out"] == {"pupil_unknown": 3}
    assert CommitmentCheck.objects.tallied()["no_evidence"] == 3


def test_the_nik_counts_only_with_its_name(staged, pupils, operator2):
    rows = [
        pupil_row(1, *GOOD, name="Muh. Anak Ke A"),
        pupil_row(2, *GOOD, name="SURYANTO PUTRA"),
        pupil_row(3, *GOOD, name="ANAK KEE C"),
    ]
    pupils[0].name = "MUHAMMAD ANAK KE A"
    pupils[0].save()

    snapshot = staged(form(rows))
    approve_snapshot(snapshot=snapshot, by=operator2, at=AFTER_Q3)

    assert found(snapshot) == {(7, "pupil_name_differs")}
    with_evidence = CommitmentCheck.objects.exclude(months=0).order_by("member_id")
    assert [check.member for check in with_evidence] == [pupils[0], pupils[2]]


def test_two_members_under_one_number_and_name_are_a_question(staged, pupils):
    MemberFactory(
        household=HouseholdFactory(desa__code="99.01.02.2001"), nik=nik(1), name=pupils[0].name
    )

    assert found(staged(form([pupil_row(1, *GOOD)]))) == {(6, "pupil_twice_in_register")}


def test_nobody_of_another_kabupaten_is_looked_at(staged, db):
    MemberFactory(
        household=HouseholdFactory(desa__code="99.02.01.2001"), nik=nik(1), name="ANAK KE B"
    )

    assert found(staged(form([pupil_row(1, *GOOD)]))) == {(6, "pupil_unknown")}


def test_who_the_register_asks_nothing_of_is_noted_by_the_schools_form(staged, pupils, operator2):
    child = MemberFactory(household=pupils[0].household, nik=nik(4), name="ANAK KE E")
    rows = [pupil_row(4, *GOOD, **{"BENTUK PENDIDIKAN": "MTs"})]

    approve_snapshot(snapshot=staged(form(rows)), by=operator2, at=AFTER_Q3)

    assert CommitmentCheck.objects.get(member=child).component == "junior"


def test_approving_twice_over_changes_nothing_more(staged, pupils, operator2):
    snapshot = staged(form([pupil_row(1, *GOOD), pupil_row(2, *GOOD)]))

    first = load_education(snapshot=snapshot, by=operator2, at=AFTER_Q3)
    rows = list(CommitmentMonth.objects.order_by("pk").values())
    again = load_education(snapshot=snapshot, by=operator2, at=AFTER_Q3)

    assert (first["checks"], first["months_created"], first["months_updated"]) == (2, 6, 0)
    assert (again["checks"], again["months_created"], again["months_updated"]) == (2, 0, 0)
    assert list(CommitmentMonth.objects.order_by("pk").values()) == rows


def test_a_load_that_breaks_off_leaves_nothing(staged, pupils, operator2, monkeypatch):
    """Killed after the months were written, before the file is approved; then it runs again."""
    snapshot = staged(form([pupil_row(1, *GOOD)]))

    def killed(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("dtks.services.snapshots.audit.record", killed)
        with pytest.raises(KeyboardInterrupt):
            approve_snapshot(snapshot=snapshot, by=operator2, at=AFTER_Q3)
    assert CommitmentMonth.objects.count() == 0

    approve_snapshot(snapshot=snapshot, by=operator2, at=AFTER_Q3)

    snapshot.refresh_from_db()
    assert (snapshot.state, CommitmentMonth.objects.count()) == ("approved", 3)


def test_the_preview_says_what_approving_does_and_leaves_nothing(staged, pupils, operator2):
    snapshot = staged(form([pupil_row(1, *GOOD)]))

    tried = preview_load(snapshot=snapshot, by=operator2, at=AFTER_Q3, load=load_education)
    assert CommitmentMonth.objects.count() == 0
    done = approve_snapshot(snapshot=snapshot, by=operator2, at=AFTER_Q3)

    assert tried == {key: done[key] for key in tried}


def test_a_later_file_corrects_an_earlier_one_and_not_the_other_way(staged, pupils, operator2):
    first = staged(form([pupil_row(1, *GOOD)]))
    better = [(0, 0, 0, 22, "100%"), *GOOD[1:]]
    second = staged(form([pupil_row(1, *better)]), name="perbaikan.csv")

    approve_snapshot(snapshot=second, by=operator2, at=AFTER_Q3)
    result = approve_snapshot(snapshot=first, by=operator2, at=AFTER_Q3)

    assert (result["months_updated"], result["months_kept"]) == (0, 3)
    assert figures(CommitmentCheck.objects.get(member=pupils[0]))[0] == (7, 22, 0, 0, 0)


def test_a_closed_quarter_takes_no_file(staged, pupils, operator2, ratna):
    snapshot = staged(form([pupil_row(1, *GOOD)]))
    close_quarter(period=Q3, area="99.01", by=ratna, at=timezone.now().replace(month=11))

    with pytest.raises(Refused) as refusal:
        approve_snapshot(snapshot=snapshot, by=operator2, at=AFTER_Q3)

    assert refusal.value.code == "quarter_closed"
    snapshot.refresh_from_db()
    assert (snapshot.state, CommitmentMonth.objects.count()) == ("staged", 0)


def test_who_brought_the_file_in_does_not_approve_it(staged, pupils, operator):
    with pytest.raises(Refused) as refusal:
        approve_snapshot(snapshot=staged(form([pupil_row(1, *GOOD)])), by=operator, at=AFTER_Q3)

    assert refusal.value.code == "own_file"


def test_a_schools_file_is_not_reconciled(staged, pupils, operator):
    with pytest.raises(Refused) as refusal:
        request_reconciliation(
            snapshot=staged(form([pupil_row(1, *GOOD)])), by=operator, at=NOW, publish=False
        )

    assert refusal.value.code == "not_a_list_of_people"


@pytest.mark.parametrize(("titles", "npsn", "school"), [
    ([["NPSN : 99100001"], ["SEKOLAH : SDN 1 UJI"]], "99100001", "SDN 1 UJI"),
    ([["NAMA SEKOLAH", "", ": MI NURUL UJI", ""], ["NPSN", ":", "99100001"]],
     "99100001", "MI NURUL UJI"),
    ([["Nama Sekolah: SMPN 2 UJI (NPSN: 99100001)"]], "99100001", "SMPN 2 UJI"),
    ([["VERIFIKASI KOMITMEN"]], "", ""),
    ([["NPSN", "991000"]], "", ""),
    ([], "", ""),
])  # fmt: skip
def test_the_school_stands_above_the_table(titles, npsn, school):
    assert attendance.school_in(titles) == {"npsn": npsn, "school": school}


@pytest.mark.parametrize(("cell", "days"), [
    ("0", 0), ("12", 12), (" 3 ", 3), ("3.0", 3), ("3,00", 3), ("", None), ("-", None),
    (None, None), ("x", -1), ("-1", -1), ("1.5", -1), ("1234", -1), ("1e2", -1),
])  # fmt: skip
@pytest.mark.django_db
def test_a_cell_of_days(cell, days):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pkh_days(%s)", [cell])
        assert cursor.fetchone() == (days,)


@pytest.mark.parametrize(("stated", "outcome", "shown"), [
    ("84,996%", "not_met", "84.99"), ("85%", "met", "85.00"), ("85,004%", "met", "85.00"),
])  # fmt: skip
def test_a_percentage_alone_is_kept_in_full_and_says_nothing_of_days(
    staged, pupils, operator2, stated, outcome, shown
):
    alone = ("", "", "", "", stated)

    snapshot = staged(form([pupil_row(1, alone, alone, alone)]))
    approve_snapshot(snapshot=snapshot, by=operator2, at=AFTER_Q3)

    check = CommitmentCheck.objects.get(member=pupils[0])
    assert (check.outcome, str(check.percent)) == (outcome, shown)
    assert figures(check) == [(month, None, None, None, None) for month in (7, 8, 9)]


@pytest.mark.parametrize(("cell", "percent"), [
    ("95", 95), ("95%", 95), ("95,5 %", 95.5), ("0.955", 95.5), ("0,85", 85), ("1", 100),
    ("100", 100), ("", None), ("-", None), ("x", None), ("1e2", None),
])  # fmt: skip
@pytest.mark.django_db
def test_a_cell_of_percent(cell, percent):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pkh_percent(%s)::float", [cell])
        assert cursor.fetchone() == (percent,)
