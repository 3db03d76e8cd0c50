"""One family's history: everything in one order, and nothing that is not the reader's."""

import datetime as dt

import pytest

from accounts.roles import Role
from beneficiaries.services import change_household_status
from meetings.services import publish_minutes
from tests.factories.accounts import person
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory
from tests.factories.facilitators import FacilitatorFactory, entrust
from tests.factories.graduation import case_of
from tests.factories.meetings import AT, follow_up_of, meeting_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(db):
    """A family that was suspended, entrusted, proposed for graduation and spoken about."""
    family = HouseholdFactory(desa=AreaFactory(code="99.01.01.2001"))
    family.caretaker = MemberFactory(household=family, name="SITI AMINAH")
    family.save()
    coordinator = person("korkab", Role.DISTRICT_COORDINATOR, "99.01")
    change_household_status(
        household=family, status="suspended", on=dt.date(2026, 3, 1), by=coordinator, at=AT
    )
    entrust(FacilitatorFactory(name="SARI"), family, starts_on=dt.date(2026, 1, 1))
    case_of(family, by=coordinator)
    meeting = meeting_of(state="held")
    follow_up_of(meeting, description="Kunjungi lagi", household=family)
    publish_minutes(meeting=meeting, by=coordinator, at=AT + dt.timedelta(days=1))
    return family, coordinator


def seen_by(client, user, family):
    client.force_login(user)
    return client.get(family.get_absolute_url())


def test_everything_stands_in_one_order(client, told):
    family, coordinator = told

    events = seen_by(client, coordinator, family).context["timeline"]

    days = [event.on for event in events]
    assert days == sorted(days, reverse=True)
    assert {(event.kind, event.what) for event in events} >= {
        ("Keluarga", "Ditangguhkan"),
        ("Pendamping", "mulai didampingi SARI"),
        ("Rapat", "Kunjungi lagi"),
    }
    assert [event.what for event in events if event.kind == "Graduasi"]


def test_what_a_reader_may_not_open_is_not_told(client, told):
    family, _coordinator = told
    worker = person("dewi", Role.SUBDISTRICT_SOCIAL_WORKER, "99.01.01")

    kinds = {event.kind for event in seen_by(client, worker, family).context["timeline"]}

    assert "Keluarga" in kinds
    assert not kinds & {"Graduasi", "Pendamping"}
