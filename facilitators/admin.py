"""Settings only. Facilitators and their families have pages of their own."""

from django.contrib import admin

from core.admin import OfficeModelAdmin
from facilitators.models import CaseloadSettings, VisitRule, VisitSettings


@admin.register(CaseloadSettings)
class CaseloadSettingsAdmin(OfficeModelAdmin):
    """One row; a change counts from the next look at the page on."""

    list_display = ["__str__", "few_below", "many_above", "maximum"]

    def has_add_permission(self, request):
        return (
            request.user.has_perm("facilitators.change_caseloadsettings")
            and not CaseloadSettings.objects.exists()
        )


@admin.register(VisitRule)
class VisitRuleAdmin(OfficeModelAdmin):
    """When a family is overdue; another number is another row, from the day it holds."""

    list_display = ["purpose", "days", "valid_from"]


@admin.register(VisitSettings)
class VisitSettingsAdmin(OfficeModelAdmin):
    """The numbers of visits; other ones are another row, from the day they hold."""

    list_display = ["valid_from", "request_days", "late_days", "distance_m", "sample_percent"]
