import csv
import datetime as dt
import io

import openpyxl
import pytest
from django.conf import settings as office

from accounts.models import Assignment, AuditEvent
from core.errors import Refused
from dtks.models import Export
from dtks.services import approve_snapshot, open_export, reconcile, request_export
from dtks.services.exporting import make_export, match_rows, remove_expired
from tests.dtks.staged import DTKS, DTSEN_FAMILIES, NOW, nik, person, stage, village
from tests.factories.areas import AreaFactory

pytestmark = pytest.mark.django_db
HOSTILE = '=HYPERLINK("http://example.invalid")'


@pytest.fixture(autouse=True)
def _own_store(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def registry(operator, operator2):
    """Two families in two kecamatan, one person with a name that would run as a formula."""
    village()
    village("99.01.02.2001", "Sukarasa", "Gunung")
    AreaFactory(code="99.01.02")
    members = stage(
        "members",
        [
            person(1, 1, name=HOSTILE),
            person(2, 2, village="Sukarasa", subdistrict="Gunung", name="IBU LAIN"),
        ],
        by=operator,
    )
    approve_snapshot(snapshot=members, by=operator2, at=NOW)
    row = {field: person(1, 1).get(field, "") for field in DTKS}
    registry = stage("dtks", [row], by=operator)
    reconcile(snapshot=registry, by=operator, at=NOW)
    registry.refresh_from_db()
    return registry


def ask(snapshot, by, **more):
    return request_export(
        **{
            "snapshot": snapshot,
            "kind": "outcomes",
            "file_format": "csv",
            "reason": "Rapat koordinasi",
            "by": by,
            "at": NOW,
            "publish": False,
        }
        | more
    )


def csv_rows(export):
    path = open_export(export=export, by=export.requested_by, at=NOW)
    text = path.read_text(encoding="utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))[1:]


def test_an_export_needs_a_reason(registry, operator):
    with pytest.raises(Refused) as refusal:
        ask(registry, operator, reason="  ")

    assert refusal.value.code == "reason_needed"


def test_an_export_is_inert_audited_and_carries_its_watermark(registry, operator):
    export = ask(registry, operator, file_format="xlsx")
    make_export(export=export, at=NOW)
    export.refresh_from_db()

    path = open_export(export=export, by=operator, at=NOW)

    book = openpyxl.load_workbook(path)
    cover, data = book.worksheets
    cells = [cell for row in data.iter_rows(min_row=2) for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert {row[1].value for row in data.iter_rows(min_row=2)} == {nik(1), nik(2)}
    assert HOSTILE.upper() in {row[2].value for row in data.iter_rows(min_row=2)}
    said = {row[1].value for row in cover.iter_rows()}
    assert {export.number, "Rapat koordinasi", str(operator)} <= said
    assert export.number in data.oddFooter.left.text
    assert str(operator) in data.oddFooter.left.text
    assert list(
        AuditEvent.objects.filter(verb__startswith="export.")
        .order_by("pk")
        .values_list("verb", "reason")
    ) == [
        ("export.requested", "Rapat koordinasi"),
        ("export.made", "Rapat koordinasi"),
        ("export.downloaded", "Rapat koordinasi"),
    ]


def test_an_export_of_somebody_who_may_not_see_numbers_is_masked(registry, ratna):
    export = ask(registry, ratna)
    make_export(export=export, at=NOW)
    export.refresh_from_db()

    rows = csv_rows(export)

    assert {row[1] for row in rows} == {f"{nik(1)[:4]}{'*' * 10}{nik(n)[-2:]}" for n in (1, 2)}
    assert all(str(ratna) in row[-1] and export.number in row[-1] for row in rows)
    assert "'" + HOSTILE.upper() in {row[2] for row in rows}


def test_a_csv_of_whole_numbers_is_rounded_by_no_spreadsheet(registry, operator):
    export = ask(registry, operator)
    make_export(export=export, at=NOW)
    export.refresh_from_db()

    assert {row[1] for row in csv_rows(export)} == {f"'{nik(1)}", f"'{nik(2)}"}


def test_an_export_holds_only_ones_own_territory(registry, lead_of_the_second):
    export = ask(registry, lead_of_the_second)
    make_export(export=export, at=NOW)
    export.refresh_from_db()

    assert [row[2] for row in csv_rows(export)] == ["IBU LAIN"]


def test_an_export_of_a_file_of_families_leaves_open_what_it_does_not_say(operator, operator2):
    village()
    people = [person(1, 1, relationship="KEPALA KELUARGA"), person(11, 1), person(2, 2)]
    members = stage("members", people, by=operator)
    approve_snapshot(snapshot=members, by=operator2, at=NOW)
    head = {field: people[0][field] for field in DTSEN_FAMILIES}
    families = stage("dtsen_families", [head], by=operator)
    reconcile(snapshot=families, by=operator, at=NOW)

    rows = match_rows(snapshot=families, areas=["99.01"])

    assert [(row[1], row[3]) for row in rows] == [
        (nik(1), "review"),
        (nik(11), ""),
        (nik(2), "missing"),
    ]


def test_an_export_asked_before_the_role_ended_is_not_made(registry, operator):
    export = ask(registry, operator)
    Assignment.objects.filter(user=operator).update(ends_on=dt.date(2026, 1, 1))

    with pytest.raises(Refused) as refusal:
        make_export(export=export, at=NOW)

    assert refusal.value.code == "not_allowed"
    assert not (office.MEDIA_ROOT / "exports" / f"{export.pk}.csv").exists()


def test_an_export_is_fetched_by_nobody_else_and_not_after_a_week(registry, operator, operator2):
    export = ask(registry, operator)
    make_export(export=export, at=NOW)
    later = NOW + dt.timedelta(days=7)

    codes = []
    for by, at in ((operator2, NOW), (operator, later)):
        with pytest.raises(Refused) as refusal:
            open_export(export=export, by=by, at=at)
        codes.append(refusal.value.code)

    assert codes == ["not_found", "expired"]
    assert remove_expired(at=later) == 1
    assert list((office.MEDIA_ROOT / "exports").iterdir()) == []


def test_a_facilitator_exports_nothing(registry, sari):
    with pytest.raises(Refused):
        ask(registry, sari)

    assert Export.objects.count() == 0


@pytest.fixture
def lead_of_the_second(db):
    from accounts.roles import Role
    from tests.factories.accounts import person as officer

    return officer("lead", Role.SUBDISTRICT_LEAD, "99.01.02")
