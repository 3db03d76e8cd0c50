from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.scope import by_people_of


class AssignmentQuerySet(models.QuerySet):
    def held_on(self, day):
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)

    def held_today(self):
        return self.held_on(timezone.localdate())

    def visible_to(self, user):
        if user.has_perm("accounts.view_assignment"):
            return self
        return self.filter(user_id=user.pk)


class UserQuerySet(models.QuerySet):
    def visible_to(self, user):
        if user.has_perm("accounts.view_user"):
            return self
        return self.filter(pk=user.pk)


class AuditEventQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own acts, and for who oversees a territory the acts of the people working there."""
        return self.filter(Q(by_id=user.pk) | by_people_of(user, "by", "accounts.view_auditevent"))


class OwnQuerySet(models.QuerySet):
    """What belongs to one account and to nobody else."""

    def visible_to(self, user):
        return self.filter(user_id=user.pk)


class ApiTokenQuerySet(OwnQuerySet):
    def visible_to(self, user):
        """One's own, and everybody's for the role that takes tokens back."""
        if user.has_perm("accounts.view_apitoken"):
            return self
        return super().visible_to(user)
