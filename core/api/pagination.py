from rest_framework.exceptions import ValidationError
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
