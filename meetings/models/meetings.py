import secrets
import uuid
import zoneinfo

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from meetings.models.institutions import Institution, Representative
from meetings.models.querysets import (
    AttendanceQuerySet,
    InvitationQuerySet,
    MeetingQuerySet,
    OfMeetingQuerySet,
)

# Without letters and digits that are taken for one another when read from paper.
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 10


def new_code() -> str:
    """Fifty bits: what an invitation bears, and nobody guesses."""
    return "".join(secrets.choice(LETTERS) for _nth in range(CODE_LENGTH))


def new_secret() -> str:
    return secrets.token_hex(20)


class Meeting(models.Model):
    """A coordination meeting (rakor) or one of its kin, from the plan to the closed book.

    `state` is the newest of its events. Times are moments; `time_zone` is how the place counts.
    """

    class Kind(models.TextChoices):
        COORDINATION = "coordination", _("Coordination meeting")
        PERFORMANCE = "performance", _("Performance meeting")
        CAPACITY = "capacity", _("Capacity building")
        EVALUATION = "evaluation", _("Evaluation")
        STUDY = "study", _("Comparative study")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        INVITED = "invited", _("Invitations sent")
        HELD = "held", _("Held")
        MINUTES_PUBLISHED = "minutes_published", _("Minutes published")
        CLOSED = "closed", _("Closed")
        CANCELLED = "cancelled", _("Cancelled")

    class TimeZone(models.TextChoices):
        WIB = "Asia/Jakarta", _("WIB")
        WITA = "Asia/Makassar", _("WITA")
        WIT = "Asia/Jayapura", _("WIT")

    PUBLISHED = ("minutes_published", "closed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.COORDINATION)
    # Its territory, and with it its level: a kabupaten's or a kecamatan's.
    area = models.ForeignKey(
        "areas.Area",
        models.PROTECT,
        related_name="+",
        limit_choices_to={"level__in": (2, 3)},
        verbose_name=_("kabupaten or kecamatan"),
    )
    number = models.PositiveSmallIntegerField(_("number in the year"))
    year = models.PositiveSmallIntegerField(_("year"))
    theme = models.CharField(_("theme"), max_length=200)
    place = models.CharField(_("place"), max_length=150)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    time_zone = models.CharField(
        _("time zone"), max_length=16, choices=TimeZone, default=TimeZone.WIB
    )
    chair = models.CharField(_("chair"), max_length=100)
    moderator = models.CharField(_("moderator"), max_length=100, blank=True)
    minute_taker = models.CharField(_("minute-taker"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=17, choices=State, default=State.DRAFT)
    # What the code on the wall is made of; it is shown only as codes of a minute and a half.
    hall_secret = models.CharField(max_length=40, default=new_secret, editable=False)
    made_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("planned by")
    )
    made_at = models.DateTimeField(_("planned at"))
    content_sha256 = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, db_default=1)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        default_permissions = ("view", "add", "change")
        permissions = [("publish_minutes", _("Can publish minutes, close and cancel meetings"))]
        ordering = ["-starts_at", "pk"]
        indexes = [models.Index(fields=["area", "-starts_at"], name="meeting_area_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "kind", "year", "number"],
                name="meeting_number_once",
                violation_error_message=_("There is a meeting with this number already."),
            ),
            models.CheckConstraint(
                name="meeting_ends_after_it_begins",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("A meeting ends after it begins."),
            ),
        ]

    class Privacy:
        personal = {"chair", "moderator", "minute_taker", "made_by", "hall_secret"}
        ordinary = {
            "id",
            "kind",
            "area",
            "number",
            "year",
            "theme",
            "place",
            "starts_at",
            "ends_at",
            "time_zone",
            "state",
            "made_at",
            "content_sha256",
            "version",
        }

    def __str__(self):
        return f"{self.get_kind_display()} {self.number}/{self.year}"

    def get_absolute_url(self):
        return reverse("meetings:meeting", args=[self.pk])

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def local_start(self):
        return self.starts_at.astimezone(self.zone)

    @property
    def local_end(self):
        return self.ends_at.astimezone(self.zone)

    @property
    def is_published(self) -> bool:
        return self.state in self.PUBLISHED


class MeetingEvent(models.Model):
    """A meeting went from one state to another, by somebody, for a reason. Only added."""

    meeting = models.ForeignKey(
        Meeting, models.PROTECT, related_name="events", verbose_name=_("meeting")
    )
    earlier = models.CharField(_("before"), max_length=17, choices=Meeting.State, blank=True)
    state = models.CharField(_("state"), max_length=17, choices=Meeting.State)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))

    objects = OfMeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("event of a meeting")
        verbose_name_plural = _("events of meetings")
        default_permissions = ()
        ordering = ["at", "pk"]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    class Privacy:
        personal = {"by", "reason"}
        ordinary = {"id", "meeting", "earlier", "state", "at"}

    def __str__(self):
        return f"{self.meeting} {self.get_state_display()}"


class Invitation(models.Model):
    """Somebody of an institution is asked to come. `code` is his own, for this meeting only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, related_name="invitations", verbose_name=_("meeting")
    )
    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="+", verbose_name=_("institution")
    )
    representative = models.ForeignKey(
        Representative,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person"),
    )
    # As the letter addresses them; an institution may be asked to send whom it likes.
    name = models.CharField(_("name"), max_length=100, blank=True)
    position = models.CharField(_("position"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    user = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("account"),
    )
    code = models.CharField(_("code"), max_length=12, unique=True, default=new_code, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        default_permissions = ()
        ordering = ["institution__kind", "institution__name", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "representative"],
                condition=Q(representative__isnull=False),
                name="invitation_once_a_person",
                violation_error_message=_("This person has been invited already."),
            ),
        ]

    class Privacy:
        personal = {"representative", "name", "position", "email", "user", "code"}
        ordinary = {"id", "meeting", "institution", "withdrawn_at"}

    def __str__(self):
        return self.name or self.institution.name


class AgendaItem(models.Model):
    """What is talked about, in this order, so many minutes, introduced by somebody."""

    meeting = models.ForeignKey(
        Meeting, models.PROTECT, related_name="agenda", verbose_name=_("meeting")
    )
    place = models.PositiveSmallIntegerField(_("place"))
    title = models.CharField(_("title"), max_length=200)
    detail = models.CharField(_("detail"), max_length=500, blank=True)
    speaker = models.CharField(_("speaker"), max_length=100, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=15)
    # Which live problem it was taken from, in the words of its proposer: "visits:18.10.03".
    source = models.CharField(_("taken from"), max_length=80, blank=True)
    # An unfinished follow-up of an earlier meeting: a carry-over.
    follow_up = models.ForeignKey(
        "meetings.FollowUp",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="carried",
        verbose_name=_("follow-up"),
    )

    objects = OfMeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        default_permissions = ()
        ordering = ["place", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "source"],
                condition=~Q(source=""),
                name="agendaitem_source_once",
                violation_error_message=_("This stands on the agenda already."),
            ),
            models.UniqueConstraint(
                fields=["meeting", "follow_up"],
                condition=Q(follow_up__isnull=False),
                name="agendaitem_follow_up_once",
            ),
        ]

    class Privacy:
        personal = {"speaker"}
        ordinary = {
            "id",
            "meeting",
            "place",
            "title",
            "detail",
            "minutes",
            "source",
            "follow_up",
        }

    def __str__(self):
        return self.title


class Attendance(models.Model):
    """Somebody was there, from a moment on; told by the list, by his own code, or at the door.

    A wrong line is withdrawn with a reason, never deleted.
    """

    class How(models.TextChoices):
        LIST = "list", _("On the list")
        CODE = "code", _("By own code")
        DOOR = "door", _("At the door, not invited")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, related_name="attendances", verbose_name=_("meeting")
    )
    invitation = models.ForeignKey(
        Invitation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="attendances",
        verbose_name=_("invitation"),
    )
    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="+", verbose_name=_("institution")
    )
    name = models.CharField(_("name"), max_length=100)
    position = models.CharField(_("position"), max_length=100, blank=True)
    # Whom of the invited this person came for; empty when it is the invited person.
    represents = models.CharField(_("representing"), max_length=100, blank=True)
    arrived_at = models.DateTimeField(_("arrived at"))
    is_late = models.BooleanField(_("late"), default=False)
    how = models.CharField(_("how"), max_length=4, choices=How)
    recorded_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("recorded by"),
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("withdrawn by"),
    )
    withdrawn_reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        default_permissions = ()
        ordering = ["arrived_at", "pk"]
        indexes = [models.Index(fields=["meeting", "arrived_at"], name="attendance_arrivals")]
        constraints = [
            models.UniqueConstraint(
                fields=["invitation"],
                condition=Q(withdrawn_at__isnull=True, invitation__isnull=False),
                name="attendance_once_an_invitation",
            ),
            models.CheckConstraint(
                name="attendance_by_code_has_its_invitation",
                condition=~Q(how="code") | Q(invitation__isnull=False),
            ),
            models.CheckConstraint(
                name="attendance_withdrawn_with_a_reason",
                condition=Q(
                    withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_reason=""
                )
                | (
                    Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                    & ~Q(withdrawn_reason="")
                ),
            ),
        ]

    class Privacy:
        personal = {
            "invitation",
            "name",
            "position",
            "represents",
            "recorded_by",
            "withdrawn_by",
            "withdrawn_reason",
        }
        ordinary = {
            "id",
            "meeting",
            "institution",
            "arrived_at",
            "is_late",
            "how",
            "withdrawn_at",
        }

    def __str__(self):
        return self.name
