"""The caseload page: who accompanies how many families."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from beneficiaries.models import Household, HouseholdPeriod
from facilitators import services
from facilitators.models import CaseloadSettings, Facilitator
from facilitators.queries import caseloads as queries
from tests.factories.accounts import person
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory
from tests.factories.facilitators import FacilitatorFactory, entrust

pytestmark = pytest.mark.django_db

CASELOADS = "facilitators:caseloads"


def listed(client, user, query=""):
    client.force_login(user)
    answer = client.get(reverse(CASELOADS) + query)
    assert answer.status_code == 200
    return answer


def names(answer):
    return [line.facilitator.name for line in answer.context["lines"]]


def test_g7_an_average_of_287_22_families_per_facilitator():
    assert queries.average(72_667, 253) == Decimal("287.22")


def test_g7_average_is_half_up_and_nobody_divides_by_nobody():
    assert (queries.average(1, 8), queries.average(5, 0)) == (Decimal("0.13"), None)


@pytest.mark.slow
def test_g7_stands_on_the_page_of_a_large_district(client, ratna):
    """Bandung 2016: 72,667 families of 253 facilitators, every family given by the service."""
    village = AreaFactory()
    people = [FacilitatorFactory() for _ in range(253)]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO beneficiaries_household (desa_id)"
            " SELECT %s FROM generate_series(1, 72667)",
            [village.pk],
        )
        cursor.execute("ANALYZE beneficiaries_household")  # as loading a file does
    families = Household.objects.order_by("pk").values_list("pk", flat=True)
    given = services.give_families(
        moves=[(pk, people[n % 253].pk) for n, pk in enumerate(families)],
        on=timezone.localdate(),
        by=ratna,
        at=timezone.now(),
    )

    text = listed(client, ratna).content.decode()

    assert given == {"given": 72_667, "taken": 0, "unchanged": 0}
    assert ("72.667" in text, "287,22" in text) == (True, True)


def test_a_line_counts_families_members_and_components(client, ratna):
    facilitator = FacilitatorFactory()
    one, two, gone = (
        HouseholdFactory(),
        HouseholdFactory(),
        HouseholdFactory(status="exited", exited_on=dt.date(2026, 1, 1)),
    )
    for household, number in ((one, 3), (two, 1), (gone, 1)):
        for _ in range(number):
            MemberFactory(household=household)
    MemberFactory(household=one, status="deceased")
    for household, stage, counts in (
        (one, 3, {"primary": 9}),
        (one, 4, {"primary": 2, "elderly": 1}),
        (two, 4, {"junior": 1}),
        (gone, 4, {"junior": 1}),
    ):
        HouseholdPeriod.objects.create(household=household, year=2026, stage=stage, counts=counts)
    entrust(facilitator, one, two, gone)

    (line,) = listed(client, ratna).context["lines"]

    assert (line.families, line.members, line.components) == (2, 4, 4)


def test_a_large_territory_is_shown_page_by_page_and_counted_whole(client, ratna):
    people = [FacilitatorFactory(name=f"PENDAMPING {n:02}") for n in range(53)]
    household = HouseholdFactory()
    MemberFactory(household=household)
    entrust(people[-1], household)

    first = listed(client, ratna)
    rest = listed(client, ratna, f"?setelah={first.context['page'].after}")
    back = listed(client, ratna, f"?sebelum={rest.context['page'].before}")

    assert names(first) + names(rest) == [person.name for person in people]
    assert (len(names(first)), names(back)) == (50, names(first))
    assert [len(one.context["caseloads"].lines) for one in (first, rest)] == [53, 53]
    assert [line.members for line in rest.context["lines"]] == [0, 0, 1]
    assert names(listed(client, ratna, "?setelah=omong")) == names(first)


@pytest.mark.parametrize(
    ("families", "band"), [(1, "few"), (2, "ok"), (3, "ok"), (4, "many")], ids=lambda x: str(x)
)
def test_bands_are_settings(client, ratna, families, band):
    CaseloadSettings.objects.create(few_below=2, many_above=3, maximum=9)
    entrust(FacilitatorFactory(), *[HouseholdFactory() for _ in range(families)])

    answer = listed(client, ratna)

    assert [line.band for line in answer.context["lines"]] == [band]
    assert len(listed(client, ratna, f"?beban={band}").context["lines"]) == 1
    other = "few" if band != "few" else "many"
    assert listed(client, ratna, f"?beban={other}").context["lines"] == []


def test_the_filter_keeps_one_kecamatan(client, ratna):
    FacilitatorFactory(name="SITI", area="99.01.01")
    FacilitatorFactory(name="BUDI", area="99.01.02.2001")

    assert names(listed(client, ratna)) == ["SITI", "BUDI"]
    assert names(listed(client, ratna, "?kec=99.01.02")) == ["BUDI"]


def test_who_left_or_does_other_work_is_not_listed(client, ratna):
    FacilitatorFactory(name="PERGI", ends_on=timezone.localdate() - dt.timedelta(days=1))
    FacilitatorFactory(name="OPERATOR", position=Facilitator.Position.DATA_OPERATOR)
    FacilitatorFactory(name="KATIM KOSONG", position=Facilitator.Position.SUBDISTRICT_LEAD)
    lead = FacilitatorFactory(name="KATIM", position=Facilitator.Position.SUBDISTRICT_LEAD)
    entrust(lead, HouseholdFactory())

    assert names(listed(client, ratna)) == ["KATIM"]


def test_families_without_anybody_are_counted(client, ratna):
    entrust(FacilitatorFactory(), HouseholdFactory())
    HouseholdFactory()
    HouseholdFactory(desa=AreaFactory(code="99.02.01.2001"))

    assert listed(client, ratna).context["caseloads"].unassigned == 1


def test_a_lead_sees_the_own_kecamatan(client):
    lead = person("lead", Role.SUBDISTRICT_LEAD, "99.01.01")
    FacilitatorFactory(name="SITI", area="99.01.01")
    other = FacilitatorFactory(name="BUDI", area="99.01.02")

    answer = listed(client, lead)

    assert names(answer) == ["SITI"]
    assert client.get(other.get_absolute_url()).status_code == 404


def test_a_facilitator_does_not_open_the_page(client, sari):
    client.force_login(sari)

    assert client.get(reverse(CASELOADS)).status_code == 403


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_the_same_for_one_facilitator_and_for_three(
    client, ratna, number, django_assert_num_queries
):
    for _ in range(number):
        entrust(FacilitatorFactory(), HouseholdFactory())
    listed(client, ratna)

    with django_assert_num_queries(11):
        client.get(reverse(CASELOADS))


@pytest.mark.parametrize("number", [1, 3])
def test_one_facilitators_page_asks_the_same_for_one_family_and_for_three(
    client, ratna, number, django_assert_num_queries
):
    facilitator = FacilitatorFactory()
    entrust(facilitator, *[HouseholdFactory() for _ in range(number)])
    client.force_login(ratna)
    client.get(facilitator.get_absolute_url())

    with django_assert_num_queries(11):
        answer = client.get(facilitator.get_absolute_url())

    assert (answer.context["families"], len(answer.context["page"].rows)) == (number, number)


def test_families_without_anybody_lead_the_coordinator_to_a_plan_for_them(client, ratna):
    FacilitatorFactory(name="CUT")
    HouseholdFactory()

    answer = client.get(listed(client, ratna).context["unassigned_url"])

    assert [(line.receiver.name, line.families) for line, _step in answer.context["lines"]] == [
        ("CUT", 1)
    ]
