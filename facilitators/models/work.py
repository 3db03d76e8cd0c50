"""What a facilitator means to do in a month, and what he did besides visits and sessions."""

import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from facilitators.models.facilitator import Facilitator
from facilitators.models.learning import LearningGroup
from facilitators.models.work_querysets import (
    ActivityFamilyQuerySet,
    ActivityQuerySet,
    PlannedWorkQuerySet,
    WorkPlanQuerySet,
)


class Work(models.TextChoices):
    """Kinds of work. The first two have records of their own, the others are activities."""

    VISIT = "visit", _("Family visits")
    SESSION = "session", _("P2K2 sessions")
    SOCIALISATION = "socialisation", _("Policy socialisation")
    MENTORING = "mentoring", _("Business mentoring")
    MEDIATION = "mediation", _("Mediation")
    ADVOCACY = "advocacy", _("Advocacy")
    DISBURSEMENT = "disbursement", _("Disbursement education")
    MEETING = "meeting", _("Coordination meeting or training")
    AUDIT = "audit", _("Follow-up of an audit")
    PUBLICATION = "publication", _("Publication on social media")
    REPORT = "report", _("Monthly report")


# What a work plan is made of (Kabupaten Malang 2024, product.md 1); the rest only counts for RHK.
PLANNED = (
    Work.VISIT,
    Work.SESSION,
    Work.SOCIALISATION,
    Work.MENTORING,
    Work.MEDIATION,
    Work.ADVOCACY,
)
ACTIVITIES = [choice for choice in Work.choices if choice[0] not in (Work.VISIT, Work.SESSION)]


class Level(models.TextChoices):
    HOUSEHOLD = "household", _("KPM")
    VILLAGE = "village", _("Desa")
    SUBDISTRICT = "subdistrict", _("Kecamatan")
    DISTRICT = "district", _("Kabupaten")


class WorkPlan(models.Model):
    """The plan of a facilitator for a month, as it was submitted: one row a version.

    A later change is a new version with its reason; the newest one holds, the earlier ones stay.
    """

    facilitator = models.ForeignKey(
        Facilitator, models.PROTECT, related_name="work_plans", verbose_name=_("facilitator")
    )
    month = models.DateField(_("month"), help_text=_("The first day of the month."))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    # Of the lines: the same plan sent again is no new version.
    content_sha256 = models.CharField(_("fingerprint"), max_length=64)
    by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    submitted_at = models.DateTimeField(_("submitted at"))

    objects = WorkPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("work plan")
        verbose_name_plural = _("work plans")
        default_permissions = ("view", "add")
        ordering = ["-month", "facilitator_id", "-version"]
        constraints = [
            models.UniqueConstraint(
                name="workplan_version_once", fields=["month", "facilitator", "version"]
            ),
            models.CheckConstraint(name="workplan_first_of_month", condition=Q(month__day=1)),
            models.CheckConstraint(
                name="workplan_change_has_a_reason",
                condition=Q(version=1) | ~Q(reason=""),
                violation_error_message=_("Say why the plan changes."),
            ),
        ]

    class Privacy:
        personal = {"facilitator", "reason", "by"}
        ordinary = {"id", "month", "version", "content_sha256", "submitted_at"}

    def __str__(self):
        return f"{self.facilitator} {self.month:%m-%Y} ({self.version})"


class PlannedWork(models.Model):
    """One line of a plan: a visit to a family, a session of a group, or an activity."""

    plan = models.ForeignKey(
        WorkPlan, models.CASCADE, related_name="lines", verbose_name=_("work plan")
    )
    kind = models.CharField(_("kind"), max_length=13, choices=Work)
    household = models.ForeignKey(
        "beneficiaries.Household",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("household"),
    )
    group = models.ForeignKey(
        LearningGroup,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("group"),
    )
    level = models.CharField(_("level"), max_length=11, choices=Level, blank=True)
    place = models.CharField(_("place"), max_length=150, blank=True)
    planned_on = models.DateField(_("planned on"), null=True, blank=True)

    objects = PlannedWorkQuerySet.as_manager()

    class Meta:
        verbose_name = _("planned work")
        verbose_name_plural = _("planned work")
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="plannedwork_says_what",
                condition=Q(kind="visit", household__isnull=False, group__isnull=True, level="")
                | Q(kind="session", household__isnull=True, group__isnull=False, level="")
                | (
                    ~Q(kind__in=["visit", "session"])
                    & Q(household__isnull=True, group__isnull=True)
                    & ~Q(level="")
                ),
            ),
            models.UniqueConstraint(
                name="plannedwork_a_family_once",
                fields=["plan", "household"],
                condition=Q(household__isnull=False),
            ),
        ]

    class Privacy:
        personal = {"household"}
        ordinary = {"id", "plan", "kind", "group", "level", "place", "planned_on"}

    def __str__(self):
        return f"{self.get_kind_display()} {self.place}"


class Activity(models.Model):
    """Work that is neither a visit nor a session: told once, with its evidence beside it.

    The id is made by the sender, so a repeat makes no second one. What was told by mistake is
    withdrawn with a reason and counts no more; it is never rewritten.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    facilitator = models.ForeignKey(
        Facilitator, models.PROTECT, related_name="activities", verbose_name=_("facilitator")
    )
    kind = models.CharField(_("kind"), max_length=13, choices=ACTIVITIES)
    level = models.CharField(_("level"), max_length=11, choices=Level)
    held_on = models.DateField(_("held on"))
    place = models.CharField(_("place"), max_length=150)
    participants = models.PositiveSmallIntegerField(_("participants"), default=0)
    note = models.TextField(_("note"), blank=True)
    # Of what was sent, to tell a repeat from another activity under the same id.
    sent_sha256 = models.CharField(_("fingerprint"), max_length=64)
    by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("withdrawn by"),
    )
    withdrawn_reason = models.CharField(_("reason of withdrawal"), max_length=300, blank=True)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        default_permissions = ()
        ordering = ["-held_on", "pk"]
        indexes = [
            models.Index(fields=["-held_on", "id"], name="activity_newest"),
            models.Index(fields=["facilitator", "held_on"], name="activity_of_facilitator"),
        ]
        constraints = [
            models.CheckConstraint(
                name="activity_withdrawn_with_a_reason",
                condition=Q(withdrawn_at__isnull=True, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")),
            ),
        ]

    class Privacy:
        personal = {"facilitator", "note", "by", "withdrawn_by", "withdrawn_reason"}
        ordinary = {
            "id",
            "kind",
            "level",
            "held_on",
            "place",
            "participants",
            "sent_sha256",
            "recorded_at",
            "withdrawn_at",
        }

    def __str__(self):
        return f"{self.get_kind_display()} {self.held_on:%d-%m-%Y}"

    def get_absolute_url(self):
        return reverse("facilitators:activity", args=[self.pk])


class ActivityFamily(models.Model):
    """A family an activity was about or for."""

    activity = models.ForeignKey(
        Activity, models.CASCADE, related_name="families", verbose_name=_("activity")
    )
    household = models.ForeignKey(
        "beneficiaries.Household", models.PROTECT, related_name="+", verbose_name=_("household")
    )

    objects = ActivityFamilyQuerySet.as_manager()

    class Meta:
        verbose_name = _("family of an activity")
        verbose_name_plural = _("families of activities")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(name="activityfamily_once", fields=["activity", "household"]),
        ]

    class Privacy:
        personal = {"household"}
        ordinary = {"id", "activity"}

    def __str__(self):
        return f"{self.activity} {self.household_id}"
