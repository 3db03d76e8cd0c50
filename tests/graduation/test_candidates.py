"""The list of candidates: figures, filters, whose families, and a case opened from it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from core.periods import Period
from facilitators.models import CaseloadAssignment
from graduation.models import Candidate, GraduationCase
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory
from tests.factories.facilitators import FacilitatorFactory, entrust
from tests.factories.graduation import case_of, first_types

pytestmark = pytest.mark.django_db
PAGE = "/graduasi/kandidat/"


def candidate(desa="99.01.01.2001", *, quarters_on=0, ready_by="", ends=True):
    """A row as the count leaves it: the component ends so many quarters from now."""
    first_types()
    member = MemberFactory(household=HouseholdFactory(desa__code=desa))
    period = Period.of(timezone.localdate())
    for _number in range(quarters_on):
        period = period.next()
    said = (
        {
            "ends_on": period.ends_on,
            "year": period.year,
            "quarter": period.stage,
            "member": member,
            "component": "senior",
        }
        if ends
        else {}
    )
    return Candidate.objects.create(
        household=member.household, ready_by=ready_by, computed_at=timezone.now(), **said
    )


def listed(answer):
    return [one.pk for one in answer.context["page"].rows]


def test_the_figures_are_the_rows_of_the_list(client, ratna):
    now = candidate()
    later = candidate(quarters_on=2, ready_by="will")
    choice = candidate(ends=False, ready_by="assessment")
    client.force_login(ratna)

    answer = client.get(PAGE)

    assert [one.number for one in answer.context["columns"]] == [1, 0, 1, 0, 0]
    assert (answer.context["together"], answer.context["ready"]) == (3, 2)
    assert listed(answer) == [now.pk, later.pk, choice.pk]
    assert listed(client.get(PAGE, {"jenis": "choice"})) == [later.pk, choice.pk]
    assert listed(client.get(PAGE, {"jenis": "ends"})) == [now.pk, later.pk]
    assert listed(client.get(PAGE, {"tahap": str(later.period)})) == [later.pk]


def test_the_territory_narrows_rows_and_figures(client, ratna):
    candidate("99.01.01.2001")
    other = candidate("99.01.02.2001")
    client.force_login(ratna)

    answer = client.get(PAGE, {"wilayah": "99.01.02"})

    assert (listed(answer), answer.context["ending"]) == ([other.pk], 1)


def test_a_facilitator_sees_own_families_only(client, sari):
    own, other = candidate(), candidate()
    entrust(FacilitatorFactory(user=sari), own.household)
    client.force_login(sari)

    answer = client.get(PAGE)

    assert listed(answer) == [own.pk]
    assert answer.context["ending"] == 1
    assert client.post(reverse("graduation:open_candidate", args=[other.pk])).status_code == 404
    assert CaseloadAssignment.objects.count() == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_however_long(client, ratna, rows, django_assert_num_queries):
    for _row in range(rows):
        candidate()
    client.force_login(ratna)
    client.get(PAGE)

    with django_assert_num_queries(11):
        client.get(PAGE)


def test_who_accompanies_a_candidate_is_named_to_others(client, ratna, sari):
    one = candidate()
    entrust(FacilitatorFactory(user=sari, name="SARI PENDAMPING"), one.household)

    shown = {}
    for user in (ratna, sari):
        client.force_login(user)
        shown[user] = "SARI PENDAMPING" in client.get(PAGE).content.decode()

    assert shown == {ratna: True, sari: False}


def test_a_potential_case_is_opened_from_a_candidate_once(client, sari):
    one = candidate()
    entrust(FacilitatorFactory(user=sari), one.household)
    client.force_login(sari)
    button = reverse("graduation:open_candidate", args=[one.pk])
    assert f'action="{button}"' in client.get(PAGE).content.decode()

    answer = client.post(button, {"jenis": "natural"})

    case = GraduationCase.objects.get()
    assert (case.type.code, case.state, case.household) == ("natural", "potential", one.household)
    assert answer.url == case.get_absolute_url()


def test_a_family_with_an_open_case_shows_it_instead_of_the_button(client, sari):
    one = candidate()
    entrust(FacilitatorFactory(user=sari), one.household)
    case = case_of(one.household, by=sari, at=timezone.now())
    Candidate.objects.all().delete()
    Candidate.objects.create(household=one.household, ready_by="will", computed_at=timezone.now())
    client.force_login(sari)

    text = client.get(PAGE).content.decode()

    assert case.get_absolute_url() in text
    assert reverse("graduation:open_candidate", args=[one.pk]) not in text
    client.post(reverse("graduation:open_candidate", args=[one.pk]), {"jenis": "natural"})
    assert GraduationCase.objects.count() == 1


def test_opening_takes_no_other_way_and_leads_nowhere_else(client, ratna):
    one = candidate()
    client.force_login(ratna)
    button = reverse("graduation:open_candidate", args=[one.pk])

    assert client.post(button, {"jenis": "forced"}).status_code == 404
    case_of(one.household, by=ratna, at=timezone.now())
    Candidate.objects.update_or_create(
        household=one.household, defaults={"ready_by": "will", "computed_at": timezone.now()}
    )
    answer = client.post(button, {"jenis": "natural", "kembali": "//evil.example/"})
    assert answer.url == PAGE


def test_who_only_reads_has_no_button(client, wayan):
    one = candidate()
    client.force_login(wayan)

    assert listed(client.get(PAGE)) == [one.pk]
    assert client.post(reverse("graduation:open_candidate", args=[one.pk])).status_code == 403


def test_an_empty_list_says_where_candidates_come_from(client, ratna):
    client.force_login(ratna)

    assert "Kandidat dihitung setiap malam" in client.get(PAGE).content.decode()


def test_candidates_over_rest_with_their_filters(client, ratna):
    ending = candidate("99.01.01.2001", quarters_on=1)
    choice = candidate("99.01.02.2001", ends=False, ready_by="will")
    candidate("99.02.01.2001")
    client.force_login(ratna)

    def asked(**query):
        rows = client.get("/api/v1/graduation-candidates/", query).json()["results"]
        return [(row["household"], row["quarter"], row["ready_by"]) for row in rows]

    first, second = (ending.pk, str(ending.period), ""), (choice.pk, None, "will")
    assert asked() == [first, second]
    assert asked(quarter=str(ending.period)) == [first]
    assert asked(kind="choice") == [second]
    assert asked(village="99.01.02") == [second]
    assert client.get("/api/v1/graduation-candidates/", {"quarter": "x"}).status_code == 400
