from django.db import models
from django.db.models import F, Q
from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from facilitators.models.visit_querysets import OfVisitQuerySet
from facilitators.models.visits import Visit


class VisitMark(models.Model):
    """Something about a visit that is worth a look: it informs, it accuses nobody.

    Found when the visit or its photo arrives, by the settings of that day, and kept as it was
    found. `facts` holds the figures of the kind, see sql/mark_visits.sql.
    """

    class Kind(models.TextChoices):
        CLOCK = "clock", _("Clock of the phone")
        LATE = "late", _("Arrived late")
        OTHER_DAY = "other_day", _("Not entrusted on that day")
        FAR = "far", _("Far from the home")
        SAME_PHOTO = "same_photo", _("Same photo")
        MANY = "many", _("Visits close together")

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="marks", verbose_name=_("visit"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    facts = models.JSONField(_("figures"), default=dict)
    found_at = models.DateTimeField(_("found at"))

    objects = OfVisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("mark of a visit")
        verbose_name_plural = _("marks of visits")
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="visitmark_once_a_kind", fields=["visit", "kind"]),
        ]

    class Privacy:
        personal = {"visit", "facts"}
        ordinary = {"id", "kind", "found_at"}

    def __str__(self):
        return self.get_kind_display()

    @property
    def words(self) -> str:
        """What was found, in a sentence without a judgement."""
        facts = self.facts
        if self.kind == self.Kind.CLOCK:
            return gettext("The clock of the phone differs by %(time)s from the office's") % {
                "time": _span(abs(facts["minutes"]))
            }
        if self.kind == self.Kind.LATE:
            return gettext("Arrived %(time)s after the visit") % {"time": _span(facts["minutes"])}
        if self.kind == self.Kind.OTHER_DAY:
            return gettext("On that day the family was not entrusted to this facilitator")
        if self.kind == self.Kind.FAR:
            return gettext("%(distance)s away from where the family was visited before") % {
                "distance": _distance(facts["metres"])
            }
        if self.kind == self.Kind.SAME_PHOTO:
            day = timezone.localdate(parse_datetime(facts["made_at"]))
            return gettext("Same photo as the visit of %(day)s") % {
                "day": formats.date_format(day, "j F Y")
            }
        return ngettext(
            "%(visits)d visit within %(minutes)d minutes",
            "%(visits)d visits within %(minutes)d minutes",
            facts["visits"],
        ) % {"visits": facts["visits"], "minutes": facts["minutes"]}


def _span(minutes: int) -> str:
    if minutes < 120:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    if minutes < 48 * 60:
        return ngettext("%(n)d hour", "%(n)d hours", minutes // 60) % {"n": minutes // 60}
    days = minutes // (24 * 60)
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


def _distance(metres: int) -> str:
    if metres < 1000:
        return f"{metres} m"
    return f"{formats.number_format(metres / 1000, 1)} km"


class VisitCheck(models.Model):
    """Somebody other than its author looked at a visit again, and what he found.

    A later look is another row; what was found before stays.
    """

    class Result(models.TextChoices):
        AGREES = "agrees", _("As recorded")
        DIFFERS = "differs", _("Something is otherwise")
        UNSURE = "unsure", _("Could not be settled")

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="checks", verbose_name=_("visit"))
    # Copied from the visit, so that the database itself refuses who checks his own.
    made_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("visit recorded by")
    )
    result = models.CharField(_("result"), max_length=7, choices=Result)
    note = models.CharField(_("note"), max_length=500, blank=True)
    by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("checked by")
    )
    at = models.DateTimeField(_("at"))

    objects = OfVisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("check of a visit")
        verbose_name_plural = _("checks of visits")
        default_permissions = ()
        permissions = [("check_visit", _("Can look at visits again"))]
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="visitcheck_by_another",
                condition=~Q(by=F("made_by")),
                violation_error_message=_("A visit is looked at again by somebody else."),
            ),
            models.CheckConstraint(
                name="visitcheck_differs_with_a_note",
                condition=~Q(result="differs") | ~Q(note=""),
                violation_error_message=_("Say what is otherwise."),
            ),
        ]

    class Privacy:
        personal = {"visit", "made_by", "note", "by"}
        ordinary = {"id", "result", "at"}

    def __str__(self):
        return f"{self.get_result_display()} {self.at:%d-%m-%Y}"
