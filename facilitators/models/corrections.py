from django.db import models
from django.utils.translation import gettext_lazy as _

from facilitators.models.learning import LearningSession
from facilitators.models.work_querysets import SessionCorrectionQuerySet


class SessionCorrection(models.Model):
    """A session as it was told before somebody corrected it, and why.

    `before` holds the values of the session and {household: [status, member]} of those who
    were corrected; who may not see a family is not shown its line.
    """

    session = models.ForeignKey(
        LearningSession, models.PROTECT, related_name="corrections", verbose_name=_("session")
    )
    before = models.JSONField(_("before"))
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))

    objects = SessionCorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction of a session")
        verbose_name_plural = _("corrections of sessions")
        default_permissions = ()
        ordering = ["-at", "-pk"]

    class Privacy:
        personal = {"before", "reason", "by"}
        ordinary = {"id", "session", "at"}

    def __str__(self):
        return f"{self.session} {self.at:%d-%m-%Y}"
