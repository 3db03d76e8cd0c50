"""Settings only. Facilitators and their families have pages of their own."""

from django.contrib import admin

from core.admin import OfficeModelAdmin
from facilitators.models import CaseloadSettings


@admin.register(CaseloadSettings)
class CaseloadSettingsAdmin(OfficeModelAdmin):
    """One row; a change counts from the next look at the page on."""

    list_display = ["__str__", "few_below", "many_above", "maximum"]

    def has_add_permission(self, request):
        return (
            request.user.has_perm("facilitators.change_caseloadsettings")
            and not CaseloadSettings.objects.exists()
        )
