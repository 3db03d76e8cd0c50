"""The pages of commitments: figures that open their rows, forms, closing, and the letter."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from core.periods import Period
from facilitators.demo import make_demo_commitments
from facilitators.models import CommitmentCheck, CommitmentMonth, CommitmentQuarter, School
from facilitators.services import close_quarter, prepare_quarter, record_school_quarter
from facilitators.services.commitments import months_of
from facilitators.tasks import prepare_commitments
from tests.english import english_in, texts_of
from tests.factories.accounts import person
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import MemberFactory
from tests.factories.commitments import owing
from tests.factories.facilitators import FacilitatorFactory

pytestmark = pytest.mark.django_db
LAST = Period.of(timezone.localdate()).previous()
FIRST = months_of(LAST)[0]


def prepared():
    return prepare_quarter(period=LAST, area="99.01", by=None, at=timezone.now())


@pytest.fixture
def school(db):
    return School.objects.create(npsn="99100001", name="SDN 1 UJI")


@pytest.fixture
def pupil(child, school, operator):
    """Not met in the last quarter; the mother's health is owed and not known."""
    owing(child, "primary", LAST)
    owing(child.household.caretaker, "elderly", LAST)
    prepared()
    check = CommitmentCheck.objects.get(member=child)
    record_school_quarter(
        school=school,
        period=LAST,
        area="99.01",
        days=dict.fromkeys(months_of(LAST), 20),
        absences={check.pk: dict.fromkeys(months_of(LAST), (4, 0, 0))},
        by=operator,
        at=timezone.now(),
    )
    return child


def check_of(member):
    return CommitmentCheck.objects.get(member=member)


def page(client, name, *args, query=""):
    return client.get(reverse(f"facilitators:{name}", args=args) + query)


@pytest.mark.parametrize("by", ["wilayah", "pendamping", "sekolah", "komponen"])
def test_every_figure_opens_exactly_its_rows(client, ratna, pupil, by):
    client.force_login(ratna)
    overview = page(client, "commitments", query=f"?menurut={by}")
    text = overview.content.decode()
    links = re.findall(r'<td class="num"[^>]*><a href="([^"]+)">(\d+)</a>', text)

    opened = [
        (int(number), len(client.get(address.replace("&amp;", "&")).context["page"].rows))
        for address, number in links
    ]

    assert len(opened) >= 2
    assert all(said == rows for said, rows in opened)
    assert english_in(texts_of(text)) == []


def test_no_evidence_is_a_figure_of_its_own(client, ratna, pupil):
    client.force_login(ratna)

    tiles = page(client, "commitments").context["tiles"]

    assert [(outcome.value, number) for outcome, number, _sign in tiles] == [
        ("met", 0), ("not_met", 1), ("no_evidence", 1)
    ]  # fmt: skip


def test_the_overview_costs_the_same_for_one_and_for_three(client, ratna, pupil):
    client.force_login(ratna)
    page(client, "commitment_list")

    def asked(name):
        with CaptureQueriesContext(connection) as queries:
            assert page(client, name).status_code == 200
        return len(queries)

    before = [asked(name) for name in ("commitments", "commitment_list")]
    for _ in range(2):
        owing(MemberFactory(household=pupil.household), "primary", LAST)
    prepared()

    assert [asked(name) for name in ("commitments", "commitment_list")] == before


def test_a_facilitator_sees_only_the_families_of_today(client, budi, sari, pupil):
    FacilitatorFactory(user=budi, name="BUDI")
    for user, number in ((sari, 2), (budi, 0)):
        client.force_login(user)
        assert page(client, "commitments").context["listed"] == number
    assert page(client, "family_checks", pupil.household_id).status_code == 404
    assert page(client, "commitment_letter", pupil.household_id).status_code == 404


def test_the_family_page_shows_evidence_and_is_indonesian(client, sari, pupil):
    client.force_login(sari)

    answer = page(client, "family_checks", pupil.household_id)

    text = answer.content.decode()
    assert "Tidak terpenuhi" in text
    assert "Kehadiran 80 %, minimal 85 %" in text
    assert english_in(texts_of(text)) == []


def test_the_health_form_records_and_changes_months(client, sari, pupil):
    client.force_login(sari)
    mother = check_of(pupil.household.caretaker)
    address = reverse("facilitators:record_health", args=[pupil.household_id])
    field = f"bulan_{mother.pk}_{FIRST:%m}"

    answers = [client.post(address, {field: came}) for came in ("0", "1")]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert check_of(pupil.household.caretaker).outcome == "met"
    shown = client.get(address)
    assert f'name="{field}" value="1"' in shown.content.decode()
    assert english_in(texts_of(shown.content.decode())) == []


def test_the_school_form_records_a_quarter(client, operator, pupil, school):
    client.force_login(operator)
    check = check_of(pupil)
    address = reverse("facilitators:school_quarter", args=[school.pk])
    sent = {f"hari_{month:%m}": "20" for month in months_of(LAST)} | {
        f"sakit_{check.pk}_{month:%m}": "3" for month in months_of(LAST)
    }

    answer = client.post(address, sent)

    assert answer.status_code == 302
    check = check_of(pupil)
    assert (check.outcome, check.percent) == ("met", 85)
    assert english_in(texts_of(client.get(address).content.decode())) == []


@pytest.mark.parametrize("absent", [None, 0])
def test_the_school_form_leaves_alone_whom_nobody_changed(client, operator, pupil, school, absent):
    """A classmate of whom the school stated a percentage only; earlier loads wrote zeros then."""
    mate = owing(MemberFactory(household=pupil.household), "primary", LAST)
    prepared()
    CommitmentCheck.objects.filter(member=mate).update(school=school)
    CommitmentMonth.objects.bulk_create(
        CommitmentMonth(
            check_of=check_of(mate), month=month, stated_percent=70, without_leave=absent,
            with_leave=absent, ill=absent, recorded_at=timezone.now(), loaded_from=1, loaded_row=2,
        )
        for month in months_of(LAST)
    )  # fmt: skip
    client.force_login(operator)
    address = reverse("facilitators:school_quarter", args=[school.pk])
    form = client.get(address).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in shown.items() if value is not None}

    client.post(address, sent | {f"sakit_{check_of(pupil).pk}_{FIRST:%m}": "3"})
    client.post(address, sent | {f"hari_{FIRST:%m}": "21"})

    kept = CommitmentMonth.objects.filter(check_of__member=mate)
    assert set(kept.values_list("days", "stated_percent", "loaded_from")) == {(None, 70, 1)}
    assert not [name for name in sent if str(check_of(mate).pk) in name]
    changed = CommitmentMonth.objects.get(check_of__member=pupil, month=FIRST)
    assert (changed.days, changed.without_leave, changed.ill) == (21, 4, 0)
    family = page(client, "family_checks", pupil.household_id).content.decode()
    assert "None" not in family


def test_the_school_form_says_what_cannot_be(client, operator, pupil, school):
    client.force_login(operator)
    check = check_of(pupil)
    address = reverse("facilitators:school_quarter", args=[school.pk])

    answer = client.post(address, {f"hari_{FIRST:%m}": "20", f"alpa_{check.pk}_{FIRST:%m}": "21"})

    assert answer.status_code == 422
    assert "melebihi hari efektif" in answer.content.decode()
    assert english_in(texts_of(answer.content.decode())) == []


@pytest.mark.parametrize(("npsn", "made"), [("99100002", 1), ("991", 0), ("9910000é", 0)])
def test_a_school_is_named_by_its_npsn(client, operator, pupil, npsn, made):
    client.force_login(operator)

    client.post(
        reverse("facilitators:name_school", args=[check_of(pupil).pk]),
        {"npsn": npsn, "nama": "SDN 2 UJI"},
    )

    assert School.objects.filter(name="SDN 2 UJI").count() == made
    assert (check_of(pupil).school.npsn == npsn) is bool(made)


def test_a_reason_is_accepted_by_who_may(client, ratna, sari, pupil):
    address = reverse("facilitators:accept_reason", args=[check_of(pupil).pk])
    client.force_login(sari)
    assert client.post(address, {"alasan": "sakit"}).status_code == 403
    client.force_login(ratna)

    client.post(address, {"alasan": "rawat inap"})

    assert (check_of(pupil).outcome, check_of(pupil).reason) == ("met", "rawat inap")


def test_an_accepted_reason_is_taken_back_by_who_may(client, ratna, sari, pupil):
    client.force_login(ratna)
    check = check_of(pupil)
    client.post(reverse("facilitators:accept_reason", args=[check.pk]), {"alasan": "banjir"})
    address = reverse("facilitators:withdraw_reason", args=[check.pk])
    shown = page(client, "family_checks", pupil.household_id).content.decode()
    assert address in shown
    assert english_in(texts_of(shown)) == []
    client.force_login(sari)
    assert address not in page(client, "family_checks", pupil.household_id).content.decode()
    assert client.post(address, {"alasan": "salah anak"}).status_code == 403
    client.force_login(ratna)

    client.post(address, {"alasan": "salah anak"})

    assert (check_of(pupil).outcome, check_of(pupil).reason) == ("not_met", "")


def test_the_letter_masks_numbers_and_threatens_nothing(client, sari, pupil):
    client.force_login(sari)
    mother = pupil.household.caretaker

    answer = page(client, "commitment_letter", pupil.household_id)

    text = answer.content.decode()
    assert mother.nik not in text
    assert f"{mother.nik[:4]}**********{mother.nik[-2:]}" in text
    assert "Hadir di sekolah 80 % dari hari efektif; komitmennya paling sedikit 85 %." in text
    assert not re.search(r"potong|sanksi|dikurang|dihenti|cabut|denda", text, re.IGNORECASE)
    assert english_in(texts_of(text)) == []
    folio = page(client, "commitment_letter", pupil.household_id, query="?folio=1")
    assert "letter-folio" in folio.content.decode()


def test_there_is_no_letter_where_all_was_met(client, operator, ratna, pupil):
    client.force_login(ratna)
    client.post(
        reverse("facilitators:accept_reason", args=[check_of(pupil).pk]), {"alasan": "banjir"}
    )

    assert page(client, "commitment_letter", pupil.household_id).status_code == 404


def test_closing_freezes_and_a_correction_stands_beside(client, ratna, pupil):
    client.force_login(ratna)
    shown = page(client, "close_quarter")
    assert english_in(texts_of(shown.content.decode())) == []

    client.post(reverse("facilitators:close_quarter"), {"tahap": str(LAST)})
    client.post(
        reverse("facilitators:correct_check", args=[check_of(pupil).pk]),
        {"hasil": "met", "alasan": "lembar tertukar"},
    )

    assert CommitmentQuarter.objects.get().closed_by == ratna
    family = page(client, "family_checks", pupil.household_id).content.decode()
    assert "lembar tertukar" in family
    assert english_in(texts_of(family)) == []
    overview = page(client, "commitments")
    assert overview.context["totals"]["not_met"] == 1
    assert "1 hasil dikoreksi setelah ditutup" in overview.content.decode()


def test_heads_see_figures_and_no_rows(client, pupil):
    client.force_login(person("kadis", Role.HEAD, "99.01"))

    overview = page(client, "commitments")

    assert overview.context["listed"] == 2
    assert "verkom/daftar" not in overview.content.decode()
    assert page(client, "commitment_list").status_code == 403


def test_prepare_makes_the_list_of_a_quarter(client, operator, child):
    owing(child, "primary", LAST)
    client.force_login(operator)

    client.post(reverse("facilitators:prepare_quarter"), {"tahap": str(LAST)})

    assert check_of(child).outcome == "no_evidence"


def test_the_family_file_shows_the_newest_quarter(client, sari, pupil):
    client.force_login(sari)

    answer = client.get(pupil.household.get_absolute_url())

    assert [one.outcome for one in answer.context["commitments"]] == ["not_met", "no_evidence"]


def test_the_demo_has_all_three_outcomes_and_is_made_once(ratna, family):
    for number in range(300):  # chance decides, and never leaves one of them out of so many
        owing(
            MemberFactory(household=family), ("primary", "elderly", "early_child")[number % 3], LAST
        )
    made = {"office_area": AreaFactory(code="99.01"), "starts_on": LAST.starts_on, "by": ratna,
            "at": timezone.now()}  # fmt: skip

    months = make_demo_commitments(**made)

    last = CommitmentCheck.objects.of_period(LAST).tallied()
    assert min(last["met"], last["not_met"], last["no_evidence"]) > 0
    assert CommitmentCheck.objects.of_period(LAST.next()).tallied()["no_evidence"] == 300
    assert months == CommitmentMonth.objects.count()
    assert make_demo_commitments(**made) == 0


def test_the_night_brings_the_lists_up_to_date_and_leaves_closed_ones(settings, ratna, child):
    settings.PKH_OFFICE_AREA = "99.01"
    prepared()
    close_quarter(period=LAST, area="99.01", by=ratna, at=timezone.now())
    owing(child, "primary", LAST.next())

    for _ in range(2):
        prepare_commitments()

    checks = CommitmentCheck.objects.filter(member=child)
    assert [check.quarter.period for check in checks.select_related("quarter")] == [LAST.next()]


@pytest.mark.parametrize("name", ["commitments", "close_quarter"])
@pytest.mark.parametrize("said", ["9999-4", "0000-1"])
def test_a_quarter_of_another_age_is_as_if_none_was_said(client, ratna, name, said):
    client.force_login(ratna)

    assert client.get(reverse(f"facilitators:{name}"), {"tahap": said}).status_code == 200
