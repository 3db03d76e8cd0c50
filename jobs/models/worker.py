from django.db import models
from django.utils.translation import gettext_lazy as _


class WorkerSign(models.Model):
    """When a worker last carried out a task: a process that only exists proves nothing.

    One row per worker name, so the table stays as small as the office's set of workers.
    """

    name = models.CharField(_("worker"), max_length=120, primary_key=True)
    seen_at = models.DateTimeField(_("seen at"))

    class Meta:
        verbose_name = _("sign of life of a worker")
        verbose_name_plural = _("signs of life of workers")

    class Privacy:
        personal: set[str] = set()
        ordinary = {"name", "seen_at"}

    def __str__(self):
        return self.name
