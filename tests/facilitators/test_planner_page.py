"""The planner's page and the forms about people: what is shown, what is stored, what is refused."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from facilitators.models import CaseloadAssignment, CaseloadSettings, Facilitator
from tests.factories.accounts import person
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory
from tests.factories.facilitators import FacilitatorFactory, entrust

pytestmark = pytest.mark.django_db

PLANNER = "facilitators:planner"


@pytest.fixture
def two(client, ratna):
    """Ana with three families, Cut with none, in one village; two are the maximum."""
    CaseloadSettings.objects.create(few_below=1, many_above=2, maximum=2)
    village = AreaFactory()
    ana, cut = (FacilitatorFactory(name=name, base_village=village) for name in ("ANA", "CUT"))
    entrust(ana, *[HouseholdFactory(desa=village) for _ in range(3)])
    client.force_login(ratna)
    return ana, cut


@pytest.fixture
def on():
    return timezone.localdate() + dt.timedelta(days=7)


def asked(on, *leaving, **more):
    return {"mulai": on.strftime("%d-%m-%Y"), "berhenti": [one.pk for one in leaving]} | more


def holders(day):
    rows = CaseloadAssignment.objects.held_on(day).order_by("facilitator__name")
    return list(rows.values_list("facilitator__name", flat=True))


def test_the_plan_is_shown_and_nothing_is_stored(client, two, on):
    answer = client.get(reverse(PLANNER), asked(on, two[0]))

    assert [
        (line.receiver.name, line.families, step) for line, step in answer.context["lines"]
    ] == [("CUT", 3, "desa yang sama")]
    assert holders(on) == ["ANA"] * 3


def test_what_was_looked_at_is_applied(client, two, on):
    shown = client.get(reverse(PLANNER), asked(on, lebih="on")).context["plan"]
    sent = asked(on, lebih="on", sidik=shown.fingerprint, alasan="terlalu banyak")

    answer = client.post(reverse(PLANNER), sent)

    assert (answer.status_code, answer.url) == (302, reverse("facilitators:caseloads"))
    assert holders(on) == ["ANA", "ANA", "CUT"]
    assert holders(on - dt.timedelta(days=1)) == ["ANA"] * 3


def test_over_the_maximum_is_refused_beside_the_field_and_done_with_a_reason(client, two, on):
    shown = client.get(reverse(PLANNER), asked(on, two[0])).context["plan"]
    sent = asked(on, two[0], sidik=shown.fingerprint, alasan="pindah")

    refused = client.post(reverse(PLANNER), sent)
    before = holders(on)
    done = client.post(reverse(PLANNER), sent | {"melebihi": "belum ada pengganti"})

    assert refused.status_code == 422
    assert list(refused.context["apply_form"].errors) == ["melebihi"]
    assert (before, holders(on), done.status_code) == (["ANA"] * 3, ["CUT"] * 3, 302)


def test_a_plan_that_changed_meanwhile_is_shown_again(client, two, on):
    shown = client.get(reverse(PLANNER), asked(on, two[0])).context["plan"]
    entrust(two[0], HouseholdFactory())
    sent = asked(on, two[0], sidik=shown.fingerprint, alasan="pindah", melebihi="x")

    refused = client.post(reverse(PLANNER), sent)
    again = refused.context["apply_form"]["sidik"].value()
    done = client.post(reverse(PLANNER), sent | {"sidik": again})

    assert (refused.status_code, done.status_code) == (422, 302)
    assert holders(on) == ["CUT"] * 4


def test_an_operator_does_not_plan(client, operator):
    client.force_login(operator)

    assert client.get(reverse(PLANNER)).status_code == 403


def test_an_operator_adds_a_facilitator(client, operator):
    AreaFactory(code="99.01.01")
    client.force_login(operator)
    sent = {
        "name": "Siti Rahma",
        "position": "facilitator",
        "employment": "pppk",
        "nip": "9" * 18,
        "area": "99.01.01",
        "starts_on": "1 Januari 2026",
    }

    answer = client.post(reverse("facilitators:add"), sent)

    made = Facilitator.objects.get()
    assert (answer.status_code, answer.url) == (302, made.get_absolute_url())
    assert made.postings.get().area_id == "99.01.01"


def test_a_wrong_nip_is_said_beside_the_field(client, operator):
    record = FacilitatorFactory(name="ANA")
    client.force_login(operator)
    sent = {"name": "ANA", "position": "facilitator", "employment": "pppk", "nip": "12"}

    answer = client.post(reverse("facilitators:change", args=[record.pk]), sent)

    assert answer.status_code == 422
    assert "18 angka" in answer.content.decode()


def test_who_has_families_does_not_end_work(client, two, operator, on):
    client.force_login(operator)
    url = reverse("facilitators:end", args=[two[0].pk])

    answer = client.post(url, {"ends_on": on.strftime("%d-%m-%Y"), "reason": "pindah"})

    two[0].refresh_from_db()
    assert (answer.status_code, two[0].ends_on) == (422, None)


def test_only_free_accounts_of_the_territory_are_offered(client, operator, sari, budi):
    stranger = person("asing", Role.FACILITATOR, "99.02.01")
    FacilitatorFactory(user=budi)
    client.force_login(operator)

    offered = client.get(reverse("facilitators:add")).context["form"].fields["user"].queryset

    assert list(offered) == [sari]
    assert stranger.is_active
