"""Work plans: submitted as versions, compared with records, shown to who may see them."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from core.errors import Refused
from facilitators.models import LearningSession, PlannedWork, VisitRule, WorkPlan
from facilitators.queries import work as queries
from facilitators.queries.months import Month
from facilitators.services import record_session, submit_plan
from tests.english import english_in, texts_of
from tests.factories.accounts import person
from tests.factories.facilitators import FacilitatorFactory, entrust
from tests.factories.learning import a_family, a_group, a_topic
from tests.factories.work import a_plan, a_visit, an_activity

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 2)
NOVEMBER = dt.date(2026, 11, 1)
AT = dt.datetime(2026, 11, 2, 3, 0, tzinfo=dt.UTC)
MEDIATION = {"kind": "mediation", "level": "village", "place": "Balai", "planned_on": None}


@pytest.fixture
def group(hers):
    """Three families of one group, all Sari's."""
    group, families = a_group(3)
    entrust(hers, *families)
    group.families = families
    return group


def submit(hers, sari, **changed):
    given = {
        "facilitator": hers,
        "month": NOVEMBER,
        "visits": [],
        "sessions": {},
        "activities": [],
        "version": 0,
        "by": sari,
        "at": AT,
    }
    return submit_plan(**given | changed)


def refusal(call, *args, **values):
    with pytest.raises(Refused) as refused:
        call(*args, **values)
    return refused.value.code


# --- submitting


def test_a_plan_is_a_version_and_a_change_keeps_the_earlier_one(hers, sari, group):
    visits = [family.pk for family in group.families]
    first = submit(hers, sari, visits=visits[:2], sessions={group.pk: 1})

    same = submit(hers, sari, visits=visits[:2], sessions={group.pk: 1}, version=1)
    second = submit(hers, sari, visits=visits, version=1, reason="ada pengaduan")

    assert same == first
    assert list(WorkPlan.objects.values_list("version", "reason")) == [
        (2, "ada pengaduan"),
        (1, ""),
    ]
    assert second.lines.count() == 3
    assert sorted(first.lines.values_list("kind", flat=True)) == ["session", "visit", "visit"]


def test_what_cannot_be_planned_is_refused(hers, sari, budi, group):
    stranger = a_family()
    other_group, _families = a_group(1)
    own = [group.families[0].pk]

    assert [
        refusal(submit, hers, sari),
        refusal(submit, hers, budi, visits=own),
        refusal(submit, hers, sari, visits=own, month=dt.date(2026, 10, 1)),
        refusal(submit, hers, sari, visits=[stranger.pk]),
        refusal(submit, hers, sari, sessions={other_group.pk: 1}),
        refusal(submit, hers, sari, sessions={group.pk: 9}),
        refusal(submit, hers, sari, activities=[MEDIATION | {"place": " "}]),
        refusal(submit, hers, sari, activities=[MEDIATION | {"kind": "visit"}]),
        refusal(
            submit, hers, sari, activities=[MEDIATION | {"planned_on": TODAY.replace(month=12)}]
        ),
    ] == [
        "empty",
        "not_allowed",
        "month_over",
        "not_found",
        "not_found",
        "invalid",
        "invalid",
        "invalid",
        "invalid",
    ]
    assert WorkPlan.objects.count() == 0


def test_a_change_needs_a_reason_and_the_version_that_was_read(hers, sari, group):
    own = [family.pk for family in group.families]
    submit(hers, sari, visits=own[:1])

    assert refusal(submit, hers, sari, visits=own, version=1) == "reason_missing"
    assert refusal(submit, hers, sari, visits=own, version=0) == "changed_meanwhile"
    assert WorkPlan.objects.count() == 1


# --- done against planned


def test_a_line_is_met_by_a_record_of_its_own_family_group_and_level(hers, sari, ratna, group):
    one, two, three = group.families
    a_plan(
        hers,
        NOVEMBER,
        visits=[one, two],
        sessions=[group, group],
        activities=[("mediation", "village"), ("mediation", "subdistrict")],
    )
    a_visit(hers, one, dt.date(2026, 11, 5), sari)
    a_visit(hers, one, dt.date(2026, 11, 6), sari)
    a_visit(hers, three, dt.date(2026, 11, 7), sari)
    a_visit(hers, two, dt.date(2026, 10, 31), sari)  # of the month before
    an_activity(hers, dt.date(2026, 11, 8))
    an_activity(hers, dt.date(2026, 11, 9), withdrawn_at=AT, withdrawn_reason="salah")
    record_session(
        group=group,
        topic=a_topic(),
        held_on=TODAY,
        attendance={family.pk: ("present", None) for family in group.families},
        by=ratna,
        at=AT,
    )

    (line,) = queries.lines_for(list(queries.people_of(ratna, Month(NOVEMBER))), Month(NOVEMBER))

    numbers = {kind: (n.planned, n.done, n.gap) for kind, n in line.by_kind.items()}
    assert numbers == {
        "visit": (2, 3, 1),
        "session": (2, 1, 1),
        "socialisation": (0, 0, 0),
        "mentoring": (0, 0, 0),
        "mediation": (2, 1, 1),
        "advocacy": (0, 0, 0),
    }
    assert LearningSession.objects.get().facilitator == hers


def test_every_number_opens_exactly_its_rows(client, ratna, hers, sari, group):
    a_plan(hers, NOVEMBER, visits=group.families, activities=[("advocacy", "village")] * 2)
    a_visit(hers, group.families[0], dt.date(2026, 11, 5), sari)
    an_activity(hers, dt.date(2026, 11, 6), kind="advocacy")
    client.force_login(ratna)
    (line,) = queries.overview(ratna, Month(NOVEMBER))

    for kind, numbers in [*line.by_kind.items(), ("", line.total)]:
        for side, number in (
            ("rencana", numbers.planned),
            ("terlaksana", numbers.done),
            ("belum", numbers.gap),
        ):
            answer = client.get(
                reverse("facilitators:work_rows", args=[hers.pk]),
                {"bulan": "2026-11", "jenis": kind, "isi": side},
            )
            assert (answer.context["total"], len(answer.context["lines"])) == (number, number)
            assert english_in(texts_of(answer.content.decode())) == []
    assert (line.total.planned, line.total.done, line.total.gap) == (5, 2, 3)


def test_a_visit_late_in_the_evening_counts_in_the_office_s_own_month(hers, sari, ratna, group):
    visit = a_visit(hers, group.families[0], TODAY, sari)
    # 31 October 20.00 UTC is 1 November 03.00 in Jakarta.
    type(visit).objects.update(device_at=dt.datetime(2026, 10, 31, 20, 0, tzinfo=dt.UTC))

    done = {
        month: queries.numbers_of([hers.pk], Month(dt.date(2026, month, 1))) for month in (10, 11)
    }

    assert done == {10: {}, 11: {(hers.pk, "visit"): queries.Numbers(done=1)}}


def test_those_without_a_plan_stand_first(ratna, hers):
    planned = FacilitatorFactory(name="A. SUDAH")
    _group, families = a_group(2)
    entrust(planned, *families)
    a_plan(planned, NOVEMBER, visits=families)

    lines = queries.overview(ratna, Month(NOVEMBER))

    assert [(line.facilitator.name, line.plan is None) for line in lines] == [
        ("SARI", True),
        ("A. SUDAH", False),
    ]


@pytest.mark.parametrize("number", [1, 3])
def test_the_overview_asks_the_same_for_one_and_for_three(
    client, ratna, number, django_assert_num_queries
):
    for _ in range(number):
        worker = FacilitatorFactory()
        group, families = a_group(2)
        entrust(worker, *families)
        a_plan(worker, NOVEMBER, visits=families, sessions=[group])
    client.force_login(ratna)
    client.get(reverse("facilitators:work_plans") + "?bulan=2026-11")

    with django_assert_num_queries(9):
        answer = client.get(reverse("facilitators:work_plans") + "?bulan=2026-11")

    assert answer.context["total"].planned == 3 * number


# --- who sees what


def test_a_facilitator_is_led_to_the_own_month_and_finds_no_other(client, sari, hers, budi):
    other = FacilitatorFactory(user=budi, area="99.01.02")
    a_plan(other, NOVEMBER, activities=[("mediation", "village")])
    client.force_login(sari)

    overview = client.get(reverse("facilitators:work_plans"))
    own = client.get(reverse("facilitators:work_plan", args=[hers.pk]))
    foreign = [
        client.get(reverse(f"facilitators:{name}", args=[other.pk])).status_code
        for name in ("work_plan", "result", "result_rows", "result_print")
    ]

    assert overview.headers["Location"] == reverse("facilitators:work_plan", args=[hers.pk])
    assert own.status_code == 200
    assert foreign == [404] * 4
    assert WorkPlan.objects.visible_to(sari).count() == 0
    assert PlannedWork.objects.visible_to(budi).count() == 1


def test_who_moved_to_another_kecamatan_takes_the_new_work_along(ratna, hers, family):
    lead_of_first = Month(dt.date(2026, 9, 1)), Month(NOVEMBER)
    hers.postings.update(ends_on=dt.date(2026, 9, 30), area="99.01.01")
    lead = person("ketua", "subdistrict_lead", "99.01.01")

    seen = [queries.people_of(lead, month).count() for month in lead_of_first]

    assert seen == [1, 0]


# --- the pages


def test_due_families_are_offered_and_a_plan_is_made_by_the_page(client, sari, hers, group):
    VisitRule.objects.all().delete()
    VisitRule.objects.create(purpose="", days=90, valid_from="2025-01-01")
    month = timezone.localdate().replace(day=1)
    one, two, _three = group.families
    visited = a_visit(hers, one, timezone.localdate(), sari)
    type(visited).objects.update(recorded_at=timezone.now())
    client.force_login(sari)
    page = client.get(reverse("facilitators:plan_work"))
    offered = {
        offer.household.pk: offer.due
        for part in page.context["villages"]
        for offer, _chosen in part["rows"]
    }
    body = {
        "versi": "0",
        "kpm": [two.pk],
        f"sesi_{group.pk}": "1",
        "kegiatan-TOTAL_FORMS": "1",
        "kegiatan-INITIAL_FORMS": "0",
        "kegiatan-0-jenis": "socialisation",
        "kegiatan-0-tingkat": "village",
        "kegiatan-0-tempat": "Balai desa",
        "kegiatan-0-tanggal": "",
    }

    answers = [client.post(reverse("facilitators:plan_work"), body) for _ in range(2)]

    plan = WorkPlan.objects.get()
    assert offered == {family.pk: family != one for family in group.families}
    assert [answer.status_code for answer in answers] == [302, 302]
    assert (plan.month, plan.lines.count()) == (month, 3)
    assert english_in(texts_of(page.content.decode())) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"kegiatan-0-tempat": ""},
        {"kegiatan-0-tanggal": "31-02-2026"},
        {"kegiatan-0-jenis": "visit"},
        {"kpm": ["987654321"]},
        {"versi": "7"},
        {"sesi": "99"},
    ],
)
def test_a_wrong_plan_is_shown_again_in_indonesian(client, sari, hers, group, changed):
    client.force_login(sari)
    if "sesi" in changed:
        changed = {f"sesi_{group.pk}": "99"}
    body = {
        "versi": "0",
        "kegiatan-TOTAL_FORMS": "1",
        "kegiatan-INITIAL_FORMS": "0",
        "kegiatan-0-jenis": "mediation",
        "kegiatan-0-tingkat": "village",
        "kegiatan-0-tempat": "Balai",
    } | changed

    answer = client.post(reverse("facilitators:plan_work"), body)

    assert answer.status_code == 422
    assert english_in(texts_of(answer.content.decode())) == []
    assert WorkPlan.objects.count() == 0


@pytest.mark.parametrize("name", ["work_plans", "activities", "results"])
def test_the_lists_are_indonesian(client, ratna, hers, group, name):
    month = timezone.localdate().replace(day=1)
    a_plan(hers, month, visits=group.families)
    an_activity(hers, month)
    client.force_login(ratna)

    answer = client.get(reverse(f"facilitators:{name}"))

    assert answer.status_code == 200
    assert english_in(texts_of(answer.content.decode())) == []


def test_an_account_without_a_staff_record_is_told_so(client, sari):
    client.force_login(sari)

    for name in ("work_plans", "plan_work", "record_activity", "results"):
        answer = client.get(reverse(f"facilitators:{name}"))
        assert "belum dihubungkan" in answer.content.decode()
        assert english_in(texts_of(answer.content.decode())) == []
