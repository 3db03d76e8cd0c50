"""Letterheads and patterns of numbers. Documents have their owners' pages."""

from django import forms
from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.admin import OfficeModelAdmin
from documents.letterheads import set_logo
from documents.models import Letterhead, NumberPattern


class LetterheadForm(forms.ModelForm):
    new_logo = forms.FileField(
        label=_("coat of arms"),
        required=False,
        help_text=_("A JPEG or PNG picture; it takes the place of the one before."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png"}),
    )


@admin.register(Letterhead)
class LetterheadAdmin(OfficeModelAdmin):
    """One row a kabupaten; papers printed from now on bear it."""

    form = LetterheadForm
    list_display = ["area", "agency", "head_name", "head_title", "paper"]
    list_select_related = ["area"]
    fields = [
        "area",
        "government",
        "agency",
        "address",
        "phone",
        "email",
        "city",
        "new_logo",
        "head_name",
        "head_title",
        "head_nip",
        "paper",
    ]

    def get_fields(self, request, obj=None):
        """Who only looks has no picture to choose."""
        if self.has_change_permission(request, obj):
            return self.fields
        return [field for field in self.fields if field != "new_logo"]

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if file := form.cleaned_data.get("new_logo"):
            set_logo(letterhead=obj, file=file, name=file.name, by=request.user, at=timezone.now())


@admin.register(NumberPattern)
class NumberPatternAdmin(OfficeModelAdmin):
    """Another pattern holds from the next paper on; numbers given before stay as they are."""

    list_display = ["name", "kind", "pattern", "yearly"]

    def get_readonly_fields(self, request, obj=None):
        return ["kind"] if obj else []
