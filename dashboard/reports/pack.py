"""What is brought along to a meeting: its agenda, what became of the last one, and the figures."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from dashboard.figures import talks
from dashboard.figures.base import Asked
from dashboard.figures.tables import COVERAGE, FOUR, QUALITY
from dashboard.reports.base import (
    NUMBER,
    TEXT,
    Content,
    Table,
    as_of,
    cells,
    covers_all,
    kecamatan_in,
    sentence,
)
from dashboard.reports.office import add_goals, add_promises, add_standing, numbers_in
from meetings.models import FollowUp, Meeting
from meetings.queries.follow_ups import MEETING, about_area
from meetings.queries.meetings import times_of
from meetings.queries.minutes import issues_of

MOST_OVERDUE = 60
# Their follow-ups may name a family, and this paper goes from hand to hand.
ABOUT_FAMILIES = {"graduation.graduationcase"}


def pack_content(report, at) -> Content:
    asked, meeting = Asked(report.asked_by, at), report.meeting
    content = Content(report.get_kind_display())
    when = date_format(meeting.local_start, "l, j F Y, H.i")
    content.notes.append(
        f"{when} {meeting.get_time_zone_display()}, {meeting.place}. {meeting.theme}."
    )
    content.tables.append(_agenda(meeting))
    content.tables.append(_decided(asked, meeting))
    add_promises(content, asked, report.area)
    content.tables.append(_overdue(asked, report.area))
    numbers, areas = numbers_in(asked, report.area), kecamatan_in(asked, report.area)
    add_standing(content, asked, numbers, areas, (COVERAGE, FOUR))
    add_goals(content, asked, report.area, asked.today.year)
    add_standing(content, asked, numbers, areas, (QUALITY,))
    return content


def _agenda(meeting):
    heads = [
        (_("Time"), TEXT),
        (_("Item"), TEXT),
        (_("Speaker"), TEXT),
        (_("Length (minutes)"), NUMBER),
    ]
    items = list(meeting.agenda.select_related("follow_up"))
    times = times_of(items, meeting.local_start)

    def when(item):
        begins, ends = times[item.pk]
        return f"{date_format(begins, 'H.i')} - {date_format(ends, 'H.i')}"

    def title(item):
        if item.follow_up is not None and _about_a_family(item.follow_up):
            return _("Follow-up about a family")
        return " - ".join(part for part in (item.title, item.detail) if part)

    return Table(
        "agenda",
        _("Agenda"),
        "",
        heads,
        [cells([when(item), title(item), item.speaker, item.minutes], heads) for item in items],
        None,
        _("The agenda is still empty."),
    )


def _last_before(asked, meeting):
    """The last meeting of the same area whose minutes are published."""
    return (
        Meeting.objects.visible_to(asked.user)
        .filter(
            area=meeting.area_id,
            state__in=Meeting.PUBLISHED,
            starts_at__lt=meeting.starts_at,
        )
        .order_by("-starts_at")
        .first()
    )


def _decided(asked, meeting):
    heads = [
        (_("Problem"), TEXT),
        (_("Decision"), TEXT),
        (_("Follow-up"), TEXT),
        (_("Institution"), TEXT),
        (_("Due on"), TEXT),
        (_("State"), TEXT),
    ]
    title = _("What the last meeting decided, and how it stands")
    last = _last_before(asked, meeting)
    if last is None:
        none = _("No earlier meeting of this area has published minutes.")
        return Table("decided", title, "", heads, [], None, none)
    rows = []
    for issue in issues_of(last, asked.user):
        for decision in issue.decisions.all():
            for number, one in enumerate(list(decision.follow_ups.all()) or [None]):
                rows.append(
                    cells(
                        [
                            issue.title,
                            decision.text if not number else "",
                            _words(one) if one else "",
                            one.institution.name if one else "",
                            date_format(one.due_on, "j M Y") if one else "",
                            _state(one, asked.today) if one else "",
                        ],
                        heads,
                    )
                )
    say = f"{last}, {date_format(last.local_start, 'j F Y')}; {as_of(asked)}."
    return Table("decided", title, say, heads, rows, None, _("It decided nothing."))


def _overdue(asked, area):
    heads = [
        (_("Institution"), TEXT),
        (_("Follow-up"), TEXT),
        (_("Agreed at"), TEXT),
        (_("Due on"), TEXT),
        (_("Days late"), NUMBER),
    ]
    found = talks.OVERDUE.rows(asked) if talks.OVERDUE.opens_to(asked) else FollowUp.objects.none()
    if not covers_all(asked.user, area):
        found = found.filter(about_area(area.pk))
    found = list(
        found.select_related("institution", MEETING).order_by(
            "institution__name", "institution_id", "due_on", "pk"
        )[: MOST_OVERDUE + 1]
    )
    say = sentence(as_of(asked))
    if len(found) > MOST_OVERDUE:
        say += " " + _("The first %(most)d of them.") % {"most": MOST_OVERDUE}
    return Table(
        "overdue",
        _("Overdue follow-ups"),
        say,
        heads,
        [
            cells(
                [
                    one.institution.name,
                    _words(one),
                    str(one.decision.issue.meeting),
                    date_format(one.due_on, "j M Y"),
                    (asked.today - one.due_on).days,
                ],
                heads,
            )
            for one in found[:MOST_OVERDUE]
        ],
        None,
        _("Nothing is late."),
    )


def _about_a_family(follow_up) -> bool:
    return follow_up.household_id is not None or follow_up.subject_type in ABOUT_FAMILIES


def _words(follow_up) -> str:
    if _about_a_family(follow_up):
        return _("Follow-up about a family")
    return follow_up.description


def _state(one, today) -> str:
    said = one.get_state_display()
    if one.is_open and one.due_on < today:
        return _("%(state)s, %(days)d days late") % {
            "state": said,
            "days": (today - one.due_on).days,
        }
    return said
