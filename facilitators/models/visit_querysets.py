from django.db import models

from accounts.scope import in_scope
from beneficiaries.scope import families_in_scope

VIEW_VISIT = "facilitators.view_visit"
DECIDE_PROPOSAL = "facilitators.decide_changeproposal"
VIEW_DOCUMENT = "documents.view_document"


class VisitQuerySet(models.QuerySet):
    """Seen by whoever sees the family: a facilitator those of the families entrusted today."""

    def visible_to(self, user):
        return self.filter(families_in_scope(user, "household", VIEW_VISIT))

    def documents_visible_to(self, user):
        return self.visible_to(user).filter(families_in_scope(user, "household", VIEW_DOCUMENT))

    def for_listing(self):
        return self.select_related("facilitator", "household__desa__parent")


class VisitRequestQuerySet(models.QuerySet):
    """Seen by whoever sees the family's visits."""

    def visible_to(self, user):
        return self.filter(families_in_scope(user, "household", VIEW_VISIT))

    def open(self):
        return self.filter(state="open")

    def for_listing(self):
        return self.select_related("household__desa__parent", "member", "asked_by")


class ChangeProposalQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(families_in_scope(user, "visit__household", VIEW_VISIT))

    def decidable_by(self, user):
        """Open or not, those about families in whose village the user decides today."""
        return self.visible_to(user).filter(
            in_scope(user, "visit__household__desa", DECIDE_PROPOSAL)
        )

    def open(self):
        return self.filter(state="open")


class OfVisitQuerySet(models.QuerySet):
    """What was found about a visit: seen by whoever sees the visit."""

    def visible_to(self, user):
        return self.filter(families_in_scope(user, "visit__household", VIEW_VISIT))


class VisitEventQuerySet(models.QuerySet):
    path = "pgh_obj__household"

    def visible_to(self, user):
        return self.filter(families_in_scope(user, self.path, VIEW_VISIT))


class ProposalEventQuerySet(VisitEventQuerySet):
    path = "pgh_obj__visit__household"
