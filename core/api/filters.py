"""Only declared filters: an unknown parameter is an error, never silently everything."""

from django import forms
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from rest_framework.exceptions import ValidationError
from rest_framework.filters import OrderingFilter

from core.paging import LARGEST_ID

ALWAYS_KNOWN = {"cursor", "page_size", "ordering", "format"}
YES_OR_NO = {"true": True, "1": True, "false": False, "0": False}


class IdFilter(filters.NumberFilter):
    """Rows whose `field_name` is this key; anything but a whole positive number is an error."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, min_value=0, max_value=LARGEST_ID, decimal_places=0, **kwargs)


def refuse_unknown(request, known):
    """For a view without filters: only the parameters it reads, and only what can be read."""
    unknown = sorted(set(request.query_params) - set(known) - {"format"})
    if unknown:
        raise ValidationError(
            {name: _("This filter does not exist.") for name in unknown}, code="unknown_filter"
        )
    for name, values in request.query_params.lists():
        if any("\x00" in value for value in values):
            raise ValidationError({name: _("This value cannot be read.")})


class DeclaredFilterBackend(filters.DjangoFilterBackend):
    def filter_queryset(self, request, queryset, view):
        filterset = getattr(view, "filterset_class", None)
        known = set(filterset.base_filters) if filterset else set()
        refuse_unknown(request, known | view.query_parameters | ALWAYS_KNOWN)
        return super().filter_queryset(request, queryset, view)


class YesNoField(forms.Field):
    def to_python(self, value):
        if value in self.empty_values:
            return None
        if str(value).lower() not in YES_OR_NO:
            raise forms.ValidationError(_("Write true or false."), code="invalid")
        return YES_OR_NO[str(value).lower()]


class YesNoFilter(filters.BooleanFilter):
    """`true` or `false`; any other word is an error, where BooleanFilter takes it for no filter."""

    field_class = YesNoField

    def __init__(self, *args, **kwargs):
        # The usual widget has already turned any other word into nothing.
        super().__init__(*args, widget=forms.TextInput, **kwargs)


class DeclaredOrderingFilter(OrderingFilter):
    """`ordering` takes the view's `ordering_fields` only; anything else is an error."""

    def remove_invalid_fields(self, queryset, fields, view, request):
        allowed = set(getattr(view, "ordering_fields", ()) or ())
        wrong = [field for field in fields if field.lstrip("-") not in allowed]
        if wrong:
            raise ValidationError({"ordering": _("The list cannot be ordered by this.")})
        return fields
