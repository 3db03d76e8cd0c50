"""A meeting carries its decisions to their evidence, and the unfinished into the next meeting."""

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.db.utils import DatabaseError

from core.errors import Refused
from documents.models import Document
from meetings.models import Escalation, FollowUp, FollowUpEntry, Meeting, MinutesVersion
from meetings.services import (
    add_evidence,
    add_issue,
    cancel_meeting,
    change_decision,
    change_meeting,
    close_follow_up,
    close_meeting,
    drop_follow_up,
    escalate,
    give_up_revision,
    hold_meeting,
    invite,
    open_revision,
    plan_meeting,
    postpone_follow_up,
    publish_minutes,
    remove_agenda_item,
    remove_follow_up,
    reopen_follow_up,
    send_invitations,
    tell_progress,
)
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory
from tests.factories.files import jpeg
from tests.factories.meetings import (
    AT,
    follow_up_of,
    institution,
    issue_of,
    meeting_of,
    planner,
)

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
FIVE = ("Dinas Kesehatan", "Dinas Pendidikan", "Disdukcapil", "Bappeda", "Kecamatan Contoh")


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def evidence_for(follow_up, by, at):
    return add_evidence(
        follow_up=follow_up,
        file=ContentFile(jpeg((300, 200))),
        name="bukti.jpg",
        kind=Document.Kind.PHOTO,
        by=by,
        at=at,
    )


def test_twelve_decisions_over_five_institutions():
    """Seven closed with evidence, three overdue and escalated twice, five open heading the next
    agenda with their age and how often they were carried over."""
    by = planner()
    first = meeting_of(state="held")
    issue = issue_of(first)
    made = [
        follow_up_of(
            first,
            issue=issue,
            institution=institution(FIVE[nth % 5]),
            description=f"Tugas {nth}",
            days=3 if nth in (7, 8, 9) else 60,
        )
        for nth in range(12)
    ]
    publish_minutes(meeting=first, by=by, at=AT + DAY)
    for one in made[:7]:
        with pytest.raises(Refused) as refused:
            close_follow_up(follow_up=one, by=by, at=AT + 2 * DAY)
        assert refused.value.code == "evidence_missing"
        evidence_for(one, by, AT + 2 * DAY)
        close_follow_up(follow_up=one, by=by, at=AT + 2 * DAY, note="Selesai")

    assert escalate(at=AT + 3 * DAY) == 0  # due today is not late
    assert escalate(at=AT + 4 * DAY) == 3
    assert escalate(at=AT + 4 * DAY) == 0
    assert escalate(at=AT + 10 * DAY) == 3
    told = Escalation.objects.values_list("follow_up__number", "step", "to")
    assert sorted(told) == [
        (number, step, to)
        for number in (8, 9, 10)
        for step, to in ((1, "owner"), (2, "coordinator"))
    ]

    second = meeting_of(at=AT + 30 * DAY)
    agenda = list(second.agenda.all())
    assert [item.title for item in agenda] == [f"Tugas {nth}" for nth in (7, 8, 9, 10, 11)]
    second = send_and_hold(second, by)
    publish_empty(second, by)
    third = meeting_of(at=AT + 60 * DAY)
    carried = [item.follow_up for item in third.agenda.all()]

    assert [one.number for one in carried] == [8, 9, 10, 11, 12]
    assert {times for one in carried for times in [one.times_carried]} == {2}
    assert [one.age_in_days(third.local_start.date()) for one in carried] == [60] * 5
    assert FollowUp.objects.filter(state="done").count() == 7


def send_and_hold(meeting, by):
    invite(meeting=meeting, institution=institution(), by=by, at=meeting.starts_at - DAY)
    meeting = send_invitations(meeting=meeting, by=by, at=meeting.starts_at - DAY)
    return hold_meeting(meeting=meeting, by=by, at=meeting.starts_at)


def publish_empty(meeting, by):
    issue_of(meeting, by=by)
    return publish_minutes(meeting=meeting, by=by, at=meeting.ends_at)


def test_the_database_keeps_a_follow_up_without_its_evidence_open():
    follow_up = follow_up_of(meeting_of(state="held"))

    with pytest.raises(DatabaseError), transaction.atomic():
        FollowUp.objects.filter(pk=follow_up.pk).update(
            state="done", closed_on=AT.date(), closed_by=follow_up.decision.issue.meeting.made_by
        )


def test_a_follow_up_that_needs_no_evidence_closes_with_a_note():
    meeting = meeting_of(state="held")
    follow_up = follow_up_of(meeting, needs_evidence=False)
    publish_minutes(meeting=meeting, by=meeting.made_by, at=AT + DAY)

    done = close_follow_up(follow_up=follow_up, by=meeting.made_by, at=AT + 2 * DAY, note="Sudah")

    assert (done.state, done.closed_on) == ("done", (AT + 2 * DAY).date())


def test_published_minutes_change_only_under_a_revision_with_its_reason():
    by = planner()
    meeting = meeting_of(state="held")
    follow_up = follow_up_of(meeting)
    first = publish_minutes(meeting=meeting, by=by, at=AT + DAY)
    decision = follow_up.decision
    with pytest.raises(Refused) as frozen:
        change_decision(decision=decision, text="Lain", by=by, at=AT + DAY)
    with pytest.raises(Refused) as unsaid:
        open_revision(meeting=meeting, reason=" ", by=by, at=AT + DAY)
    open_revision(meeting=meeting, reason="Salah tulis nama desa", by=by, at=AT + 2 * DAY)
    with pytest.raises(Refused) as same:
        publish_minutes(meeting=meeting, by=by, at=AT + 2 * DAY)
    change_decision(decision=decision, text="Lain", by=by, at=AT + 2 * DAY)
    with pytest.raises(Refused) as kept:
        give_up_revision(meeting=meeting, by=by, at=AT + 2 * DAY)

    second = publish_minutes(meeting=meeting, by=by, at=AT + 2 * DAY)

    codes = [one.value.code for one in (frozen, unsaid, same, kept)]
    assert codes == ["minutes_frozen", "reason_missing", "nothing_changed", "revision_has_changes"]
    assert (first.number, second.number, second.reason) == (1, 2, "Salah tulis nama desa")
    assert first.content["issues"][0]["decisions"][0]["text"] == "Sepakat"
    assert second.content["issues"][0]["decisions"][0]["text"] == "Lain"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE meetings_minutesversion SET reason = 'x'")


def test_minutes_say_of_a_family_only_that_there_is_one():
    family = HouseholdFactory(desa=AreaFactory(code="99.01.01.2001"))
    meeting = meeting_of(state="held")
    follow_up_of(meeting, household=family)

    version = publish_minutes(meeting=meeting, by=meeting.made_by, at=AT + DAY)

    told = version.content["issues"][0]["decisions"][0]["follow_ups"][0]
    assert told["concerns"] == "household"
    assert not {"household", "family"} & set(told)
    assert MinutesVersion.objects.get() == version


def test_the_same_plan_sent_twice_is_one_meeting_and_another_under_its_id_is_refused():
    by = planner()
    said = {
        "kind": "coordination",
        "area": AreaFactory(code="99.01"),
        "theme": "Tema",
        "place": "Aula",
        "starts_at": AT,
        "ends_at": AT + dt.timedelta(hours=2),
        "chair": "Kepala Dinas",
        "id": "7f1d1c53-37b2-4b57-9a0b-0f6f6a9f1234",
        "by": by,
        "at": AT - DAY,
    }

    first, again = plan_meeting(**said), plan_meeting(**said)
    with pytest.raises(Refused) as refused:
        plan_meeting(**said | {"theme": "Lain"})

    assert (first.is_new, again.is_new, Meeting.objects.count()) == (True, False, 1)
    assert refused.value.code == "meeting_id_taken"


def test_numbers_go_on_by_kind_area_and_year():
    numbers = [
        meeting_of(at=AT).number,
        meeting_of(at=AT + DAY).number,
        meeting_of(at=AT, kind="evaluation").number,
        meeting_of("99.01.01", at=AT).number,
        meeting_of(at=AT + 120 * DAY).number,
    ]

    assert numbers == [1, 2, 1, 1, 1]


@pytest.mark.parametrize(
    ("state", "step", "said", "code"),
    [
        ("draft", hold_meeting, {"at": AT + DAY}, "not_from_here"),
        ("draft", send_invitations, {}, "nobody_invited"),
        ("draft", add_issue, {"title": "x", "category": "data"}, "not_held"),
        ("invited", hold_meeting, {"at": AT - DAY}, "not_begun"),
        ("invited", publish_minutes, {}, "no_issue"),
        ("invited", cancel_meeting, {"reason": " "}, "reason_missing"),
        ("held", cancel_meeting, {"reason": "x"}, "not_from_here"),
        ("held", close_meeting, {}, "not_from_here"),
        ("held", change_meeting, {"values": {"place": "x"}}, "planning_ended"),
    ],
)
def test_steps_that_are_not_possible_are_refused(state, step, said, code):
    meeting = meeting_of(state=state)

    with pytest.raises(Refused) as refused:
        step(**{"meeting": meeting, "by": meeting.made_by, "at": AT} | said)

    assert refused.value.code == code


def test_what_is_unfinished_cannot_be_taken_off_the_agenda():
    meeting = meeting_of(state="held")
    follow_up = follow_up_of(meeting)
    publish_minutes(meeting=meeting, by=meeting.made_by, at=AT + DAY)
    item = meeting_of(at=AT + 30 * DAY).agenda.get()

    with pytest.raises(Refused) as refused:
        remove_agenda_item(item=item, by=meeting.made_by, at=AT)
    drop_follow_up(follow_up=follow_up, reason="Sudah tidak perlu", by=meeting.made_by, at=AT)
    item.follow_up.refresh_from_db()
    remove_agenda_item(item=item, by=meeting.made_by, at=AT)

    assert refused.value.code == "carried_over"


def test_the_history_of_a_follow_up_is_told_in_order():
    meeting = meeting_of(state="held")
    by = meeting.made_by
    follow_up = follow_up_of(meeting, days=3)
    with pytest.raises(Refused):
        postpone_follow_up(follow_up=follow_up, due_on=AT.date(), reason="x", by=by, at=AT)
    publish_minutes(meeting=meeting, by=by, at=AT + DAY)
    tell_progress(follow_up=follow_up, text="Sudah rapat dengan desa", by=by, at=AT + 2 * DAY)
    escalate(at=AT + 5 * DAY)
    later = (AT + 20 * DAY).date()
    postpone_follow_up(follow_up=follow_up, due_on=later, reason="Menunggu", by=by, at=AT + 6 * DAY)
    evidence_for(follow_up, by, AT + 7 * DAY)
    close_follow_up(follow_up=follow_up, by=by, at=AT + 7 * DAY)
    reopen_follow_up(follow_up=follow_up, reason="Belum lengkap", by=by, at=AT + 8 * DAY)

    follow_up.refresh_from_db()
    kinds = list(FollowUpEntry.objects.values_list("kind", flat=True))
    assert kinds == ["note", "escalated", "postponed", "evidence", "state", "state"]
    assert (follow_up.state, follow_up.evidence, follow_up.due_on) == ("in_progress", None, later)
    with pytest.raises(Refused) as refused:
        remove_follow_up(follow_up=follow_up, by=by, at=AT + 9 * DAY)
    assert refused.value.code == "minutes_frozen"
