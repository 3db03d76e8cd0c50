from django.db import models
from django.db.models import Q

from accounts.scope import in_scope
from beneficiaries.scope import families_in_scope

VIEW_HOUSEHOLD = "beneficiaries.view_household"
CHANGE_HOUSEHOLD = "beneficiaries.change_household"
VIEW_DOCUMENT = "documents.view_document"


class HouseholdQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(families_in_scope(user, "", VIEW_HOUSEHOLD))

    def changeable_by(self, user):
        return self.visible_to(user).filter(in_scope(user, "desa", CHANGE_HOUSEHOLD))

    def documents_visible_to(self, user):
        """Families whose photos and papers the user may see: a TKSK sees the family only."""
        return self.visible_to(user).filter(families_in_scope(user, "", VIEW_DOCUMENT))

    def active(self):
        return self.filter(status="active")

    def for_listing(self):
        return self.select_related("desa__parent", "caretaker").order_by("desa_id", "pk")


class OfHouseholdQuerySet(models.QuerySet):
    """Rows that hang on a household, seen by whoever sees the household."""

    path = "household"

    def visible_to(self, user):
        return self.filter(families_in_scope(user, self.path, VIEW_HOUSEHOLD))


class MemberQuerySet(OfHouseholdQuerySet):
    def changeable_by(self, user):
        return self.visible_to(user).filter(
            in_scope(user, "household__desa", "beneficiaries.change_member")
        )

    def active(self):
        return self.filter(status="active")

    def for_listing(self):
        return self.select_related("household__desa__parent").order_by("pk")


class OfMemberQuerySet(OfHouseholdQuerySet):
    path = "member__household"


class EventQuerySet(models.QuerySet):
    """Earlier states of a household or member, seen by whoever sees the record today."""

    path = "pgh_obj"

    def visible_to(self, user):
        return self.filter(families_in_scope(user, self.path, VIEW_HOUSEHOLD))


class MemberEventQuerySet(EventQuerySet):
    path = "pgh_obj__household"


class DatedQuerySet(models.QuerySet):
    def valid_on(self, day):
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)
