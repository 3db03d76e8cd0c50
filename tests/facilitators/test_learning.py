"""P2K2: groups, sessions and attendance; what is counted, refused and kept once."""

import datetime as dt
import uuid
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent
from core.errors import Refused
from facilitators.models import (
    Attendance,
    LearningGroup,
    LearningMembership,
    LearningModule,
    LearningSession,
    LearningTopic,
)
from facilitators.queries import learning
from facilitators.services import (
    form_group,
    join_group,
    leave_group,
    name_leader,
    record_session,
)
from tests.factories.areas import AreaFactory
from tests.factories.facilitators import FacilitatorFactory, entrust
from tests.factories.learning import a_family, a_group, a_topic, put_into

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 2)
AT = dt.datetime(2026, 11, 2, 3, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def record(group, households, by, statuses=(), **changed):
    """Everybody present, but for the `statuses` of the first families."""
    said = [*statuses, *["present"] * (len(households) - len(statuses))]
    values = {
        "group": group,
        "topic": changed.pop("topic", None) or a_topic(),
        "held_on": TODAY,
        "attendance": {
            one.pk: (status, None) for one, status in zip(households, said, strict=True)
        },
        "by": by,
        "at": AT,
    }
    return record_session(**(values | changed))


def refusal(call, **values):
    with pytest.raises(Refused) as refused:
        call(**values)
    return refused.value.code


# --- the golden case of the office


def test_21_of_25_and_a_guest_are_84_percent_and_sent_twice_is_counted_once(ratna):
    group, households = a_group(25)
    sent = {
        "statuses": ["absent", "absent", "absent", "ill"],
        "topic": a_topic(),
        "guests": 1,
        "client_id": uuid.uuid4(),
    }

    first, made = record(group, households, ratna, **sent)
    again, made_again = record(group, households, ratna, **sent)

    report = learning.monthly_report(group=group, month=TODAY.replace(day=1), user=ratna)
    assert (first.pk, made, made_again) == (again.pk, True, False)
    assert (report.percent, report.present, report.expected) == (Decimal(84), 21, 25)
    assert (report.guests, len(report.sessions), len(report.absentees)) == (1, 1, 4)
    assert Attendance.objects.count() == 25


@pytest.mark.parametrize(
    ("present", "expected", "result"),
    [(0, 0, None), (0, 5, "0.0"), (1, 3, "33.3"), (2, 3, "66.7"), (1, 16, "6.3"), (7, 7, "100.0")],
)
def test_percent_is_half_up_and_nobody_divides_by_nobody(present, expected, result):
    assert learning.percent(present, expected) == (None if result is None else Decimal(result))


# --- the same again


def test_the_same_id_with_other_content_is_refused(ratna):
    group, households = a_group()
    sent = {"client_id": uuid.uuid4(), "topic": a_topic()}
    record(group, households, ratna, **sent)

    code = refusal(record, group=group, households=households, by=ratna, statuses=["ill"], **sent)

    assert code == "session_id_taken"
    assert Attendance.objects.filter(status="present").count() == 3


def test_the_id_of_somebody_else_is_taken(ratna, operator):
    group, households = a_group()
    sent = {"client_id": uuid.uuid4(), "topic": a_topic()}
    record(group, households, ratna, **sent)

    assert (
        refusal(record, group=group, households=households, by=operator, **sent)
        == "session_id_taken"
    )


def test_the_id_of_a_session_of_another_group_is_taken(ratna):
    group, households = a_group()
    other, others = a_group(village=group.village)
    sent = {"client_id": uuid.uuid4(), "topic": a_topic()}
    record(group, households, ratna, **sent)

    assert refusal(record, group=other, households=others, by=ratna, **sent) == "session_id_taken"


def test_a_group_has_one_session_a_day(ratna):
    group, households = a_group()
    record(group, households, ratna)

    assert refusal(record, group=group, households=households, by=ratna) == "session_exists"
    assert record(group, households, ratna, held_on=TODAY - DAY)[1] is True


# --- what cannot be


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"held_on": TODAY + DAY}, "future"),
        ({"held_on": dt.date(2025, 12, 31)}, "no_families"),
        ({"guests": 501}, "too_many_guests"),
        ({"guests": -1}, "too_many_guests"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_beside_its_field(ratna, changed, code):
    group, households = a_group()

    with pytest.raises(Refused) as refused:
        record(group, households, ratna, **changed)

    assert (refused.value.code, list(refused.value.fields)) == (code, list(changed))
    assert LearningSession.objects.count() == 0


def test_today_in_the_office_is_today_although_greenwich_sleeps(ratna):
    group, households = a_group()
    after_midnight = dt.datetime(2026, 11, 2, 18, 0, tzinfo=dt.UTC)  # 01.00 on the 3rd in Lampung

    _session, made = record(group, households, ratna, held_on=TODAY + DAY, at=after_midnight)

    assert made is True


def test_a_topic_counts_only_in_its_time(ratna):
    group, households = a_group()
    ended = a_topic(valid_to=TODAY)

    code = refusal(record, group=group, households=households, by=ratna, topic=ended)
    _session, made = record(group, households, ratna, topic=ended, held_on=TODAY - DAY)

    assert (code, made) == ("wrong_topic", True)


def test_every_family_of_the_day_answers_and_no_other(ratna):
    group, households = a_group()
    gone, stranger = a_family(group.village), a_family(group.village)
    put_into(group, gone, ends_on=TODAY - DAY)

    few = refusal(record, group=group, households=households[:2], by=ratna)
    left = refusal(record, group=group, households=[*households, gone], by=ratna)
    foreign = refusal(record, group=group, households=[*households, stranger], by=ratna)

    assert (few, left, foreign) == ("attendance_incomplete", "not_in_group", "not_in_group")


def test_somebody_else_of_the_family_may_come_but_nobody_of_another(ratna):
    group, (one, two) = a_group(2)
    daughter = one.members.create(name="ANAK")
    attendance = {one.pk: ("present", daughter.pk), two.pk: ("present", None)}

    session, _made = record(group, [one, two], ratna, attendance=attendance)
    wrong = {one.pk: ("present", two.caretaker_id), two.pk: ("present", None)}

    assert dict(session.attendance.values_list("household_id", "member_id")) == {
        one.pk: daughter.pk,
        two.pk: two.caretaker_id,
    }
    assert (
        refusal(
            record,
            group=group,
            households=[one, two],
            by=ratna,
            attendance=wrong,
            held_on=TODAY - DAY,
        )
        == "wrong_member"
    )


# --- whose group


def test_a_facilitator_sees_and_records_only_groups_of_the_own_families(sari, budi):
    own, households = a_group()
    other, others = a_group(village=own.village)
    entrust(FacilitatorFactory(user=sari), *households)
    entrust(FacilitatorFactory(), *others)

    assert list(LearningGroup.objects.visible_to(sari)) == [own]
    assert record(own, households, sari)[1] is True
    assert refusal(record, group=other, households=others, by=sari) == "not_recordable"
    assert LearningGroup.objects.visible_to(budi).count() == 0


def test_of_a_mixed_group_a_facilitator_says_only_who_of_the_own_families_came(sari, ratna):
    group, (own, foreign) = a_group(2)
    entrust(FacilitatorFactory(user=sari), own)
    entrust(FacilitatorFactory(), foreign)

    session, _made = record(group, [own], sari)

    assert list(group.memberships.visible_to(sari).values_list("household", flat=True)) == [own.pk]
    assert session.attendance.count() == 1
    assert group.memberships.visible_to(ratna).count() == 2


def test_an_auditor_looks_and_records_nothing(wayan):
    group, households = a_group()

    assert LearningGroup.objects.visible_to(wayan).count() == 1
    assert refusal(record, group=group, households=households, by=wayan) == "not_recordable"


def test_a_session_names_who_accompanied_most_families_on_that_day(ratna):
    group, households = a_group()
    before, after = FacilitatorFactory(), FacilitatorFactory()
    entrust(before, *households, ends_on=TODAY - DAY)
    entrust(after, *households[:2], starts_on=TODAY)

    earlier, _made = record(group, households, ratna, held_on=TODAY - DAY)
    later, _made = record(group, households, ratna)

    assert (earlier.facilitator, later.facilitator) == (before, after)


# --- groups


def test_a_family_is_in_one_group_at_a_time_whoever_writes():
    group, (family, *_rest) = a_group()
    other, _others = a_group(village=group.village)

    with pytest.raises(IntegrityError), transaction.atomic():
        put_into(other, family, starts_on=TODAY)


def test_families_join_once_and_leave(ratna):
    village = AreaFactory()
    one, two = a_family(village), a_family(village)
    group = form_group(
        name=" Mawar  Satu", village=village, households=[one], starts_on=TODAY, by=ratna, at=AT
    )
    same = {"group": group, "by": ratna, "at": AT}

    joined = join_group(households=[one, two], starts_on=TODAY, **same)
    left = leave_group(households=[one], ends_on=TODAY + DAY, **same)

    assert (group.name, joined, left) == ("Mawar Satu", 1, 1)
    assert dict(LearningMembership.objects.values_list("household", "ends_on")) == {
        one.pk: TODAY + DAY,
        two.pk: None,
    }
    assert list(
        AuditEvent.objects.filter(verb__startswith="learning.")
        .order_by("pk")
        .values_list("verb", flat=True)
    ) == ["learning.group_formed", "learning.joined", "learning.joined", "learning.left"]


def test_who_belongs_elsewhere_does_not_join(ratna):
    group, _families = a_group()
    _other, (taken, *_rest) = a_group(village=group.village)
    far = a_family(AreaFactory(code="99.01.02.2001"))
    exited = a_family(group.village, status="exited", exited_on=TODAY)

    codes = [
        refusal(join_group, group=group, households=[one], starts_on=TODAY, by=ratna, at=AT)
        for one in (taken, far, exited)
    ]

    assert codes == ["in_other_group", "wrong_family", "wrong_family"]


def test_two_groups_of_a_village_have_two_names(ratna):
    group, _families = a_group()

    assert (
        refusal(
            form_group, name=group.name, village=group.village, starts_on=TODAY, by=ratna, at=AT
        )
        == "name_taken"
    )


def test_the_leader_is_a_caretaker_of_the_group_and_goes_with_the_family(ratna):
    group, (one, *_rest) = a_group()
    stranger = a_family(group.village)
    same = {"group": group, "by": ratna, "at": AT}

    named = name_leader(member=one.caretaker, on=TODAY, **same)
    refused = refusal(name_leader, member=stranger.caretaker, on=TODAY, **same)
    leave_group(households=[one], ends_on=TODAY, **same)

    assert (named.leader, refused) == (one.caretaker, "not_a_caretaker")
    assert LearningGroup.objects.get(pk=group.pk).leader is None


# --- absentees


def test_absences_are_of_those_missing_when_their_group_last_met(ratna):
    group, everybody = a_group(3)
    missed, _ill, came_back = everybody
    week = 7 * DAY
    record(group, everybody, ratna, ["present", "present", "absent"], held_on=TODAY - week)
    record(group, everybody, ratna, ["absent", "ill", "present"])

    def found(on):
        rows = learning.absences(on).select_related("session", "household", "member")
        return [(row.household, row.session.held_on, row.member) for row in rows]

    assert found(TODAY) == [(missed, TODAY, missed.caretaker)]
    assert found(TODAY - DAY) == [(came_back, TODAY - week, came_back.caretaker)]
    assert found(TODAY + 60 * DAY) == [(missed, TODAY, missed.caretaker)]
    assert found(TODAY + 61 * DAY) == []


# --- modules


def test_the_programme_has_seven_modules_with_their_topics():
    if not LearningModule.objects.exists():  # emptied by a test with real transactions
        import_module("facilitators.migrations.0005_modules_of_2018").load(apps, None)

    topics = {
        module.code: module.topics.count()
        for module in LearningModule.objects.exclude(code="uji").order_by("position")
    }

    assert topics == {
        "pengasuhan": 4,
        "ekonomi": 3,
        "kesehatan": 3,
        "perlindungan": 2,
        "kesejahteraan": 2,
        "stunting": 15,
        "adaptif": 1,
    }
    assert LearningTopic.objects.valid_on(dt.date(2017, 12, 31)).count() == 0


def test_a_month_is_shown_in_weeks_from_monday_with_its_sessions(ratna):
    group, households = a_group()
    record(group, households, ratna)
    sessions = learning.sessions_of(group, TODAY)

    weeks = learning.weeks_of(TODAY, sessions)

    assert [day for day, _session in weeks[0]] == [0, 0, 0, 0, 0, 0, 1]
    assert [(day, held) for week in weeks for day, held in week if held] == [(2, sessions[0])]
