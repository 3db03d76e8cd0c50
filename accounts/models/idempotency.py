from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.querysets import OwnQuerySet


class SentRequest(models.Model):
    """A creating request somebody sent with an Idempotency-Key, so that a repeat is recognised.

    Only a digest of the body is kept, and the id of what it made.
    """

    user = models.ForeignKey(
        "accounts.User", models.CASCADE, related_name="+", verbose_name=_("user")
    )
    key = models.CharField(_("key"), max_length=100)
    path = models.CharField(_("address"), max_length=200)
    body_sha256 = models.CharField(_("fingerprint"), max_length=64)
    made_id = models.CharField(_("record"), max_length=64)
    at = models.DateTimeField(_("at"), db_index=True)

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("request sent once")
        verbose_name_plural = _("requests sent once")
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="sentrequest_key_once"),
        ]

    class Privacy:
        personal = {"user"}
        ordinary = {"id", "key", "path", "body_sha256", "made_id", "at"}

    def __str__(self):
        return f"{self.path} {self.at:%Y-%m-%d}"
