"""P2K2: families of one village learn together once a month (domain.md 1.5)."""

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from beneficiaries.models.querysets import DatedQuerySet as ValidQuerySet
from facilitators.models.facilitator import DAYS, Facilitator
from facilitators.models.learning_querysets import (
    AttendanceQuerySet,
    GroupQuerySet,
    MembershipQuerySet,
    SessionQuerySet,
)


class LearningModule(models.Model):
    """A module of the programme and the topic it is entered under in SIKS-NG.

    Modules and their sessions are data with dates: names and numbers change with a circular.
    """

    class SiksTopic(models.TextChoices):
        """The six options of the ministry's entry form, as seen in September 2026."""

        SPIRITUAL = "spiritual", _("Mental and spiritual guidance")
        ECONOMY = "economy", _("Money and business planning")
        HEALTH = "health", _("Health and nutrition")
        WELFARE = "welfare", _("Social welfare")
        ADVOCACY = "advocacy", _("Administrative facilitation, mediation and advocacy")
        ADAPTIVE = "adaptive", _("Adaptive or additional")

    code = models.SlugField(_("code"), max_length=30)
    name = models.CharField(_("name"), max_length=150)
    siks_topic = models.CharField(_("topic in SIKS-NG"), max_length=10, choices=SiksTopic)
    position = models.PositiveSmallIntegerField(_("order"), default=1)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(
        _("valid to"), null=True, blank=True, help_text=_("First day it is no longer valid.")
    )

    objects = ValidQuerySet.as_manager()

    class Meta:
        verbose_name = _("learning module")
        verbose_name_plural = _("learning modules")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="learningmodule_code_once_a_start", fields=["code", "valid_from"]
            ),
            models.CheckConstraint(
                name="learningmodule_dates_in_order",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                violation_error_message=_("The end must lie after the start."),
            ),
        ]

    class Privacy:
        personal = set()
        ordinary = {"id", "code", "name", "siks_topic", "position", "valid_from", "valid_to"}

    def __str__(self):
        return self.name


class LearningTopic(models.Model):
    """One session of a module: what is talked about on one day."""

    module = models.ForeignKey(
        LearningModule, models.PROTECT, related_name="topics", verbose_name=_("module")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=150)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(
        _("valid to"), null=True, blank=True, help_text=_("First day it is no longer valid.")
    )

    objects = ValidQuerySet.as_manager()

    class Meta:
        verbose_name = _("learning topic")
        verbose_name_plural = _("learning topics")
        ordering = ["module__position", "number", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="learningtopic_number_once_a_start",
                fields=["module", "number", "valid_from"],
            ),
            models.CheckConstraint(
                name="learningtopic_dates_in_order",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                violation_error_message=_("The end must lie after the start."),
            ),
        ]

    class Privacy:
        personal = set()
        ordinary = {"id", "module", "number", "name", "valid_from", "valid_to"}

    def __str__(self):
        return self.name


class LearningGroup(models.Model):
    """Twenty to thirty families of a village who meet once a month.

    Whose group it is on a day is nobody's choice but follows from the caseload: it belongs to
    those who accompany its families on that day.
    """

    name = models.CharField(_("name"), max_length=100)
    village = models.ForeignKey(
        "areas.Area", models.PROTECT, related_name="+", verbose_name=_("village")
    )
    leader = models.ForeignKey(
        "beneficiaries.Member",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("group leader"),
    )
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True, help_text=_("Last day held."))

    objects = GroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("learning group")
        verbose_name_plural = _("learning groups")
        ordering = ["village_id", "name", "pk"]
        indexes = [models.Index(fields=["village", "id"], name="learninggroup_village")]
        constraints = [
            models.CheckConstraint(
                name="learninggroup_dates_in_order",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
            models.UniqueConstraint(
                name="learninggroup_name_once_a_village",
                fields=["village", "name"],
                condition=Q(ends_on__isnull=True),
                violation_error_message=_("Another group of this village has this name."),
            ),
        ]

    class Privacy:
        personal = {"leader"}
        ordinary = {"id", "name", "village", "starts_on", "ends_on"}

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("facilitators:learning_group", args=[self.pk])


class LearningMembership(models.Model):
    """A family of a group, from when to when. On no day is a family in two groups."""

    group = models.ForeignKey(
        LearningGroup, models.PROTECT, related_name="memberships", verbose_name=_("group")
    )
    household = models.ForeignKey(
        "beneficiaries.Household",
        models.PROTECT,
        related_name="learning_memberships",
        verbose_name=_("household"),
    )
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True, help_text=_("Last day held."))
    by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    recorded_at = models.DateTimeField(_("recorded at"))

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("family of a learning group")
        verbose_name_plural = _("families of learning groups")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="learningmembership_dates_in_order",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
            # As with the caseload: the database holds it, whoever writes.
            ExclusionConstraint(
                name="learningmembership_one_group_a_day",
                expressions=[
                    ("household", RangeOperators.EQUAL),
                    (DAYS, RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("This family is in another group on these days."),
            ),
        ]

    class Privacy:
        personal = {"household", "by"}
        ordinary = {"id", "group", "starts_on", "ends_on", "recorded_at"}

    def __str__(self):
        return f"{self.household} - {self.group}"


class LearningSession(models.Model):
    """A meeting that took place. Its id is made by the sender, so a repeat makes no second one."""

    class Understanding(models.TextChoices):
        LOW = "low", _("Low")
        GOOD = "good", _("Good")
        VERY_GOOD = "very_good", _("Very good")
        NOT_ASSESSED = "not_assessed", _("Cannot be assessed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(
        LearningGroup, models.PROTECT, related_name="sessions", verbose_name=_("group")
    )
    topic = models.ForeignKey(
        LearningTopic, models.PROTECT, related_name="+", verbose_name=_("topic")
    )
    # Who accompanied most of its families on that day: a later handover changes no report.
    facilitator = models.ForeignKey(
        Facilitator,
        models.PROTECT,
        null=True,
        related_name="learning_sessions",
        verbose_name=_("facilitator"),
    )
    held_on = models.DateField(_("held on"))
    place = models.CharField(_("place"), max_length=150, blank=True)
    understanding = models.CharField(
        _("understanding"), max_length=12, choices=Understanding, blank=True
    )
    note = models.CharField(_("note"), max_length=1000, blank=True)
    guests = models.PositiveSmallIntegerField(_("guests"), default=0)
    # Of what was sent, to tell a repeat from another report under the same id.
    sent_sha256 = models.CharField(_("fingerprint"), max_length=64)
    by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    recorded_at = models.DateTimeField(_("recorded at"))

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("learning session")
        verbose_name_plural = _("learning sessions")
        ordering = ["-held_on", "pk"]
        indexes = [models.Index(fields=["held_on", "id"], name="learningsession_held_on")]
        constraints = [
            models.UniqueConstraint(
                name="learningsession_one_a_day",
                fields=["group", "held_on"],
                violation_error_message=_("This group has a session on this day already."),
            ),
        ]

    class Privacy:
        personal = {"facilitator", "note", "by"}
        ordinary = {
            "id",
            "group",
            "topic",
            "held_on",
            "place",
            "understanding",
            "guests",
            "sent_sha256",
            "recorded_at",
        }

    def __str__(self):
        return f"{self.group} {self.held_on}"

    def get_absolute_url(self):
        return reverse("facilitators:learning_session", args=[self.pk])


class Attendance(models.Model):
    """Whether a family was there, and who of it came: mostly its caretaker.

    A family counts once. Whoever comes besides is a guest, and guests are only counted.
    """

    class Status(models.TextChoices):
        PRESENT = "present", _("Present")
        ILL = "ill", _("Ill")
        ABSENT = "absent", _("Absent")

    session = models.ForeignKey(
        LearningSession, models.CASCADE, related_name="attendance", verbose_name=_("session")
    )
    household = models.ForeignKey(
        "beneficiaries.Household",
        models.PROTECT,
        related_name="learning_attendance",
        verbose_name=_("household"),
    )
    member = models.ForeignKey(
        "beneficiaries.Member",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("member"),
    )
    status = models.CharField(_("attendance"), max_length=7, choices=Status)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                name="attendance_a_family_once", fields=["session", "household"]
            ),
        ]

    class Privacy:
        personal = {"household", "member", "status"}
        ordinary = {"id", "session"}

    def __str__(self):
        return f"{self.household} {self.session_id}"
