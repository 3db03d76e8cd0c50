"""Figures about a month or a quarter, for reports: what was done in it, by kecamatan.

Beside the figures of a home, which say how things stand today; `asked.span` is set.
"""

from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from dashboard.figures.base import Asked, Figure
from dashboard.figures.cases import SEES_CASES
from dashboard.figures.files import SEES_FILES
from dashboard.figures.work import SEES_GROUPS, SEES_VISITS
from dtks.models import Snapshot
from facilitators.models import Attendance, CommitmentCheck, LearningSession, Outcome, Visit
from facilitators.models.commitment_querysets import COUNT_CHECKS, VIEW_CHECK
from facilitators.models.purposes import Purpose
from graduation.models import Exit, ExitEntry

VISITS = _("visits")
SESSIONS = _("P2K2 sessions")
CHECKS = _("verification of commitments")
BOOK = _("the book of counted exits")


# --- visits


def _visits(asked):
    """Of the days the phones say; what comes in later is counted where it was done."""
    since, until = asked.span.moments
    return Visit.objects.visible_to(asked.user).filter(device_at__gte=since, device_at__lt=until)


def _visit(key, label, definition, purposes=()):
    return Figure(
        key=key,
        label=label,
        definition=definition,
        source=VISITS,
        kind="visit",
        base=_visits,
        where=(lambda asked: Q(purpose__in=purposes)) if purposes else None,
        place="household__desa_id",
        permissions=SEES_VISITS,
    )


VISITED = _visit(
    "kunjungan-periode",
    _("Visits"),
    _("Visits of %(span)s that have arrived, by the day on which they were made."),
)
QUESTIONS = _visit(
    "kunjungan-pertanyaan-periode",
    _("of these for a question"),
    _("Visits of %(span)s that answer a question of the reconciliation."),
    (Purpose.QUESTION,),
)
ASSESSED = _visit(
    "kunjungan-graduasi-periode",
    _("of these for graduation"),
    _("Visits of %(span)s to assess a graduation."),
    (Purpose.GRADUATION,),
)


# --- P2K2


MET = Figure(
    key="sesi-p2k2-periode",
    label=_("P2K2 sessions"),
    definition=_("Sessions that were held in %(span)s."),
    source=SESSIONS,
    kind="session",
    base=lambda asked: LearningSession.objects.visible_to(asked.user).filter(
        held_on__range=(asked.span.first, asked.span.last)
    ),
    place="group__village_id",
    permissions=("facilitators.view_learningsession",),
)


def _attendance(asked):
    return Attendance.objects.visible_to(asked.user).filter(
        session__held_on__range=(asked.span.first, asked.span.last)
    )


EXPECTED = Figure(
    key="peserta-p2k2-periode",
    label=_("Families expected at P2K2"),
    definition=_("Families of the groups at each session of %(span)s, the ill among them."),
    source=SESSIONS,
    kind="attendance",
    base=_attendance,
    place="household__desa_id",
    permissions=SEES_GROUPS,
)
PRESENT = Figure(
    key="hadir-p2k2-periode",
    label=_("Families present at P2K2"),
    definition=_("Of the families expected at sessions of %(span)s those that came; no guests."),
    source=SESSIONS,
    kind="attendance",
    base=_attendance,
    where=lambda asked: Q(status=Attendance.Status.PRESENT),
    place="household__desa_id",
    permissions=SEES_GROUPS,
)


# --- commitments: of the quarter in which the time ends


def _checks(asked):
    return CommitmentCheck.objects.countable_by(asked.user).of_period(asked.span.quarter)


class _Countable(Figure):
    """A head of agency counts the checks and does not read them: either permission will do."""

    def opens_to(self, asked: Asked) -> bool:
        return not asked.permissions.isdisjoint((VIEW_CHECK, COUNT_CHECKS))


def _check(key, label, definition, outcome=None):
    return _Countable(
        key=key,
        label=label,
        definition=definition,
        source=CHECKS,
        kind="check",
        base=_checks,
        where=(lambda asked: Q(outcome=outcome)) if outcome else None,
        place="household__desa_id",
    )


CHECKED = _check(
    "komitmen-periode",
    _("Commitments"),
    _("Members whose commitment is to be checked in %(span_quarter)s: school or health."),
)
CHECK_MET = _check(
    "komitmen-terpenuhi-periode",
    _("Met"),
    _("Of the commitments of %(span_quarter)s those that the evidence says were met."),
    Outcome.MET,
)
CHECK_NOT_MET = _check(
    "komitmen-tidak-terpenuhi-periode",
    _("Not met"),
    _("Of the commitments of %(span_quarter)s those that the evidence says were not met."),
    Outcome.NOT_MET,
)
CHECK_BARE = _check(
    "komitmen-tanpa-bukti-periode",
    _("No evidence"),
    _("Of the commitments of %(span_quarter)s those of which nobody has brought evidence yet."),
    Outcome.NO_EVIDENCE,
)


# --- graduation


def _left(asked):
    """Exits of these days that the book counts."""
    book = ExitEntry.objects.order_by().values("exit_id").annotate(times=Sum("sign"))
    return Exit.objects.visible_to(asked.user).filter(
        on__range=(asked.span.first, asked.span.last),
        pk__in=book.filter(times__gt=0).values("exit_id"),
    )


def _exit(key, label, definition, where):
    return Figure(
        key=key,
        label=label,
        definition=definition,
        source=BOOK,
        kind="exit",
        base=_left,
        where=where,
        place="desa_id",
        permissions=SEES_CASES,
    )


GRADUATED = _exit(
    "graduasi-periode",
    _("Graduated"),
    _("Families that left in %(span)s in a way that counts as graduation."),
    lambda asked: ~Q(type__headline=""),
)
ADMINISTRATIVE = _exit(
    "keluar-administratif-periode",
    _("Administrative exits"),
    _("Families that left in %(span)s by death, moving away and the like: never a graduation."),
    lambda asked: Q(type__headline=""),
)


# --- files


BROUGHT_IN = Figure(
    key="berkas-periode",
    label=_("Files brought in"),
    definition=_("Ministry files brought in in %(span)s, whatever became of them."),
    source=_("ministry files"),
    kind="snapshot",
    base=lambda asked: Snapshot.objects.visible_to(asked.user).filter(
        uploaded_at__gte=asked.span.moments[0], uploaded_at__lt=asked.span.moments[1]
    ),
    permissions=SEES_FILES,
)

FIGURES = (
    VISITED,
    QUESTIONS,
    ASSESSED,
    MET,
    EXPECTED,
    PRESENT,
    CHECKED,
    CHECK_MET,
    CHECK_NOT_MET,
    CHECK_BARE,
    GRADUATED,
    ADMINISTRATIVE,
    BROUGHT_IN,
)
