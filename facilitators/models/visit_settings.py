from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.held import recalled


class VisitSettings(models.Model):
    """The numbers by which visits are accepted and looked at, from a day on; the newest holds.

    What an office starts with is practice and common sense, not a rule of the ministry. The
    marks inform: none of these numbers refuses a visit but the limit for late ones.
    """

    valid_from = models.DateField(_("valid from"), unique=True)
    request_days = models.PositiveSmallIntegerField(
        _("days to answer a question"),
        default=14,
        help_text=_("When whoever asks for a visit names no day."),
    )
    absence_days = models.PositiveSmallIntegerField(
        _("days in which an absence is followed up"), default=60
    )
    late_days = models.PositiveSmallIntegerField(
        _("days a visit may arrive after a handover"),
        default=14,
        help_text=_("A visit made while the family was one's own, on a phone without signal."),
    )
    edit_hours = models.PositiveSmallIntegerField(
        _("hours in which a visit can be changed"), default=24
    )
    clock_minutes = models.PositiveSmallIntegerField(
        _("clock of the phone differs by more minutes"), default=10
    )
    arrival_hours = models.PositiveSmallIntegerField(
        _("arrives more hours after the visit"), default=72
    )
    distance_m = models.PositiveIntegerField(_("metres from the home, more than"), default=1000)
    many_visits = models.PositiveSmallIntegerField(_("visits close together: from"), default=6)
    many_minutes = models.PositiveSmallIntegerField(
        _("visits close together: within minutes"), default=30
    )
    sample_percent = models.PositiveSmallIntegerField(_("percent to look at again"), default=5)

    class Meta:
        verbose_name = _("visit settings")
        verbose_name_plural = _("visit settings")
        ordering = ["-valid_from"]
        constraints = [
            models.CheckConstraint(
                name="visitsettings_make_sense",
                condition=Q(
                    request_days__gte=1,
                    absence_days__gte=1,
                    clock_minutes__gte=1,
                    arrival_hours__gte=1,
                    distance_m__gte=50,
                    many_visits__gte=2,
                    many_minutes__gte=1,
                    sample_percent__lte=100,
                ),
                violation_error_message=_("One of these numbers is too small or too large."),
            ),
        ]

    class Privacy:
        personal = set()
        ordinary = {
            "id",
            "valid_from",
            "request_days",
            "absence_days",
            "late_days",
            "edit_hours",
            "clock_minutes",
            "arrival_hours",
            "distance_m",
            "many_visits",
            "many_minutes",
            "sample_percent",
        }

    def __str__(self):
        return f"{self.valid_from:%d-%m-%Y}"

    @classmethod
    def on(cls, day):
        """The row that holds on the day; where none has begun, the numbers of a new office.

        Asked once in a request, and not to be changed by whoever asks.
        """
        return recalled(
            ("visit settings", day),
            lambda: cls.objects.filter(valid_from__lte=day).first() or cls(valid_from=day),
        )
