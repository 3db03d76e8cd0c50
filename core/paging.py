"""Pages that cost the same on the first and on the thousandth: go on after the last row seen."""

import base64
import json
from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

PAGE_SIZE = 50
# Whatever is larger is no key of ours, and the database would answer it with an error.
LARGEST_ID = 2**62
# Rows of a list are counted up to here; what is longer is "more than" that many.
MOST_COUNTED = 10_000


@dataclass(frozen=True)
class Slice:
    """Rows of one page; `after` and `before` are cursors, None where nothing follows."""

    rows: list
    after: str | None
    before: str | None
    whole: QuerySet | None = None
    most: int = MOST_COUNTED

    @cached_property
    def total(self) -> int:
        """Rows of the whole list, asked only by pages that say it, and up to one above `most`."""
        if self.whole is None or not (self.after or self.before):
            return len(self.rows)
        return self.whole.order_by()[: self.most + 1].count()

    @property
    def is_longer(self) -> bool:
        return self.total > self.most

    def __iter__(self):
        return iter(self.rows)

    def __len__(self):
        return len(self.rows)


def pack(values) -> str:
    text = json.dumps(values, separators=(",", ":"), default=str)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def unpack(cursor: str, length: int):
    """The values of a cursor, or None for one that was tampered with: then the first page."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        values = json.loads(text)
    except (ValueError, TypeError):
        return None
    plain = isinstance(values, list) and all(
        isinstance(v, str) or (isinstance(v, int) and abs(v) < LARGEST_ID) for v in values
    )
    return values if plain and len(values) == length else None


def _beyond(fields, values, direction) -> Q:
    """Rows after (`gt`) or before (`lt`) the values, in the order of the fields.

    The first comparison is repeated alone: it is the one an index can use.
    """
    condition = Q()
    for depth in range(len(fields)):
        equal = Q(**dict(zip(fields[:depth], values[:depth], strict=True)))
        condition |= equal & Q(**{f"{fields[depth]}__{direction}": values[depth]})
    return Q(**{f"{fields[0]}__{direction}e": values[0]}) & condition


class NoSuchPlace(ValueError):
    """The cursor stands nowhere in these rows: somebody made it up."""


def page_of(queryset, fields, query, size=PAGE_SIZE, newest_first=False) -> Slice:
    """One page of a queryset in ascending order of `fields`, which are unique together.

    `query` holds `setelah` or `sebelum` (request.GET); a made-up one gives the first page. One
    statement, whatever the page.
    """
    backwards = "sebelum" in query
    cursor = query.get("sebelum") or query.get("setelah") or ""
    try:
        return page_at(
            queryset, fields, cursor, backwards=backwards, size=size, newest_first=newest_first
        )
    except NoSuchPlace:
        return page_at(queryset, fields, "", size=size, newest_first=newest_first)


def slice_of(items, query, size=PAGE_SIZE) -> Slice:
    """One page of what is few enough to be known whole with every page; a cursor is a place in it,
    and a made-up one gives the first page."""
    backwards = "sebelum" in query
    at = unpack(query.get("sebelum") or query.get("setelah") or "", 1)
    at = at[0] if at and isinstance(at[0], int) and 0 <= at[0] <= len(items) else 0
    start = max(0, at - size) if backwards else at
    rows = list(items[start : start + size])
    end = start + len(rows)
    return Slice(rows, pack([end]) if end < len(items) else None, pack([start]) if start else None)


def page_at(
    queryset, fields, cursor: str, *, backwards=False, size=PAGE_SIZE, newest_first=False
) -> Slice:
    """The rows after the cursor (before it, if `backwards`), or the first; or `NoSuchPlace`."""
    values = unpack(cursor, len(fields)) if cursor else None
    if cursor and values is None:
        raise NoSuchPlace
    whole = queryset
    if values is not None:
        direction = "lt" if backwards != newest_first else "gt"
        try:
            queryset = queryset.filter(_beyond(fields, values, direction))
        except (ValueError, TypeError, ValidationError) as problem:
            raise NoSuchPlace from problem
    backwards = backwards and values is not None
    falling = backwards != newest_first
    order = [f"-{field}" for field in fields] if falling else list(fields)
    rows = list(queryset.order_by(*order)[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()

    def cursor_of(row):
        return pack([_value(row, field) for field in fields])

    has_after = rows and (more if not backwards else True)
    has_before = rows and (more if backwards else values is not None)
    return Slice(
        rows,
        cursor_of(rows[-1]) if has_after else None,
        cursor_of(rows[0]) if has_before else None,
        whole,
    )


def _value(row, path):
    for part in path.split("__"):
        row = row.get(part) if isinstance(row, dict) else getattr(row, part)
    return row
