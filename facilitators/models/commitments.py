"""Verification of commitment (verkom): did the children go to school and the others to the health
post? (domain.md 1.4). What is not met is recorded; what follows from it is not computed here."""

import uuid

import pgtrigger
from django.contrib.postgres.functions import RandomUUID
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Component
from core.history import EVENT_FIELDS, earlier_states
from core.periods import Period
from facilitators.models.commitment_querysets import (
    CheckQuerySet,
    MonthEventQuerySet,
    OfCheckQuerySet,
)

EDUCATION = (Component.PRIMARY, Component.JUNIOR, Component.SENIOR)
HEALTH = (
    Component.PREGNANCY,
    Component.EARLY_CHILD,
    Component.ELDERLY,
    Component.SEVERE_DISABILITY,
)
_CLOSED = "RAISE EXCEPTION 'pgtrigger: a closed quarter does not change';"
_CHECKED = [(one.value, one.label) for one in (*EDUCATION, *HEALTH)]


def _of_open_quarters(path):
    """Triggers that refuse what a statement does to rows of a closed quarter; asked once a
    statement. `path` joins a row `r` to its quarter `q`."""

    def trigger(name, operation, *rows):
        found = " UNION ALL ".join(
            f"SELECT 1 FROM {one} r {path} WHERE q.closed_at IS NOT NULL" for one in rows
        )
        return pgtrigger.Trigger(
            name=name,
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=pgtrigger.Referencing(
                old="old_rows" if "old_rows" in rows else None,
                new="new_rows" if "new_rows" in rows else None,
            ),
            func=f"IF EXISTS ({found}) THEN {_CLOSED} END IF; RETURN NULL;",
        )

    return [
        trigger("closed_takes_nothing_new", pgtrigger.Insert, "new_rows"),
        trigger("closed_quarter_stays", pgtrigger.Update, "old_rows", "new_rows"),
        trigger("closed_loses_nothing", pgtrigger.Delete, "old_rows"),
    ]


class Outcome(models.TextChoices):
    """Three answers: what nobody has seen is neither met nor not met."""

    MET = "met", _("Met")
    NOT_MET = "not_met", _("Not met")
    NO_EVIDENCE = "no_evidence", _("No evidence")


class CommitmentRule(models.Model):
    """When a commitment is met, for one component, from a day on.

    The newest rule that has begun on the first day of a quarter judges it. For school: the share
    of effective days present, and which kinds of absence count. For health: how many months of
    the quarter somebody came. The numbers an office starts with are practice (85 % is the
    programme's); others are other rows.
    """

    component = models.CharField(_("component"), max_length=20, choices=_CHECKED)
    valid_from = models.DateField(_("valid from"))
    threshold_percent = models.DecimalField(
        _("attendance needed, percent"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("Schools only. Exactly at the threshold is met."),
    )
    counts_without_leave = models.BooleanField(_("absence without leave counts"), default=True)
    counts_with_leave = models.BooleanField(_("absence with leave counts"), default=True)
    counts_ill = models.BooleanField(_("absence for illness counts"), default=True)
    months_needed = models.PositiveSmallIntegerField(
        _("months with figures needed"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(3)],
        help_text=_("With fewer months there is no evidence."),
    )
    visits_needed = models.PositiveSmallIntegerField(
        _("health visits needed"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3)],
        help_text=_("Health only: months of the quarter with a visit."),
    )
    source = models.CharField(_("source of the rule"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("commitment rule")
        verbose_name_plural = _("commitment rules")
        ordering = ["component", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                name="commitmentrule_once_a_day",
                fields=["component", "valid_from"],
                violation_error_message=_("A rule of this component begins on this day already."),
            ),
            models.CheckConstraint(
                name="commitmentrule_school_or_health",
                condition=Q(
                    component__in=EDUCATION,
                    threshold_percent__range=(0, 100),
                    visits_needed__isnull=True,
                )
                | Q(
                    component__in=HEALTH,
                    threshold_percent__isnull=True,
                    visits_needed__range=(1, 3),
                ),
                violation_error_message=_(
                    "A school component needs a percentage, a health component a number of visits."
                ),
            ),
            models.CheckConstraint(
                name="commitmentrule_months_of_a_quarter",
                condition=Q(months_needed__range=(1, 3)),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="used_rule_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=f"""
                    IF EXISTS (
                        SELECT FROM facilitators_commitmentcheck c
                        JOIN facilitators_commitmentquarter q ON q.id = c.quarter_id
                        WHERE c.rule_id = OLD.id AND q.closed_at IS NOT NULL
                    ) THEN {_CLOSED}
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            ),
        ]

    class Privacy:
        personal = set()
        ordinary = {
            "id",
            "component",
            "valid_from",
            "threshold_percent",
            "counts_without_leave",
            "counts_with_leave",
            "counts_ill",
            "months_needed",
            "visits_needed",
            "source",
        }

    def __str__(self):
        return f"{self.get_component_display()} {self.valid_from}"


class School(models.Model):
    """A school or madrasah that sends attendance, by its national number (NPSN)."""

    npsn = models.CharField(_("NPSN"), max_length=8, unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("school")
        verbose_name_plural = _("schools")
        ordering = ["name", "npsn"]
        constraints = [
            models.CheckConstraint(
                name="school_npsn_is_8_signs",
                condition=Q(npsn__regex=r"^[0-9A-Z]{8}$"),
                violation_error_message=_("An NPSN has 8 digits."),
            ),
        ]

    class Privacy:
        personal = set()
        ordinary = {"id", "npsn", "name"}

    def __str__(self):
        return self.name or self.npsn


class CommitmentQuarter(models.Model):
    """A quarter of one kabupaten. Once closed, nothing of it changes: the database holds that."""

    area = models.ForeignKey("areas.Area", models.PROTECT, related_name="+", verbose_name=_("area"))
    year = models.PositiveSmallIntegerField(_("year"))
    stage = models.PositiveSmallIntegerField(_("stage"))
    prepared_at = models.DateTimeField(_("list made at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("closed by"),
    )

    class Meta:
        verbose_name = _("quarter of commitment checks")
        verbose_name_plural = _("quarters of commitment checks")
        default_permissions = ()
        permissions = [
            ("prepare_commitmentquarter", _("Can make the list of a quarter")),
            ("close_commitmentquarter", _("Can close a quarter")),
        ]
        ordering = ["-year", "-stage", "area_id"]
        constraints = [
            models.UniqueConstraint(
                name="commitmentquarter_once", fields=["area", "year", "stage"]
            ),
            models.CheckConstraint(
                name="commitmentquarter_stage_1_to_4", condition=Q(stage__range=(1, 4))
            ),
            models.CheckConstraint(
                name="commitmentquarter_closed_by_iff_closed",
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="closed_stays_closed",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__closed_at__isnull=False),
                func=_CLOSED,
            ),
        ]

    class Privacy:
        personal = {"closed_by"}
        ordinary = {"id", "area", "year", "stage", "prepared_at", "closed_at"}

    def __str__(self):
        return str(self.period)

    @property
    def period(self) -> Period:
        return Period(self.year, self.stage)


class CommitmentCheck(models.Model):
    """What one member owes for one component in one quarter, and whether it was kept.

    A row is there as soon as the register asks for it, without evidence; `outcome` follows from
    the months of evidence by `rule`, which stays noted. `reason` is one somebody accepted for
    absence: then what was not met counts as met, with the figures as they are.
    """

    id = models.UUIDField(
        primary_key=True, default=uuid.uuid4, db_default=RandomUUID(), editable=False
    )
    quarter = models.ForeignKey(
        CommitmentQuarter, models.PROTECT, related_name="checks", verbose_name=_("quarter")
    )
    household = models.ForeignKey(
        "beneficiaries.Household",
        models.PROTECT,
        related_name="commitment_checks",
        verbose_name=_("household"),
    )
    member = models.ForeignKey(
        "beneficiaries.Member",
        models.PROTECT,
        related_name="commitment_checks",
        verbose_name=_("member"),
    )
    component = models.CharField(_("component"), max_length=20, choices=_CHECKED)
    school = models.ForeignKey(
        School,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("school"),
    )
    outcome = models.CharField(
        _("outcome"),
        max_length=11,
        choices=Outcome,
        default=Outcome.NO_EVIDENCE,
        db_default=Outcome.NO_EVIDENCE,
    )
    rule = models.ForeignKey(
        CommitmentRule,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("rule"),
    )
    months = models.PositiveSmallIntegerField(_("months with figures"), default=0, db_default=0)
    percent = models.DecimalField(
        _("attendance, percent"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    visits = models.PositiveSmallIntegerField(_("health visits"), null=True, blank=True)
    reason = models.CharField(_("accepted reason"), max_length=300, blank=True, db_default="")
    reason_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reason accepted by"),
    )
    reason_at = models.DateTimeField(_("reason accepted at"), null=True, blank=True)

    objects = CheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("commitment check")
        verbose_name_plural = _("commitment checks")
        default_permissions = ("view", "add")
        permissions = [
            ("count_commitmentcheck", _("Can see figures of commitment checks")),
            ("accept_commitmentcheck", _("Can accept reasons for absence")),
            ("correct_commitmentcheck", _("Can correct checks of a closed quarter")),
        ]
        indexes = [
            models.Index(fields=["quarter", "outcome", "id"], name="commitmentcheck_outcome"),
            models.Index(fields=["quarter", "school"], name="commitmentcheck_school"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="commitmentcheck_once_a_quarter", fields=["member", "component", "quarter"]
            ),
            models.CheckConstraint(
                name="commitmentcheck_verdict_has_its_rule",
                condition=Q(outcome="no_evidence") | Q(rule__isnull=False, months__gte=1),
            ),
            models.CheckConstraint(
                name="commitmentcheck_reason_has_its_author",
                condition=Q(reason="", reason_by__isnull=True, reason_at__isnull=True)
                | (~Q(reason="") & Q(reason_by__isnull=False, reason_at__isnull=False)),
            ),
        ]
        triggers = _of_open_quarters("JOIN facilitators_commitmentquarter q ON q.id = r.quarter_id")

    class Privacy:
        personal = {
            "household",
            "member",
            "component",
            "school",
            "outcome",
            "months",
            "percent",
            "visits",
            "reason",
            "reason_by",
        }
        ordinary = {"id", "quarter", "rule", "reason_at"}

    def __str__(self):
        return f"{self.get_component_display()} {self.quarter_id}"

    def get_absolute_url(self):
        return reverse("facilitators:family_checks", args=[self.household_id])

    @property
    def is_school(self) -> bool:
        return self.component in EDUCATION


class CommitmentMonth(models.Model):
    """The evidence of one month: days of school, or whether somebody came to the health post.

    `id` is made by the sender, so what is sent again is the same evidence. `days` are the
    effective school days; without them the school's own percentage stands in for them, and days
    absent are empty where the school did not say them.
    """

    id = models.UUIDField(
        primary_key=True, default=uuid.uuid4, db_default=RandomUUID(), editable=False
    )
    check_of = models.ForeignKey(
        CommitmentCheck, models.PROTECT, related_name="evidence", verbose_name=_("check")
    )
    month = models.DateField(_("month"))
    days = models.PositiveSmallIntegerField(_("effective days"), null=True, blank=True)
    without_leave = models.PositiveSmallIntegerField(
        _("absent without leave"), null=True, blank=True
    )
    with_leave = models.PositiveSmallIntegerField(_("absent with leave"), null=True, blank=True)
    ill = models.PositiveSmallIntegerField(_("absent for illness"), null=True, blank=True)
    stated_percent = models.DecimalField(
        _("percentage stated by the school"),
        max_digits=7,
        decimal_places=4,
        null=True,
        blank=True,
    )
    attended = models.BooleanField(_("came"), null=True, blank=True)
    checked_on = models.DateField(_("checked on"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=150, blank=True, db_default="")
    note = models.CharField(_("note"), max_length=300, blank=True, db_default="")
    # Of what was sent first: tells a repeat from other evidence under the same id.
    content_sha256 = models.CharField(max_length=64, blank=True, db_default="")
    recorded_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("recorded by"),
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    loaded_from = models.BigIntegerField(_("loaded from"), null=True, blank=True)
    loaded_row = models.IntegerField(_("row of that file"), null=True, blank=True)

    objects = OfCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("month of a commitment check")
        verbose_name_plural = _("months of commitment checks")
        default_permissions = ()
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(name="commitmentmonth_once", fields=["check_of", "month"]),
            models.CheckConstraint(
                name="commitmentmonth_school_or_health",
                condition=Q(
                    attended__isnull=True,
                    without_leave__isnull=False,
                    with_leave__isnull=False,
                    ill__isnull=False,
                )
                | Q(
                    attended__isnull=True,
                    days__isnull=True,
                    without_leave__isnull=True,
                    with_leave__isnull=True,
                    ill__isnull=True,
                )
                | Q(
                    attended__isnull=False,
                    days__isnull=True,
                    without_leave__isnull=True,
                    with_leave__isnull=True,
                    ill__isnull=True,
                    stated_percent__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="commitmentmonth_absent_within_days",
                condition=Q(days__isnull=True)
                | Q(
                    days__lte=31,
                    days__gte=F("without_leave") + F("with_leave") + F("ill"),
                ),
                violation_error_message=_("More days absent than there were effective days."),
            ),
            models.CheckConstraint(
                name="commitmentmonth_starts_a_month", condition=Q(month__day=1)
            ),
        ]
        triggers = _of_open_quarters(
            "JOIN facilitators_commitmentcheck c ON c.id = r.check_of_id"
            " JOIN facilitators_commitmentquarter q ON q.id = c.quarter_id"
        )

    class Privacy:
        personal = {
            "check_of",
            "days",
            "without_leave",
            "with_leave",
            "ill",
            "stated_percent",
            "attended",
            "checked_on",
            "place",
            "note",
            "content_sha256",
            "recorded_by",
        }
        ordinary = {"id", "month", "recorded_at", "loaded_from", "loaded_row"}

    def __str__(self):
        return f"{self.month:%m-%Y}"


class CommitmentCorrection(models.Model):
    """What a check of a closed quarter should have said, with the reason; the check itself stays.

    The newest holds. Rows are only ever added.
    """

    check_of = models.ForeignKey(
        CommitmentCheck, models.PROTECT, related_name="corrections", verbose_name=_("check")
    )
    outcome = models.CharField(_("outcome"), max_length=11, choices=Outcome)
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    objects = OfCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction of a commitment check")
        verbose_name_plural = _("corrections of commitment checks")
        default_permissions = ()
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="commitmentcorrection_has_a_reason",
                condition=~Q(reason=""),
                violation_error_message=_("Say why it is corrected."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    class Privacy:
        personal = {"check_of", "outcome", "reason", "by"}
        ordinary = {"id", "at"}

    def __str__(self):
        return self.get_outcome_display()


class CommitmentSettings(models.Model):
    """What stands on letters to families about their commitments: one row."""

    office = models.CharField(
        _("name of the office"),
        max_length=150,
        blank=True,
        help_text=_("Empty: the name of this installation."),
    )
    address = models.CharField(_("address of the office"), max_length=300, blank=True)
    phone = models.CharField(_("telephone"), max_length=60, blank=True)
    place = models.CharField(_("place of the letter"), max_length=60, blank=True)
    number_pattern = models.CharField(
        _("letter number"),
        max_length=60,
        blank=True,
        help_text=_("Printed as it stands, with dots where the clerk writes: 460/…/PKH/2026."),
    )
    signer_title = models.CharField(_("position of the signer"), max_length=100, blank=True)
    signer_name = models.CharField(_("name of the signer"), max_length=100, blank=True)
    signer_nip = models.CharField(_("NIP of the signer"), max_length=18, blank=True)

    class Meta:
        verbose_name = _("letters about commitments")
        verbose_name_plural = _("letters about commitments")

    class Privacy:
        personal = {"signer_name", "signer_nip"}
        ordinary = {"id", "office", "address", "phone", "place", "number_pattern", "signer_title"}

    def __str__(self):
        return str(_("Letters about commitments"))


_MonthEvent = earlier_states(CommitmentMonth)


class CommitmentMonthEvent(_MonthEvent):
    """Evidence as it stood until `pgh_created_at`."""

    objects = MonthEventQuerySet.as_manager()

    class Meta(_MonthEvent.Meta):
        verbose_name = _("earlier state of a month of a commitment check")
        verbose_name_plural = _("earlier states of months of commitment checks")

    class Privacy:
        personal = CommitmentMonth.Privacy.personal | {"pgh_obj"}
        ordinary = CommitmentMonth.Privacy.ordinary | EVENT_FIELDS
