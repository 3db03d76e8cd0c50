import uuid

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.history import EVENT_FIELDS, earlier_states
from facilitators.models.facilitator import Facilitator
from facilitators.models.purposes import Purpose
from facilitators.models.visit_querysets import (
    ChangeProposalQuerySet,
    ProposalEventQuerySet,
    VisitEventQuerySet,
    VisitQuerySet,
)
from facilitators.models.visit_requests import VisitRequest

# Corners of the country with its seas (domain.md 3.4): outside of them a position is doubted.
EAST = (95, 141)
NORTH = (-11, 6)


class Visit(models.Model):
    """A facilitator was with a family. Made on the phone, often hours before it arrives here.

    `id` is made by the phone, so a visit sent again is the same visit. `device_at` is what the
    phone says, `recorded_at` when it arrived: both stay, the list goes by arrival.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    facilitator = models.ForeignKey(
        Facilitator, models.PROTECT, related_name="visits", verbose_name=_("facilitator")
    )
    household = models.ForeignKey(
        "beneficiaries.Household",
        models.PROTECT,
        related_name="visits",
        verbose_name=_("household"),
    )
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose)
    request = models.ForeignKey(
        VisitRequest,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="visits",
        verbose_name=_("answers the request"),
    )
    device_at = models.DateTimeField(_("time on the phone"))
    # The phone's clock when it sent the visit, if it said so: beside recorded_at it tells how far
    # that clock is wrong.
    sent_at = models.DateTimeField(_("sent at, by the phone"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    accuracy_m = models.FloatField(_("accuracy in metres"), null=True, blank=True)
    people_met = models.CharField(_("people met"), max_length=300, blank=True)
    note = models.TextField(_("note"), blank=True)
    next_step = models.CharField(_("next step"), max_length=300, blank=True)
    next_on = models.DateField(_("next step on"), null=True, blank=True)
    # Of what was sent first: tells a repeat from another visit under the same id.
    content_sha256 = models.CharField(max_length=64)
    version = models.PositiveIntegerField(_("version"), default=1, db_default=1)
    recorded_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        default_permissions = ("view", "add")
        ordering = ["-recorded_at", "pk"]
        indexes = [
            models.Index(fields=["household", "-recorded_at"], name="visit_household_newest"),
            models.Index(fields=["facilitator", "-recorded_at"], name="visit_facilitator_newest"),
            # Which families were visited lately, and by whom, is read off the index.
            models.Index(
                fields=["-recorded_at", "id"],
                include=["household", "facilitator"],
                name="visit_newest_first",
            ),
            # A month of work goes by the day of the visit, not of its arrival.
            models.Index(fields=["facilitator", "device_at"], name="visit_facilitator_day"),
        ]
        constraints = [
            models.CheckConstraint(
                name="visit_position_is_whole",
                condition=Q(latitude__isnull=True, longitude__isnull=True, accuracy_m__isnull=True)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                violation_error_message=_("A position has a latitude and a longitude."),
            ),
            models.CheckConstraint(
                name="visit_next_day_has_a_step",
                condition=Q(next_on__isnull=True) | ~Q(next_step=""),
                violation_error_message=_("Say what the next step is."),
            ),
        ]

    class Privacy:
        personal = {
            "facilitator",
            "household",
            "latitude",
            "longitude",
            "accuracy_m",
            "people_met",
            "note",
            "next_step",
            "content_sha256",
            "recorded_by",
        }
        ordinary = {
            "id",
            "purpose",
            "request",
            "device_at",
            "sent_at",
            "recorded_at",
            "next_on",
            "version",
        }

    def __str__(self):
        return f"{self.get_purpose_display()} {self.device_at:%d-%m-%Y}"

    def get_absolute_url(self):
        return reverse("facilitators:visit", args=[self.pk])

    @property
    def outside_the_country(self) -> bool:
        """A position nobody can have: informs, never refuses."""
        if self.latitude is None or self.longitude is None:
            return False
        return not (EAST[0] <= self.longitude <= EAST[1] and NORTH[0] <= self.latitude <= NORTH[1])


class ChangeProposal(models.Model):
    """What a visit found to be otherwise than the register says. Only a decision writes it there.

    `version` is the version of the record (the member, or the family where `member` is empty)
    the facilitator had before him. When the record had moved on before the visit arrived,
    `conflict` is set and both sides are kept: `seen`, as he read it, and `met`, as it stood here.
    """

    class Kind(models.TextChoices):
        BIRTH = "birth", _("Birth")
        PREGNANCY = "pregnancy", _("Pregnancy")
        SCHOOL_CHANGE = "school_change", _("Change of school")
        MOVE = "move", _("Move")
        DEATH = "death", _("Death")
        NEW_CARETAKER = "new_caretaker", _("New caretaker")
        CORRECTION = "correction", _("Correction of data")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")

    visit = models.ForeignKey(
        Visit, models.PROTECT, related_name="proposals", verbose_name=_("visit")
    )
    position = models.PositiveSmallIntegerField(_("place in the visit"))
    kind = models.CharField(_("kind"), max_length=13, choices=Kind)
    member = models.ForeignKey(
        "beneficiaries.Member",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("member"),
    )
    values = models.JSONField(_("values"), default=dict)
    version = models.PositiveIntegerField(_("version"))
    conflict = models.BooleanField(_("conflict"), default=False)
    seen = models.JSONField(_("as the facilitator read it"), default=dict)
    met = models.JSONField(_("as it stood on arrival"), default=dict)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    proposed_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = ChangeProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposed change")
        verbose_name_plural = _("proposed changes")
        default_permissions = ()
        permissions = [("decide_changeproposal", _("Can decide proposed changes"))]
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["id"], condition=Q(state="open"), name="changeproposal_open"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="changeproposal_once_a_visit", fields=["visit", "position"]
            ),
            models.CheckConstraint(
                name="changeproposal_decided_by_iff_decided",
                condition=Q(state="open", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state="open") & Q(decided_by__isnull=False, decided_at__isnull=False)),
            ),
            # Held by the database: nobody decides what he proposed himself.
            models.CheckConstraint(
                name="changeproposal_decided_by_another",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                violation_error_message=_("A proposal is decided by somebody else."),
            ),
            models.CheckConstraint(
                name="changeproposal_refused_with_reason",
                condition=~Q(state="refused") | ~Q(reason=""),
                violation_error_message=_("Say why the proposal is refused."),
            ),
        ]

    class Privacy:
        personal = {
            "visit",
            "member",
            "values",
            "seen",
            "met",
            "proposed_by",
            "decided_by",
            "reason",
        }
        ordinary = {
            "id",
            "position",
            "kind",
            "version",
            "conflict",
            "state",
            "proposed_at",
            "decided_at",
        }

    def __str__(self):
        return f"{self.get_kind_display()} {self.proposed_at:%d-%m-%Y}"

    def get_absolute_url(self):
        return reverse("facilitators:proposal", args=[self.pk])


class VisitRule(models.Model):
    """After how many days without a visit a family is overdue, from a day on.

    An empty purpose means any visit. The newest rule of a purpose that has begun holds; the
    numbers an office starts with are its own, not the ministry's.
    """

    purpose = models.CharField(
        _("purpose"),
        max_length=12,
        choices=Purpose,
        blank=True,
        help_text=_("Empty: a visit for whatever purpose counts."),
    )
    days = models.PositiveSmallIntegerField(_("days"))
    valid_from = models.DateField(_("valid from"))

    class Meta:
        verbose_name = _("rule for overdue visits")
        verbose_name_plural = _("rules for overdue visits")
        ordering = ["purpose", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                name="visitrule_once_a_day",
                fields=["purpose", "valid_from"],
                violation_error_message=_("A rule of this purpose begins on this day already."),
            ),
            models.CheckConstraint(
                name="visitrule_at_least_a_day",
                condition=Q(days__gte=1),
                violation_error_message=_("At least one day."),
            ),
        ]

    class Privacy:
        personal = set()
        ordinary = {"id", "purpose", "days", "valid_from"}

    def __str__(self):
        return f"{self.get_purpose_display() or '-'} {self.days}"


_VisitEvent = earlier_states(Visit)


class VisitEvent(_VisitEvent):
    """A visit as it was written until `pgh_created_at`."""

    objects = VisitEventQuerySet.as_manager()

    class Meta(_VisitEvent.Meta):
        verbose_name = _("earlier state of a visit")
        verbose_name_plural = _("earlier states of visits")

    class Privacy:
        personal = Visit.Privacy.personal | {"pgh_obj"}
        ordinary = Visit.Privacy.ordinary | EVENT_FIELDS


_ChangeProposalEvent = earlier_states(ChangeProposal)


class ChangeProposalEvent(_ChangeProposalEvent):
    """A proposed change as it was until `pgh_created_at`."""

    objects = ProposalEventQuerySet.as_manager()

    class Meta(_ChangeProposalEvent.Meta):
        verbose_name = _("earlier state of a proposed change")
        verbose_name_plural = _("earlier states of proposed changes")

    class Privacy:
        personal = ChangeProposal.Privacy.personal | {"pgh_obj"}
        ordinary = ChangeProposal.Privacy.ordinary | EVENT_FIELDS
