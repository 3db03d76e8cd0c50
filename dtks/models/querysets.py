from django.db import models
from django.db.models import Q

from accounts.scope import area_codes
from areas.models.querysets import below
from beneficiaries.models import Member
from beneficiaries.scope import families_in_scope, split_scope

VIEW_DIFFERENCE = "dtks.view_difference"


class SnapshotQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Whole files: only for somebody whose territory holds the file's whole area."""
        codes = area_codes(user, "dtks.view_snapshot")
        return self.filter(
            pk__in=[
                pk
                for pk, area in self.model._base_manager.values_list("pk", "area_id")
                if any(area == held or area.startswith(f"{held}.") for held in codes)
            ]
        )

    def live(self):
        return self.exclude(state__in=self.model.DEAD_STATES)


class OfSnapshotQuerySet(models.QuerySet):
    """Raw rows, their keys and problems, for who may see rows of files of that whole area."""

    def visible_to(self, user):
        codes = area_codes(user, "dtks.view_sourcerow")
        snapshots = self.model._meta.get_field("snapshot").related_model._base_manager
        return self.filter(
            snapshot_id__in=[
                pk
                for pk, area in snapshots.values_list("pk", "area_id")
                if any(area == held or area.startswith(f"{held}.") for held in codes)
            ]
        )


class DifferenceQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.in_scope_of(user, VIEW_DIFFERENCE)

    def in_scope_of(self, user, permission):
        """Questions of a whole territory; of somebody who accompanies single families, those
        about their members, and in their villages those about nobody in the register yet."""
        wide, narrowed = split_scope(user, "household", permission)
        condition = below("village__code", wide)
        for families, codes in narrowed:
            members = Member.objects.filter(families).values("pk")
            about = Q(member__isnull=True) | Q(member__in=members)
            condition |= below("village__code", codes) & about
        return self.filter(condition)

    def undecided(self):
        return self.filter(decision_id__isnull=True)


class DecisionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(families_in_scope(user, "member__household", VIEW_DIFFERENCE))

    def standing(self):
        return self.filter(withdrawn_at__isnull=True)


class ExportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own exports, while one may still export at all."""
        if not user.has_perm("dtks.export_difference"):
            return self.none()
        return self.filter(requested_by_id=user.pk)
