"""Which figure a page of another floor is showing, so that its rows can be taken out there."""

from urllib.parse import parse_qsl, urlencode

from django.urls import reverse
from django.utils import timezone

from dashboard.figures import FIGURES, Asked, Figure

# The pages that figures name as theirs, without the list of cases: it has an export of its own.
PAGES = {
    "dashboard:households",
    "facilitators:overdue",
    "facilitators:proposals",
    "facilitators:commitment_list",
    "graduation:after",
    "meetings:follow_ups",
}
_CURSORS = {"setelah", "sebelum"}
_SHOWN = tuple(figure for figure in FIGURES.values() if figure.shown_on)


def rows_at(request) -> str:
    """The address of the same rows as a plain list; empty where the page shows something else.

    Under any other filter than the figure's own the rows are others.
    """
    match = request.resolver_match
    if match is None or match.view_name not in PAGES:
        return ""
    asked, path, query = Asked(request.user, timezone.now()), request.path, request.GET
    chosen = {name: value for name, value in query.items() if value and name not in _CURSORS}
    area = chosen.get("wilayah", "")
    for figure in _SHOWN:
        if _is_at(figure, asked, area, path, chosen) and figure.opens_to(asked):
            here = reverse("dashboard:figure", args=[figure.key])
            return f"{here}?{urlencode({'wilayah': area})}" if area else here
    return ""


def _is_at(figure: Figure, asked, area, path, chosen) -> bool:
    address = figure.shown_on(asked, area) if figure.shown_on else None
    if address is None:
        return False
    place, _sign, query = address.partition("?")
    return place == path and dict(parse_qsl(query)) == chosen
