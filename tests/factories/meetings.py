import datetime as dt
from importlib import import_module

from django.apps import apps

from accounts.roles import Role
from meetings.models import FollowUp, Institution, Issue, Meeting, Representative
from meetings.services import (
    add_agenda_item,
    add_decision,
    add_follow_up,
    add_issue,
    hold_meeting,
    invite,
    plan_meeting,
    publish_minutes,
    send_invitations,
)
from tests.factories.accounts import person
from tests.factories.areas import AreaFactory

_FIRST = import_module("meetings.migrations.0002_first_settings")
# A Monday in the office's own year; meetings of tests begin at nine in the morning there.
AT = dt.datetime(2026, 10, 5, 2, 0, tzinfo=dt.UTC)


def first_settings():
    """Settings and rules as the migration left them; tests with real transactions empty those."""
    _FIRST.add_settings(apps, None)


def institution(name="Dinas Kesehatan", area="99.01", **values) -> Institution:
    values.setdefault("short_name", name.replace("Dinas ", "")[:30])
    found, _is_new = Institution.objects.get_or_create(
        name=name, area=AreaFactory(code=area), defaults=values
    )
    return found


def representative(name="dr. Ratna", of=None, **values) -> Representative:
    return Representative.objects.create(institution=of or institution(), name=name, **values)


def planner(area="99.01", name="rapat-korkab"):
    from accounts.models import User

    found = User.objects.filter(username=name).first()
    return found or person(name, Role.DISTRICT_COORDINATOR, area)


def meeting_of(area="99.01", *, at=AT, by=None, state="draft", **values) -> Meeting:
    """A meeting of the area that begins at `at`, brought to `state` by its planner."""
    by = by or planner(area[:5])
    first_settings()
    before = at - dt.timedelta(days=10)
    said = {
        "kind": Meeting.Kind.COORDINATION,
        "theme": "Data yang padan, bantuan yang tepat",
        "place": "Aula Dinas Sosial",
        "starts_at": at,
        "ends_at": at + dt.timedelta(hours=3),
        "chair": "Kepala Dinas",
    } | values
    meeting = plan_meeting(area=AreaFactory(code=area), by=by, at=before, **said)
    if state == "draft":
        return meeting
    invite(
        meeting=meeting, institution=institution(area=area[:5]), name="dr. Ratna", by=by, at=before
    )
    add_agenda_item(meeting=meeting, title="Pembukaan", by=by, at=before)
    meeting = send_invitations(meeting=meeting, by=by, at=before)
    if state == "invited":
        return meeting
    meeting = hold_meeting(meeting=meeting, by=by, at=at + dt.timedelta(hours=1))
    if state == "held":
        return meeting
    issue_of(meeting, by=by)
    publish_minutes(meeting=meeting, by=by, at=at + dt.timedelta(days=1))
    meeting.refresh_from_db()
    return meeting


def issue_of(meeting, *, by=None, title="Data tidak padan", category=Issue.Category.DATA) -> Issue:
    return add_issue(
        meeting=meeting,
        title=title,
        category=category,
        by=by or meeting.made_by,
        at=meeting.ends_at,
    )


def follow_up_of(meeting, *, days=14, by=None, issue=None, text="Sepakat", **values) -> FollowUp:
    """A follow-up of the meeting, due so many days after it."""
    by = by or meeting.made_by
    issue = issue or meeting.issues.first() or issue_of(meeting, by=by)
    decision = add_decision(issue=issue, text=text, by=by, at=meeting.ends_at)
    said = {
        "description": "Memadankan data bersama Disdukcapil",
        "institution": values.pop("institution", None) or institution(area=meeting.area_id[:5]),
        "owner_name": "dr. Ratna",
        "due_on": meeting.local_start.date() + dt.timedelta(days=days),
    } | values
    return add_follow_up(decision=decision, by=by, at=meeting.ends_at, **said)
