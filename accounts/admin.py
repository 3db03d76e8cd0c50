from django import forms
from django.contrib import admin, messages
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import ApiToken, Assignment, AuditEvent, User
from accounts.services import (
    assign_role,
    close_account,
    create_account,
    end_assignment,
    reopen_account,
    revoke_token,
    set_password,
)
from core.admin import OfficeModelAdmin, ReadOnlyAdmin
from core.errors import Refused


def _each(request, rows, service, done):
    """Call a service for every row; refusals are shown, the others go through."""
    count = 0
    for row in rows:
        try:
            service(row)
        except Refused as refusal:
            messages.error(request, f"{row}: {refusal}")
        else:
            count += 1
    if count:
        messages.success(request, done(count))


class UserForm(forms.ModelForm):
    new_password = forms.CharField(
        label=_("New password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. Tell it to the person, not by e-mail."),
    )

    class Meta:
        model = User
        fields = ["username", "full_name", "email"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.fields["new_password"].required = True


@admin.register(User)
class UserAdmin(OfficeModelAdmin):
    form = UserForm
    list_display = ["username", "full_name", "is_active", "last_login"]
    list_filter = ["is_active", "assignments__role"]
    search_fields = ["username", "full_name"]
    ordering = ["username"]
    actions = ["close_accounts", "reopen_accounts"]

    def autocomplete_label(self, user):
        return f"{user.username} {user.full_name}".strip()

    def get_readonly_fields(self, request, obj=None):
        return ["username", "is_active", "last_login"] if obj else []

    def get_fields(self, request, obj=None):
        own = ["username", "full_name", "email"]
        if not self.has_change_permission(request, obj):
            return [*own, "is_active", "last_login"]
        return [*own, "new_password", *(["is_active", "last_login"] if obj else [])]

    def save_model(self, request, obj, form, change):
        now, password = timezone.now(), form.cleaned_data["new_password"]
        if not change:
            made = create_account(
                username=obj.username,
                full_name=obj.full_name,
                email=obj.email,
                password=password,
                by=request.user,
                at=now,
            )
            obj.__dict__.update(made.__dict__)
            return
        obj.save(update_fields=["full_name", "email"])
        if password:
            set_password(user=obj, password=password, by=request.user, at=now)

    @admin.action(description=_("Close the accounts"), permissions=["change"])
    def close_accounts(self, request, queryset):
        _each(
            request,
            queryset,
            lambda user: close_account(user=user, by=request.user, at=timezone.now()),
            lambda n: ngettext("%(n)d account closed.", "%(n)d accounts closed.", n) % {"n": n},
        )

    @admin.action(description=_("Reopen the accounts"), permissions=["change"])
    def reopen_accounts(self, request, queryset):
        _each(
            request,
            queryset,
            lambda user: reopen_account(user=user, by=request.user, at=timezone.now()),
            lambda n: ngettext("%(n)d account reopened.", "%(n)d accounts reopened.", n) % {"n": n},
        )


@admin.register(Assignment)
class AssignmentAdmin(OfficeModelAdmin):
    """A new assignment is given; of an old one only its last day is changed."""

    list_display = ["user", "role", "area", "starts_on", "ends_on", "given_by"]
    list_select_related = ["user", "area", "given_by"]
    list_filter = ["role"]
    search_fields = ["user__username", "user__full_name"]
    autocomplete_fields = ["user", "area"]
    fields = ["user", "role", "area", "starts_on", "ends_on"]
    ordering = ["-starts_on", "-pk"]

    def get_readonly_fields(self, request, obj=None):
        return ["user", "role", "area", "starts_on"] if obj else []

    def save_model(self, request, obj, form, change):
        now = timezone.now()
        if change:
            if "ends_on" in form.changed_data:
                end_assignment(
                    assignment=obj,
                    ends_on=obj.ends_on or timezone.localdate(now),
                    by=request.user,
                    at=now,
                )
            return
        given = assign_role(
            user=obj.user,
            role=obj.role,
            area=obj.area,
            starts_on=obj.starts_on,
            ends_on=obj.ends_on,
            by=request.user,
            at=now,
        )
        obj.__dict__.update(given.__dict__)


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Tokens are issued on the command line, where their text is seen once; here they end."""

    list_display = ["token_key", "owner", "scopes", "made_at", "ends_at"]
    list_select_related = ["user"]
    search_fields = ["user__username", "token_key"]
    fields = ["token_key", "owner", "scopes", "made_at", "ends_at"]
    ordering = ["-created"]
    actions = ["revoke"]

    # The library's own fields have English names only.
    @admin.display(description=_("user"), ordering="user__username")
    def owner(self, token):
        return token.user

    @admin.display(description=_("created at"), ordering="created")
    def made_at(self, token):
        return token.created

    @admin.display(description=_("valid until"), ordering="expiry")
    def ends_at(self, token):
        return token.expiry

    def has_revoke_permission(self, request):
        return request.user.has_perm("accounts.delete_apitoken")

    @admin.action(description=_("Revoke the tokens"), permissions=["revoke"])
    def revoke(self, request, queryset):
        _each(
            request,
            queryset.select_related("user"),
            lambda token: revoke_token(token=token, by=request.user, at=timezone.now()),
            lambda n: ngettext("%(n)d token revoked.", "%(n)d tokens revoked.", n) % {"n": n},
        )


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ["at", "by", "verb", "target_type", "target_id", "channel"]
    list_select_related = ["by"]
    search_fields = ["by__username__exact", "verb__startswith", "target_id__exact"]
    fields = ["at", "by", "verb", "target_type", "target_id", "reason", "channel", "data"]
    ordering = ["-at"]
