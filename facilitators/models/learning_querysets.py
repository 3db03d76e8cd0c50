from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from areas.models.querysets import below
from beneficiaries.scope import families_in_scope, split_scope
from facilitators.models.querysets import DatedQuerySet

VIEW_GROUP = "facilitators.view_learninggroup"
RECORD_SESSION = "facilitators.add_learningsession"
CHANGE_GROUP = "facilitators.change_learninggroup"
VIEW_DOCUMENT = "documents.view_document"


def groups_in_scope(user, path: str, permission: str) -> Q:
    """Condition on the group at `path` ("group"; "" is itself): of the territory, and for who
    accompanies families, the groups in which some of them are today."""
    from facilitators.models import LearningMembership  # the models are made of these

    wide, narrowed = split_scope(user, "household", permission)
    prefix = f"{path}__" if path else ""
    condition = below(f"{prefix}village__code", wide)
    today = timezone.localdate()
    for families, _codes in narrowed:
        held = LearningMembership.objects.held_on(today).filter(
            families, group_id=OuterRef(f"{path}_id" if path else "pk")
        )
        condition |= Q(Exists(held))
    return condition


class GroupQuerySet(DatedQuerySet):
    def visible_to(self, user):
        return self.filter(groups_in_scope(user, "", VIEW_GROUP))

    def recordable_by(self, user):
        """Those in which the user may say who was there."""
        return self.visible_to(user).filter(groups_in_scope(user, "", RECORD_SESSION))

    def changeable_by(self, user):
        """Those whose families, name and leader the user may change."""
        return self.visible_to(user).filter(groups_in_scope(user, "", CHANGE_GROUP))

    def with_numbers(self, day):
        """Each with `families` of the day, counted only for the rows of a page."""
        held = (
            self.model._meta.get_field("memberships")
            .related_model.objects.held_on(day)
            .filter(group_id=OuterRef("pk"))
            .exclude(household__status="exited")
            .order_by()
            .values("group_id")
            .annotate(number=Count("pk"))
        )
        sessions = self.model._meta.get_field("sessions").related_model.objects
        last = sessions.filter(group_id=OuterRef("pk")).order_by("-held_on")
        return self.annotate(
            families=Coalesce(Subquery(held.values("number")), 0),
            last_held_on=Subquery(last.values("held_on")[:1]),
        )

    def for_listing(self):
        return self.select_related("village__parent", "leader")


class MembershipQuerySet(DatedQuerySet):
    """Seen by whoever sees the family: of a mixed group nobody sees another's families."""

    def visible_to(self, user):
        return self.filter(families_in_scope(user, "household", VIEW_GROUP))


class SessionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(groups_in_scope(user, "group", VIEW_GROUP))

    def recordable_by(self, user):
        return self.visible_to(user).filter(groups_in_scope(user, "group", RECORD_SESSION))

    def documents_visible_to(self, user):
        return self.visible_to(user).filter(groups_in_scope(user, "group", VIEW_DOCUMENT))

    def in_month(self, month):
        """`month` is any day of it."""
        return self.filter(held_on__year=month.year, held_on__month=month.month)

    def with_counts(self):
        """Each with `present`, `ill`, `absent`, counted only for the rows of a page."""
        rows = self.model._meta.get_field("attendance").related_model.objects

        def count(status):
            found = (
                rows.filter(session_id=OuterRef("pk"), status=status)
                .order_by()
                .values("session_id")
                .annotate(number=Count("pk"))
            )
            return Coalesce(Subquery(found.values("number")), 0)

        return self.annotate(
            present=count("present"), ill=count("ill"), absent=count("absent")
        ).annotate(expected=F("present") + F("ill") + F("absent"))

    def for_listing(self):
        return self.select_related("group__village__parent", "topic__module", "facilitator")


class AttendanceQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(families_in_scope(user, "household", VIEW_GROUP))
