from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.scope import by_people_of


class JobQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own jobs, and those of the territory for a role that looks after its work."""
        return self.filter(
            Q(requested_by_id=user.pk) | by_people_of(user, "requested_by", "jobs.view_job")
        )

    def for_listing(self):
        return self.select_related("requested_by").order_by("-created_at", "pk")

    def about(self, subject):
        """Jobs whose subject is this record, the newest first."""
        return self.filter(
            subject_type=subject._meta.label_lower, subject_id=str(subject.pk)
        ).order_by("-created_at", "pk")

    def open(self):
        return self.filter(state__in=self.model.OPEN_STATES)

    def lapsed(self):
        """Open, and nobody holds a lease on it. The database's clock decides, for all workers."""
        return self.open().filter(Q(leased_until__isnull=True) | Q(leased_until__lte=Now()))

    def runnable(self):
        return self.lapsed().filter(
            attempts__lt=F("max_attempts"), cancel_requested_at__isnull=True
        )

    def to_be_closed(self):
        """Lapsed jobs that nobody may take any more: cancelled meanwhile, or out of attempts."""
        return self.lapsed().filter(
            Q(attempts__gte=F("max_attempts")) | Q(cancel_requested_at__isnull=False)
        )
