from django.db import models
from django.db.models import Q

from accounts.scope import in_scope
from beneficiaries.scope import families_in_scope

VIEW_CASE = "graduation.view_graduationcase"
VIEW_REPORT = "graduation.view_reportquarter"
VIEW_TARGET = "graduation.view_graduationtarget"
CHANGE_TARGET = "graduation.change_graduationtarget"
RECORD_EXIT = "graduation.record_exit"
# Nobody accompanies a family that left: who keeps exits looks after it, or who proposes cases.
CARE_AFTER = (RECORD_EXIT, "graduation.propose_graduationcase")
VIEW_DOCUMENT = "documents.view_document"


class CaseQuerySet(models.QuerySet):
    """Seen by whoever sees the family: a facilitator those of the families entrusted today."""

    def visible_to(self, user):
        return self.filter(families_in_scope(user, "household", VIEW_CASE))

    def documents_visible_to(self, user):
        return self.visible_to(user).filter(families_in_scope(user, "household", VIEW_DOCUMENT))

    def in_hands_of(self, user, permission: str):
        """Of those the user sees, the ones in whose village the permission is held today."""
        return self.visible_to(user).filter(families_in_scope(user, "household", permission))

    def open(self):
        return self.filter(state__in=self.model.OPEN)

    def for_listing(self):
        return self.select_related("type", "household__desa__parent", "household__caretaker")


class OfCaseQuerySet(models.QuerySet):
    """Rows that hang on a case, seen by whoever sees the case."""

    path = "case__household"

    def visible_to(self, user):
        return self.filter(families_in_scope(user, self.path, VIEW_CASE))


class FlagQuerySet(OfCaseQuerySet):
    """A flag speaks of a case or of an exit; both are a family's."""

    path = "household"

    def open(self):
        return self.filter(settled_at__isnull=True)


class ExitQuerySet(models.QuerySet):
    """Seen with the family's cases, also after it left."""

    def visible_to(self, user):
        return self.filter(families_in_scope(user, "household", VIEW_CASE))

    def in_hands_of(self, user, permission: str):
        return self.visible_to(user).filter(families_in_scope(user, "household", permission))

    def cared_for_by(self, user):
        """Those of which the user may record what follows."""
        held = [families_in_scope(user, "household", permission) for permission in CARE_AFTER]
        return self.visible_to(user).filter(held[0] | held[1])

    def standing(self):
        """The family is out today: nobody withdrew the exit and it did not come back."""
        return self.filter(withdrawn_at__isnull=True, reentered_on__isnull=True)


class OfExitQuerySet(OfCaseQuerySet):
    path = "exit__household"


class CandidateQuerySet(models.QuerySet):
    """Seen with the family's cases, whether it has one or not."""

    def visible_to(self, user):
        return self.filter(families_in_scope(user, "household", VIEW_CASE))

    def in_hands_of(self, user, permission: str):
        return self.visible_to(user).filter(families_in_scope(user, "household", permission))

    def for_listing(self):
        return self.select_related("household__desa__parent", "household__caretaker", "member")


class EntryQuerySet(models.QuerySet):
    """Counted exits of the areas whose report the user may read; numbers, not families."""

    def visible_to(self, user):
        return self.filter(in_scope(user, "desa", VIEW_REPORT))


class CorrectionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(in_scope(user, "quarter__area", VIEW_REPORT))


class TargetQuerySet(models.QuerySet):
    """Targets of one's area, and those of oneself as facilitator."""

    def visible_to(self, user):
        return self.filter(
            in_scope(user, "area", VIEW_TARGET)
            | Q(facilitator__user=user, facilitator__isnull=False)
        )

    def changeable_by(self, user):
        return self.filter(in_scope(user, "area", CHANGE_TARGET))


class TargetEventQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(in_scope(user, "area", VIEW_TARGET))
