from django.core.exceptions import ValidationError as UnfitValue
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.utils.urls import remove_query_param, replace_query_param

from core.paging import NoSuchPlace, page_at


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


class KeysetPagination(OfficeCursorPagination):
    """The same answer for lists that are in order by several fields, which are unique together:
    the pages of the screen. `paginate(queryset, request, fields, newest_first)` gives the rows.
    """

    BEFORE = "-"  # in front of the cursor of a page that goes back

    def paginate(self, queryset, request, *, fields, newest_first=False) -> list:
        cursor = request.query_params.get(self.cursor_query_param, "")
        try:
            self.slice = page_at(
                queryset,
                fields,
                cursor.removeprefix(self.BEFORE),
                backwards=cursor.startswith(self.BEFORE),
                size=self.get_page_size(request),
                newest_first=newest_first,
            )
        except NoSuchPlace as problem:
            raise NotFound(self.invalid_cursor_message) from problem
        self.here = request.build_absolute_uri()
        return self.slice.rows

    def get_next_link(self):
        return self._link(self.slice.after)

    def get_previous_link(self):
        before = self.slice.before
        return self._link(None if before is None else self.BEFORE + before)

    def _link(self, cursor):
        if cursor is None:
            return None
        bare = remove_query_param(self.here, self.cursor_query_param)
        return replace_query_param(bare, self.cursor_query_param, cursor)
