from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meetings.models.institutions import Representative
from meetings.models.querysets import ReminderQuerySet


class Reminder(models.Model):
    """What one person was told on one day, in the application and by e-mail: once.

    Whoever was invited by an address alone has neither account nor entry in the list of people:
    the address stands for him.

    The row is written before the letter leaves. A letter whose sending was cut off is not sent
    again; the application shows the same words. One that no server took is `unheard`.
    """

    user = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("account"),
    )
    representative = models.ForeignKey(
        Representative, models.PROTECT, null=True, blank=True, related_name="+"
    )
    day = models.DateField(_("day"))
    # [{"text": …, "url": …}] in the words of that day.
    items = models.JSONField(_("what was told"))
    email = models.EmailField(_("e-mail"), blank=True)
    emailed_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    failed = models.BooleanField(_("could not be sent"), default=False)
    # No server answered: the letter was heard by nobody and may be tried again that day.
    unheard = models.BooleanField(_("no server answered"), default=False)
    seen_at = models.DateTimeField(_("seen at"), null=True, blank=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        default_permissions = ()
        ordering = ["-day", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "day"],
                condition=Q(user__isnull=False),
                name="reminder_once_a_day",
            ),
            models.UniqueConstraint(
                fields=["representative", "day"],
                condition=Q(representative__isnull=False),
                name="reminder_once_a_day_by_letter",
            ),
            models.UniqueConstraint(
                fields=["email", "day"],
                condition=Q(user__isnull=True, representative__isnull=True),
                name="reminder_once_a_day_by_address",
            ),
            models.CheckConstraint(
                name="reminder_to_one",
                condition=Q(user__isnull=False, representative__isnull=True)
                | Q(user__isnull=True, representative__isnull=False)
                | (Q(user__isnull=True, representative__isnull=True) & ~Q(email="")),
            ),
        ]

    class Privacy:
        personal = {"user", "representative", "items", "email"}
        ordinary = {"id", "day", "emailed_at", "failed", "unheard", "seen_at"}

    def __str__(self):
        return f"{self.day:%d-%m-%Y}"
