"""Who was asked and who came, and which hall a code on the wall belongs to."""

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Prefetch, Q

from meetings.hall import is_code_of
from meetings.models import Attendance, Institution, Invitation, Meeting, MeetingSettings

# The door opens at most twelve hours before (MeetingSettings); a pass outlives the end by minutes.
AROUND = dt.timedelta(hours=12)


def meeting_of_hall_code(code: str, at: dt.datetime) -> Meeting | None:
    """Whose wall shows this code, of the meetings of these hours, whatever their state."""
    near = Meeting.objects.filter(starts_at__lte=at + AROUND, ends_at__gte=at - AROUND)
    for meeting in near:
        seconds = MeetingSettings.on(meeting.local_start.date()).hall_seconds
        if is_code_of(meeting, code, seconds, at):
            return meeting
    return None


def institutions_at_the_door(meeting: Meeting):
    """Those somebody in the hall may come from: of the area, of a part of it, of one above."""
    above = [meeting.area_id[:length] for length in (2, 5, 8) if length <= len(meeting.area_id)]
    return (
        Institution.objects.active()
        .filter(Q(area_id__in=above) | Q(area__code__startswith=f"{meeting.area_id}."))
        .order_by("kind", "name", "pk")
    )


@dataclass
class Line:
    """One invitation and who came on it, or somebody who came without."""

    invitation: Invitation | None
    attendance: Attendance | None


@dataclass
class Bench:
    """An institution: `asked` invitations, of which `answered`; `extra` came without one."""

    institution: Institution
    lines: list[Line] = field(default_factory=list)

    @property
    def asked(self) -> int:
        return sum(line.invitation is not None for line in self.lines)

    @property
    def answered(self) -> int:
        return sum(
            line.invitation is not None and line.attendance is not None for line in self.lines
        )

    @property
    def extra(self) -> int:
        return sum(line.invitation is None for line in self.lines)


def benches_of(meeting: Meeting) -> list[Bench]:
    """By institution, each with its people in the order of the list, two questions in all."""
    came = Attendance.objects.standing().select_related("recorded_by")
    invited = (
        meeting.invitations.standing()
        .select_related("institution")
        .prefetch_related(Prefetch("attendances", came, to_attr="standing"))
    )
    others = (
        meeting.attendances.standing()
        .filter(Q(invitation__isnull=True) | Q(invitation__withdrawn_at__isnull=False))
        .select_related("institution", "recorded_by")
    )
    found: dict[int, Bench] = {}
    for one in invited:
        bench = found.setdefault(one.institution_id, Bench(one.institution))
        bench.lines.append(Line(one, one.standing[0] if one.standing else None))
    for one in others:
        found.setdefault(one.institution_id, Bench(one.institution)).lines.append(Line(None, one))
    return sorted(
        found.values(),
        key=lambda bench: (bench.institution.kind, bench.institution.name, bench.institution.pk),
    )


def totals_of(benches: list[Bench]) -> dict:
    lines = [line for bench in benches for line in bench.lines]
    came = [line.attendance for line in lines if line.attendance]
    return {
        "asked": sum(bench.asked for bench in benches),
        "answered": sum(bench.answered for bench in benches),
        "extra": sum(bench.extra for bench in benches),
        "came": len(came),
        "late": sum(one.is_late for one in came),
        "institutions": sum(bench.asked > 0 for bench in benches),
        "institutions_there": sum(bench.asked > 0 and bench.answered > 0 for bench in benches),
    }
