from django.db import models


class JobQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own jobs, and everybody's for a role that looks after the office's work."""
        if user.has_perm("jobs.view_job"):
            return self
        return self.filter(requested_by_id=user.pk)

    def open(self):
        return self.filter(state__in=self.model.OPEN_STATES)
