"""What every page shows around its content: the office, who is signed in, where they may go."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.held import held_today
from accounts.roles import Role
from areas.models import Area
from dashboard.figures.here import rows_at
from meetings.queries.follow_ups import my_open
from meetings.views.guards import is_guest


@dataclass(frozen=True)
class Entry:
    """A line of the navigation, for whoever holds one of the permissions (everybody if none).

    `guest` opens it to somebody without any of them, and `waits` counts what waits for him there.
    """

    label: str
    icon: str
    url_name: str
    permissions: tuple[str, ...] = ()
    staff_only: bool = False
    guest: Callable | None = None
    waits: Callable | None = None
    more_paths: tuple[str, ...] = ()


NAVIGATION = (
    Entry(_("Home page"), "home", "dashboard:home"),
    Entry(_("Question queue"), "list-check", "dtks:queue", ("dtks.view_difference",)),
    Entry(_("Families"), "users", "dashboard:households", ("beneficiaries.view_household",)),
    Entry(_("Map"), "map-pin", "dashboard:map", ("beneficiaries.view_household",)),
    Entry(
        _("Facilitators"),
        "users-group",
        "facilitators:caseloads",
        ("facilitators.view_facilitator",),
    ),
    Entry(
        _("P2K2"), "calendar", "facilitators:learning_groups", ("facilitators.view_learninggroup",)
    ),
    Entry(
        _("Commitments"),
        "circle-check",
        "facilitators:commitments",
        ("facilitators.view_commitmentcheck", "facilitators.count_commitmentcheck"),
    ),
    Entry(
        _("Work plans"),
        "list-check",
        "facilitators:work_plans",
        ("facilitators.view_workplan", "facilitators.add_workplan"),
    ),
    Entry(
        _("Activities"),
        "send",
        "facilitators:activities",
        ("facilitators.view_workplan", "facilitators.add_workplan"),
    ),
    Entry(
        _("RHK"),
        "file-check",
        "facilitators:results",
        ("facilitators.view_workplan", "facilitators.add_workplan"),
    ),
    Entry(_("Graduation"), "user-check", "graduation:board", ("graduation.view_graduationcase",)),
    Entry(
        _("Meetings"),
        "message-question",
        "meetings:meetings",
        ("meetings.view_meeting",),
        guest=is_guest,
        waits=lambda user: my_open(user).count(),
        more_paths=("/tindak-lanjut/", "/instansi/"),
    ),
    Entry(_("Reports"), "table", "dashboard:reports", ("dashboard.add_officereport",)),
    Entry(_("Visits due"), "calendar", "facilitators:overdue", ("facilitators.view_visit",)),
    Entry(_("Look at visits again"), "eye", "facilitators:review", ("facilitators.check_visit",)),
    Entry(
        _("Proposed changes"),
        "note",
        "facilitators:proposals",
        ("facilitators.decide_changeproposal",),
    ),
    Entry(_("Ministry files"), "file-spreadsheet", "dtks:snapshots", ("dtks.view_snapshot",)),
    Entry(_("Running work"), "progress", "jobs:list", ("jobs.view_job",)),
    Entry(_("Master data"), "settings", "admin:index", staff_only=True),
)


class Office:
    """Read lazily, so a page without navigation asks the database nothing."""

    def __init__(self, request):
        self.request = request

    @property
    def name(self):
        return settings.PKH_OFFICE_NAME

    @cached_property
    def _areas(self):
        """{code: area} of the office and of what is held: one statement for every page."""
        held = held_today(self.user) if self.user is not None else ()
        return Area.objects.in_bulk({settings.PKH_OFFICE_AREA, *(code for _role, code in held)})

    @property
    def area_name(self):
        area = self._areas.get(settings.PKH_OFFICE_AREA)
        return area.name if area else None

    @cached_property
    def user(self):
        return getattr(self.request, "user", None)

    @cached_property
    def permissions(self):
        if self.user is None or not self.user.is_authenticated:
            return frozenset()
        return frozenset(self.user.get_all_permissions())

    @cached_property
    def roles(self):
        """(`Data operator`, `Pringsewu`) of each assignment held today, as the user menu says."""
        if self.user is None:
            return []
        held = sorted(held_today(self.user), key=lambda one: (one[1], one[0]))
        return [(Role(role).label, str(self._areas[code])) for role, code in held]

    @cached_property
    def rows_here(self):
        """Where the rows of this page are printed and taken out, if it shows those of a figure."""
        return rows_at(self.request)

    @cached_property
    def navigation(self):
        lines = []
        for entry in NAVIGATION:
            held = not entry.permissions or self.permissions.intersection(entry.permissions)
            as_guest = not held and entry.guest is not None and entry.guest(self.user)
            if not held and not as_guest:
                continue
            if entry.staff_only and not self.user.is_staff:
                continue
            url = reverse(entry.url_name)
            path = self.request.path
            here = path == url if url == "/" else path.startswith((url, *entry.more_paths))
            lines.append(
                {
                    "label": entry.label,
                    "icon": entry.icon,
                    "url": url,
                    "here": here,
                    "waits": entry.waits(self.user) if as_guest and entry.waits else 0,
                }
            )
        return lines


def office(request):
    return {"office": Office(request)}
