"""Meetings in the small world: in every kecamatan one whose minutes are published and one that is
still a draft; a follow-up of the kecamatan, and one about the first family of each desa."""

import datetime as dt

from django.utils import timezone

from accounts.roles import Role
from meetings.models import (
    AgendaItem,
    Attendance,
    Decision,
    Escalation,
    Facility,
    FollowUp,
    FollowUpEntry,
    Institution,
    Invitation,
    Issue,
    Meeting,
    MeetingEvent,
    MinutesVersion,
    Representative,
    Revision,
)
from meetings.queries.minutes import content_of
from tests.factories.meetings import first_settings

READERS = {
    Role.FACILITATOR.value,
    Role.SUBDISTRICT_LEAD.value,
    Role.DISTRICT_COORDINATOR.value,
    Role.DATA_OPERATOR.value,
    Role.SUBDISTRICT_SOCIAL_WORKER.value,
    Role.HEAD.value,
    Role.DIVISION_HEAD.value,
    Role.AUDITOR.value,
}
KEEPERS = {
    Role.SUBDISTRICT_LEAD.value,
    Role.DISTRICT_COORDINATOR.value,
    Role.DATA_OPERATOR.value,
}
SEES = {
    # of one's own areas and of those they lie in
    "meetings": READERS,
    "institutions": READERS | {Role.ADMIN.value},
    "keeps meetings": KEEPERS,
    "plans meetings": {Role.DISTRICT_COORDINATOR.value},
    "publishes minutes": {
        Role.DISTRICT_COORDINATOR.value,
        Role.HEAD.value,
        Role.DIVISION_HEAD.value,
    },
    "instructs camat": KEEPERS | {Role.HEAD.value, Role.DIVISION_HEAD.value},
    "keeps institutions": {Role.DISTRICT_COORDINATOR.value, Role.DATA_OPERATOR.value},
}
# A facilitator of two villages reads what his kecamatan agreed.
UPWARD = {"meetings", "institutions"}
# Whoever may write in the whole kecamatan; a role held in one desa is not enough.
OF_A_KECAMATAN = UPWARD | {"keeps meetings", "publishes minutes", "instructs camat"}
KINDS = {
    "RAPAT": "meetings",
    "RANCANGAN": "keeps meetings",
    "PERISTIWA": "meetings",
    "UNDANGAN": "meetings",
    "HADIR": "meetings",
    "ACARA": "meetings",
    "MASALAHRAPAT": "meetings",
    "PUTUSAN": "meetings",
    "TINDAK": "meetings",
    "CATATANTINDAK": "meetings",
    "NOTULEN": "meetings",
    "INSTANSI": "institutions",
    "WAKIL": "institutions",
    "FASILITAS": "institutions",
}
_MEETING = "SELECT area_id FROM meetings_meeting m WHERE m.id = "
_ISSUE = (
    "SELECT area_id FROM meetings_meeting m JOIN meetings_issue i ON i.meeting_id = m.id"
    " WHERE i.id = "
)
_DECISION = (
    "SELECT area_id FROM meetings_meeting m JOIN meetings_issue i ON i.meeting_id = m.id"
    " JOIN meetings_decision d ON d.issue_id = i.id WHERE d.id = "
)
_FOLLOW_UP = (
    "SELECT area_id FROM meetings_meeting m JOIN meetings_issue i ON i.meeting_id = m.id"
    " JOIN meetings_decision d ON d.issue_id = i.id"
    " JOIN meetings_followup f ON f.decision_id = d.id WHERE f.id = "
)
WHERE_IT_LIES = {
    "meetings_institution": "area_id",
    "meetings_representative": (
        "(SELECT area_id FROM meetings_institution i WHERE i.id = t.institution_id)"
    ),
    "meetings_facility": "area_id",
    "meetings_meetingsettings": "'99'",
    "meetings_escalationrule": "'99'",
    "meetings_meeting": "area_id",
    "meetings_meetingevent": f"({_MEETING} t.meeting_id)",
    "meetings_invitation": f"({_MEETING} t.meeting_id)",
    "meetings_agendaitem": f"({_MEETING} t.meeting_id)",
    "meetings_attendance": f"({_MEETING} t.meeting_id)",
    "meetings_issue": f"({_MEETING} t.meeting_id)",
    "meetings_decision": f"({_ISSUE} t.issue_id)",
    "meetings_followup": f"({_DECISION} t.decision_id)",
    "meetings_followupentry": f"({_FOLLOW_UP} t.follow_up_id)",
    "meetings_escalation": f"({_FOLLOW_UP} t.follow_up_id)",
    "meetings_minutesversion": f"({_MEETING} t.meeting_id)",
    "meetings_revision": f"({_MEETING} t.meeting_id)",
    "meetings_reminder": "'99'",
}
DOCUMENT_HOME = (
    f" WHEN 'meetings.meeting' THEN ({_MEETING} t.owner_id::uuid)"
    f" WHEN 'meetings.followup' THEN ({_FOLLOW_UP} t.owner_id::uuid)"
)


def add_meetings(world, *, desa_codes, kecamatan_codes, canary, writer_of):
    first_settings()
    now = timezone.now()
    for number, code in enumerate(kecamatan_codes, 1):
        writer = writer_of(world, code)
        office = Institution.objects.create(
            name=canary(code, "INSTANSI"),
            short_name=f"Instansi {number}",
            kind=Institution.Kind.SUBDISTRICT,
            area_id=code,
        )
        person = Representative.objects.create(institution=office, name=canary(code, "WAKIL"))
        Facility.objects.create(
            area_id=code, status="shared", note=canary(code, "FASILITAS"), as_of=now.date()
        )
        world.institutions[code], world.representatives[code] = office, person
        world.meetings[code] = held = _meeting(
            code, canary(code, "RAPAT"), "minutes_published", now - dt.timedelta(days=20), writer
        )
        world.drafts[code] = draft = _meeting(
            code, canary(code, "RANCANGAN"), "draft", now + dt.timedelta(days=20), writer
        )
        for meeting, word in ((held, "UNDANGAN"), (draft, "RANCANGAN")):
            invitation = Invitation.objects.create(
                meeting=meeting, institution=office, name=canary(code, word)
            )
            item = AgendaItem.objects.create(
                meeting=meeting,
                place=1,
                title=canary(code, "ACARA" if meeting is held else "RANCANGAN"),
            )
            world.invitations[code], world.items[code] = invitation, item  # the draft's last
            if meeting is held:
                world.held_invitations[code] = invitation
        Attendance.objects.create(
            meeting=held,
            institution=office,
            name=canary(code, "HADIR"),
            arrived_at=held.starts_at,
            how="list",
            recorded_by=writer,
        )
        MeetingEvent.objects.create(
            meeting=held,
            state=held.state,
            reason=canary(code, "PERISTIWA"),
            by=writer,
            at=now,
        )
        world.issues[code] = issue = Issue.objects.create(
            meeting=held, place=1, category="data", title=canary(code, "MASALAHRAPAT")
        )
        world.decisions_of[code] = decision = Decision.objects.create(
            issue=issue, place=1, text=canary(code, "PUTUSAN")
        )
        world.follow_ups[code] = follow_up = _follow_up(
            decision, 1, office, canary(code, "TINDAK"), now
        )
        FollowUpEntry.objects.create(
            follow_up=follow_up, kind="note", text=canary(code, "CATATANTINDAK"), by=writer, at=now
        )
        Escalation.objects.create(
            follow_up=follow_up, step=1, to="owner", due_on=follow_up.due_on, on=now.date()
        )
        MinutesVersion.objects.create(
            meeting=held,
            number=1,
            content=content_of(held) | {"note": canary(code, "NOTULEN")},
            sha256="0" * 64,
            published_by=writer,
            published_at=now,
        )
        Revision.objects.create(
            meeting=held, reason=canary(code, "NOTULEN"), opened_by=writer, opened_at=now
        )
        # After the minutes were frozen: what concerns a family is no part of the paper here.
        for nth, desa in enumerate(d for d in desa_codes if d.startswith(f"{code}.")):
            world.family_follow_ups[desa] = _follow_up(
                decision,
                nth + 2,
                office,
                canary(desa, "TINDAKKELUARGA"),
                now,
                household=world.households[desa][0],
            )


def _meeting(code, theme, state, at, writer):
    return Meeting.objects.create(
        area_id=code,
        number=Meeting.objects.filter(area_id=code).count() + 1,
        year=at.year,
        theme=theme,
        place=theme,
        starts_at=at,
        ends_at=at + dt.timedelta(hours=3),
        chair=theme,
        state=state,
        made_by=writer,
        made_at=at,
    )


def _follow_up(decision, number, office, text, now, **concern):
    return FollowUp.objects.create(
        decision=decision,
        number=number,
        description=text,
        institution=office,
        owner_name="Penanggung jawab",
        due_on=now.date() - dt.timedelta(days=3),
        needs_evidence=False,
        made_at=now,
        **concern,
    )


# --- what must be true before a request is tried; done inside what is rolled back


def stands_at(state):
    """The published meeting of the kecamatan stands at that state, without an open revision."""

    def given(world, desa):
        if desa is None or desa[:8] not in world.meetings:
            return
        held = world.meetings[desa[:8]]
        Revision.objects.filter(meeting=held).update(ended_at=timezone.now())
        Meeting.objects.filter(pk=held.pk).update(state=state)

    return given
