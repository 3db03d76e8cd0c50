from django.db import models

from accounts.scope import in_scope

MAKE_REPORT = "dashboard.add_officereport"


class ReportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, as far as one still holds the area: an ended assignment opens nothing."""
        return self.filter(in_scope(user, "area", MAKE_REPORT), asked_by=user)

    def for_listing(self):
        return self.select_related("area", "meeting", "job").order_by("-asked_at", "pk")
