"""admin/ is for master data and for looking things up: one site and one manner for every floor."""

from django.contrib import admin, messages
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from core.errors import Refused

OPEN_ADMIN = "accounts.open_admin"
# Libraries register models of their own (groups, addresses, schedules); none belongs here.
FLOORS = frozenset(
    {
        "accounts",
        "areas",
        "beneficiaries",
        "documents",
        "dtks",
        "facilitators",
        "graduation",
        "meetings",
        "jobs",
    }
)


class OfficeAutocomplete(AutocompleteJsonView):
    def serialize_result(self, obj, to_field_name):
        result = super().serialize_result(obj, to_field_name)
        label = getattr(self.model_admin, "autocomplete_label", str)
        return result | {"text": label(obj)}


class OfficeAdminSite(admin.AdminSite):
    """Lets in whose role of today has business here; signs in where everybody does.

    Django's own sign-in form knows neither the lock-out nor the second factor, so it is not
    served.
    """

    site_header = _("Office administration")
    site_title = _("Office administration")
    index_title = _("Master data")
    enable_nav_sidebar = False

    def register(self, model_or_iterable, admin_class=None, **options):
        models = (
            model_or_iterable
            if isinstance(model_or_iterable, (list, tuple, set))
            else [model_or_iterable]
        )
        ours = [model for model in models if model._meta.app_label in FLOORS]
        if ours:
            super().register(ours, admin_class, **options)

    def has_permission(self, request):
        return request.user.is_active and request.user.has_perm(OPEN_ADMIN)

    @method_decorator(login_not_required)
    def login(self, request, extra_context=None):
        if request.user.is_authenticated:
            if self.has_permission(request):
                return redirect("admin:index")
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def autocomplete_view(self, request):
        return OfficeAutocomplete.as_view(admin_site=self)(request)

    def get_urls(self):
        """Without "view on site": it says of any record of any model whether it exists."""
        return [url for url in super().get_urls() if getattr(url, "name", "") != "view_on_site"]

    def logout(self, request, extra_context=None):
        return redirect("account_logout")

    def password_change(self, request, extra_context=None):
        return redirect("account_change_password")


class OfficeModelAdmin(admin.ModelAdmin):
    """Rows through `visible_to`, refusals of services as messages, nothing deleted.

    A subclass that changes something with rules calls the service in `save_model`.
    """

    list_per_page = 50
    list_max_show_all = 200
    show_full_result_count = False
    view_on_site = False

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows.visible_to(request.user) if hasattr(rows, "visible_to") else rows

    def has_delete_permission(self, request, obj=None):
        return False

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        # The transaction of the form is rolled back by the time the refusal gets here.
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(request.get_full_path())


class ReadOnlyAdmin(OfficeModelAdmin):
    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False
