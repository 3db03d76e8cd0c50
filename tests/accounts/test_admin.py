import datetime as dt
import re

import pytest
from django.contrib import admin
from django.contrib.auth import authenticate
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.models import ApiToken, Assignment, AuditEvent, User
from accounts.services import issue_token
from areas.models import Area
from beneficiaries.models import BenefitIndex
from dtks.models import MatchingSettings
from jobs.models import Job
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 2, 8, tzinfo=dt.UTC)
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>|<style|\sstyle=|"
    r"\son(?:click|change|submit|load|input|keydown)\s*=|javascript:|"
    r"(?:src|href)\s*=\s*[\"']?(?:https?:)?//",
    re.IGNORECASE,
)
MASTER_DATA = [
    "accounts_apitoken",
    "accounts_assignment",
    "accounts_auditevent",
    "accounts_user",
    "areas_area",
    "beneficiaries_benefitindex",
    "beneficiaries_periodrule",
    "documents_letterhead",
    "documents_numberpattern",
    "dtks_matchingsettings",
    "facilitators_caseloadsettings",
    "facilitators_commitmentrule",
    "facilitators_commitmentsettings",
    "facilitators_learningmodule",
    "facilitators_learningtopic",
    "facilitators_performancetarget",
    "facilitators_visitrule",
    "facilitators_visitsettings",
    "graduation_componentend",
    "graduation_exitreason",
    "graduation_exittype",
    "graduation_question",
    "graduation_questionnaire",
    "jobs_job",
    "meetings_escalationrule",
    "meetings_facility",
    "meetings_institution",
    "meetings_meetingsettings",
    "meetings_representative",
]


def url(model, page="changelist", *args):
    return reverse(f"admin:{model}_{page}", args=args)


@pytest.fixture
def as_admin(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def as_auditor(client, wayan):
    client.force_login(wayan)
    return client


def test_only_master_data_stand_in_the_administration():
    registered = sorted(
        f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry
    )

    assert registered == MASTER_DATA


def test_people_without_business_there_are_not_let_in(client, sari, operator, ratna):
    for user in (sari, operator, ratna):
        client.force_login(user)
        statuses = {client.get(url(model)).status_code for model in MASTER_DATA}
        answer = client.get(reverse("admin:index"), follow=True)
        assert (statuses, answer.status_code) == ({302}, 403)


def test_a_superuser_flag_opens_nothing(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))

    assert client.get(reverse("admin:index"), follow=True).status_code == 403


def test_an_administrator_whose_assignment_ended_is_out_at_once(as_admin, administrator):
    assert as_admin.get(reverse("admin:index")).status_code == 200

    administrator.assignments.update(ends_on=timezone.localdate() - dt.timedelta(days=1))

    assert as_admin.get(reverse("admin:index"), follow=True).status_code == 403


def test_signing_in_happens_where_the_lock_out_is(client):
    response = client.get(reverse("admin:login"))
    posted = client.post(reverse("admin:login"), {"username": "x", "password": "y"})

    assert (response.status_code, response.url) == (302, "/akun/login/?next=/admin/")
    assert (posted.status_code, posted.url) == (302, "/akun/login/?next=/admin/")


@pytest.mark.parametrize(
    ("who", "lists"),
    [
        ("administrator", set(MASTER_DATA) - {"accounts_auditevent"}),
        ("wayan", set(MASTER_DATA) - {"accounts_apitoken"}),
    ],
)
def test_each_role_sees_its_lists(client, request, who, lists):
    client.force_login(request.getfixturevalue(who))

    seen = {model for model in MASTER_DATA if client.get(url(model)).status_code == 200}

    assert seen == lists


def test_an_auditor_changes_nothing(as_auditor, sari):
    statuses = [as_auditor.get(url(model, "add")).status_code for model in MASTER_DATA] + [
        as_auditor.post(url("accounts_user", "change", sari.pk), {"full_name": "X"}).status_code,
        as_auditor.post(url("accounts_user", "delete", sari.pk), {"post": "yes"}).status_code,
    ]

    assert set(statuses) == {403}


def test_no_number_and_no_name_of_a_family_is_shown(as_admin, administrator):
    household = HouseholdFactory(kk_number="9901010101260001")
    member = MemberFactory(household=household, nik="9901010101900001", name="WARGA RAHASIA")
    audit.record("member.changed", target=member, by=administrator, at=NOW)
    Job.objects.create(kind="import", created_at=NOW, arguments={"member": member.pk})

    for model in MASTER_DATA:
        text = as_admin.get(url(model)).content.decode()
        assert not re.search(r"9901010101(900001|260001)|WARGA RAHASIA", text)


def test_pages_of_the_administration_hold_nothing_inline_and_nothing_from_outside(
    as_admin, administrator
):
    job = Job.objects.create(kind="import", created_at=NOW)
    token, _secret = issue_token(user=administrator, days=1, by=None, at=NOW)
    row = MatchingSettings.objects.create()
    assignment = administrator.assignments.get()
    pages = [
        reverse("admin:index"),
        *[url(model) for model in MASTER_DATA if model != "accounts_auditevent"],
        *[url(f"accounts_{model}", "add") for model in ("user", "assignment")],
        *[url(model, "add") for model in ("areas_area", "beneficiaries_benefitindex")],
        url("accounts_user", "change", administrator.pk),
        url("accounts_user", "history", administrator.pk),
        url("accounts_assignment", "change", assignment.pk),
        url("accounts_apitoken", "change", token.pk),
        url("jobs_job", "change", job.pk),
        url("dtks_matchingsettings", "change", row.pk),
    ]

    for page in pages:
        response = as_admin.get(page)
        assert response.status_code == 200, page
        assert (page, INLINE.findall(response.content.decode())) == (page, [])
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]


def test_opening_an_account_uses_the_service(as_admin, administrator):
    response = as_admin.post(
        url("accounts_user", "add"),
        {"username": "made", "full_name": "Made Contoh", "email": "", "new_password": PASSWORD},
    )

    assert response.status_code == 302
    assert authenticate(RequestFactory().post("/"), username="made", password=PASSWORD)
    created = AuditEvent.objects.get(verb="account.created")
    assert created.by == administrator


def test_a_refusal_of_the_service_is_shown_and_nothing_is_kept(as_admin):
    response = as_admin.post(
        url("accounts_user", "add"),
        {"username": "made", "full_name": "", "email": "", "new_password": "pendek"},
        follow=True,
    )

    assert [message.level_tag for message in response.context["messages"]] == ["error"]
    assert not User.objects.filter(username="made").exists()
    assert AuditEvent.objects.count() == 0


def test_a_role_is_given_and_ended_through_the_services(as_admin, administrator):
    user, area = UserFactory(), AreaFactory(code="99.01.01")
    as_admin.post(
        url("accounts_assignment", "add"),
        {"user": user.pk, "role": "facilitator", "area": area.pk, "starts_on": "2/11/2026"},
    )
    given = Assignment.objects.get(user=user)
    assert (given.given_by, given.starts_on) == (administrator, dt.date(2026, 11, 2))

    as_admin.post(url("accounts_assignment", "change", given.pk), {"ends_on": "30/11/2026"})

    given.refresh_from_db()
    assert given.ends_on == dt.date(2026, 11, 30)
    verbs = list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["assignment.given", "admin.added", "assignment.ended", "admin.changed"]


def test_an_incompatible_role_is_refused_with_its_reason(as_admin, wayan):
    area = AreaFactory(code="99.01")

    response = as_admin.post(
        url("accounts_assignment", "add"),
        {"user": wayan.pk, "role": "data_operator", "area": area.pk, "starts_on": "2/11/2026"},
        follow=True,
    )

    assert [message.level_tag for message in response.context["messages"]] == ["error"]
    assert wayan.assignments.count() == 1


def test_accounts_are_closed_by_an_action_and_never_one_s_own(as_admin, administrator, sari):
    as_admin.post(
        url("accounts_user"),
        {"action": "close_accounts", "_selected_action": [sari.pk, administrator.pk]},
    )

    assert list(User.objects.filter(is_active=False)) == [sari]


def test_tokens_are_revoked_by_an_action(as_admin, sari, budi):
    kept, _ = issue_token(user=budi, days=1, by=None, at=NOW)
    token, secret = issue_token(user=sari, days=1, by=None, at=NOW)
    assert secret not in as_admin.get(url("accounts_apitoken")).content.decode()

    as_admin.post(
        url("accounts_apitoken"), {"action": "revoke", "_selected_action": [token.pk]}, follow=True
    )

    assert list(ApiToken.objects.all()) == [kept]
    assert AuditEvent.objects.get(verb="token.revoked").target_id == str(sari.pk)


def test_an_area_is_added_by_its_code_in_either_writing(as_admin):
    as_admin.post(url("areas_area", "add"), {"code": "9901012001", "name": " Suka  Maju "})
    refused = as_admin.post(
        url("areas_area", "add"), {"code": "9901010001", "name": "Kode BPS"}, follow=True
    )

    assert list(Area.objects.filter(level=4).values_list("code", "name", "parent_id")) == [
        ("99.01.01.2001", "Suka Maju", "99.01.01")
    ]
    assert [message.level_tag for message in refused.context["messages"]] == ["success", "error"]


def test_changes_of_rules_leave_a_line_without_values(as_admin, administrator):
    index = BenefitIndex.objects.create(
        component="primary", amount_year=900_000, valid_from=dt.date(2030, 1, 1)
    )

    as_admin.post(
        url("beneficiaries_benefitindex", "change", index.pk),
        {
            "kind": "component",
            "component": "primary",
            "amount_year": "1000000",
            "valid_from": "1/1/2030",
        },
    )

    index.refresh_from_db()
    assert index.amount_year == 1_000_000
    event = AuditEvent.objects.get()
    assert (event.verb, event.by, event.channel) == ("admin.changed", administrator, "admin")
    assert len(event.data["fields"]) == 1


def test_an_auditor_reads_the_trail(as_auditor, sari):
    audit.record("household.seen", target=sari, by=sari, at=NOW, reason="pengaduan")
    event = AuditEvent.objects.get()

    assert "household.seen" in as_auditor.get(url("accounts_auditevent")).content.decode()
    assert (
        "pengaduan"
        in as_auditor.get(url("accounts_auditevent", "change", event.pk)).content.decode()
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_ask_the_same_number_of_questions(as_admin, rows, django_assert_num_queries):
    for n in range(rows):
        user = UserFactory()
        Assignment.objects.create(
            user=user, role="head", area=AreaFactory(code=f"99.0{n + 1}"), starts_on=NOW.date()
        )
    as_admin.get(url("accounts_assignment"))

    with django_assert_num_queries(ASSIGNMENT_LIST_QUERIES):
        as_admin.get(url("accounts_assignment"))


ASSIGNMENT_LIST_QUERIES = 7


def test_areas_are_offered_with_their_codes(as_admin):
    AreaFactory(code="99.01.01", name="Sukamaju")
    AreaFactory(code="99.01.01.2001", name="Sukamaju")

    found = as_admin.get(
        reverse("admin:autocomplete"),
        {"app_label": "accounts", "model_name": "assignment", "field_name": "area", "term": "suka"},
    ).json()["results"]

    assert [row["text"] for row in found] == ["99.01.01 Sukamaju", "99.01.01.2001 Sukamaju"]
