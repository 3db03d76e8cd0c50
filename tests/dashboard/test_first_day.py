"""The list of the first day: it sees for itself what is there, and whoever wants puts it away."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.roles import Role
from beneficiaries.models import Household
from dashboard.first_day import FRESH_FOR, REHEARSED, STEPS, first_day
from dashboard.guides import read_guide
from dtks.models import Snapshot
from tests.factories.accounts import person
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory
from tests.factories.facilitators import FacilitatorFactory, entrust

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def here(settings):
    settings.PKH_OFFICE_AREA = "99.01"


def done(user):
    found = first_day(user, NOW, user.get_all_permissions())
    return None if found is None else {line.step.key for line in found.lines if line.done}


def file_of(source, operator, state="staged", days=0):
    return Snapshot.objects.create(
        source=source,
        year=2026,
        stage=4,
        area=AreaFactory(code="99.01"),
        file_name=f"{source}.xlsx",
        size_bytes=1,
        sha256=f"{source}{state}".ljust(64, "0"),
        state=state,
        uploaded_by=operator,
        uploaded_at=NOW,
        decided_at=NOW - dt.timedelta(days=days) if state == "approved" else None,
    )


def approve(*snapshots, days=0):
    at = NOW - dt.timedelta(days=days)
    for snapshot in snapshots:
        Snapshot.objects.filter(pk=snapshot.pk).update(state="approved", decided_at=at)


def test_each_line_is_done_when_its_thing_is_there(operator, sari):
    assert done(operator) == set()

    AreaFactory(code="99.02.01.2001")  # of another office
    gone = person("operator3", Role.DATA_OPERATOR, "99.01")
    gone.assignments.update(ends_on=timezone.localdate() - dt.timedelta(days=1))
    file_of("members", operator, state="rejected")
    assert done(operator) == set()

    household = HouseholdFactory(desa=AreaFactory(code="99.01.01.2001"))
    assert done(operator) == {"areas"}
    person("operator2", Role.DATA_OPERATOR, "99.01")
    assert done(operator) == {"areas", "accounts"}
    facilitator = FacilitatorFactory(user=sari)
    assert done(operator) == {"areas", "accounts", "facilitators"}
    final_closing = file_of("final_closing", operator)
    assert done(operator) == {"areas", "accounts", "facilitators", "final_closing"}
    members = file_of("members", operator)
    approve(final_closing)
    assert {step.key for step in STEPS} - done(operator) == {
        "approved", "caseloads", "phones", "rehearsed",
    }  # fmt: skip
    approve(members)
    assert {step.key for step in STEPS} - done(operator) == {"caseloads", "phones", "rehearsed"}
    entrust(facilitator, household)
    assert {step.key for step in STEPS} - done(operator) == {"phones", "rehearsed"}
    audit.record("phone.key_given", by=sari, target=sari)
    assert {step.key for step in STEPS} - done(operator) == {"rehearsed"}
    audit.record(REHEARSED, by=None)
    assert done(operator) is None
    assert Household.objects.count() == 1


def test_an_office_at_work_for_long_has_no_list(operator):
    assert done(operator) == set()
    file_of("final_closing", operator, state="approved", days=FRESH_FOR.days + 1)
    assert done(operator) is None


def test_those_who_do_not_prepare_an_office_have_no_list(sari, ratna, wayan, administrator):
    assert [done(user) for user in (sari, ratna, wayan)] == [None] * 3
    assert done(administrator) == set()


def test_the_list_is_put_away_by_one_and_brought_back(client, operator, operator2):
    home, door = reverse("dashboard:home"), reverse("dashboard:first_day")
    client.force_login(operator)
    assert client.get(home).context["first_day"].hidden is False
    assert "Simpan daftar ini" in client.get(home).content.decode()

    client.post(door)
    assert client.get(home).context["first_day"].hidden is True
    assert "Simpan daftar ini" not in client.get(home).content.decode()
    assert "Tampilkan lagi daftar Hari pertama" in client.get(home).content.decode()

    client.post(door, {"tampil": "1"})
    assert "Simpan daftar ini" in client.get(home).content.decode()
    client.post(door)
    client.force_login(operator2)
    assert client.get(home).context["first_day"].hidden is False


def test_putting_away_is_refused_to_those_without_the_list(client, sari):
    client.force_login(sari)

    assert client.post(reverse("dashboard:first_day")).status_code == 403


def test_every_line_leads_to_a_chapter_that_exists():
    for step in STEPS:
        guide, anchor = step.guide
        assert anchor in [section[0] for section in read_guide(guide).sections]


def test_a_line_leads_only_where_its_reader_may_go(operator, administrator):
    def pages(user):
        found = first_day(user, NOW, user.get_all_permissions())
        return {line.step.key for line in found.lines if line.url}

    assert pages(operator) == {"facilitators", "final_closing", "members", "approved",
                               "caseloads", "phones"}  # fmt: skip
    assert pages(administrator) == {"areas", "accounts"}


def test_the_list_costs_two_statements(operator, django_assert_num_queries):
    permissions = operator.get_all_permissions()
    with django_assert_num_queries(3):  # and what the asker holds today
        first_day(operator, NOW, permissions)
