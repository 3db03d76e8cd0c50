"""RHK: nine counters from records, their evidence, and the paper."""

import datetime as dt

import pytest
from django.urls import reverse

from documents.services import keep_document
from facilitators.models import PerformanceTarget
from facilitators.queries import results as queries
from facilitators.queries.months import Month
from facilitators.services import record_health_check, record_session
from tests.english import english_in, texts_of
from tests.factories.commitments import first_rules, owing, prepared
from tests.factories.facilitators import FacilitatorFactory, entrust
from tests.factories.files import jpeg
from tests.factories.learning import a_group, a_topic
from tests.factories.work import AT, a_visit, an_activity

pytestmark = pytest.mark.django_db

NOVEMBER = Month(dt.date(2026, 11, 1))


def day(number, month=11):
    return dt.date(2026, month, number)


@pytest.fixture(autouse=True)
def shelf(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def show(record, by):
    return keep_document(owner=record, file=jpeg(), name="foto.jpg", kind="photo", by=by, at=AT)


@pytest.fixture
def busy(hers, sari, family):
    """A month of Sari's with something for every result that has records, some with a photo."""
    group, families = a_group(2)
    entrust(hers, *families)
    session, _made = record_session(
        group=group,
        topic=a_topic(),
        held_on=day(2),
        attendance={one.pk: ("present", None) for one in families},
        by=sari,
        at=AT,
    )
    shown = [
        session,
        a_visit(hers, family, day(3), sari, purpose="disbursement"),
        an_activity(hers, day(4), kind="mediation"),
        an_activity(hers, day(5), kind="publication"),
    ]
    for record in shown:
        show(record, sari)
    a_visit(hers, family, day(6), sari, purpose="graduation")
    a_visit(hers, family, day(7), sari, purpose="data_update")
    a_visit(hers, family, day(7, month=8), sari, purpose="data_update")
    a_visit(hers, families[0], day(8), sari, purpose="complaint")
    a_visit(hers, families[1], day(9), sari, purpose="complaint", next_step="Kembali ke desa")
    an_activity(hers, day(10), kind="meeting")
    an_activity(hers, day(11), kind="publication")
    an_activity(hers, day(12), kind="mentoring")  # counts for no result
    an_activity(hers, day(13), kind="audit", withdrawn_at=AT, withdrawn_reason="salah")
    return hers


def line_of(person, user):
    return next(
        line for line in queries.overview(user, NOVEMBER) if line.facilitator.pk == person.pk
    )


def test_nine_results_are_counted_from_records(busy, ratna):
    line = line_of(busy, ratna)

    assert [(one.target.number, one.month.number, one.month.bare) for one in line.results] == [
        (1, 1, 0),
        (2, 1, 0),
        (3, 1, 0),
        (4, 1, 1),
        (5, 1, 1),
        (6, 2, 2),
        (7, 0, 0),
        (8, 1, 1),
        (9, 2, 1),
    ]
    assert [one.year.number for one in line.results] == [1, 1, 1, 1, 2, 2, 0, 1, 2]
    assert line.month.bare == 6


def test_a_result_in_percent_counts_what_is_settled(busy, sari, ratna):
    before = line_of(busy, ratna).results
    another = busy.visits.get(next_step="Kembali ke desa")
    a_visit(busy, another.household, day(20), sari, purpose="data_update")

    after = line_of(busy, ratna).results

    assert [before[n].reached for n in (5, 8)] == [50, 50]
    assert [after[n].reached for n in (5, 8)] == [100, 50]
    assert (before[5].behind, after[5].behind) == (True, False)


def test_the_target_of_the_year_is_compared_with_its_share(busy, ratna):
    session = line_of(busy, ratna).results[1]

    assert (session.target.target, session.due_by_now, session.reached, session.behind) == (
        180,
        165,
        1,
        True,
    )


def test_every_number_opens_exactly_its_records(client, busy, ratna):
    client.force_login(ratna)
    line = line_of(busy, ratna)
    url = reverse("facilitators:result_rows", args=[busy.pk])

    for one in line.results:
        for asked, number in (
            ({}, one.month.number),
            ({"bukti": "tanpa"}, one.month.bare),
            ({"bukti": "ada"}, one.month.shown),
            ({"setahun": "1"}, one.year.number),
        ):
            answer = client.get(url, {"bulan": "2026-11", "hasil": one.target.number, **asked})
            assert (answer.context["total"], len(answer.context["lines"])) == (number, number)
    answer = client.get(url, {"bulan": "2026-11", "bukti": "tanpa"})
    assert answer.context["total"] == line.month.bare
    assert english_in(texts_of(answer.content.decode())) == []


def test_a_later_target_holds_from_its_day(ratna, busy):
    PerformanceTarget.objects.create(
        number=2,
        name="P2K2",
        target=90,
        sources=["session", "activity.mentoring"],
        valid_from=day(1, month=12),
        confirmed=True,
    )

    november, december = (
        queries.targets_on(month.last)[1] for month in (NOVEMBER, Month(day(1, month=12)))
    )

    assert (november.target, november.confirmed) == (180, False)
    assert (december.target, december.confirmed) == (90, True)
    assert len(queries.targets_on(day(31, month=12))) == 9


def test_what_has_no_records_yet_is_said(client, ratna, busy):
    client.force_login(ratna)

    page = client.get(reverse("facilitators:result", args=[busy.pk]) + "?bulan=2026-11")

    text = page.content.decode()
    assert [one.missing_sources for one in page.context["line"].results if one.missing_sources] == [
        [str(source)] for source in queries.NOT_KEPT_YET
    ]
    assert "belum ada sumber data" in text
    assert "belum dicocokkan" in text
    assert english_in(texts_of(text)) == []


def test_a_day_of_commitment_checks_at_one_place_is_one_record(busy, sari, ratna, family, client):
    first_rules()
    child = owing(family.members.get(name="ANAK SATU"), "early_child")
    mother = owing(family.caretaker, "pregnancy")
    prepared(at=AT)
    for member, component, month in (
        (child, "early_child", 8),
        (child, "early_child", 9),
        (mother, "pregnancy", 9),
    ):
        record_health_check(
            member=member,
            component=component,
            month=day(1, month=month),
            attended=True,
            checked_on=day(20, month=month),
            place="Posyandu",
            by=sari,
            at=AT,
        )

    result = line_of(busy, ratna).results[2]
    client.force_login(sari)
    rows = client.get(
        reverse("facilitators:result_rows", args=[busy.pk]) + "?bulan=2026-11&hasil=3"
    )

    assert (result.month.number, result.month.bare, result.missing_sources) == (2, 0, [])
    assert [line.figures for line in rows.context["lines"]] == [True, False]
    assert rows.context["lines"][0].about == "IBU LAMA"
    assert english_in(texts_of(rows.content.decode())) == []


def test_the_paper_lists_apart_what_has_no_evidence_and_shows_the_photos(client, busy, sari):
    client.force_login(sari)

    answer = client.get(
        reverse("facilitators:result_print", args=[busy.pk]) + "?bulan=2026-11&kertas=f4"
    )

    report = answer.context["report"]
    assert sum(len(lines) for _result, lines in report.parts) == 4
    assert sum(len(lines) for _result, lines in report.bare) == 6
    assert len(report.photos) == 4
    text = answer.content.decode()
    assert (text.count("/kecil/"), 'class="paper-f4"' in text) == (4, True)
    assert english_in(texts_of(text)) == []


def test_names_of_families_of_somebody_else_are_not_on_the_paper(client, busy, sari, family):
    busy.caseload.filter(household=family).update(ends_on=dt.date(2026, 11, 20))
    client.force_login(sari)

    answer = client.get(reverse("facilitators:result_print", args=[busy.pk]) + "?bulan=2026-11")

    text = answer.content.decode()
    assert ("IBU LAMA" in text, "bukan dampingan Anda" in text) == (False, True)


@pytest.mark.parametrize("number", [1, 3])
def test_the_overview_asks_the_same_for_one_and_for_three(
    client, ratna, number, django_assert_num_queries
):
    for _ in range(number):
        person = FacilitatorFactory()
        an_activity(person, day(3))
        an_activity(person, day(4), kind="report")
    client.force_login(ratna)
    url = reverse("facilitators:results") + "?bulan=2026-11"
    client.get(url)

    with django_assert_num_queries(10):
        answer = client.get(url)

    assert answer.context["total"] == 2 * number
