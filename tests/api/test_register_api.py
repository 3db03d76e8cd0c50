import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from beneficiaries.services.members import change_member
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory

NIK = "9901014101900001"


@pytest.fixture
def warsiti(db):
    household = HouseholdFactory(desa__code="99.01.01.2001", kk_number="9901014101900009")
    return MemberFactory(household=household, name="WARSITI", nik=NIK, mother_name="SUMINAH")


def test_members_are_listed_masked_and_without_the_mothers_name(api, ratna, warsiti):
    answer = api(ratna).get("/api/v1/members/")

    assert answer.status_code == 200
    assert set(answer.json()) == {"next", "previous", "results"}
    (found,) = answer.json()["results"]
    assert found["nik"] == "9901**********01"
    assert "SUMINAH" not in answer.content.decode()


def test_members_of_another_kecamatan_are_missing(api, budi, warsiti):
    missing = api(budi).get("/api/v1/members/999999/")
    foreign = api(budi).get(f"/api/v1/members/{warsiti.pk}/")

    assert api(budi).get("/api/v1/members/").json()["results"] == []
    assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content)
    assert foreign.status_code == 404
    assert foreign.json()["error"]["code"] == "not_found"


def test_nobody_is_let_in_without_signing_in(api, warsiti):
    answer = api().get("/api/v1/members/")

    assert answer.status_code == 401
    assert set(answer.json()["error"]) == {"code", "message", "fields"}


def test_search_finds_a_person_by_full_nik_and_stays_masked(api, ratna, warsiti):
    answer = api(ratna).get("/api/v1/members/", {"search": NIK})

    (found,) = answer.json()["results"]
    assert (found["id"], found["nik"]) == (warsiti.pk, "9901**********01")
    assert AuditEvent.objects.filter(verb="identity.searched", channel="api").count() == 1


def test_reveal_needs_a_reason_and_is_audited(api, ratna, warsiti):
    url = f"/api/v1/members/{warsiti.pk}/"

    without = api(ratna).get(url, {"reveal": "1"})
    answer = api(ratna).get(url, {"reveal": "1", "reason": "Berkas salah ketik"})

    assert (without.status_code, without.json()["error"]["code"]) == (400, "reason_needed")
    assert answer.json()["nik"] == NIK
    event = AuditEvent.objects.get(verb="identity.revealed")
    assert (event.by, event.target_id, event.reason) == (
        ratna,
        str(warsiti.pk),
        "Berkas salah ketik",
    )


def test_reveal_is_refused_to_a_role_without_the_right(api, warsiti):
    from accounts.roles import Role
    from tests.factories.accounts import person

    head = person("kadis", Role.HEAD, "99.01")

    answer = api(head).get(
        f"/api/v1/members/{warsiti.pk}/", {"reveal": "1", "reason": "ingin tahu saja"}
    )

    assert answer.status_code == 403
    assert NIK not in answer.content.decode()


def test_an_older_version_hears_what_changed_and_who_changed_it(api, operator, ratna, warsiti):
    change_member(
        member=warsiti, values={"birth_place": "KOTA LAMA"}, by=operator, at=timezone.now()
    )

    answer = api(operator).patch(
        f"/api/v1/members/{warsiti.pk}/", {"version": 1, "name": "WARSITI DUA"}
    )

    assert answer.status_code == 409
    error = answer.json()["error"]
    assert (error["code"], error["changed_by"]) == ("changed_meanwhile", "Operator")
    assert [change["field"] for change in error["changes"]] == ["birth_place"]
    warsiti.refresh_from_db()
    assert warsiti.name == "WARSITI"


@pytest.mark.parametrize(
    "values",
    [
        {"birth_on": "2999-01-01"},
        {"birth_on": "1899-12-31"},
        {"name": "."},
        {"name": "=cmd|1"},
        {"mother_name": "@SUM(A1)"},
    ],
)
def test_values_no_file_could_bring_are_refused(api, operator, warsiti, values):
    answer = api(operator).patch(f"/api/v1/members/{warsiti.pk}/", {"version": 1} | values)

    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, list(values))
    warsiti.refresh_from_db()
    assert warsiti.version == 1


def test_a_change_with_the_current_version_is_made(api, operator, warsiti):
    answer = api(operator).patch(
        f"/api/v1/members/{warsiti.pk}/", {"version": 1, "name": "WARSITI DUA"}
    )

    assert answer.status_code == 200
    assert (answer.json()["name"], answer.json()["version"]) == ("WARSITI DUA", 2)


@pytest.mark.parametrize(
    "body", [{"name": "X"}, {"version": 1, "status": "died"}, {"version": "a"}]
)
def test_a_patch_takes_its_own_fields_only(api, operator, warsiti, body):
    answer = api(operator).patch(f"/api/v1/members/{warsiti.pk}/", body)

    assert answer.status_code == 400
    warsiti.refresh_from_db()
    assert (warsiti.version, warsiti.status) == (1, "active")


@pytest.mark.parametrize(
    "query",
    [
        {"ordering": "nik"},
        {"household__desa__code__startswith": "99"},
        {"_connector": "OR"},
        {"cursor": "x"},
        {"search": "ab"},
        {"status": "gone"},
    ],
)
def test_what_was_not_declared_is_refused(api, ratna, warsiti, query):
    answer = api(ratna).get("/api/v1/members/", query)

    assert answer.status_code in {400, 404}
    assert set(answer.json()["error"]) == {"code", "message", "fields"}


def test_pages_follow_each_other_without_repeating(api, ratna, warsiti):
    for _ in range(4):
        MemberFactory(household=warsiti.household)

    seen, url = [], "/api/v1/members/?page_size=2"
    while url:
        page = api(ratna).get(url).json()
        seen += [row["id"] for row in page["results"]]
        url = page["next"]

    assert len(seen) == len(set(seen)) == 5
    assert api(ratna).get("/api/v1/members/?page_size=9999").status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_member_list_asks_the_same_number_of_questions(
    api, ratna, warsiti, rows, django_assert_num_queries
):
    for _ in range(rows - 1):
        MemberFactory(household=HouseholdFactory(desa__code="99.01.01.2001"))
    client = api(ratna)
    client.get("/api/v1/members/")

    with django_assert_num_queries(4):
        client.get("/api/v1/members/")


def test_household_detail_shows_members_and_periods(api, ratna, warsiti):
    answer = api(ratna).get(f"/api/v1/households/{warsiti.household_id}/")

    assert answer.json()["kk_number"] == "9901**********09"
    assert [member["name"] for member in answer.json()["members"]] == ["WARSITI"]


def test_messages_are_indonesian_unless_asked_otherwise(api, ratna, warsiti):
    query = {"search": "ab"}

    said = [
        api(ratna).get("/api/v1/members/", query, headers=headers).json()["error"]["message"]
        for headers in ({}, {"accept-language": "en"})
    ]

    assert said == [
        "Ketik paling sedikit tiga huruf dari nama.",
        "Type at least three letters of the name.",
    ]


def test_areas_are_found_below_a_code(api, ratna, warsiti):
    answer = api(ratna).get("/api/v1/areas/", {"within": "99.01.01", "level": 4})

    assert [area["code"] for area in answer.json()["results"]] == ["99.01.01.2001"]


def test_the_schema_is_openapi_3_1(api, db):
    answer = api().get("/api/schema/", {"format": "json"})

    assert answer.json()["openapi"].startswith("3.1")
    assert "/api/v1/members/{id}/" in answer.json()["paths"]


def test_the_docs_fetch_nothing_from_outside(api, db):
    answer = api().get("/api/docs/")

    assert answer.status_code == 200
    assert "//cdn" not in answer.content.decode()


def test_revealing_a_family_records_every_number_it_shows(api, ratna, warsiti):
    family = warsiti.household

    answer = api(ratna).get(
        f"/api/v1/households/{family.pk}/", {"reveal": "1", "reason": "Berkas salah ketik"}
    )

    assert answer.json()["members"][0]["nik"] == NIK
    assert list(
        AuditEvent.objects.filter(verb="identity.revealed")
        .order_by("target_type")
        .values_list("target_type", "target_id")
    ) == [
        ("beneficiaries.household", str(family.pk)),
        ("beneficiaries.member", str(warsiti.pk)),
    ]
