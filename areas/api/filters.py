"""Filtering what lies in an area, for every resource that has one."""

from django_filters import rest_framework as filters

from areas.models.querysets import below

_SAID = "Code of a desa or above it."  # in the schema, which programmers read


class InAreaFilter(filters.CharFilter):
    """Rows whose area is this one or lies beneath it: `village=18.10` is a whole kabupaten.

    `field_name` is the path to the area's code. A code that is not in the table finds nothing.
    """

    def __init__(self, field_name: str):
        super().__init__(field_name=field_name, help_text=_SAID)

    def filter(self, qs, value):
        return qs.filter(below(self.field_name, [value])) if value else qs
