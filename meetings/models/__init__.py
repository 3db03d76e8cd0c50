from meetings.models.institutions import Facility, Institution, Representative
from meetings.models.meetings import (
    AgendaItem,
    Attendance,
    Invitation,
    Meeting,
    MeetingEvent,
)
from meetings.models.minutes import (
    Decision,
    Escalation,
    FollowUp,
    FollowUpEntry,
    Issue,
    MinutesVersion,
    Revision,
)
from meetings.models.reminders import Reminder
from meetings.models.rules import EscalationRule, MeetingSettings

__all__ = [
    "AgendaItem",
    "Attendance",
    "Decision",
    "Escalation",
    "EscalationRule",
    "Facility",
    "FollowUp",
    "FollowUpEntry",
    "Institution",
    "Invitation",
    "Issue",
    "Meeting",
    "MeetingEvent",
    "MeetingSettings",
    "MinutesVersion",
    "Reminder",
    "Representative",
    "Revision",
]
