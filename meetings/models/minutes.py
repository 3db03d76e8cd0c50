import uuid

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from meetings.models.institutions import Facility, Institution
from meetings.models.meetings import AgendaItem, Meeting
from meetings.models.querysets import (
    FollowUpQuerySet,
    OfFollowUpQuerySet,
    OfIssueQuerySet,
    OfMeetingQuerySet,
)


class Issue(models.Model):
    """A common problem as it was put on the table (categories: domain.md 7.1)."""

    class Category(models.TextChoices):
        DATA = "data", _("Data")
        DISBURSEMENT = "disbursement", _("Disbursement")
        COMMITMENT = "commitment", _("Commitment")
        FACILITIES = "facilities", _("Facilities")
        STAFF = "staff", _("Staff")
        COMPLEMENTARITY = "complementarity", _("Complementary programmes")
        COMPLAINT = "complaint", _("Complaint")
        GRADUATION = "graduation", _("Graduation")
        OTHER = "other", _("Other")

    meeting = models.ForeignKey(
        Meeting, models.PROTECT, related_name="issues", verbose_name=_("meeting")
    )
    place = models.PositiveSmallIntegerField(_("place"))
    category = models.CharField(_("category"), max_length=15, choices=Category)
    title = models.CharField(_("problem"), max_length=200)
    discussion = models.TextField(_("discussion"), max_length=4000, blank=True)
    raised_by = models.ForeignKey(
        Institution,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("raised by"),
    )
    agenda_item = models.ForeignKey(
        AgendaItem,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="issues",
        verbose_name=_("agenda item"),
    )

    objects = OfMeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("problem")
        verbose_name_plural = _("problems")
        default_permissions = ()
        ordering = ["place", "pk"]

    class Privacy:
        personal = {"discussion"}
        ordinary = {
            "id",
            "meeting",
            "place",
            "category",
            "title",
            "raised_by",
            "agenda_item",
        }

    def __str__(self):
        return self.title


class Decision(models.Model):
    """What was agreed about a problem."""

    issue = models.ForeignKey(
        Issue, models.CASCADE, related_name="decisions", verbose_name=_("problem")
    )
    place = models.PositiveSmallIntegerField(_("place"))
    text = models.CharField(_("decision"), max_length=1000)

    objects = OfIssueQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        default_permissions = ()
        ordering = ["place", "pk"]

    class Privacy:
        personal = {"text"}
        ordinary = {"id", "issue", "place"}

    def __str__(self):
        return self.text


class FollowUp(models.Model):
    """Who does what until when, because a meeting decided it (action item, tindak lanjut)."""

    class State(models.TextChoices):
        OPEN = "open", _("Not begun")
        IN_PROGRESS = "in_progress", _("Under way")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Dropped")

    class Priority(models.IntegerChoices):
        HIGH = 1, _("High")
        NORMAL = 2, _("Normal")
        LOW = 3, _("Low")

    OPEN = ("open", "in_progress")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    decision = models.ForeignKey(
        Decision, models.PROTECT, related_name="follow_ups", verbose_name=_("decision")
    )
    number = models.PositiveSmallIntegerField(_("number in the meeting"))
    description = models.CharField(_("what is to be done"), max_length=500)
    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="+", verbose_name=_("institution in charge")
    )
    owner = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("account of the person in charge"),
    )
    owner_name = models.CharField(_("person in charge"), max_length=100)
    due_on = models.DateField(_("due on"))
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority, default=Priority.NORMAL
    )
    needs_evidence = models.BooleanField(_("evidence required"), default=True)
    state = models.CharField(_("state"), max_length=11, choices=State, default=State.OPEN)
    # What it concerns: a family, a facility, or a record of a floor above; see meetings.subjects.
    household = models.ForeignKey(
        "beneficiaries.Household",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="follow_ups",
        verbose_name=_("household"),
    )
    facility = models.ForeignKey(
        Facility,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="follow_ups",
        verbose_name=_("facility"),
    )
    subject_type = models.CharField(_("kind of record"), max_length=60, blank=True)
    subject_id = models.CharField(_("record"), max_length=64, blank=True)
    evidence = models.ForeignKey(
        "documents.Document",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("evidence"),
    )
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    closed_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("closed by"),
    )
    made_at = models.DateTimeField(_("written at"))
    version = models.PositiveIntegerField(_("version"), default=1, db_default=1)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        default_permissions = ("view",)
        ordering = ["due_on", "priority", "pk"]
        indexes = [
            models.Index(
                fields=["due_on", "id"],
                condition=Q(state__in=("open", "in_progress")),
                name="followup_open_due",
            ),
            models.Index(fields=["household"], name="followup_household"),
            models.Index(fields=["subject_type", "subject_id"], name="followup_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                name="followup_closed_has_its_day",
                condition=Q(
                    state__in=("open", "in_progress"),
                    closed_on__isnull=True,
                    closed_by__isnull=True,
                )
                | Q(
                    state__in=("done", "cancelled"),
                    closed_on__isnull=False,
                    closed_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="followup_done_with_its_evidence",
                condition=~Q(state="done", needs_evidence=True) | Q(evidence__isnull=False),
                violation_error_message=_("Closing this needs evidence: a photo, letter or scan."),
            ),
            models.CheckConstraint(
                name="followup_concerns_one_thing",
                condition=Q(household__isnull=True, facility__isnull=True)
                | Q(household__isnull=True, subject_type="")
                | Q(facility__isnull=True, subject_type=""),
            ),
        ]

    class Privacy:
        personal = {
            "description",
            "owner",
            "owner_name",
            "household",
            "subject_id",
            "evidence",
            "closed_by",
        }
        ordinary = {
            "id",
            "decision",
            "number",
            "institution",
            "due_on",
            "priority",
            "needs_evidence",
            "state",
            "facility",
            "subject_type",
            "closed_on",
            "made_at",
            "version",
        }

    def __str__(self):
        return self.description

    def get_absolute_url(self):
        return reverse("meetings:follow_up", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def times_carried(self) -> int:
        """On how many agendas after its own meeting; of a list ask `with_age` instead."""
        if "carried_times" in self.__dict__:
            return self.carried_times
        return self.carried.exclude(meeting__state="cancelled").count()

    def age_in_days(self, on) -> int:
        """Days since the meeting that decided it."""
        return (on - self.decision.issue.meeting.local_start.date()).days


class FollowUpEntry(models.Model):
    """What happened to a follow-up, and what somebody told of it. Only added."""

    class Kind(models.TextChoices):
        NOTE = "note", _("Note")
        STATE = "state", _("State")
        EVIDENCE = "evidence", _("Evidence")
        POSTPONED = "postponed", _("Postponed")
        ESCALATED = "escalated", _("Escalated")
        CARRIED = "carried", _("Carried over")
        CHANGED = "changed", _("Changed in the minutes")

    follow_up = models.ForeignKey(
        FollowUp, models.PROTECT, related_name="entries", verbose_name=_("follow-up")
    )
    kind = models.CharField(_("kind"), max_length=9, choices=Kind)
    text = models.CharField(_("text"), max_length=1000, blank=True)
    state = models.CharField(_("state"), max_length=11, choices=FollowUp.State, blank=True)
    document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )
    by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))

    objects = OfFollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of a follow-up")
        verbose_name_plural = _("entries of follow-ups")
        default_permissions = ()
        ordering = ["at", "pk"]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    class Privacy:
        personal = {"text", "document", "by"}
        ordinary = {"id", "follow_up", "kind", "state", "at"}

    def __str__(self):
        return f"{self.get_kind_display()}: {self.text}"


class Escalation(models.Model):
    """An overdue follow-up was told to somebody more, once a step."""

    follow_up = models.ForeignKey(
        FollowUp, models.PROTECT, related_name="escalations", verbose_name=_("follow-up")
    )
    step = models.PositiveSmallIntegerField(_("step"))
    to = models.CharField(_("told to"), max_length=11)
    # The due date it was late for: postponed and late again, it is told again.
    due_on = models.DateField(_("due on"))
    on = models.DateField(_("on"))

    objects = OfFollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("escalation")
        verbose_name_plural = _("escalations")
        default_permissions = ()
        ordering = ["on", "step"]
        constraints = [
            models.UniqueConstraint(
                fields=["follow_up", "step", "due_on"], name="escalation_once_a_step"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    class Privacy:
        personal = set()
        ordinary = {"id", "follow_up", "step", "to", "due_on", "on"}

    def __str__(self):
        return f"{self.follow_up} {self.step}"


class MinutesVersion(models.Model):
    """The minutes as they were published: the whole content, frozen. Only added."""

    meeting = models.ForeignKey(
        Meeting, models.PROTECT, related_name="minutes_versions", verbose_name=_("meeting")
    )
    number = models.PositiveSmallIntegerField(_("version"))
    content = models.JSONField(_("content"))
    sha256 = models.CharField(_("fingerprint"), max_length=64)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    published_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("published by")
    )
    published_at = models.DateTimeField(_("published at"))

    objects = OfMeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of minutes")
        verbose_name_plural = _("versions of minutes")
        default_permissions = ()
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "number"], name="minutesversion_number"),
            models.CheckConstraint(
                name="minutesversion_later_ones_say_why",
                condition=Q(number=1) | ~Q(reason=""),
                violation_error_message=_("Say why the minutes are changed."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    class Privacy:
        personal = {"content", "reason", "published_by"}
        ordinary = {"id", "meeting", "number", "sha256", "published_at"}

    def __str__(self):
        return f"{self.meeting} v{self.number}"


class Revision(models.Model):
    """Published minutes are open again for a reason, until the next version is published."""

    meeting = models.ForeignKey(
        Meeting, models.PROTECT, related_name="revisions", verbose_name=_("meeting")
    )
    reason = models.CharField(_("reason"), max_length=500)
    opened_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("opened by")
    )
    opened_at = models.DateTimeField(_("opened at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = OfMeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("revision of minutes")
        verbose_name_plural = _("revisions of minutes")
        default_permissions = ()
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting"],
                condition=Q(ended_at__isnull=True),
                name="revision_one_open_a_meeting",
            ),
            models.CheckConstraint(name="revision_says_why", condition=~Q(reason="")),
        ]

    class Privacy:
        personal = {"reason", "opened_by"}
        ordinary = {"id", "meeting", "opened_at", "ended_at"}

    def __str__(self):
        return self.reason
