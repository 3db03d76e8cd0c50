"""Lists and numbers of meetings. Meetings themselves have pages of their own."""

from django.contrib import admin

from core.admin import OfficeModelAdmin
from core.small_lists import SmallListAdmin
from meetings.models import EscalationRule, Facility, Institution, MeetingSettings, Representative


class RepresentativeInline(admin.TabularInline):
    model = Representative
    fields = ["name", "position", "email", "user", "active"]
    raw_id_fields = ["user"]
    extra = 0

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Institution)
class InstitutionAdmin(SmallListAdmin):
    columns = ("name", "short_name", "kind", "area", "address", "active")
    key_fields = ("area", "name")
    codes = {"area": "code"}
    list_display = ["name", "short_name", "kind", "area", "active"]
    list_filter = ["kind", "active"]
    search_fields = ["name", "short_name"]
    raw_id_fields = ["area"]
    inlines = [RepresentativeInline]


@admin.register(Representative)
class RepresentativeAdmin(OfficeModelAdmin):
    list_display = ["name", "position", "institution", "user", "active"]
    list_filter = ["active"]
    list_select_related = ["institution", "user"]
    search_fields = ["name", "institution__name"]
    raw_id_fields = ["institution", "user"]


@admin.register(Facility)
class FacilityAdmin(SmallListAdmin):
    columns = ("area", "kind", "status", "note", "as_of")
    key_fields = ("area", "kind")
    codes = {"area": "code"}
    list_display = ["area", "kind", "status", "note", "as_of"]
    list_filter = ["kind", "status"]
    list_select_related = ["area"]
    raw_id_fields = ["area"]


@admin.register(MeetingSettings)
class MeetingSettingsAdmin(OfficeModelAdmin):
    list_display = ["valid_from", "opens_minutes", "late_minutes", "hall_seconds", "due_days"]


@admin.register(EscalationRule)
class EscalationRuleAdmin(OfficeModelAdmin):
    list_display = ["step", "days", "to", "valid_from", "valid_to"]
