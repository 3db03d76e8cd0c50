from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery

from accounts.scope import in_scope
from beneficiaries.scope import families_in_scope

VIEW_CHECK = "facilitators.view_commitmentcheck"
COUNT_CHECKS = "facilitators.count_commitmentcheck"
RECORD_CHECK = "facilitators.add_commitmentcheck"
ACCEPT_REASON = "facilitators.accept_commitmentcheck"
CORRECT_CHECK = "facilitators.correct_commitmentcheck"


class CheckQuerySet(models.QuerySet):
    """Seen by whoever sees the family: a facilitator those of the families entrusted today."""

    def visible_to(self, user):
        return self.filter(families_in_scope(user, "household", VIEW_CHECK))

    def countable_by(self, user):
        """Those that stand in the user's figures; a head of agency sees figures and no rows."""
        return self.filter(
            families_in_scope(user, "household", VIEW_CHECK)
            | families_in_scope(user, "household", COUNT_CHECKS)
        )

    def recordable_by(self, user):
        return self.visible_to(user).filter(families_in_scope(user, "household", RECORD_CHECK))

    def excusable_by(self, user):
        return self.visible_to(user).filter(in_scope(user, "household__desa", ACCEPT_REASON))

    def correctable_by(self, user):
        return self.visible_to(user).filter(in_scope(user, "household__desa", CORRECT_CHECK))

    def of_period(self, period):
        return self.filter(quarter__year=period.year, quarter__stage=period.stage)

    def tallied(self):
        """{met, not_met, no_evidence, excused} of these rows, in one statement."""
        return self.aggregate(
            met=Count("pk", filter=Q(outcome="met")),
            not_met=Count("pk", filter=Q(outcome="not_met")),
            no_evidence=Count("pk", filter=Q(outcome="no_evidence")),
            excused=Count("pk", filter=~Q(reason="")),
        )

    def with_corrections(self):
        """Each with `corrected_to`, the newest correction's outcome, or None."""
        corrections = self.model._meta.get_field("corrections").related_model.objects
        newest = corrections.filter(check_of_id=OuterRef("pk")).order_by("-at", "-pk")
        return self.annotate(corrected_to=Subquery(newest.values("outcome")[:1]))

    def for_listing(self):
        return self.select_related(
            "quarter", "member", "household__caretaker", "household__desa__parent", "school"
        )


class OfCheckQuerySet(models.QuerySet):
    path = "check_of__household"

    def visible_to(self, user):
        return self.filter(families_in_scope(user, self.path, VIEW_CHECK))


class MonthEventQuerySet(OfCheckQuerySet):
    path = "pgh_obj__check_of__household"
