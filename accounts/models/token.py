from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken, AuthTokenManager

from accounts.models.querysets import ApiTokenQuerySet


class ApiToken(AbstractAuthToken):
    """A key for another system: hashed, expiring, limited to scopes and to its owner's areas."""

    scopes = ArrayField(models.CharField(max_length=40), verbose_name=_("scopes"), default=list)

    objects = AuthTokenManager.from_queryset(ApiTokenQuerySet)()

    class Meta(AbstractAuthToken.Meta):
        abstract = False
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    class Privacy:
        personal = {"user", "digest", "token_key"}
        ordinary = {"scopes", "created", "expiry"}

    def __str__(self):
        return f"{self.token_key}… {self.user}"
