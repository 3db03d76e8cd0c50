"""What every resource shares: declared filters, cursor pages, ids that are numbers."""

from rest_framework.viewsets import GenericViewSet

from core.api.filters import DeclaredFilterBackend, DeclaredOrderingFilter


class OfficeViewSet(GenericViewSet):
    """`get_queryset` starts from `visible_to`; who may ask at all stands in required_permission.

    `cursor_ordering` is the order of the list when the asker names none; it ends in a unique
    field, so pages neither repeat nor lose a row. `query_parameters` are those a resource reads
    beside its filters.
    """

    filter_backends = [DeclaredFilterBackend, DeclaredOrderingFilter]
    ordering_fields: tuple[str, ...] = ()
    query_parameters: frozenset[str] = frozenset()
    lookup_value_regex = r"\d{1,18}"
