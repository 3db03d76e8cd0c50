from rest_framework.pagination import CursorPagination


class OfficeCursorPagination(CursorPagination):
    """`next`, `previous`, `results`: the same cost on the first page and on the thousandth."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500
    ordering = "pk"
