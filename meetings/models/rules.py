from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class MeetingSettings(models.Model):
    """The numbers by which meetings are held, from a day on; the newest holds.

    What an office starts with is common sense, not a rule of the ministry.
    """

    valid_from = models.DateField(_("valid from"), unique=True)
    opens_minutes = models.PositiveSmallIntegerField(
        _("check-in opens minutes before the beginning"), default=60
    )
    late_minutes = models.PositiveSmallIntegerField(
        _("late from minutes after the beginning"), default=15
    )
    hall_seconds = models.PositiveSmallIntegerField(
        _("seconds the code in the hall holds"),
        default=90,
        help_text=_("The code on the wall changes: a photo sent to somebody at home is of no use."),
    )
    due_days = models.PositiveSmallIntegerField(
        _("reminder days before a follow-up is due"), default=3
    )
    ahead_days = models.PositiveSmallIntegerField(_("reminder days before a meeting"), default=2)

    class Meta:
        verbose_name = _("meeting settings")
        verbose_name_plural = _("meeting settings")
        default_permissions = ("view", "add", "change")
        ordering = ["-valid_from"]
        constraints = [
            models.CheckConstraint(
                name="meetingsettings_make_sense",
                condition=Q(hall_seconds__gte=30, hall_seconds__lte=600, opens_minutes__lte=720),
                violation_error_message=_("The code in the hall holds 30 to 600 seconds."),
            ),
        ]

    class Privacy:
        personal = set()
        ordinary = {
            "id",
            "valid_from",
            "opens_minutes",
            "late_minutes",
            "hall_seconds",
            "due_days",
            "ahead_days",
        }

    def __str__(self):
        return f"{self.valid_from:%d-%m-%Y}"

    @classmethod
    def on(cls, day):
        """Those that hold on the day; the office's first ones when none is that old."""
        rows = cls.objects
        return rows.filter(valid_from__lte=day).first() or rows.last() or cls(valid_from=day)


class EscalationRule(models.Model):
    """So many days after the day it was due, an unfinished follow-up is told to somebody more."""

    class To(models.TextChoices):
        OWNER = "owner", _("Owner")
        COORDINATOR = "coordinator", _("Coordinator")
        HEAD = "head", _("Head of agency")

    step = models.PositiveSmallIntegerField(_("step"))
    days = models.PositiveSmallIntegerField(_("days after the due date"))
    to = models.CharField(_("told to"), max_length=11, choices=To)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("rule of escalation")
        verbose_name_plural = _("rules of escalation")
        default_permissions = ("view", "add", "change")
        ordering = ["step", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["step", "valid_from"], name="escalationrule_step"),
            models.CheckConstraint(
                name="escalationrule_days_in_order",
                condition=Q(days__gte=1)
                & (Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from"))),
            ),
        ]

    class Privacy:
        personal = set()
        ordinary = {"id", "step", "days", "to", "valid_from", "valid_to"}

    def __str__(self):
        return f"{self.step}. {self.get_to_display()} (+{self.days})"
