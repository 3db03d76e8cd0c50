"""Families that left, and the book in which their exits are counted."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.periods import Period
from graduation.models.cases import GraduationCase
from graduation.models.querysets import (
    CorrectionQuerySet,
    EntryQuerySet,
    ExitQuerySet,
    OfExitQuerySet,
)
from graduation.models.types import ExitReason, ExitType


class Exit(models.Model):
    """A family left the programme on a day. A family that comes back and leaves again has two.

    The village and the facilitator are those of that day: a report about last year names them
    whatever happened since.
    """

    class Basis(models.TextChoices):
        FINAL_CLOSING = "closing", _("Absent from the Final Closing")
        DECREE = "decree", _("Decree")
        OFFICE = "office", _("Recorded by the office")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    household = models.ForeignKey(
        "beneficiaries.Household",
        models.PROTECT,
        related_name="exits",
        verbose_name=_("household"),
    )
    type = models.ForeignKey(
        ExitType, models.PROTECT, related_name="+", verbose_name=_("way to leave")
    )
    reason = models.ForeignKey(
        ExitReason,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reason to leave"),
    )
    case = models.OneToOneField(
        GraduationCase,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="exit",
        verbose_name=_("graduation case"),
    )
    on = models.DateField(_("left on"))
    basis = models.CharField(_("known from"), max_length=7, choices=Basis)
    document_number = models.CharField(_("number of the decree"), max_length=60, blank=True)
    desa = models.ForeignKey(
        "areas.Area", models.PROTECT, related_name="+", verbose_name=_("village")
    )
    facilitator = models.ForeignKey(
        "facilitators.Facilitator",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("facilitator"),
    )
    recorded_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    reentered_on = models.DateField(_("came back on"), null=True, blank=True)
    reentry_note = models.CharField(_("why it came back"), max_length=300, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("withdrawn by"),
    )
    withdrawal_reason = models.CharField(_("why it was withdrawn"), max_length=300, blank=True)

    objects = ExitQuerySet.as_manager()

    class Meta:
        verbose_name = _("exit")
        verbose_name_plural = _("exits")
        default_permissions = ()
        permissions = [("record_exit", _("Can record exits and what follows them"))]
        ordering = ["-on", "pk"]
        indexes = [
            models.Index(fields=["-on", "id"], name="exit_newest"),
            models.Index(fields=["household", "-on"], name="exit_household_newest"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(withdrawn_at__isnull=True, reentered_on__isnull=True),
                name="exit_one_standing_a_family",
                violation_error_message=_("This family has left already."),
            ),
            models.CheckConstraint(
                name="exit_withdrawn_by_somebody_for_a_reason",
                condition=Q(
                    withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawal_reason=""
                )
                | (
                    Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                    & ~Q(withdrawal_reason="")
                ),
                violation_error_message=_("Say why."),
            ),
            models.CheckConstraint(
                name="exit_reentry_after_exit",
                condition=Q(reentered_on__isnull=True) | Q(reentered_on__gte=models.F("on")),
                violation_error_message=_("A family comes back after it left."),
            ),
        ]

    class Privacy:
        personal = {
            "household",
            "case",
            "facilitator",
            "recorded_by",
            "reentry_note",
            "withdrawn_by",
            "withdrawal_reason",
        }
        ordinary = {
            "id",
            "type",
            "reason",
            "on",
            "basis",
            "document_number",
            "desa",
            "recorded_at",
            "reentered_on",
            "withdrawn_at",
        }

    def __str__(self):
        return f"{self.household} {self.on:%d-%m-%Y}"


class ReportQuarter(models.Model):
    """A quarter of one kabupaten's report. Locked, its figures change only by corrections.

    `base` holds what the figures are compared with, as it was at the lock: see queries.base.
    """

    area = models.ForeignKey(
        "areas.Area", models.PROTECT, related_name="+", verbose_name=_("kabupaten")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    quarter = models.PositiveSmallIntegerField(_("quarter"))
    base = models.JSONField(_("compared with"), default=dict, blank=True)
    locked_at = models.DateTimeField(_("locked at"), null=True, blank=True)
    locked_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("locked by"),
    )

    class Meta:
        verbose_name = _("quarter of the report")
        verbose_name_plural = _("quarters of the report")
        default_permissions = ("view",)
        permissions = [
            ("lock_reportquarter", _("Can lock a quarter of the report")),
            ("correct_reportquarter", _("Can correct a locked quarter")),
        ]
        ordering = ["-year", "-quarter", "area_id"]
        constraints = [
            models.UniqueConstraint(fields=["area", "year", "quarter"], name="reportquarter_once"),
            models.CheckConstraint(name="reportquarter_1_to_4", condition=Q(quarter__range=(1, 4))),
            models.CheckConstraint(
                name="reportquarter_locked_by_iff_locked",
                condition=Q(locked_at__isnull=True, locked_by__isnull=True)
                | Q(locked_at__isnull=False, locked_by__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="locked_stays_locked",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__locked_at__isnull=False),
                func="RAISE EXCEPTION 'pgtrigger: a locked quarter stays locked';",
            ),
        ]

    class Privacy:
        personal = {"locked_by"}
        ordinary = {"id", "area", "year", "quarter", "base", "locked_at"}

    def __str__(self):
        return str(self.period)

    @property
    def period(self) -> Period:
        return Period(self.year, self.quarter)


class QuarterCorrection(models.Model):
    """Why the figures of a locked quarter differ from those it was locked with: dated, by
    somebody, to be printed beside them. Its entries say what changed."""

    quarter = models.ForeignKey(
        ReportQuarter, models.PROTECT, related_name="corrections", verbose_name=_("quarter")
    )
    reason = models.CharField(_("reason"), max_length=500)
    by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction of a quarter")
        verbose_name_plural = _("corrections of quarters")
        default_permissions = ()
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="quartercorrection_says_why",
                condition=~Q(reason=""),
                violation_error_message=_("Say why."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    class Privacy:
        personal = {"reason", "by"}
        ordinary = {"id", "quarter", "at"}

    def __str__(self):
        return f"{self.quarter} {self.at:%d-%m-%Y}"


_LOCKED = """
    IF EXISTS (
        SELECT FROM new_rows e
        JOIN areas_area d ON d.code = e.desa_id
        JOIN graduation_reportquarter q
            ON q.year = e.year AND q.quarter = e.quarter AND q.locked_at IS NOT NULL
            AND (d.code = q.area_id OR d.code LIKE q.area_id || '.%')
        WHERE e.correction_id IS NULL
    ) THEN RAISE EXCEPTION 'pgtrigger: a locked quarter changes by correction only';
    END IF;
    RETURN NULL;
"""
_ONCE = """
    IF EXISTS (
        SELECT FROM graduation_exitentry e
        WHERE e.exit_id IN (SELECT exit_id FROM new_rows)
        GROUP BY e.exit_id HAVING sum(e.sign) NOT IN (0, 1)
    ) THEN RAISE EXCEPTION 'pgtrigger: an exit is counted once';
    END IF;
    RETURN NULL;
"""


def _after_insert(name, func):
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="new_rows"),
        func=func,
    )


class ExitEntry(models.Model):
    """One line of the book: an exit counted (+1) in a quarter, or taken out of it (-1).

    Every figure of the report is a sum over these lines. Lines are only added; in a locked
    quarter only with a correction; and the lines of one exit add up to one or to nothing. The
    database holds all three.
    """

    exit = models.ForeignKey(Exit, models.PROTECT, related_name="entries", verbose_name=_("exit"))
    year = models.PositiveSmallIntegerField(_("year"))
    quarter = models.PositiveSmallIntegerField(_("quarter"))
    type = models.ForeignKey(
        ExitType, models.PROTECT, related_name="+", verbose_name=_("way to leave")
    )
    reason = models.ForeignKey(
        ExitReason,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("reason to leave"),
    )
    desa = models.ForeignKey(
        "areas.Area", models.PROTECT, related_name="+", verbose_name=_("village")
    )
    facilitator = models.ForeignKey(
        "facilitators.Facilitator",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("facilitator"),
    )
    sign = models.SmallIntegerField(_("sign"))
    correction = models.ForeignKey(
        QuarterCorrection,
        models.PROTECT,
        null=True,
        related_name="entries",
        verbose_name=_("correction of a quarter"),
    )
    at = models.DateTimeField(_("at"))

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("counted exit")
        verbose_name_plural = _("counted exits")
        default_permissions = ()
        ordering = ["pk"]
        indexes = [models.Index(fields=["year", "quarter"], name="exitentry_quarter")]
        constraints = [
            models.CheckConstraint(
                name="exitentry_adds_or_takes_one", condition=Q(sign__in=[1, -1])
            ),
            models.CheckConstraint(
                name="exitentry_quarter_1_to_4", condition=Q(quarter__range=(1, 4))
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            _after_insert("locked_by_correction_only", _LOCKED),
            _after_insert("counted_once", _ONCE),
        ]

    class Privacy:
        personal = {"exit", "facilitator"}
        ordinary = {
            "id",
            "year",
            "quarter",
            "type",
            "reason",
            "desa",
            "sign",
            "correction",
            "at",
        }

    def __str__(self):
        return f"{self.year}-{self.quarter} {self.sign:+d}"


class Monitoring(models.Model):
    """How a family fares some months after it graduated; a row waits from the day it left."""

    class Condition(models.TextChoices):
        BETTER = "better", _("Better than when it left")
        SAME = "same", _("As when it left")
        WORSE = "worse", _("Worse: needs attention")
        POOR_AGAIN = "poor_again", _("Poor again: propose re-entry")
        NOT_MET = "not_met", _("Not met")

    exit = models.ForeignKey(
        Exit, models.PROTECT, related_name="monitorings", verbose_name=_("exit")
    )
    month = models.PositiveSmallIntegerField(_("months after the exit"))
    due_on = models.DateField(_("due on"))
    done_on = models.DateField(_("done on"), null=True, blank=True)
    condition = models.CharField(_("condition"), max_length=10, choices=Condition, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    recorded_at = models.DateTimeField(_("recorded at"), null=True, blank=True)

    objects = OfExitQuerySet.as_manager()

    class Meta:
        verbose_name = _("monitoring after the exit")
        verbose_name_plural = _("monitorings after the exit")
        default_permissions = ()
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(
                fields=["due_on", "id"], condition=Q(done_on__isnull=True), name="monitoring_due"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["exit", "month"], name="monitoring_once_a_month"),
            models.CheckConstraint(
                name="monitoring_done_says_how_it_was",
                condition=Q(done_on__isnull=True, condition="", recorded_at__isnull=True)
                | (Q(done_on__isnull=False, recorded_at__isnull=False) & ~Q(condition="")),
            ),
        ]

    class Privacy:
        personal = {"exit", "condition", "note", "by"}
        ordinary = {"id", "month", "due_on", "done_on", "recorded_at"}

    def __str__(self):
        return f"{self.month} {self.due_on:%d-%m-%Y}"


class KeptSupport(models.Model):
    """Another programme that goes on helping a family after it left PKH."""

    exit = models.ForeignKey(Exit, models.PROTECT, related_name="supports", verbose_name=_("exit"))
    programme = models.CharField(_("programme"), max_length=80)
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    recorded_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded at"))

    objects = OfExitQuerySet.as_manager()

    class Meta:
        verbose_name = _("support kept")
        verbose_name_plural = _("supports kept")
        default_permissions = ()
        ordering = ["programme", "pk"]
        constraints = [
            models.CheckConstraint(
                name="keptsupport_dates_in_order",
                condition=Q(until__isnull=True)
                | Q(since__isnull=True)
                | Q(until__gte=models.F("since")),
                violation_error_message=_("The last day comes after the first."),
            ),
        ]

    class Privacy:
        personal = {"exit", "programme", "note", "recorded_by"}
        ordinary = {"id", "since", "until", "recorded_at"}

    def __str__(self):
        return self.programme
