from django.db import models

from accounts.scope import area_codes, in_scope
from areas.models.querysets import below


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
        return self.filter(in_scope(user, "village", "dtks.view_difference"))

    def undecided(self):
        return self.filter(decision_id__isnull=True)


class DecisionQuerySet(models.QuerySet):
    def visible_to(self, user):
        codes = area_codes(user, "dtks.view_difference")
        return self.filter(below("member__household__desa__code", codes))

    def standing(self):
        return self.filter(withdrawn_at__isnull=True)


class ExportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own exports, while one may still export at all."""
        if not user.has_perm("dtks.export_difference"):
            return self.none()
        return self.filter(requested_by_id=user.pk)
