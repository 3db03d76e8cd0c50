import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import AuditEvent
from accounts.roles import ROLE_PERMISSIONS
from beneficiaries.services import reveal_identities, reveal_identity
from core.errors import Refused
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 2, 8, tzinfo=dt.UTC)


def household(code="99.01.01.2001", **fields):
    return HouseholdFactory(desa=AreaFactory(code=code), **fields)


@pytest.fixture
def member(db):
    return MemberFactory(household=household(), nik="9901010101900001")


def ask(record, by, reason="Cek KTP di lapangan", at=NOW):
    return reveal_identity(record=record, reason=reason, by=by, at=at, channel="page")


def refusal_of(*args, **kwargs):
    with pytest.raises(Refused) as refusal:
        ask(*args, **kwargs)
    return refusal.value.code


def test_reveal_identity_shows_the_number_and_records_it(member, sari):
    assert ask(member, sari) == "9901010101900001"

    event = AuditEvent.objects.get()
    assert (event.verb, event.by, event.at, event.reason, event.channel) == (
        "identity.revealed",
        sari,
        NOW,
        "Cek KTP di lapangan",
        "page",
    )
    assert (event.target_type, event.target_id, event.data) == (
        "beneficiaries.member",
        str(member.pk),
        {"field": "nik"},
    )


def test_reveal_identity_shows_a_card_number(sari):
    family = household(kk_number="9901010101260001")

    assert ask(family, sari) == "9901010101260001"


@pytest.mark.parametrize("reason", ["", "   ", "cek", "a  b"])
def test_reveal_identity_refuses_without_a_reason(member, sari, reason):
    assert refusal_of(member, sari, reason=reason) == "reason_needed"
    assert AuditEvent.objects.count() == 0


def test_reveal_identity_refuses_outside_ones_area_and_without_the_right(
    member, budi, administrator, ratna
):
    assert refusal_of(member, budi) == "not_allowed"
    assert refusal_of(member, administrator) == "not_allowed"
    assert AuditEvent.objects.count() == 0
    assert ask(member, ratna) == member.nik


def test_reveal_identity_refuses_once_the_assignment_ended(member, sari):
    sari.assignments.update(ends_on=dt.date(2021, 1, 1))

    assert refusal_of(member, sari) == "not_allowed"


def test_reveal_identity_refuses_beyond_the_roles_limit_of_the_day(member, sari, settings):
    settings.PKH_REVEALS_A_DAY = {"facilitator": 2}
    late_yesterday = dt.datetime(2026, 11, 1, 16, 59, tzinfo=dt.UTC)  # 23.59 in Jakarta
    just_today = dt.datetime(2026, 11, 1, 17, 0, tzinfo=dt.UTC)

    ask(member, sari, at=late_yesterday)
    ask(member, sari, at=just_today)
    ask(member, sari)
    assert refusal_of(member, sari) == "too_many_reveals"
    assert AuditEvent.objects.count() == 3


def test_a_role_the_setting_does_not_name_reveals_nothing(member, sari, settings):
    settings.PKH_REVEALS_A_DAY = {}

    assert refusal_of(member, sari) == "too_many_reveals"


def test_every_role_that_may_reveal_has_a_limit(settings):
    may = {role for role, held in ROLE_PERMISSIONS.items() if "accounts.reveal_identity" in held}

    assert set(settings.PKH_REVEALS_A_DAY) == may


def test_reveal_identities_shows_all_or_none(member, sari, settings):
    near = MemberFactory(household=member.household, nik="9901010101900002")
    far = MemberFactory(household=household("99.01.02.2001"), nik="9901020101900003")
    settings.PKH_REVEALS_A_DAY = {"facilitator": 3}

    def reveal(*records):
        return reveal_identities(records=records, reason="Daftar hadir", by=sari, at=NOW)

    assert reveal() == {}
    with pytest.raises(Refused):
        reveal(near, far)
    assert AuditEvent.objects.count() == 0
    family = member.household
    assert reveal(member, family) == {member: member.nik, family: family.kk_number}
    with pytest.raises(Refused):
        reveal(member, near)
    assert AuditEvent.objects.count() == 2


def test_reveal_identities_costs_the_same_for_one_and_for_three(
    member, sari, django_assert_num_queries
):
    three = [member, *[MemberFactory(household=member.household) for _ in range(2)]]
    for records in ([member], three):
        with django_assert_num_queries(11):
            reveal_identities(records=records, reason="Daftar hadir", by=sari, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_shown_when_the_audit_trail_cannot_be_written(member, sari):
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.full() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RAISE EXCEPTION 'disk full'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER disk_full BEFORE INSERT ON accounts_auditevent"
            " FOR EACH ROW EXECUTE FUNCTION pg_temp.full()"
        )
    try:
        with pytest.raises(DatabaseError):
            ask(member, sari)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER disk_full ON accounts_auditevent")


@pytest.mark.django_db(transaction=True)
def test_reveal_identity_does_not_trust_a_transaction_that_may_roll_back(member, sari):
    with pytest.raises(RuntimeError), transaction.atomic():
        ask(member, sari)

    assert AuditEvent.objects.count() == 0
