from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facilitators.models.purposes import Purpose
from facilitators.models.visit_querysets import VisitRequestQuerySet


class VisitRequest(models.Model):
    """Something can only be found out at a family's home, and somebody asks for it.

    What the question is about stands above: whoever asks keeps the key of the request, as a
    decision of reconciliation does. The visits that name the request are its answer; the first of
    them closes it.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Waiting for a visit")
        DONE = "done", _("Answered")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    household = models.ForeignKey(
        "beneficiaries.Household",
        models.PROTECT,
        related_name="visit_requests",
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
    purpose = models.CharField(
        _("purpose"), max_length=12, choices=Purpose, default=Purpose.QUESTION
    )
    wanted = models.CharField(_("what to find out"), max_length=500)
    due_on = models.DateField(_("needed until"))
    asked_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked at"))
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.OPEN)
    closed_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("closed by"),
    )
    closed_at = models.DateTimeField(_("closed at"), null=True)

    objects = VisitRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit request")
        verbose_name_plural = _("visit requests")
        default_permissions = ()
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(
                fields=["household", "due_on"],
                condition=Q(state="open"),
                name="visitrequest_open",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="visitrequest_closed_iff_not_open",
                condition=Q(state="open", closed_by__isnull=True, closed_at__isnull=True)
                | (~Q(state="open") & Q(closed_by__isnull=False, closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="visitrequest_says_what",
                condition=~Q(wanted=""),
                violation_error_message=_("Say what to find out."),
            ),
        ]

    class Privacy:
        personal = {"household", "member", "wanted", "asked_by", "closed_by"}
        ordinary = {"id", "purpose", "due_on", "asked_at", "state", "closed_at"}

    def __str__(self):
        return f"{self.get_purpose_display()} {self.due_on:%d-%m-%Y}"
