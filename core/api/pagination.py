from django.core.exceptions import ValidationError as UnfitValue
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination


class OfficeCursorPagination(CursorPagination):
    """`next`, `previous`, `results`: the same cost on the first page and on the thousandth."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500
    ordering = "pk"

    def decode_cursor(self, request):
        encoded = request.query_params.get(self.cursor_query_param)
        if encoded and "\x00" in encoded:
            raise ValidationError({self.cursor_query_param: self.invalid_cursor_message})
        return super().decode_cursor(request)

    def paginate_queryset(self, queryset, request, view=None):
        # A made-up position is compared with the column it stands for: a word with a date, say.
        try:
            return super().paginate_queryset(queryset, request, view)
        except (UnfitValue, ValueError, OverflowError) as problem:
            raise NotFound(self.invalid_cursor_message) from problem
