"""Reports of the office: their numbers are those of the pages, and a file is whole or not there."""

import datetime as dt
import os
import time
from io import BytesIO

import openpyxl
import pytest
from django.conf import settings as office
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Assignment, AuditEvent
from accounts.roles import Role
from core.errors import Refused
from core.periods import Period
from dashboard import queries
from dashboard.figures import periods
from dashboard.figures.base import Asked, Span, count
from dashboard.figures.tables import COVERAGE, FOUR, LOAD, QUALITY
from dashboard.models import OfficeReport
from dashboard.reports import content_of
from dashboard.services import ask_report, open_report, remove_expired
from dashboard.tasks import office_report
from facilitators.models import CommitmentCheck, CommitmentRule
from graduation.queries.report import report_of
from graduation.services import record_exit
from jobs.lease import LeaseLost, take
from jobs.models import Job
from jobs.runner import Run, run_in_foreground
from jobs.services import cancel_job
from meetings.services import publish_minutes
from tests.english import english_in, texts_of
from tests.factories.accounts import person
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory
from tests.factories.commitments import owing, prepared
from tests.factories.facilitators import FacilitatorFactory, entrust
from tests.factories.figures import counted
from tests.factories.graduation import exit_type
from tests.factories.meetings import follow_up_of, issue_of, meeting_of
from tests.factories.work import a_visit, an_activity
from tests.papers import needs_pango, pages_of

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 20, 3, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 20)
OCTOBER = Span.of_month(dt.date(2026, 10, 1))
HERE, THERE, ELSEWHERE = "99.01.01.2001", "99.01.02.2001", "99.02.01.2001"
FIRST, SECOND = "99.01.01", "99.01.02"


@pytest.fixture(autouse=True)
def shelf(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def kadis(db):
    return person("kadis", Role.HEAD, "99.01")


@pytest.fixture
def katim(db):
    return person("katim", Role.SUBDISTRICT_LEAD, FIRST)


@pytest.fixture
def work(sari):
    """Three families here, one there and one in another kabupaten; visits in and out of October."""
    for code in ("99.01", "99.02", FIRST, SECOND, "99.02.01"):
        AreaFactory(code=code)
    places = (HERE, HERE, HERE, THERE, ELSEWHERE)
    families = [HouseholdFactory(desa=AreaFactory(code=code)) for code in places]
    for family in families:
        family.caretaker = MemberFactory(household=family, name="IBU RAHASIA")
        family.save()
    dewi = FacilitatorFactory(name="DEWI LESTARI", area=FIRST)
    gede = FacilitatorFactory(name="GEDE SUKA", area=SECOND)
    entrust(dewi, *families[:2])
    entrust(gede, families[3])
    for who, family, day in (
        (dewi, families[0], dt.date(2026, 9, 30)),
        (dewi, families[0], dt.date(2026, 10, 1)),
        (dewi, families[1], dt.date(2026, 10, 31)),
        (dewi, families[1], dt.date(2026, 11, 1)),
        (gede, families[3], dt.date(2026, 10, 9)),
        (gede, families[4], dt.date(2026, 10, 9)),
    ):
        a_visit(who, family, day, sari)
    an_activity(gede, dt.date(2026, 10, 3), kind="publication")
    return families


def ask(by, kind="monthly", form="xlsx", area="99.01", span=OCTOBER, **more):
    return ask_report(
        kind=kind,
        form=form,
        area=AreaFactory(code=area),
        span=span,
        by=by,
        at=NOW,
        today=TODAY,
        publish=False,
        **more,
    )


def made(report):
    assert run_in_foreground(report.job).state == "done"
    report.refresh_from_db()
    return report


def tables_of(report):
    """{key of a table: {label: {column: value}}}, the totals under "Jumlah"."""
    with translation.override("id"):
        content = content_of(report, NOW)
    return {
        table.key: {
            row[0].value: {cell.label: cell.value for cell in row[1:]}
            for row in [*table.rows, *([table.total] if table.total else [])]
        }
        for table in content.tables
    }


def test_numbers_of_a_report_are_a_recount_of_its_month(work, kadis):
    found = tables_of(ask(kadis))

    assert {place: row["Kunjungan"] for place, row in found["field"].items()} == {
        str(AreaFactory(code=FIRST).name): 2,
        str(AreaFactory(code=SECOND).name): 1,
        "Jumlah": 3,
    }
    assert [row["Keluarga PKH"] for row in found["coverage"].values()] == [3, 1, 4]
    assert found["coverage"]["Jumlah"]["Didampingi"] == 3
    assert found["coverage"]["Jumlah"]["Didampingi (%)"] == 75
    assert [row["Pendamping bertugas"] for row in found["load"].values()] == [1, 1, 2]
    assert found["summary"]["Kunjungan"]["Jumlah"] == 3


def test_commitments_without_evidence_are_no_part_of_the_percentage(work, kadis):
    for family in (work[0], work[3]):
        owing(family.caretaker, "elderly")
    prepared()
    september = Span.of_month(dt.date(2026, 9, 1))

    bare = tables_of(ask(kadis, span=september))
    rule = CommitmentRule.objects.get(component="elderly")
    CommitmentCheck.objects.filter(household=work[0]).update(outcome="met", rule=rule, months=1)
    met = tables_of(ask(kadis, span=september, form="pdf"))

    assert [row["Belum ada bukti"] for row in bare["commitments"].values()] == [1, 1, 2]
    assert [row["Terpenuhi (%)"] for row in bare["commitments"].values()] == [None] * 3
    assert bare["summary"]["Komitmen terpenuhi"]["Persen"] is None
    assert [row["Terpenuhi (%)"] for row in met["commitments"].values()] == [100, None, 100]


def test_tables_of_a_report_are_those_of_the_home(work, ratna):
    with translation.override("id"):
        home = queries.overview_for(ratna, NOW)["tables"]

    found = tables_of(ask(ratna))

    for name in (COVERAGE, FOUR, QUALITY, LOAD):
        of_home = {label: [cell.number for cell in row] for label, row in home[name].rows}
        of_home["Jumlah"] = [cell.number for cell in home[name].total]
        said = {
            label: [number for column, number in row.items() if not column.endswith("(%)")]
            for label, row in found[name].items()
        }
        assert (name, said) == (name, of_home)


def test_a_report_of_one_kecamatan_counts_that_one_alone(work, ratna):
    found = tables_of(ask(ratna, area=SECOND))

    assert [row["Keluarga PKH"] for row in found["coverage"].values()] == [1]
    assert [row["Kunjungan"] for row in found["field"].values()] == [1]
    assert found["summary"]["Keluarga PKH"]["Jumlah"] == 1


def test_a_quarter_counts_its_three_months(work, kadis):
    report = ask(kadis, kind="quarterly", span=Span.of_quarter(Period(2026, 4)))

    asked = Asked(kadis, NOW, Span.of_quarter(Period(2026, 4)))
    assert count(asked, [periods.VISITED])["kunjungan-periode"].total == 4
    assert tables_of(report)["field"]["Jumlah"]["Kunjungan"] == 4


def test_a_quarter_says_of_graduation_what_the_graduation_report_says(work, kadis, ratna):
    counted([family.pk for family in work[:3]], "natural", 2026, quarters=2)
    record_exit(
        household=work[3],
        type=exit_type("moved"),
        on=dt.date(2026, 2, 3),
        basis="office",
        by=ratna,
        at=NOW,
    )

    for quarter in (1, 2, 3):
        period = Period(2026, quarter)
        found = tables_of(ask(kadis, kind="quarterly", span=Span.of_quarter(period)))["exits"]
        total = report_of(kadis, "99.01", period).total
        assert list(found["Jumlah"].values()) == [total.graduations, total.administrative]
    assert sum(report_of(kadis, "99.01", Period(2026, q)).total.graduations for q in (1, 2)) == 3


def test_every_number_of_a_report_is_defined(work, kadis):
    with translation.override("id"):
        content = content_of(ask(kadis), NOW)
        defined = {label for label, *_rest in content.definitions}

    shown = {
        label.removesuffix(" (%)")
        for table in content.tables
        if table.key in {"coverage", "four", "quality", "load", "field", "commitments", "exits"}
        for label, _kind in table.heads[1:]
    } - {"Hadir", "Terpenuhi"}
    assert shown - defined == set()
    assert all(said and source and when for _label, said, source, when in content.definitions)


def test_a_report_asked_twice_while_it_is_made_is_one(work, kadis, ratna):
    first = ask(kadis)

    assert ask(kadis).pk == first.pk
    others = {ask(kadis, form="pdf").pk, ask(kadis, area=FIRST).pk, ask(ratna).pk}
    assert len(others | {first.pk}) == 4
    made(first)
    assert ask(kadis).pk != first.pk
    assert AuditEvent.objects.filter(verb="report.requested").count() == 5


def test_a_report_is_asked_of_ones_own_area_only(work, kadis, katim, sari, wayan):
    refused = []
    for by, area in (
        (kadis, "99.02"),
        (katim, "99.01"),
        (katim, SECOND),
        (sari, FIRST),
        (wayan, FIRST),
    ):
        with pytest.raises(Refused) as refusal:
            ask(by, area=area)
        refused.append(refusal.value.code)
    with pytest.raises(Refused) as refusal:
        ask(kadis, span=Span.of_month(dt.date(2026, 12, 1)))

    assert refused == ["not_found"] * 5
    assert refusal.value.code == "not_begun"
    assert not OfficeReport.objects.exists()
    assert not Job.objects.exists()


def test_a_report_is_stored_whole_fetched_and_written_down(work, kadis):
    report = made(ask(kadis))

    content = open_report(report=report, by=kadis, at=NOW)

    assert [path.name for path in (office.MEDIA_ROOT / "reports").iterdir()] == [
        f"{report.pk}.xlsx"
    ]
    assert (report.state, report.size_bytes) == ("ready", len(content))
    assert (report.job.state, report.job.result["pages"]) == ("done", report.pages)
    assert report.expires_at - report.ready_at == dt.timedelta(days=office.PKH_REPORT_KEEP_DAYS)
    assert list(
        AuditEvent.objects.filter(target_id=str(report.pk)).order_by("pk").values_list("verb", "by")
    ) == [(f"report.{verb}", kadis.pk) for verb in ("requested", "made", "downloaded")]


def test_a_worker_that_lost_its_lease_leaves_nothing_and_the_next_one_makes_it(work, kadis):
    report = ask(kadis)
    sleeper = Run(take(job_id=report.job_id, worker="one"))
    Job.objects.filter(pk=report.job_id).update(leased_until=None)
    successor = Run(take(job_id=report.job_id, worker="two"))

    with pytest.raises(LeaseLost):
        office_report(sleeper)

    report.refresh_from_db()
    assert (report.state, report.stored_as) == ("making", "")
    assert list((office.MEDIA_ROOT / "reports").iterdir()) == []
    assert not AuditEvent.objects.filter(verb="report.made").exists()
    office_report(successor)
    report.refresh_from_db()
    assert report.state == "ready"
    assert open_report(report=report, by=kadis, at=NOW)


def test_what_a_killed_worker_left_is_made_anew_and_cleared_away(work, kadis):
    report = ask(kadis)
    place = office.MEDIA_ROOT / "reports"
    place.mkdir()
    (place / f"{report.pk}.abcd.part").write_bytes(b"half")
    (place / f"{report.pk}.xlsx").write_bytes(b"moved, but never written down")
    Job.objects.filter(pk=report.job_id).update(fence=1, attempts=1)

    made(report)

    assert open_report(report=report, by=kadis, at=NOW)[:2] == b"PK"
    os.utime(place / f"{report.pk}.abcd.part", (time.time() - 90_000,) * 2)
    remove_expired(at=NOW)
    assert [path.name for path in place.iterdir()] == [f"{report.pk}.xlsx"]


def test_a_cancelled_report_is_not_made_and_may_be_asked_again(work, kadis):
    report = ask(kadis)

    cancel_job(job=report.job, by=kadis, at=NOW)

    report.refresh_from_db()
    assert report.state == "failed"
    assert ask(kadis).pk != report.pk


def test_a_report_is_fetched_by_nobody_else_and_only_while_the_area_is_held(work, kadis, ratna):
    report = made(ask(kadis))
    codes = []
    for by, at in ((ratna, NOW), (kadis, report.expires_at)):
        with pytest.raises(Refused) as refusal:
            open_report(report=report, by=by, at=at)
        codes.append(refusal.value.code)
    Assignment.objects.filter(user=kadis).update(area=AreaFactory(code=FIRST))
    with pytest.raises(Refused) as refusal:
        open_report(report=report, by=kadis, at=NOW)

    assert [*codes, refusal.value.code] == ["not_found", "expired", "not_found"]


def test_a_report_of_a_role_that_ended_meanwhile_is_not_made(work, kadis):
    report = ask(kadis)
    Assignment.objects.filter(user=kadis).update(ends_on=dt.date(2026, 1, 1))

    job = run_in_foreground(report.job)

    report.refresh_from_db()
    assert (job.state, job.error_code, report.state) == ("failed", "not_found", "failed")
    assert not (office.MEDIA_ROOT / "reports").exists()


def test_a_file_that_was_changed_is_not_handed_out(work, kadis):
    report = made(ask(kadis))
    (office.MEDIA_ROOT / report.stored_as).write_bytes(b"another")

    with pytest.raises(Refused) as refusal:
        open_report(report=report, by=kadis, at=NOW)

    assert refusal.value.code == "damaged"


def test_an_expired_report_loses_its_file_and_keeps_its_row(work, kadis):
    report = made(ask(kadis))

    assert remove_expired(at=report.expires_at - dt.timedelta(seconds=1)) == 0
    assert remove_expired(at=report.expires_at) == 1
    assert remove_expired(at=report.expires_at) == 0

    report.refresh_from_db()
    assert (report.state, report.stored_as) == ("ready", "")
    assert list((office.MEDIA_ROOT / "reports").iterdir()) == []
    assert AuditEvent.objects.filter(verb="report.expired", target_id=str(report.pk)).count() == 1


# --- the forms


def test_the_workbook_is_numbers_under_frozen_heads_and_nothing_that_runs(work, kadis):
    report = made(ask(kadis))

    book = openpyxl.load_workbook(BytesIO(open_report(report=report, by=kadis, at=NOW)))

    cover, summary, coverage, *rest = book.worksheets
    said = [row[1].value for row in cover.iter_rows()]
    assert {"Laporan bulanan PKH", "Oktober 2026", str(kadis), report.number} <= set(said)
    assert coverage.freeze_panes == "A2"
    assert [cell.value for cell in coverage[coverage.max_row]][:3] == ["Jumlah", 4, 3]
    assert rest[-1].title == "Definisi dan sumber"
    assert report.number in summary.oddFooter.left.text
    kinds = {
        cell.data_type
        for page in book.worksheets
        for row in page.iter_rows()
        for cell in row
        if cell.value is not None
    }
    assert kinds == {"s", "n"}


@needs_pango
def test_the_paper_says_where_when_who_and_no_family(work, kadis):
    report = made(ask(kadis, form="pdf"))

    pages = pages_of(open_report(report=report, by=kadis, at=NOW))

    text = " ".join(pages)
    assert len(pages) == report.pages
    assert "LAPORAN BULANAN PKH" in text.upper()
    for said in ("Oktober 2026", "Tanggal data", "Diminta oleh", str(kadis), "Definisi dan sumber"):
        assert said in text
    assert all(report.number in page for page in pages)
    assert "RAHASIA" not in text


# --- RHK


def test_the_rhk_summary_adds_up_by_kecamatan_and_marks_what_has_no_evidence(work, kadis):
    report = ask(kadis, kind="rhk", form="pdf")

    with translation.override("id"):
        names, month, _year = content_of(report, NOW).tables
    rows = [[cell.value for cell in row] for row in [*month.rows, month.total]]

    assert len(names.rows) == 9
    assert [row[1] for row in rows] == ["DEWI LESTARI", "", "GEDE SUKA", "", ""]
    data = [label for label, _kind in month.heads].index("5")
    assert [row[data] for row in rows] == ["2 (2)", "2 (2)", "2 (2)", "2 (2)", "4 (4)"]
    assert [row[-2:] for row in rows] == [[2, 2], [2, 2], [3, 3], [3, 3], [5, 5]]


# --- the evaluation pack


@pytest.fixture
def talks(work):
    earlier = meeting_of(at=dt.datetime(2026, 10, 5, 2, 0, tzinfo=dt.UTC), state="held")
    issue = issue_of(earlier, title="NIK ganda di dua desa")
    follow_up_of(earlier, issue=issue, text="Padankan bersama")
    follow_up_of(earlier, issue=issue, description="Temui IBU RAHASIA", household=work[0])
    publish_minutes(meeting=earlier, by=earlier.made_by, at=earlier.ends_at)
    return meeting_of(at=dt.datetime(2026, 11, 25, 2, 0, tzinfo=dt.UTC), state="invited")


def test_a_pack_brings_agenda_decisions_and_figures_of_the_area(talks, kadis):
    report = ask(kadis, kind="pack", form="pdf", span=None, meeting=talks)

    with translation.override("id"):
        found = {table.key: table for table in content_of(report, NOW).tables}
    decided = [[cell.value for cell in row] for row in found["decided"].rows]

    assert [row[1].value for row in found["agenda"].rows] == [
        "Memadankan data bersama Disdukcapil",
        "Tindak lanjut tentang satu keluarga",
        "Pembukaan",
    ]
    assert [row[2] for row in decided] == [
        "Memadankan data bersama Disdukcapil",
        "Tindak lanjut tentang satu keluarga",
    ]
    assert {row[5] for row in decided} == {"Belum dimulai, terlambat 32 hari"}
    assert [row[4].value for row in found["overdue"].rows] == [32, 32]
    assert [cell.value for cell in found["promises"].rows[0]][1:3] == [2, 2]
    assert found["coverage"].total[1].value == 4
    assert {"four", "goals", "quality"} <= set(found)
    said = str([table.rows for table in found.values()])
    assert "RAHASIA" not in said


def test_a_pack_is_about_a_meeting_of_ones_own_area(talks, katim):
    with pytest.raises(Refused) as refusal:
        ask(katim, kind="pack", form="pdf", span=None, meeting=talks)

    assert refusal.value.code == "not_found"


# --- the page


def test_the_page_takes_an_order_and_hands_out_the_file(client, work, kadis, ratna):
    client.force_login(kadis)
    here = reverse("dashboard:reports")
    body = {"jenis": "triwulan", "wilayah": FIRST, "bentuk": "xlsx"}

    assert client.post(here, body | {"tentang": "2019-1"}).status_code == 422
    now = Period.of(timezone.localdate())
    assert client.post(here, body | {"tentang": str(now)}).status_code == 302
    report = OfficeReport.objects.get()
    assert (report.kind, report.area_id, report.starts_on) == ("quarterly", FIRST, now.starts_on)
    text = client.get(here).content.decode()
    assert "sedang dibuat" in text
    assert english_in(texts_of(text)) == []
    made(report)
    url = reverse("dashboard:download_report", args=[report.pk])
    assert url in client.get(here).content.decode()
    answer = client.post(url)

    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Disposition"] == f'attachment; filename="{report.file_name}"'
    assert answer.content[:2] == b"PK"
    client.force_login(ratna)
    assert client.post(url).status_code == 404
    assert url not in client.get(here).content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_the_same_for_one_report_and_for_three(
    client, work, kadis, number, django_assert_max_num_queries
):
    for month in range(1, number + 1):
        ask(kadis, span=Span.of_month(dt.date(2026, month, 1)))
    client.force_login(kadis)
    client.get(reverse("dashboard:reports"))

    with django_assert_max_num_queries(10):
        client.get(reverse("dashboard:reports"))
