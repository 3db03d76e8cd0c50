"""Figures about ministry files, their questions and the work behind them."""

import datetime as dt

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dashboard.figures.base import Asked, Figure
from dtks.models import Decision, Difference, Snapshot
from dtks.queries import reconciled_files
from jobs.models import Job

SEES_FILES = ("dtks.view_snapshot",)
SEES_QUESTIONS = ("dtks.view_difference",)
FILES = _("ministry files")
REFUSED_SINCE = dt.timedelta(days=30)
MOST_FILES = 50


def newest_files(asked: Asked) -> list[Snapshot]:
    """The newest reconciled file of each source."""

    def ask():
        newest: dict[str, Snapshot] = {}
        for snapshot in reconciled_files(asked.user)[:MOST_FILES]:
            newest.setdefault(snapshot.source, snapshot)
        return list(newest.values())

    return asked.once("files", ask)


def _questions(asked):
    """As dtks.queries.open_questions counts them."""
    return (
        Difference.objects.visible_to(asked.user)
        .undecided()
        .filter(
            snapshot_id__in=[one.pk for one in newest_files(asked)],
            outcome__in=Difference.QUESTIONS,
        )
    )


QUESTIONS = Figure(
    key="pertanyaan",
    label=_("Questions to decide"),
    definition=_(
        "People of whom the newest reconciled file of a source says something else than the "
        "register, and nobody has decided."
    ),
    source=_("reconciliation with DTKS/DTSEN and ministry files"),
    kind="difference",
    base=_questions,
    place="village_id",
    permissions=SEES_QUESTIONS,
)


def _visible(asked):
    return Snapshot.objects.visible_to(asked.user)


def _file(key, label, definition, where, permissions=SEES_FILES):
    return Figure(
        key=key,
        label=label,
        definition=definition,
        source=FILES,
        kind="snapshot",
        base=_visible,
        where=where,
        permissions=permissions,
    )


_STAGED = Q(state=Snapshot.State.STAGED)
TO_APPROVE = _file(
    "berkas-disetujui",
    _("Files to approve"),
    _("Read, brought in by a colleague, and nobody has approved or refused them."),
    lambda asked: _STAGED & ~Q(uploaded_by=asked.user),
    (*SEES_FILES, "dtks.approve_snapshot"),
)
OWN_FILES = _file(
    "berkas-saya-menunggu",
    _("Your files that wait for a colleague"),
    _("Brought in by you and read; somebody else approves them."),
    lambda asked: _STAGED & Q(uploaded_by=asked.user),
    (*SEES_FILES, "dtks.add_snapshot"),
)
READING = _file(
    "berkas-dibaca",
    _("Files being read"),
    _("Brought in and not read to the end yet."),
    lambda asked: Q(state__in=(Snapshot.State.UPLOADED, Snapshot.State.STAGING)),
)
REFUSED = _file(
    "berkas-ditolak",
    _("Files that could not be read"),
    _("Refused while reading in the last 30 days: they have to be brought in again."),
    lambda asked: Q(state=Snapshot.State.REFUSED, uploaded_at__gte=asked.at - REFUSED_SINCE),
)
BROUGHT_IN = _file(
    "berkas-baru",
    _("Files brought in"),
    _("Ministry files of the last %(lately)s days, whatever became of them."),
    lambda asked: Q(uploaded_at__gte=asked.lately),
)
DECIDED = Figure(
    key="keputusan",
    label=_("Questions decided"),
    definition=_("Decisions of the last %(lately)s days that still stand."),
    source=_("reconciliation with DTKS/DTSEN and ministry files"),
    kind="decision",
    base=lambda asked: (
        Decision.objects.visible_to(asked.user).standing().filter(at__gte=asked.lately)
    ),
    place="member__household__desa_id",
    permissions=SEES_QUESTIONS,
)


def _jobs(asked):
    return Job.objects.visible_to(asked.user)


FAILED = Figure(
    key="pekerjaan-gagal",
    label=_("Work that failed"),
    definition=_("Work in the background that ended with an error in the last %(lately)s days."),
    source=_("work in the background"),
    kind="job",
    base=_jobs,
    where=lambda asked: Q(state=Job.State.FAILED, finished_at__gte=asked.lately),
    permissions=("jobs.view_job",),
)
RUNNING = Figure(
    key="pekerjaan-berjalan",
    label=_("Work that is running"),
    definition=_("Work in the background that waits for a worker or is under way."),
    source=_("work in the background"),
    kind="job",
    base=_jobs,
    where=lambda asked: Q(state__in=Job.OPEN_STATES),
    permissions=("jobs.view_job",),
)

FIGURES = (
    QUESTIONS,
    TO_APPROVE,
    OWN_FILES,
    READING,
    REFUSED,
    BROUGHT_IN,
    DECIDED,
    FAILED,
    RUNNING,
)
