import uuid

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from graduation.models.querysets import CaseQuerySet, FlagQuerySet, OfCaseQuerySet
from graduation.models.types import ExitReason, ExitType


class State(models.TextChoices):
    """Where a case stands (domain.md 2.2)."""

    POTENTIAL = "potential", _("Potential")
    PROPOSED = "proposed", _("Proposed")
    VISITED = "visited", _("Visited")
    VERIFIED = "verified", _("Verified")
    APPROVED = "approved", _("Approved")
    SUBMITTED = "submitted", _("Submitted to the ministry")
    CONFIRMED = "confirmed", _("Confirmed")
    REJECTED = "rejected", _("Rejected")
    CANCELLED = "cancelled", _("Cancelled")
    REACTIVATED = "reactivated", _("Active again")


OPEN_STATES = (
    State.POTENTIAL,
    State.PROPOSED,
    State.VISITED,
    State.VERIFIED,
    State.APPROVED,
    State.SUBMITTED,
)


class GraduationCase(models.Model):
    """A family on its way out of the programme, from the first thought to the confirmed exit.

    `state` is the newest of its steps. Proposer, verifier and approver are three people: the
    database holds that, as it holds that a family has one open case.
    """

    OPEN = OPEN_STATES

    # Made by the sender when it has one, so that sending again makes no second case.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    household = models.ForeignKey(
        "beneficiaries.Household",
        models.PROTECT,
        related_name="graduation_cases",
        verbose_name=_("household"),
    )
    type = models.ForeignKey(
        ExitType, models.PROTECT, related_name="+", verbose_name=_("way to leave")
    )
    reason = models.ForeignKey(
        ExitReason,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reason to leave"),
    )
    state = models.CharField(_("state"), max_length=11, choices=State, default=State.POTENTIAL)
    target_year = models.PositiveSmallIntegerField(_("planned for the year"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened at"))
    moved_at = models.DateTimeField(_("last step at"))
    visit = models.ForeignKey(
        "facilitators.Visit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("visit"),
    )
    statement_on = models.DateField(_("statement signed on"), null=True, blank=True)
    statement = models.ForeignKey(
        "documents.Document",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("scan of the statement"),
    )
    proposed_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("proposed by"),
    )
    verified_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("verified by"),
    )
    approved_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    approved_on = models.DateField(_("approved on"), null=True, blank=True)
    submitted_on = models.DateField(_("submitted on"), null=True, blank=True)
    submitted_as = models.CharField(_("number of the submission"), max_length=60, blank=True)
    # Where the family lived when the case was opened: another village later is a flag.
    opened_in = models.ForeignKey(
        "areas.Area", models.PROTECT, related_name="+", verbose_name=_("village at opening")
    )
    content_sha256 = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, db_default=1)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("graduation case")
        verbose_name_plural = _("graduation cases")
        default_permissions = ("view",)
        permissions = [
            ("propose_graduationcase", _("Can propose a family for graduation")),
            ("verify_graduationcase", _("Can verify a graduation case")),
            ("approve_graduationcase", _("Can approve a graduation case")),
            ("submit_graduationcase", _("Can submit and confirm graduation cases")),
            ("export_graduationcase", _("Can export graduation cases")),
        ]
        ordering = ["-moved_at", "pk"]
        indexes = [
            models.Index(fields=["state", "-moved_at", "id"], name="case_state_newest"),
            models.Index(fields=["household", "-opened_at"], name="case_household_newest"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(state__in=OPEN_STATES),
                name="case_one_open_a_family",
                violation_error_message=_("This family has an open case already."),
            ),
            models.CheckConstraint(
                name="case_verifier_is_not_proposer",
                condition=Q(verified_by__isnull=True) | ~Q(verified_by=F("proposed_by")),
                violation_error_message=_("A proposal is verified by somebody else."),
            ),
            models.CheckConstraint(
                name="case_approver_is_neither",
                condition=Q(approved_by__isnull=True)
                | (~Q(approved_by=F("proposed_by")) & ~Q(approved_by=F("verified_by"))),
                violation_error_message=_("A case is approved by somebody else."),
            ),
            models.CheckConstraint(
                name="case_approved_has_its_people",
                condition=~Q(state__in=["approved", "submitted", "confirmed"])
                | Q(
                    proposed_by__isnull=False,
                    verified_by__isnull=False,
                    approved_by__isnull=False,
                    approved_on__isnull=False,
                ),
            ),
        ]

    class Privacy:
        personal = {
            "household",
            "visit",
            "statement",
            "proposed_by",
            "verified_by",
            "approved_by",
            "content_sha256",
        }
        ordinary = {
            "id",
            "type",
            "reason",
            "state",
            "target_year",
            "opened_at",
            "moved_at",
            "statement_on",
            "approved_on",
            "submitted_on",
            "submitted_as",
            "opened_in",
            "version",
        }

    def __str__(self):
        return f"{self.household} {self.get_state_display()}"

    def get_absolute_url(self):
        return reverse("graduation:case", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class CaseStep(models.Model):
    """A case went from one state to another on a day, by somebody, for a reason. Only added."""

    case = models.ForeignKey(
        GraduationCase, models.PROTECT, related_name="steps", verbose_name=_("graduation case")
    )
    earlier = models.CharField(_("before"), max_length=11, choices=State, blank=True)
    state = models.CharField(_("state"), max_length=11, choices=State)
    on = models.DateField(_("on"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of a case")
        verbose_name_plural = _("steps of cases")
        default_permissions = ()
        ordering = ["at", "pk"]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    class Privacy:
        personal = {"case", "reason", "by"}
        ordinary = {"id", "earlier", "state", "on", "at"}

    def __str__(self):
        return f"{self.get_state_display()} {self.on:%d-%m-%Y}"


class CaseFlag(models.Model):
    """Something happened that a person must look at before the case goes on, or after the exit.

    Death, a move, a merge or another way out while a case is open; a family that stands in a
    ministry file again after it left. Informs and waits; settled with a note.
    """

    class Kind(models.TextChoices):
        DIED = "died", _("Somebody of the family died")
        MOVED = "moved", _("The family moved")
        MERGED = "merged", _("Members went to another family")
        LEFT = "left", _("The family left in another way")
        REAPPEARED = "reappeared", _("Stands in the Final Closing again")

    household = models.ForeignKey(
        "beneficiaries.Household",
        models.PROTECT,
        related_name="graduation_flags",
        verbose_name=_("household"),
    )
    case = models.ForeignKey(
        GraduationCase,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="flags",
        verbose_name=_("graduation case"),
    )
    exit = models.ForeignKey(
        "graduation.Exit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="flags",
        verbose_name=_("exit"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    # What raised it, so that the same thing raises it once: "member:12", "period:2023-1".
    about = models.CharField(_("about"), max_length=60)
    raised_at = models.DateTimeField(_("raised at"))
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    settled_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("settled by"),
    )
    note = models.CharField(_("note"), max_length=500, blank=True)

    objects = FlagQuerySet.as_manager()

    class Meta:
        verbose_name = _("flag of a case")
        verbose_name_plural = _("flags of cases")
        default_permissions = ()
        ordering = ["-raised_at", "pk"]
        indexes = [
            models.Index(
                fields=["household"], condition=Q(settled_at__isnull=True), name="caseflag_open"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="caseflag_once",
                fields=["household", "case", "exit", "kind", "about"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="caseflag_of_a_case_or_an_exit",
                condition=Q(case__isnull=False) | Q(exit__isnull=False),
            ),
            models.CheckConstraint(
                name="caseflag_settled_by_somebody_with_a_note",
                condition=Q(settled_at__isnull=True, settled_by__isnull=True, note="")
                | (Q(settled_at__isnull=False, settled_by__isnull=False) & ~Q(note="")),
                violation_error_message=_("Say what was found out."),
            ),
        ]

    class Privacy:
        personal = {"household", "case", "exit", "about", "settled_by", "note"}
        ordinary = {"id", "kind", "raised_at", "settled_at"}

    def __str__(self):
        return self.get_kind_display()
