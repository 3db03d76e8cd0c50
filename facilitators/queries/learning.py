"""P2K2 as it is looked at: a month of a group, its report, and who should be visited."""

import calendar
import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Exists, OuterRef

from facilitators.models import (
    Attendance,
    LearningGroup,
    LearningSession,
    Visit,
    VisitSettings,
)


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


def absences(on: dt.date):
    """Absences nobody has followed up by the day, a row of Attendance each, over all families.

    The family was absent when its group last met, ill is no absence; no visit has arrived since;
    and the days the settings give to a follow-up are not over.
    """
    since = on - dt.timedelta(days=VisitSettings.on(on).absence_days)
    later = Attendance.objects.filter(
        household_id=OuterRef("household_id"),
        session__held_on__gt=OuterRef("session__held_on"),
        session__held_on__lte=on,
    )
    visited = Visit.objects.filter(
        household_id=OuterRef("household_id"), recorded_at__date__gte=OuterRef("session__held_on")
    )
    return Attendance.objects.filter(
        ~Exists(later.order_by()),
        ~Exists(visited.order_by()),
        status=Attendance.Status.ABSENT,
        session__held_on__range=(since, on),
    )
