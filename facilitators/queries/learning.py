"""P2K2 as it is looked at: a month of a group, its report, and who should be visited."""

import calendar
import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from facilitators.models import Attendance, CaseloadAssignment, LearningGroup, LearningSession


def percent(present: int, expected: int) -> Decimal | None:
    """Present families of those expected, one decimal, half up; None where nobody was expected.

    Who was ill is expected; guests are in neither number.
    """
    if not expected:
        return None
    return (Decimal(present) * 100 / expected).quantize(Decimal("0.1"), ROUND_HALF_UP)


@dataclass(frozen=True)
class MonthlyReport:
    """What one group did in one month; the sessions carry their own counts."""

    group: LearningGroup
    month: dt.date
    sessions: list[LearningSession]
    absentees: list[Attendance]

    @property
    def present(self):
        return sum(session.present for session in self.sessions)

    @property
    def expected(self):
        return sum(session.expected for session in self.sessions)

    @property
    def guests(self):
        return sum(session.guests for session in self.sessions)

    @property
    def percent(self):
        return percent(self.present, self.expected)


def monthly_report(*, group: LearningGroup, month: dt.date, user) -> MonthlyReport:
    """`month` is its first day. Counts are of the whole group, names only of families seen."""
    sessions = sessions_of(group, month)
    absentees = (
        Attendance.objects.visible_to(user)
        .filter(session__in=[session.pk for session in sessions])
        .exclude(status=Attendance.Status.PRESENT)
        .select_related("session", "household", "member")
        .order_by("session__held_on", "member__name", "pk")
    )
    return MonthlyReport(group, month, sessions, list(absentees))


def sessions_of(group, month) -> list[LearningSession]:
    found = group.sessions.in_month(month).with_counts()
    sessions = list(found.select_related("topic__module", "facilitator").order_by("held_on"))
    for session in sessions:
        session.percent = percent(session.present, session.expected)
    return sessions


def weeks_of(month: dt.date, sessions) -> list[list[tuple[int, LearningSession | None]]]:
    """The month as weeks from Monday on: (day of the month or 0, its session or None)."""
    held = {session.held_on.day: session for session in sessions}
    return [
        [(day, held.get(day)) for day in week]
        for week in calendar.Calendar().monthdayscalendar(month.year, month.month)
    ]


def absentees(*, on: dt.date, facilitator):
    """Families of the facilitator's caseload who were absent when their group last met.

    Up to the day `on`; ill is no absence. Rows of Attendance with session, household and member:
    each is a reason for a visit.
    """
    entrusted = CaseloadAssignment.objects.entrusted_to(facilitator.pk, on)
    last = (
        Attendance.objects.filter(
            household_id__in=entrusted.values("household_id"), session__held_on__lte=on
        )
        .order_by("household_id", "-session__held_on", "-pk")
        .distinct("household_id")
    )
    return (
        Attendance.objects.filter(pk__in=last.values("pk"), status=Attendance.Status.ABSENT)
        .exclude(household__status="exited")
        .select_related("session__group", "household", "member")
        .order_by("session__held_on", "pk")
    )
