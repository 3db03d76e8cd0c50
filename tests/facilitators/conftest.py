import datetime as dt
import uuid

import pytest

from facilitators.services import record_visit
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory
from tests.factories.facilitators import FacilitatorFactory, entrust

NOW = dt.datetime(2026, 11, 2, 3, 0, tzinfo=dt.UTC)


@pytest.fixture
def hers(sari):
    """Sari as a facilitator of the programme."""
    return FacilitatorFactory(user=sari, name="SARI")


@pytest.fixture
def family(hers):
    """Entrusted to Sari, with a mother and a child; the mother is the caretaker."""
    family = HouseholdFactory(desa=AreaFactory(code="99.01.01.2001"), address="JALAN LAMA 1")
    family.caretaker = MemberFactory(household=family, name="IBU LAMA", sex="P")
    family.save()
    MemberFactory(household=family, name="ANAK SATU", sex="L", birth_place="METRO")
    entrust(hers, family)
    return family


@pytest.fixture
def child(family):
    return family.members.get(name="ANAK SATU")


@pytest.fixture
def visiting(hers, family, sari):
    """Record a visit of Sari's; whatever a test says otherwise wins."""

    def visiting(**said):
        given = {
            "id": uuid.uuid4(),
            "facilitator": hers,
            "household": family,
            "purpose": "data_update",
            "device_at": NOW,
            "by": sari,
            "at": NOW,
        }
        return record_visit(**given | said)

    return visiting
