from django.contrib import admin
from django.utils import timezone

from areas import codes
from areas.models import Area
from areas.services import name_area
from core.admin import OfficeModelAdmin


@admin.register(Area)
class AreaAdmin(OfficeModelAdmin):
    list_display = ["code", "name", "level", "parent", "code_system"]
    list_select_related = ["parent"]
    list_filter = ["level", "code_system"]
    search_fields = ["code__startswith", "name__istartswith"]
    fields = ["code", "name", "valid_from", "valid_to"]

    def autocomplete_label(self, area):
        """A kecamatan and a village in it often share their name."""
        return f"{area.code} {area.name}"

    def get_readonly_fields(self, request, obj=None):
        return ["code"] if obj else []

    def save_model(self, request, obj, form, change):
        saved = name_area(
            code=obj.code,
            name=obj.name,
            valid_from=obj.valid_from,
            valid_to=obj.valid_to,
            by=request.user,
            at=timezone.now(),
        )
        obj.__dict__.update(saved.__dict__)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        if "code" in form.base_fields:
            # Dotted or not, as people write it; the service says what is wrong with it.
            form.base_fields["code"].clean = lambda text: codes.dotted(text) or text
        return form
