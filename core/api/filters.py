"""Only declared filters: an unknown parameter is an error, never silently everything."""

from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from rest_framework.exceptions import ValidationError
from rest_framework.filters import OrderingFilter

# What paging, search and the reveal bring with them.
ALWAYS_KNOWN = {"cursor", "page_size", "search", "ordering", "format", "reveal", "reason"}


class DeclaredFilterBackend(filters.DjangoFilterBackend):
    def filter_queryset(self, request, queryset, view):
        filterset = getattr(view, "filterset_class", None)
        known = set(filterset.base_filters) if filterset else set()
        unknown = sorted(set(request.query_params) - known - ALWAYS_KNOWN)
        if unknown:
            raise ValidationError(
                {name: _("This filter does not exist.") for name in unknown}, code="unknown_filter"
            )
        for name, values in request.query_params.lists():
            if any("\x00" in value for value in values):
                raise ValidationError({name: _("This value cannot be read.")})
        return super().filter_queryset(request, queryset, view)


class DeclaredOrderingFilter(OrderingFilter):
    """`ordering` takes the view's `ordering_fields` only; anything else is an error."""

    def remove_invalid_fields(self, queryset, fields, view, request):
        allowed = set(getattr(view, "ordering_fields", ()) or ())
        wrong = [field for field in fields if field.lstrip("-") not in allowed]
        if wrong:
            raise ValidationError({"ordering": _("The list cannot be ordered by this.")})
        return fields
