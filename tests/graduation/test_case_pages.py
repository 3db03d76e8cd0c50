"""Board, case page, proposing, and exits that are no graduation, as people meet them."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from beneficiaries.models import MemberComponent, MemberPeriod
from beneficiaries.services import change_household
from core.periods import Period
from graduation.models import CaseFlag, Exit, ExitEntry, GraduationCase, QuarterCorrection
from graduation.queries import cases as queries
from graduation.services import (
    approve_case,
    cancel_case,
    lock_quarter,
    raise_flags,
    record_exit,
)
from tests.english import english_in, texts_of
from tests.factories.accounts import person
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory
from tests.factories.facilitators import FacilitatorFactory, entrust
from tests.factories.files import pdf
from tests.factories.graduation import (
    GraduationVisitFactory,
    case_of,
    exit_type,
    the_head,
)

pytestmark = pytest.mark.django_db
BOARD = "/graduasi/"


@pytest.fixture
def now():
    return timezone.now()


def a_family(name="IBU SITI", desa="99.01.01.2001"):
    family = HouseholdFactory(desa=AreaFactory(code=desa))
    family.caretaker = MemberFactory(household=family, name=name, sex="P")
    family.save()
    return family


@pytest.fixture
def family(db):
    return a_family()


def upto(state, family, sari, ratna, now, **said):
    return case_of(family, by=sari, verifier=ratna, approver=the_head(), upto=state, at=now, **said)


def read(client, user, address):
    client.force_login(user)
    return client.get(address)


def post(client, user, name, pk, **said):
    client.force_login(user)
    return client.post(reverse(f"graduation:{name}", args=[pk]), said)


def buttons(answer):
    return [step["name"] for step in answer.context["forward"] + answer.context["turning"]]


def said(answer):
    return [str(message) for message in answer.wsgi_request._messages]


# --- the board


def test_board_counts_and_shows_open_cases_by_state(client, sari, ratna, now):
    for name, state in (("IBU A", "proposed"), ("IBU B", "proposed"), ("IBU C", "verified")):
        upto(state, a_family(name), sari, ratna, now)
    foreign = a_family("IBU LUAR", "99.02.01.2001")
    upto("proposed", foreign, sari, ratna, now)

    answer = read(client, ratna, BOARD)

    counts = {column.state: column.count for column in answer.context["columns"]}
    assert counts == {
        "potential": 0,
        "proposed": 2,
        "visited": 0,
        "verified": 1,
        "approved": 0,
        "submitted": 0,
        "closed": 0,
    }
    assert "IBU LUAR" not in answer.content.decode()
    assert english_in(texts_of(answer.content.decode())) == []


@pytest.mark.parametrize("number", [1, 3])
def test_board_asks_as_much_for_one_case_as_for_three(
    client, sari, ratna, now, number, django_assert_num_queries
):
    for n in range(number):
        upto("proposed", a_family(f"IBU {n}"), sari, ratna, now)
    read(client, ratna, BOARD)

    with django_assert_num_queries(10):
        client.get(BOARD)


def test_a_natural_graduation_shows_what_components_the_family_still_has(
    client, sari, ratna, family, now
):
    """Of the newest file, of members still there; other ways to leave are not asked."""
    child = MemberFactory(household=family, name="ANAK SEKOLAH", birth_on=dt.date(2018, 3, 1))
    grown = MemberFactory(household=family, name="ANAK LULUS")
    gone = MemberFactory(household=family, name="SUDAH PINDAH", status="moved")
    for member, component, year in (
        (child, "primary", 2026), (gone, "junior", 2026), (grown, "senior", 2025),
    ):  # fmt: skip
        MemberPeriod.objects.create(member=member, year=year, stage=4)
        MemberComponent.objects.create(member=member, year=year, stage=4, component=component)
    natural = upto("proposed", family, sari, ratna, now, type="natural")

    page = read(client, ratna, natural.get_absolute_url())
    other = upto("proposed", a_family(), sari, ratna, now)

    assert [one.member for one in page.context["components_left"]] == [child]
    assert "ANAK SEKOLAH: SD" in page.content.decode()
    assert english_in(texts_of(page.content.decode())) == []
    assert read(client, ratna, other.get_absolute_url()).context["components_left"] == []


def test_a_full_column_shows_the_longest_waiting_and_leads_to_the_list(
    client, sari, ratna, now, monkeypatch
):
    monkeypatch.setattr(queries, "CARDS", 2)
    for n in range(3):
        upto("proposed", a_family(f"IBU {n}"), sari, ratna, now - dt.timedelta(days=n))

    answer = read(client, ratna, BOARD)

    proposed = answer.context["columns"][1]
    names = [case.household.caretaker.name for case in proposed.cases]
    assert (proposed.count, names, [case.days for case in proposed.cases]) == (
        3,
        ["IBU 2", "IBU 1"],
        [2, 1],
    )
    assert f"{reverse('graduation:cases')}?keadaan=proposed" in answer.content.decode()


def test_closed_cases_stay_on_the_board_for_thirty_days(client, sari, ratna, now):
    for name, days in (("IBU BARU", 1), ("IBU LAMA", 40)):
        at = now - dt.timedelta(days=days)
        case = upto("proposed", a_family(name), sari, ratna, at)
        cancel_case(case=case, reason="Mundur", by=sari, at=at)

    closed = read(client, ratna, BOARD).context["columns"][-1]

    assert [case.household.caretaker.name for case in closed.cases] == ["IBU BARU"]
    assert closed.count == 1


def test_waiting_for_me_is_what_i_may_do_next(client, sari, ratna, now):
    states = ["proposed", "visited", "verified", "approved", "submitted"]
    for state in states:
        upto(state, a_family(state.upper()), sari, ratna, now)
    lead = person("katim", Role.SUBDISTRICT_LEAD, "99.01.01")

    def waiting(user):
        answer = read(client, user, f"{BOARD}?menunggu=1")
        return {column.state for column in answer.context["columns"] if column.count}

    assert waiting(sari) == {"proposed"}
    assert waiting(lead) == {"proposed", "visited"}
    assert waiting(the_head()) == {"verified"}
    assert waiting(ratna) == {"proposed", "visited", "approved"}


def test_a_proposer_does_not_wait_for_his_own_verification(client, ratna, now):
    upto("visited", a_family(), ratna, ratna, now)

    answer = read(client, ratna, f"{BOARD}?menunggu=1")

    assert answer.context["total"] == 0


def test_board_by_village_type_and_facilitator(client, sari, ratna, now):
    here, there = a_family("IBU SINI"), a_family("IBU SANA", "99.01.02.2001")
    upto("proposed", here, sari, ratna, now)
    upto("proposed", there, sari, ratna, now, type="natural")
    facilitator = FacilitatorFactory()
    entrust(facilitator, there)

    def found(query):
        answer = read(client, ratna, f"{BOARD}?{query}")
        columns = answer.context["columns"]
        return [case.household.caretaker.name for column in columns for case in column.cases]

    assert found("wilayah=99.01.01") == ["IBU SINI"]
    assert found("jenis=natural") == ["IBU SANA"]
    assert found(f"pendamping={facilitator.pk}") == ["IBU SANA"]


def test_the_list_goes_on_after_the_last_row_seen(client, sari, ratna, now, monkeypatch):
    monkeypatch.setattr("core.paging.PAGE_SIZE", 2)
    monkeypatch.setattr("graduation.views.cases.page_of.__defaults__", (2, False))
    for n in range(3):
        upto("proposed", a_family(f"IBU {n}"), sari, ratna, now - dt.timedelta(days=n))

    first = read(client, ratna, "/graduasi/usulan/?keadaan=proposed")
    second = client.get(f"/graduasi/usulan/?keadaan=proposed&setelah={first.context['page'].after}")

    assert [case.household.caretaker.name for case in first.context["page"]] == ["IBU 0", "IBU 1"]
    assert [case.household.caretaker.name for case in second.context["page"]] == ["IBU 2"]


# --- one case


@pytest.mark.parametrize(
    ("state", "who", "expected"),
    [
        ("proposed", "sari", ["cancel"]),
        ("visited", "ratna", ["verify", "reject", "cancel"]),
        ("visited", "sari", ["cancel"]),
        ("verified", "kepala", ["approve", "reject"]),
        ("verified", "ratna", ["cancel"]),
        ("approved", "operator", ["submit", "cancel"]),
        ("submitted", "ratna", ["confirm", "cancel"]),
        ("submitted", "wayan", []),
    ],
)
def test_a_case_shows_exactly_the_buttons_this_person_may_press(
    client, sari, ratna, operator, wayan, family, now, state, who, expected
):
    case = upto(state, family, sari, ratna, now)
    people = {
        "sari": sari,
        "ratna": ratna,
        "operator": operator,
        "wayan": wayan,
        "kepala": the_head(),
    }

    answer = read(client, people[who], case.get_absolute_url())

    assert buttons(answer) == expected
    assert english_in(texts_of(answer.content.decode())) == []


def test_a_case_says_what_the_approval_still_needs(client, sari, ratna, family, now):
    case = upto("verified", family, sari, ratna, now, type="prosperous")

    answer = read(client, the_head(), case.get_absolute_url())

    assert buttons(answer) == ["reject"]
    assert answer.context["missing"] == ["surat pernyataan bertanda tangan", "penilaian"]


def test_the_whole_way_through_the_buttons(client, sari, ratna, operator, family, now):
    opened = post(
        client,
        sari,
        "propose",
        family.pk,
        id="00000000-0000-4000-8000-000000000001",
        type=exit_type().pk,
        note="Sudah mampu",
        langkah="usul",
    )
    case = GraduationCase.objects.get()
    assert (opened.status_code, opened.url) == (302, case.get_absolute_url())
    visit = GraduationVisitFactory(
        household=family, recorded_by=sari, device_at=now, recorded_at=now
    )
    post(client, sari, "visit_case", case.pk, version=2, visit=visit.pk)
    post(client, ratna, "verify_case", case.pk, version=3)
    post(client, the_head(), "approve_case", case.pk, version=4)
    post(client, operator, "submit_case", case.pk, version=5, number="12/PKH/2026")
    last = post(
        client,
        operator,
        "confirm_case",
        case.pk,
        version=6,
        on=timezone.localdate().strftime("%d-%m-%Y"),
        document_number="SK 7/2026",
    )

    case.refresh_from_db()
    assert (last.status_code, case.state, case.submitted_as) == (302, "confirmed", "12/PKH/2026")
    assert list(case.steps.values_list("state", "by__username")) == [
        ("potential", "sari"),
        ("proposed", "sari"),
        ("visited", "sari"),
        ("verified", "ratna"),
        ("approved", "kepala"),
        ("submitted", "operator"),
        ("confirmed", "operator"),
    ]
    assert Exit.objects.get().document_number == "SK 7/2026"
    page = client.get(case.get_absolute_url())
    assert buttons(page) == ["reactivate"]
    assert english_in(texts_of(page.content.decode())) == []


def test_a_step_from_an_older_page_is_refused_and_says_who_was_first(
    client, sari, ratna, family, now
):
    case = upto("verified", family, sari, ratna, now)
    read_version = case.version
    approve_case(case=case, by=the_head(), at=now)
    second = person("kabid", Role.DIVISION_HEAD, "99.01")

    answer = post(client, second, "approve_case", case.pk, version=read_version)

    assert answer.status_code == 302
    assert ["kepala" in one.lower() for one in said(answer)] == [True]
    assert case.steps.filter(state="approved").count() == 1


def test_a_step_without_its_reason_keeps_the_form_open(client, sari, ratna, family, now):
    case = upto("visited", family, sari, ratna, now)

    answer = post(client, ratna, "reject_case", case.pk, version=case.version, reason="")

    case.refresh_from_db()
    assert (answer.status_code, case.state) == (422, "visited")
    assert [step["open"] for step in answer.context["turning"]] == [True, False]


@pytest.mark.parametrize(
    ("step", "who"),
    [("verify", "sari"), ("approve", "ratna"), ("submit", "sari"), ("reactivate", "wayan")],
)
def test_a_step_of_another_role_is_not_allowed(client, sari, ratna, wayan, family, now, step, who):
    case = upto("visited", family, sari, ratna, now)
    user = {"sari": sari, "ratna": ratna, "wayan": wayan}[who]

    answer = post(client, user, f"{step}_case", case.pk, version=case.version)

    case.refresh_from_db()
    assert (answer.status_code, case.state) == (403, "visited")


def test_what_was_verified_is_rejected_by_whoever_approves(client, sari, ratna, family, now):
    case = upto("verified", family, sari, ratna, now)

    by_verifier = post(client, ratna, "reject_case", case.pk, version=case.version, reason="Keliru")
    assert GraduationCase.objects.get().state == "verified"
    by_head = post(
        client, the_head(), "reject_case", case.pk, version=case.version, reason="Keliru"
    )

    assert (by_verifier.status_code, by_head.status_code) == (302, 302)
    assert GraduationCase.objects.get().state == "rejected"


def test_a_case_of_another_kecamatan_is_not_found(client, budi, sari, ratna, family, now):
    case = upto("proposed", family, sari, ratna, now)

    answers = [
        read(client, budi, case.get_absolute_url()),
        post(client, budi, "cancel_case", case.pk, version=case.version, reason="x"),
        read(client, budi, reverse("graduation:propose", args=[family.pk])),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_the_scan_of_the_statement_stands_with_the_case(client, sari, ratna, family, now):
    case = upto("proposed", family, sari, ratna, now)
    paper = SimpleUploadedFile("pernyataan.pdf", pdf(), "application/pdf")

    answer = post(
        client,
        sari,
        "attach_statement",
        case.pk,
        file=paper,
        signed_on=timezone.localdate().strftime("%d-%m-%Y"),
    )

    case.refresh_from_db()
    page = client.get(case.get_absolute_url())
    assert answer.status_code == 302
    assert [one.pk for one in page.context["documents"]] == [case.statement_id]
    assert "pernyataan.pdf" in page.content.decode()


def test_an_open_flag_holds_the_case_until_somebody_settles_it(client, sari, ratna, family, now):
    case = upto("visited", family, sari, ratna, now)
    AreaFactory(code="99.01.01.2002")
    change_household(household=family, values={"desa_id": "99.01.01.2002"}, by=ratna, at=now)
    raise_flags(at=now)
    flag = CaseFlag.objects.get()

    held = read(client, ratna, case.get_absolute_url())
    settled = post(client, ratna, "settle_flag", flag.pk, note="Masih di kecamatan ini")
    free = client.get(case.get_absolute_url())

    assert (buttons(held), buttons(free)) == (
        ["reject", "cancel"],
        ["verify", "reject", "cancel"],
    )
    assert settled.url == case.get_absolute_url()


# --- from the family


def test_the_family_page_offers_to_propose_and_then_shows_the_case(
    client, sari, ratna, wayan, family, now
):
    address = family.get_absolute_url()
    propose = reverse("graduation:propose", args=[family.pk])

    before = read(client, sari, address).content.decode()
    auditor = read(client, wayan, address).content.decode()
    case = upto("proposed", family, sari, ratna, now)
    after = read(client, sari, address).content.decode()

    assert (propose in before, propose in auditor, propose in after) == (True, False, False)
    assert case.get_absolute_url() in after


def test_a_year_is_written_as_a_year(client, sari, family):
    page = read(client, sari, reverse("graduation:propose", args=[family.pk])).content.decode()

    year = str(timezone.localdate().year)
    assert f'<option value="{year}" selected>{year}</option>' in page


def test_a_second_press_of_the_button_is_the_same_case(client, sari, family):
    sent = {
        "id": "00000000-0000-4000-8000-000000000001",
        "type": exit_type().pk,
        "langkah": "potensi",
    }

    answers = [post(client, sari, "propose", family.pk, **sent) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert GraduationCase.objects.get().state == "potential"


def test_proposing_offers_no_administrative_exit(client, sari, family):
    died = exit_type("died")

    answer = post(
        client,
        sari,
        "propose",
        family.pk,
        id="00000000-0000-4000-8000-000000000001",
        type=died.pk,
    )

    assert answer.status_code == 422
    assert GraduationCase.objects.count() == 0


# --- exits that are no graduation


def an_exit(family, by, now, on=None):
    return record_exit(
        household=family,
        type=exit_type("moved"),
        on=on or timezone.localdate(now),
        basis="office",
        by=by,
        at=now,
    )


def test_an_administrative_exit_is_recorded_and_never_a_graduation(client, operator, family):
    answer = post(
        client,
        operator,
        "record_exit",
        family.pk,
        type=exit_type("moved").pk,
        on=timezone.localdate().strftime("%d-%m-%Y"),
        document_number="470/12",
    )

    family.refresh_from_db()
    left = Exit.objects.get()
    assert (answer.status_code, family.status, left.type.headline) == (302, "exited", "")


def test_an_administrative_exit_offers_no_graduation(client, operator, family):
    answer = post(
        client,
        operator,
        "record_exit",
        family.pk,
        type=exit_type("natural").pk,
        on=timezone.localdate().strftime("%d-%m-%Y"),
    )

    assert (answer.status_code, Exit.objects.count()) == (422, 0)


def test_the_list_of_exits_holds_them_and_what_may_be_done(
    client, operator, wayan, ratna, family, now, django_assert_num_queries
):
    an_exit(family, operator, now)
    an_exit(a_family("IBU LUAR", "99.02.01.2001"), operator, now)

    mine = read(client, operator, reverse("graduation:exits"))
    auditors = read(client, wayan, reverse("graduation:exits"))

    assert [(one.may_move, one.may_withdraw) for one in mine.context["page"]] == [(True, True)]
    assert [(one.may_move, one.may_withdraw) for one in auditors.context["page"]] == [
        (False, False)
    ]
    assert english_in(texts_of(mine.content.decode())) == []


def test_an_exit_is_withdrawn_for_a_reason(client, operator, family, now):
    left = an_exit(family, operator, now)

    without = post(client, operator, "withdraw_exit", left.pk, reason="")
    done = post(client, operator, "withdraw_exit", left.pk, reason="Salah orang")

    family.refresh_from_db()
    assert (without.status_code, done.status_code, family.status) == (422, 302, "active")
    assert sum(ExitEntry.objects.values_list("sign", flat=True)) == 0


def test_day_and_way_of_an_exit_are_corrected(client, operator, family, now):
    left = an_exit(family, operator, now)
    day = timezone.localdate() - dt.timedelta(days=1)

    post(
        client,
        operator,
        "move_exit",
        left.pk,
        on=day.strftime("%d-%m-%Y"),
        type=exit_type("died").pk,
        reason="Ternyata meninggal",
    )

    left.refresh_from_db()
    assert (left.on, left.type.code) == (day, "died")


def test_a_locked_quarter_is_corrected_by_the_coordinator_only(
    client, operator, ratna, family, now
):
    quarter = Period.of(timezone.localdate(now)).previous()
    left = an_exit(family, operator, now, on=quarter.starts_on)
    lock_quarter(area=family.desa, period=quarter, by=the_head(), at=now, base={})

    refused = post(client, operator, "withdraw_exit", left.pk, reason="Salah orang")
    assert Exit.objects.get().withdrawn_at is None
    done = post(client, ratna, "withdraw_exit", left.pk, reason="Salah orang")

    assert (refused.status_code, done.status_code) == (422, 302)
    assert QuarterCorrection.objects.get().reason == "Salah orang"


def test_a_decree_for_a_locked_quarter_needs_the_coordinators_reason(
    client, sari, ratna, operator, family, now
):
    quarter = Period.of(timezone.localdate(now)).previous()
    at = timezone.make_aware(dt.datetime.combine(quarter.starts_on, dt.time(9)))
    case = upto("submitted", family, sari, ratna, at)
    lock_quarter(area=family.desa, period=quarter, by=the_head(), at=now, base={})
    sent = {
        "version": case.version,
        "on": quarter.ends_on.strftime("%d-%m-%Y"),
        "document_number": "SK 7",
        "correction_reason": "SK datang terlambat",
    }

    refused = post(client, operator, "confirm_case", case.pk, **sent)
    unsaid = post(client, ratna, "confirm_case", case.pk, **sent | {"correction_reason": ""})
    assert Exit.objects.count() == 0
    done = post(client, ratna, "confirm_case", case.pk, **sent)

    assert (refused.status_code, unsaid.status_code, done.status_code) == (302, 422, 302)
    assert QuarterCorrection.objects.get().reason == "SK datang terlambat"
