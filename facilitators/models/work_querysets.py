from django.db import models
from django.db.models import DateField, Exists, Func, OuterRef, Q

from accounts.scope import in_scope
from beneficiaries.scope import families_in_scope
from facilitators.models.facilitator import Posting

VIEW_WORK = "facilitators.view_workplan"
KEEP_WORK = "facilitators.add_workplan"
VIEW_HOUSEHOLD = "beneficiaries.view_household"
VIEW_DOCUMENT = "documents.view_document"


def next_month(path):
    return Func(
        path, template="(%(expressions)s + interval '1 month')::date", output_field=DateField()
    )


def work_in_scope(user, *, prefix="", first, last, permission=VIEW_WORK) -> Q:
    """Condition on work: one's own, and what was done by who was posted in the territory then.

    `first` and `last` are the days of the row (last not included). Where somebody worked that
    month counts, not where he works today: a lead keeps last year's reports of who moved away,
    and does not follow him to the next kecamatan.
    """
    facilitator = f"{prefix}facilitator"
    posted = Posting.objects.filter(
        in_scope(user, "area", permission),
        Q(ends_on__isnull=True) | Q(ends_on__gte=first),
        facilitator_id=OuterRef(f"{facilitator}_id"),
        starts_on__lt=last,
    )
    seen = Q(Exists(posted))
    if user.has_perm(KEEP_WORK):
        seen |= Q(**{f"{facilitator}__user_id": user.pk})
    return seen


class WorkPlanQuerySet(models.QuerySet):
    def visible_to(self, user):
        month = OuterRef("month")
        return self.filter(work_in_scope(user, first=month, last=next_month(month)))

    def newest(self):
        """The version that holds, of every month and facilitator."""
        later = self.model.objects.filter(
            month=OuterRef("month"),
            facilitator_id=OuterRef("facilitator_id"),
            version__gt=OuterRef("version"),
        )
        return self.filter(~Exists(later))


class PlannedWorkQuerySet(models.QuerySet):
    """Seen with its plan; the name of a family is shown only to who sees the family."""

    def visible_to(self, user):
        plans = self.model._meta.get_field("plan").related_model.objects.visible_to(user)
        return self.filter(plan__in=plans.order_by().values("pk"))


def _next_day(path):
    return Func(path, template="(%(expressions)s + 1)", output_field=DateField())


class ActivityQuerySet(models.QuerySet):
    def visible_to(self, user, permission=VIEW_WORK):
        day = OuterRef("held_on")
        return self.filter(
            work_in_scope(user, first=day, last=_next_day(day), permission=permission)
        )

    def documents_visible_to(self, user):
        """Photos are for who may see photos of families, in the same territory."""
        if not user.has_perm(VIEW_DOCUMENT):
            return self.none()
        return self.visible_to(user)

    def own_of(self, user):
        """Those the user told himself and may still add to."""
        found = self.filter(facilitator__user_id=user.pk)
        return found if user.has_perm(KEEP_WORK) else found.none()

    def counted(self):
        return self.filter(withdrawn_at__isnull=True)

    def for_listing(self):
        return self.select_related("facilitator")


class ActivityFamilyQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(families_in_scope(user, "household", VIEW_HOUSEHOLD))


class SessionCorrectionQuerySet(models.QuerySet):
    def visible_to(self, user):
        sessions = self.model._meta.get_field("session").related_model.objects.visible_to(user)
        return self.filter(session__in=sessions.order_by().values("pk"))


class TargetQuerySet(models.QuerySet):
    def holding_on(self, day):
        """The newest row of each result that has begun by the day."""
        return self.filter(valid_from__lte=day).order_by("number", "-valid_from").distinct("number")
