import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.querysets import AuditEventQuerySet


class AuditEvent(models.Model):
    """Something a person did or looked at. Rows are only ever added.

    `data` holds ids, counts and field names, never a NIK or a name. The triggers stand in the
    database, so neither a bulk update nor a hand-written statement of the application passes.
    """

    at = models.DateTimeField(_("at"), db_index=True)
    by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    verb = models.CharField(_("verb"), max_length=60)
    target_type = models.CharField(_("kind of record"), max_length=60, blank=True)
    target_id = models.CharField(_("record"), max_length=64, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    channel = models.CharField(_("channel"), max_length=20, blank=True)
    data = models.JSONField(_("details"), default=dict)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        indexes = [
            models.Index(fields=["target_type", "target_id"], name="audit_target"),
            models.Index(fields=["by", "-at"], name="audit_by_at"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="never_truncated",
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                level=pgtrigger.Statement,
                func="RAISE EXCEPTION 'pgtrigger: the audit trail is never emptied';",
            ),
        ]

    class Privacy:
        personal = {"by", "target_id", "reason"}
        ordinary = {"id", "at", "verb", "target_type", "channel", "data"}

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb}"
