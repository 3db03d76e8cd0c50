from django.contrib import admin

from core.admin import OfficeModelAdmin
from dtks.models import MatchingSettings


@admin.register(MatchingSettings)
class MatchingSettingsAdmin(OfficeModelAdmin):
    """One row; a change counts from the next reconciliation on."""

    list_display = ["__str__", "lower", "upper"]

    def has_add_permission(self, request):
        return (
            request.user.has_perm("dtks.change_matchingsettings")
            and not MatchingSettings.objects.exists()
        )
