"""What waits for somebody: read from the floors below, always through `visible_to`."""

from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.scope import area_codes
from areas.models.querysets import below
from areas.queries import kecamatan_and_villages
from beneficiaries.models import Household, Member
from beneficiaries.models.querysets import VIEW_HOUSEHOLD
from core.paging import Slice, page_of, slice_of
from dashboard.figures import Asked, Figure, count, tables
from dashboard.figures.families import FAMILIES
from dashboard.figures.files import newest_files
from dashboard.figures.homes import home_of
from dtks.models import Difference, Snapshot
from dtks.queries import open_questions, sent_to_the_field
from jobs.models import Job
from jobs.presentation import progress_of
from jobs.queries import worker_seen_within
from meetings.models import Meeting
from meetings.queries.follow_ups import my_open

_SHOWN_FILES = 5


def questions_by_file(asked):
    """The newest reconciled file of each source with its open questions, linked to the queue."""
    user = asked.user
    if "dtks.view_difference" not in asked.permissions:
        return []
    snapshots = newest_files(asked)
    numbers = open_questions(user, snapshots)
    in_the_field = sent_to_the_field(user, snapshots)
    queue = reverse("dtks:queue")
    return [
        {
            "snapshot": snapshot,
            "total": sum(numbers[snapshot.pk].values()),
            "asked": in_the_field.get(snapshot.pk, 0),
            "asked_url": f"{queue}?berkas={snapshot.pk}&hasil=asked",
            "url": f"{queue}?berkas={snapshot.pk}",
            "outcomes": [
                {
                    "label": Difference.Outcome(outcome).label,
                    "number": numbers[snapshot.pk].get(outcome, 0),
                    "url": f"{queue}?berkas={snapshot.pk}&hasil={outcome}",
                }
                for outcome in Difference.QUESTIONS
            ],
        }
        for snapshot in snapshots
    ]


@dataclass(frozen=True)
class Line:
    """A figure as a home says it."""

    figure: Figure
    said: str
    number: int
    url: str


@dataclass(frozen=True)
class Section:
    """Figures of a home that have rows, and those that have none today."""

    key: str
    title: str
    empty: str
    lines: list[Line]
    none: list[Line]


def home_for(user, now) -> dict:
    """What a home says first: what waits, what is late, what changed. Its numbers are asked
    together in one statement; the tables of the territory follow, see `overview_for`."""
    asked, home = Asked(user, now), home_of(user)
    numbers = count(asked, [FAMILIES, *home.waiting, *home.late, *home.changed])
    return {
        "numbers": {key: number.total for key, number in numbers.items()},
        "families_url": FAMILIES.url(asked),
        "questions": questions_by_file(asked),
        "sections": [
            _section(asked, numbers, *said, part)
            for *said, part in (
                ("waiting", _("Waiting for you"), _("Nothing waits for you."), home.waiting),
                ("late", _("What is late"), _("Nothing is late."), home.late),
                (
                    "changed",
                    _("Changed in the last seven days"),
                    _("Nothing changed in the last seven days."),
                    home.changed,
                ),
            )
        ],
        "has_overview": bool(home.tables),
    }


def overview_for(user, now) -> dict | None:
    """The tables of somebody's territory, counted in one statement; None for whose work has
    none."""
    asked, shown = Asked(user, now), home_of(user).tables
    if not shown:
        return None
    numbers = count(asked, tables.figures_of(shown))
    areas = tables.kecamatan_of(asked)
    return {
        "numbers": {key: number.total for key, number in numbers.items()},
        "indicators": tables.indicators(asked, numbers) if tables.FOUR in shown else [],
        "goals": tables.goals(asked) if tables.GRADUATION in shown else None,
        "promises": tables.promises(asked) if tables.INSTITUTIONS in shown else None,
        "tables": {
            name: tables.table_of(asked, name, numbers, areas)
            for name in shown
            if name in tables.COLUMNS
        },
    }


def _section(asked, numbers, key, title, empty, figures):
    lines = [
        Line(figure, figure.said(asked), numbers[figure.key].total, figure.url(asked))
        for figure in figures
        if figure.key in numbers
    ]
    return Section(
        key,
        title,
        empty,
        [line for line in lines if line.number],
        [line for line in lines if not line.number],
    )


def latest_files(user, permissions):
    if "dtks.view_snapshot" not in permissions:
        return []
    return list(
        Snapshot.objects.visible_to(user).select_related("uploaded_by", "area")[:_SHOWN_FILES]
    )


def running_jobs(user, at):
    """(job, its progress in words) of the work that is under way."""
    jobs = list(Job.objects.visible_to(user).open().order_by("-created_at")[:_SHOWN_FILES])
    alive = worker_seen_within(30) if jobs else True
    return [(job, progress_of(job, at=at, worker_alive=alive)) for job in jobs]


def meetings_for(user, now):
    """Meetings to come to which the user is invited, and own unfinished follow-ups with how late
    they are: the first of each."""
    invited = (
        Meeting.objects.visible_to(user)
        .filter(
            state=Meeting.State.INVITED,
            ends_at__gte=now,
            invitations__user=user,
            invitations__withdrawn_at__isnull=True,
        )
        .distinct()
        .order_by("starts_at", "pk")[:_SHOWN_FILES]
    )
    mine = my_open(user).select_related("decision__issue__meeting").order_by("due_on", "pk")
    shown = list(mine[:_SHOWN_FILES])
    today = timezone.localdate(now)
    for one in shown:
        one.days_late = max(0, (today - one.due_on).days)
    return {"invited": list(invited), "follow_ups": shown}


def territory(user):
    """[(kecamatan, [village, …]), …] in which the user sees families, as choices."""
    return kecamatan_and_villages(area_codes(user, VIEW_HOUSEHOLD))


def families_by_village(user, *, area, status, query):
    """A page of families in the order of their villages; `area` and `status` may be empty."""
    found = Household.objects.visible_to(user).select_related("desa__parent", "caretaker")
    if area:
        found = found.filter(below("desa__code", [area]))
    if status:
        found = found.filter(status=status)
    page = page_of(found, ("desa_id", "pk"), query)
    _count_members(page.rows)
    return page


def _count_members(households):
    numbers = dict(
        Member.objects.filter(household_id__in=[h.pk for h in households], status="active")
        .values_list("household_id")
        .annotate(number=Count("pk"))
        .order_by()
    )
    for household in households:
        household.number_of_members = numbers.get(household.pk, 0)


def people_found(user, hits, query):
    """A page of the people who answer to a name, in the order of the hits, each with its `how`."""
    shown = slice_of(hits, query)
    people = Member.objects.visible_to(user).select_related("household__desa__parent")
    person_of = people.in_bulk([hit.pk for hit in shown])
    found = [(person_of[hit.pk], hit) for hit in shown if hit.pk in person_of]
    for person, hit in found:
        person.how = hit.how
    return Slice([person for person, _hit in found], shown.after, shown.before)
