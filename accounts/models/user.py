from django.contrib.auth.models import (
    AbstractUser,
    UserManager,
    _user_has_module_perms,
    _user_has_perm,
)
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.querysets import AssignmentQuerySet, UserQuerySet
from accounts.roles import Role


class OfficeUserManager(UserManager.from_queryset(UserQuerySet)):
    use_in_migrations = False


class User(AbstractUser):
    """A person (or a client program) who signs in; what they may do stands in Assignment.

    The user name is never a NIK. Django's superuser flag is not used: has_perm asks roles only.
    """

    first_name = None
    last_name = None
    full_name = models.CharField(_("full name"), max_length=150, blank=True)

    objects = OfficeUserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        permissions = [
            ("reveal_identity", _("Can see full NIK and family card numbers")),
            ("open_admin", _("Can open the administration of master data")),
            ("export_rows", _("Can take lists of rows out of the office")),
        ]
        constraints = [
            models.CheckConstraint(
                name="user_name_is_not_a_nik",
                condition=~Q(username__regex=r"^\d{12,}$"),
                violation_error_message=_("A user name must not be a NIK."),
            ),
        ]

    class Privacy:
        personal = {"username", "full_name", "email", "password"}
        ordinary = {
            "id",
            "last_login",
            "is_superuser",
            "is_staff",
            "is_active",
            "date_joined",
            "groups",
            "user_permissions",
        }

    def __str__(self):
        return self.full_name or self.username

    def get_full_name(self):
        return self.full_name or self.username

    def get_short_name(self):
        return self.username

    # Django's own methods answer yes to every superuser before a backend is asked.
    def has_perm(self, perm, obj=None):
        return _user_has_perm(self, perm, obj)

    def has_module_perms(self, app_label):
        return _user_has_module_perms(self, app_label)


class Assignment(models.Model):
    """What someone does, where, from when to when; access is computed from those held today."""

    user = models.ForeignKey(
        User, models.PROTECT, related_name="assignments", verbose_name=_("user")
    )
    role = models.CharField(_("role"), max_length=30, choices=Role)
    area = models.ForeignKey("areas.Area", models.PROTECT, related_name="+", verbose_name=_("area"))
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True, help_text=_("Last day held."))
    given_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("given by"),
    )

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        indexes = [models.Index(fields=["user", "starts_on"], name="assignment_user_starts")]
        constraints = [
            models.CheckConstraint(
                name="assignment_dates_in_order",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("An assignment cannot end before it starts."),
            ),
        ]

    class Privacy:
        personal = {"user"}
        ordinary = {"id", "role", "area", "starts_on", "ends_on", "given_by"}

    def __str__(self):
        return f"{self.user} - {self.get_role_display()} - {self.area}"
