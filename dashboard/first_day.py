"""The first days of an office: what has to be there before the work can begin.

Nothing here is ticked by hand. Each line looks whether the thing exists; who has seen enough puts
the list away, which the audit trail remembers, and may bring it back.
"""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Exists, Q, Subquery, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.held import held_today
from accounts.models import Assignment, AuditEvent, User
from accounts.roles import ROLE_PERMISSIONS, Role
from areas.models import Area
from areas.models.querysets import below
from dtks.models import Snapshot
from facilitators.models import CaseloadAssignment, Facilitator

ROLES = {Role.ADMIN, Role.DATA_OPERATOR, Role.HEAD, Role.DIVISION_HEAD}
FRESH_FOR = dt.timedelta(days=60)  # since the first payment list was approved
HIDDEN, SHOWN = "first_day.hidden", "first_day.shown"
REHEARSED = "office.restore_rehearsed"
_APPROVE = "dtks.approve_snapshot"
_APPROVERS = [role for role, permissions in ROLE_PERMISSIONS.items() if _APPROVE in permissions]
_GUIDE = ("operator", "menyiapkan-kantor-administrator")


@dataclass(frozen=True)
class Step:
    key: str
    label: str
    say: str
    url_name: str
    permission: str  # who may open the page; "" for a thing done on the server
    guide: tuple[str, str] = _GUIDE  # guide, anchor of its chapter


STEPS = (
    Step(
        "areas",
        gettext_lazy("Villages are known"),
        gettext_lazy("The list of kecamatan and villages is loaded with the command import_areas."),
        "admin:areas_area_changelist",
        "accounts.open_admin",
    ),
    Step(
        "accounts",
        gettext_lazy("Two people can work on files"),
        gettext_lazy("Whoever brings a file in does not approve it, so two accounts are needed."),
        "admin:accounts_user_changelist",
        "accounts.open_admin",
    ),
    Step(
        "facilitators",
        gettext_lazy("Facilitators are entered"),
        gettext_lazy("One by one, or as a list in the master data."),
        "facilitators:caseloads",
        "facilitators.view_facilitator",
    ),
    Step(
        "final_closing",
        gettext_lazy("The first Final Closing is brought in"),
        gettext_lazy("The payment list of a stage: one row for each family."),
        "dtks:upload",
        "dtks.add_snapshot",
        ("operator", "mengunggah-berkas-kementerian"),
    ),
    Step(
        "members",
        gettext_lazy("The members file is brought in"),
        gettext_lazy("The members of those families with their components."),
        "dtks:upload",
        "dtks.add_snapshot",
        ("operator", "mengunggah-berkas-kementerian"),
    ),
    Step(
        "approved",
        gettext_lazy("Both files are approved"),
        gettext_lazy("A colleague approves; only then are the families in the register."),
        "dtks:snapshots",
        "dtks.view_snapshot",
        ("operator", "menyetujui-berkas-rekan"),
    ),
    Step(
        "caseloads",
        gettext_lazy("Families are entrusted to facilitators"),
        gettext_lazy("From then on facilitators see their own families, also on the telephone."),
        "facilitators:caseloads",
        "facilitators.view_facilitator",
        ("koordinator", "membagi-kpm-kepada-pendamping-koordinator"),
    ),
    Step(
        "phones",
        gettext_lazy("A facilitator has signed in on a telephone"),
        gettext_lazy("The field page is opened once with signal; afterwards it works without."),
        "facilitators:caseloads",
        "facilitators.view_facilitator",
        ("pendamping", "memasang-di-telepon"),
    ),
    Step(
        "rehearsed",
        gettext_lazy("Restoring a backup is rehearsed"),
        gettext_lazy("With the command rehearse_restore on the server: only that proves a backup."),
        "",
        "",
    ),
)


@dataclass(frozen=True)
class Line:
    step: Step
    done: bool
    url: str  # empty where the reader may not go
    guide_url: str


@dataclass(frozen=True)
class FirstDay:
    lines: list[Line]
    hidden: bool

    @property
    def done(self) -> list[Line]:
        return [line for line in self.lines if line.done]

    @property
    def missing(self) -> list[Line]:
        return [line for line in self.lines if not line.done]


def may_see(user) -> bool:
    return any(role in ROLES for role, _area in held_today(user))


def first_day(user, now, permissions) -> FirstDay | None:
    """The list for whoever prepares an office; None when all is done or long ago.

    One statement, and a second one while the office is young.
    """
    if not may_see(user):
        return None
    loads = Snapshot.objects.filter(source=Snapshot.Source.FINAL_CLOSING, state="approved")
    old = loads.filter(decided_at__lt=now - FRESH_FOR)
    said = (
        AuditEvent.objects.filter(
            target_type=User._meta.label_lower, target_id=str(user.pk), verb__in=[HIDDEN, SHOWN]
        )
        .order_by("-at", "-pk")
        .values("verb")[:1]
    )
    state = _one(user, old=Exists(old), said=Subquery(said))
    if state["old"]:
        return None
    found = _one(user, **_questions())
    found["accounts"] = (found["accounts"] or 0) >= 2
    lines = [_line(step, bool(found[step.key]), permissions) for step in STEPS]
    if all(line.done for line in lines):
        return None
    return FirstDay(lines, hidden=state["said"] == HIDDEN)


def _questions() -> dict:
    files = Snapshot.objects.exclude(state__in=Snapshot.DEAD_STATES)
    approved = Snapshot.objects.filter(state=Snapshot.State.APPROVED)
    final_closing, members = Q(source="final_closing"), Q(source="members")
    approvers = (
        Assignment.objects.held_today()
        .filter(role__in=_APPROVERS, user__is_active=True)
        .order_by()
        .annotate(all=Value(1))
        .values("all")
        .annotate(number=Count("user", distinct=True))
        .values("number")
    )
    events = AuditEvent.objects.filter
    villages = Area.objects.filter(below("code", [settings.PKH_OFFICE_AREA]), level=Area.Level.DESA)
    return {
        "areas": Exists(villages),
        "accounts": Subquery(approvers),
        "facilitators": Exists(Facilitator.objects.all()),
        "final_closing": Exists(files.filter(final_closing)),
        "members": Exists(files.filter(members)),
        "approved": Exists(approved.filter(final_closing)) & Exists(approved.filter(members)),
        "caseloads": Exists(CaseloadAssignment.objects.all()),
        "phones": Exists(events(target_type=User._meta.label_lower, verb="phone.key_given")),
        "rehearsed": Exists(events(target_type="", verb=REHEARSED)),
    }


def _one(user, **questions) -> dict:
    return User.objects.filter(pk=user.pk).values(**questions).get()


def _line(step: Step, done: bool, permissions) -> Line:
    guide, anchor = step.guide
    return Line(
        step,
        done,
        reverse(step.url_name) if step.permission in permissions else "",
        reverse("dashboard:guide_page", args=[guide]) + f"#{anchor}",
    )
