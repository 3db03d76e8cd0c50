from django.db import models
from django.db.models import CharField, Exists, OuterRef, Q, Subquery

from accounts.scope import area_codes, in_scope
from areas.models.querysets import below
from beneficiaries.scope import families_in_scope

VIEW_FACILITATOR = "facilitators.view_facilitator"
CHANGE_FACILITATOR = "facilitators.change_facilitator"
VIEW_ASSIGNMENT = "facilitators.view_caseloadassignment"


class DatedQuerySet(models.QuerySet):
    """Rows that hold from `starts_on` to `ends_on`, both days included; no end: until further."""

    def held_on(self, day):
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)

    def held_from(self, day):
        """Held on the day or on any later one."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))


class FacilitatorQuerySet(DatedQuerySet):
    def visible_to(self, user):
        """Whoever was ever posted in the territory: old reports name those who left."""
        postings = self.model._meta.get_field("postings").related_model.objects
        here = postings.filter(
            in_scope(user, "area", VIEW_FACILITATOR), facilitator_id=OuterRef("pk")
        )
        return self.filter(Exists(here))

    def changeable_by(self, user):
        """Those whose newest posting lies where the user may change facilitators."""
        posting = self.model._meta.get_field("postings").related_model.objects
        newest = posting.filter(facilitator_id=OuterRef("pk")).order_by("-starts_on")
        return (
            self.visible_to(user)
            .annotate(newest_code=Subquery(newest.values("area_id")[:1], output_field=CharField()))
            .filter(below("newest_code", area_codes(user, CHANGE_FACILITATOR)))
        )

    def accompanying(self):
        """Those whose position carries families."""
        return self.filter(position__in=self.model.CARRY_FAMILIES)


class PostingQuerySet(DatedQuerySet):
    def visible_to(self, user):
        return self.filter(in_scope(user, "area", VIEW_FACILITATOR))


class CaseloadQuerySet(DatedQuerySet):
    def visible_to(self, user):
        return self.filter(families_in_scope(user, "household", VIEW_ASSIGNMENT))

    def entrusted_to(self, facilitator_id, day):
        return self.held_on(day).filter(facilitator_id=facilitator_id)
