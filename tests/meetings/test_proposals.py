"""What a meeting could talk about, told by the floors that know it."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.roles import Role
from facilitators.models import CaseloadSettings
from graduation.models import GraduationTarget
from graduation.services import set_target
from meetings.proposals import find, proposals_for
from tests.factories.accounts import person
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory
from tests.factories.facilitators import FacilitatorFactory, entrust
from tests.factories.graduation import exit_type
from tests.factories.meetings import planner

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def said(user, name, area="99.01"):
    found = {one.name: proposals for one, proposals in proposals_for(area, user, TODAY)}
    return found.get(name, [])


def families(number, desa="99.01.01.2001"):
    return [HouseholdFactory(desa=AreaFactory(code=desa)) for _nth in range(number)]


def test_kecamatan_are_offered_by_the_share_of_families_nobody_visited():
    families(3)
    families(1, "99.01.02.2001")
    families(2, "99.02.01.2001")

    found = said(planner(), "visits")

    assert [one.source for one in found] == ["visits:99.01.01", "visits:99.01.02"]
    assert "3 dari 3" in found[0].detail
    assert found[0].url


def test_a_lead_is_offered_only_what_he_may_count():
    families(1)
    families(1, "99.01.02.2001")
    lead = person("ketua", Role.SUBDISTRICT_LEAD, "99.01.02")

    assert [one.source for one in said(lead, "visits")] == ["visits:99.01.02"]


def test_high_caseloads_and_families_without_anybody_are_offered_without_names():
    CaseloadSettings.objects.create(few_below=1, many_above=1, maximum=3)
    AreaFactory(code="99.01.01.2001")
    facilitator = FacilitatorFactory(name="SARI LESTARI")
    entrust(facilitator, *families(2))
    families(1)

    found = said(planner(), "caseloads")

    assert [one.source for one in found] == ["caseloads:99.01", "caseloads:none:99.01"]
    assert "SARI" not in str(found)


def test_targets_behind_are_offered_for_the_area_and_its_kecamatan():
    korkab = planner()
    AreaFactory(code="99.01.01.2001")
    set_target(
        year=TODAY.year,
        type=exit_type("natural"),
        area=AreaFactory(code="99.01"),
        number=400,
        reason="",
        by=korkab,
        at=timezone.now(),
    )

    (found,) = said(korkab, "targets")

    assert found.source == "targets:natural:99.01"
    assert f"0 dari {GraduationTarget.objects.get().number}" in found.detail


def test_a_problem_that_is_solved_is_no_longer_found():
    (family,) = families(1)
    korkab = planner()
    before = find("visits:99.01.01", "99.01", korkab, TODAY)
    family.status, family.exited_on = "exited", TODAY - dt.timedelta(days=1)
    family.save()

    assert before is not None
    assert find("visits:99.01.01", "99.01", korkab, TODAY) is None
    assert find("nothing:1", "99.01", korkab, TODAY) is None
