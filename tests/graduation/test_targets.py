"""Targets: set, changed, shared so that they add up; what was reached and who is behind."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from accounts.roles import Role
from areas.models import Area
from beneficiaries.services.conflicts import ChangedMeanwhile
from core.errors import Refused
from core.periods import Period
from graduation.models import GraduationTarget, GraduationTargetEvent
from graduation.queries.report import report_of
from graduation.queries.targets import own_targets, share_gone, targets_of
from graduation.services import change_target, set_target, shares_of, split_target
from graduation.target_chart import chart_of
from tests.english import english_in, texts_of
from tests.factories.accounts import person
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory
from tests.factories.facilitators import FacilitatorFactory, entrust
from tests.factories.figures import counted, families, listed
from tests.factories.graduation import AT, case_of, exit_type, the_head

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 10, 5)  # day 278 of 365
NOON = dt.datetime(2026, 10, 5, 5, 0, tzinfo=dt.UTC)


def kabupaten():
    return AreaFactory(code="99.01")


def a_target(by, number=1_000, code="prosperous", area=None, year=2026, **more):
    target, _new = set_target(
        year=year,
        type=exit_type(code),
        area=area or kabupaten(),
        number=number,
        by=by,
        at=AT,
        **more,
    )
    return target


@pytest.fixture
def office(ratna):
    """Three kecamatan of 4, 3 and 3 families; ANI accompanies 3, BAYU 1 + 2, nobody the rest."""
    ani = FacilitatorFactory(name="ANI", user=person("ani", Role.FACILITATOR, "99.01.01"))
    bayu = FacilitatorFactory(name="BAYU", area="99.01.02")
    for village, loads in (
        ("99.01.01.2001", [(ani, 3), (bayu, 1)]),
        ("99.01.02.2001", [(bayu, 2), (None, 1)]),
        ("99.01.03.2001", [(None, 3)]),
    ):
        for facilitator, number in loads:
            for _n in range(number):
                family = HouseholdFactory(desa__code=village)
                if facilitator:
                    entrust(facilitator, family)
    return {"ani": ani, "bayu": bayu}


def refusal_of(act, **said):
    with pytest.raises(Refused) as refused:
        act(**said)
    return refused.value.code


# --- set and change


def test_golden_targets_of_2023_stand_against_the_first_closing_of_the_year(ratna):
    """G4: 1,000 and 2,000 on 20,667 families of 2023-2."""
    listed(families(20_667), 2023, 2)
    a_target(ratna, 1_000, "prosperous", year=2023)
    a_target(ratna, 2_000, "natural", year=2023)

    found = targets_of(ratna, kabupaten(), 2023, TODAY)

    assert {line.type.code: str(line.of_families) for line in found.lines} == {
        "prosperous": "4.84",
        "natural": "9.68",
    }
    assert (found.total.number, str(found.total.of_families)) == (3_000, "14.52")
    assert {(line.target.base_families, line.target.base_period) for line in found.lines} == {
        (20_667, "2023-2")
    }


def test_the_same_target_again_is_the_same_one_and_another_number_is_refused(ratna):
    kind, area = exit_type("natural"), kabupaten()
    said = {"year": 2026, "type": kind, "area": area, "by": ratna, "at": AT}

    first, is_new = set_target(number=5, **said)
    again, is_new_again = set_target(number=5, **said)

    assert (first.pk == again.pk, is_new, is_new_again) == (True, True, False)
    assert refusal_of(set_target, number=6, **said) == "target_set"
    assert GraduationTarget.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"type": "died"}, "administrative"),
        ({"area": "99.01.01.2001"}, "wrong_area"),
        ({"area": "99"}, "wrong_area"),
        ({"year": 1999}, "invalid"),
        ({"number": -1}, "invalid"),
    ],
)
def test_what_makes_no_sense_is_no_target(ratna, change, code):
    said = {"type": "natural", "area": "99.01", "year": 2026, "number": 5} | change
    said["type"], said["area"] = exit_type(said["type"]), AreaFactory(code=said["area"])

    assert refusal_of(set_target, by=ratna, at=AT, **said) == code


def test_a_change_needs_its_reason_and_the_version_that_was_read(ratna):
    target = a_target(ratna, 100)
    said = {"target": target, "by": ratna, "at": AT}

    assert refusal_of(change_target, number=90, version=1, reason="  ", **said) == "reason_needed"
    changed = change_target(number=90, version=1, reason="Surat 12/PKH", **said)
    with pytest.raises(ChangedMeanwhile):
        change_target(number=80, version=1, reason="Terlambat", **said)

    assert (changed.number, changed.version, changed.reason) == (90, 2, "Surat 12/PKH")
    assert GraduationTarget.objects.get().number == 90
    assert list(GraduationTargetEvent.objects.values_list("number", "version")) == [(100, 1)]


def test_a_target_set_early_stands_against_the_closing_once_it_is_known(ratna):
    target = a_target(ratna, 100)
    assert (target.base_families, target.base_period) == (None, "")
    listed(families(50), 2026, 1)

    changed = change_target(target=target, number=90, version=1, reason="Baru", by=ratna, at=AT)

    assert (changed.base_families, changed.base_period) == (50, "2026-1")


# --- share


def test_a_target_is_shared_by_caseload_and_the_shares_add_up(ratna, office):
    target = a_target(ratna, 7)

    sharing = shares_of(target, at=AT)
    split_target(target=target, version=1, fingerprint=sharing.fingerprint, by=ratna, at=AT)

    # 7 over 4, 3, 3 families: 2.8, 2.1, 2.1
    kept = {
        (one.area_id, one.facilitator.name if one.facilitator else ""): one.number
        for one in GraduationTarget.objects.select_related("facilitator")
    }
    assert kept == {
        ("99.01", ""): 7,
        ("99.01.01", ""): 3,
        ("99.01.01", "ANI"): 2,
        ("99.01.01", "BAYU"): 1,
        ("99.01.02", ""): 2,
        ("99.01.02", "BAYU"): 2,
        ("99.01.03", ""): 2,
    }
    assert [share.area for share in sharing.without_anybody] == ["99.01.03"]


def test_sharing_again_writes_over_and_leaves_nothing_with_who_has_no_family(ratna, office):
    target = a_target(ratna, 7)
    split_target(
        target=target,
        version=1,
        fingerprint=shares_of(target, at=AT).fingerprint,
        by=ratna,
        at=AT,
    )
    office["ani"].caseload.update(ends_on=dt.date(2026, 10, 1))

    before = shares_of(target, at=AT)
    split_target(target=target, version=1, fingerprint=before.fingerprint, by=ratna, at=AT)
    after = shares_of(target, at=AT)

    numbers = dict(
        GraduationTarget.objects.filter(area="99.01.01", facilitator__isnull=False).values_list(
            "facilitator__name", "number"
        )
    )
    assert numbers == {"ANI": 0, "BAYU": 3}
    assert all(share.before == share.number for share in after.shares)
    assert GraduationTargetEvent.objects.count() == 2  # ANI and BAYU changed, nobody else


def test_a_kecamatan_shares_its_own_number_among_its_facilitators(ratna, office):
    target = a_target(ratna, 5, area=AreaFactory(code="99.01.01"))

    sharing = shares_of(target, at=AT)
    split_target(target=target, version=1, fingerprint=sharing.fingerprint, by=ratna, at=AT)

    assert {one.label: one.number for one in sharing.shares} == {"ANI": 4, "BAYU": 1}
    assert GraduationTarget.objects.get(pk=target.pk).number == 5


def test_shares_that_nobody_looked_at_are_not_written(ratna, office):
    target = a_target(ratna, 7)
    seen = shares_of(target, at=AT).fingerprint
    for _n in range(9):
        HouseholdFactory(desa__code="99.01.03.2001")

    said = {"target": target, "version": 1, "by": ratna, "at": AT}
    assert refusal_of(split_target, fingerprint=seen, **said) == "shares_changed"
    assert GraduationTarget.objects.count() == 1


def test_nothing_is_shared_where_nobody_is(ratna, office):
    assert refusal_of(shares_of, target=a_target(ratna, 5, "natural", AreaFactory(code="99.02")),
                      at=AT) == "nothing_to_share"  # fmt: skip
    empty = a_target(ratna, 5, area=AreaFactory(code="99.01.03"))
    assert refusal_of(shares_of, target=empty, at=AT) == "nothing_to_share"
    own = a_target(ratna, 1, area=AreaFactory(code="99.01.01"), facilitator=office["ani"])
    assert refusal_of(shares_of, target=own, at=AT) == "not_shareable"


# --- progress


def test_progress_is_what_the_book_counted_and_what_is_on_its_way(ratna, sari, office):
    target = a_target(ratna, 10)
    gone = families(9, ["99.01.01.2001"])
    counted(gone[:6], "prosperous", 2026, [office["ani"].pk], quarters=3)
    counted(gone[6:8], "died", 2026)
    counted(gone[8:], "prosperous", 2025)
    waiting = HouseholdFactory(desa__code="99.01.01.2001")
    entrust(office["ani"], waiting)
    kind = exit_type("prosperous", needs_visit=False, needs_statement=False, needs_assessment=False)
    case_of(waiting, by=sari, verifier=ratna, approver=the_head(), type=kind.code, upto="proposed")

    found = targets_of(ratna, kabupaten(), 2026, TODAY)

    (line,) = found.lines
    assert (line.target, line.by_quarter, line.reached) == (target, [2, 2, 2, 0], 6)
    report = report_of(ratna, "99.01", Period(2026, 4), cumulative=True)
    assert line.reached == report.total.prosperous
    assert (line.progress.ready, line.progress.others) == (0, 1)
    assert (line.expected, line.behind, line.missing) == (7, True, 1)
    assert str(line.reached_percent) == "60.00"
    tree = {one.area.pk: one for one in found.tree}
    assert {code: one.reached for code, one in tree.items()} == {
        "99.01.01": 6,
        "99.01.02": 0,
        "99.01.03": 0,
    }
    assert [(one.label, one.reached, one.progress.others) for one in tree["99.01.01"].people] == [
        ("ANI", 2, 1)
    ]


def test_approved_cases_keep_a_target_from_being_behind(ratna, sari, office):
    a_target(ratna, 1, "local_eligibility")
    family = HouseholdFactory(desa__code="99.01.01.2001")
    before = targets_of(ratna, kabupaten(), 2026, dt.date(2026, 12, 31)).lines[0]
    case_of(family, by=sari, verifier=ratna, approver=the_head(), upto="approved")
    after = targets_of(ratna, kabupaten(), 2026, dt.date(2026, 12, 31)).lines[0]

    assert (before.behind, after.behind, after.progress.ready) == (True, False, 1)


def test_a_case_counts_in_the_year_it_is_planned_for_and_without_one_in_this_year(
    ratna, sari, office
):
    for year in (2026, 2027, 2028):
        a_target(ratna, 5, "local_eligibility", year=year)
    for planned in (None, 2025, 2026, 2027, 2027):
        family = HouseholdFactory(desa__code="99.01.01.2001")
        case = case_of(family, by=sari)
        type(case).objects.filter(pk=case.pk).update(target_year=planned)

    waiting = [
        targets_of(ratna, kabupaten(), year, TODAY).lines[0].progress.others
        for year in (2026, 2027, 2028)
    ]

    assert waiting == [3, 2, 0]


@pytest.mark.parametrize(
    ("year", "today", "gone"),
    [
        (2026, dt.date(2026, 1, 1), (1, 365)),
        (2026, dt.date(2026, 12, 31), (365, 365)),
        (2025, TODAY, (365, 365)),
        (2027, TODAY, (0, 365)),
        (2024, dt.date(2024, 2, 29), (60, 366)),
    ],
)
def test_the_share_of_the_year_is_counted_in_days(year, today, gone):
    assert share_gone(year, today) == gone


def test_a_facilitator_sees_the_own_targets_and_figures_only(ratna, office):
    target = a_target(ratna, 7)
    split_target(
        target=target,
        version=1,
        fingerprint=shares_of(target, at=AT).fingerprint,
        by=ratna,
        at=AT,
    )
    gone = families(6, ["99.01.01.2001"])
    counted(gone, "prosperous", 2026, [office["ani"].pk, office["bayu"].pk])

    (line,) = own_targets(office["ani"].user, 2026, TODAY)

    assert (line.label, line.area.pk, line.number, line.reached) == ("ANI", "99.01.01", 2, 2)


def test_the_chart_has_whole_coordinates_inside_the_drawing():
    chart = chart_of([300, 0, -5, 2_000], 1_000, begun=3)

    assert [one.until for one in chart.columns] == [300, 300, 295, 2_295]
    assert [one.due for one in chart.columns] == [250, 500, 750, 1_000]
    assert [one.begun for one in chart.columns] == [True, True, True, False]
    for one in chart.columns:
        assert 28 <= one.y <= 200
        assert one.y + one.height == 200
    assert chart_of([0, 0, 0, 0], 0, begun=0).target_y == 200


# --- pages and REST


@pytest.fixture
def shared(ratna, office):
    listed(families(30, ["99.01.01.2001", "99.01.02.2001"]), 2026, 1)
    target = a_target(ratna, 7, reason="SK Bupati")
    split_target(
        target=target,
        version=1,
        fingerprint=shares_of(target, at=AT).fingerprint,
        by=ratna,
        at=AT,
    )
    return target


def test_the_page_shows_tree_chart_and_warning(client, ratna, shared):
    client.force_login(ratna)
    with time_machine.travel(NOON, tick=False):
        page = client.get(reverse("graduation:targets") + "?kec=99.01.01")

    text = page.content.decode()
    assert page.context["found"].lines[0].number == 7
    assert [line.area.pk for line in page.context["behind"]] == ["99.01.01", "99.01.02"]
    assert ("<svg" in text, "ANI" in text, "dari 30 KPM, Final Closing 2026-1" in text) == (
        True,
        True,
        True,
    )
    assert english_in(texts_of(text)) == []


def test_a_facilitator_opens_the_own_rows(client, shared, office):
    client.force_login(office["ani"].user)
    with time_machine.travel(NOON, tick=False):
        page = client.get(reverse("graduation:targets"))

    text = page.content.decode()
    assert [line.label for line in page.context["lines"]] == ["ANI"]
    assert "BAYU" not in text
    assert english_in(texts_of(text)) == []


def test_set_change_and_share_at_the_desk(client, ratna, office):
    client.force_login(ratna)
    exit_type("natural")
    with time_machine.travel(NOON, tick=False):
        empty = client.get(reverse("graduation:targets"))
        form = client.get(reverse("graduation:set_target"))
        said = {"year": "2026", "type": "natural", "area": "99.01", "number": "9", "reason": "SK 1"}
        client.post(reverse("graduation:set_target"), said)
        again = client.post(reverse("graduation:set_target"), said | {"number": "8"})
        target = GraduationTarget.objects.get()
        change = reverse("graduation:change_target", args=[target.pk])
        shown = client.get(change)
        client.post(change, {"version": "1", "number": "10", "reason": "SK 2"})
        stale = client.post(change, {"version": "1", "number": "11", "reason": "SK 3"})
        share = reverse("graduation:split_target", args=[target.pk])
        preview = client.get(share)
        asked = preview.context["form"].initial
        done = client.post(share, asked, follow=True)

    assert (again.status_code, stale.status_code) == (422, 422)
    assert GraduationTarget.objects.get(pk=target.pk).number == 10
    assert (
        sum(
            GraduationTarget.objects.filter(
                area__level=Area.Level.KECAMATAN, facilitator=None
            ).values_list("number", flat=True)
        )
        == 10
    )
    for page in (empty, form, again, shown, stale, preview, done):
        assert english_in(texts_of(page.content.decode())) == []


def test_rest_sets_once_changes_with_the_version_and_lists(client, ratna, office):
    client.force_login(ratna)
    exit_type("natural")
    url = "/api/v1/graduation-targets/"
    said = {"year": 2026, "type": "natural", "area": "99.01", "number": 9}
    kind = "application/json"

    new = client.post(url, said, content_type=kind)
    same = client.post(url, said, content_type=kind)
    other = client.post(url, said | {"number": 8}, content_type=kind)
    elsewhere = client.post(url, said | {"area": "99.02"}, content_type=kind)
    dead = client.post(url, said | {"type": "died"}, content_type=kind)
    one = f"{url}{new.json()['id']}/"
    changed = client.patch(one, {"version": 1, "number": 10, "reason": "SK"}, content_type=kind)
    stale = client.patch(one, {"version": 1, "number": 11, "reason": "SK"}, content_type=kind)
    rows = client.get(url + "?year=2026&area=99.01").json()["results"]

    assert [answer.status_code for answer in (new, same, other, elsewhere, dead)] == [
        201,
        200,
        409,
        404,
        400,
    ]
    assert (changed.json()["number"], changed.json()["version"]) == (10, 2)
    assert (stale.status_code, stale.json()["error"]["code"]) == (409, "changed_meanwhile")
    assert [(row["type"], row["number"]) for row in rows] == [("natural", 10)]


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_the_same_for_one_kecamatan_and_for_three(
    client, ratna, number, django_assert_num_queries
):
    a_target(ratna, 7)
    for n in range(number):
        facilitator = FacilitatorFactory()
        area = AreaFactory(code=f"99.01.0{n + 1}")
        a_target(ratna, 2, area=area)
        a_target(ratna, 2, area=area, facilitator=facilitator)
    client.force_login(ratna)
    url = reverse("graduation:targets") + "?tahun=2026"
    client.get(url)

    with django_assert_num_queries(12):
        client.get(url)
