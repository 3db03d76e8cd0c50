"""The map: a figure by kecamatan, and by village inside one; the same numbers as a table."""

from dataclasses import dataclass

from django.contrib.auth.decorators import permission_required
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from areas.queries import shapes_of
from dashboard import queries
from dashboard.map_drawing import Shape, classes_of, drawing_of
from dashboard.map_figures import Asked, figures_for

_sees = permission_required("beneficiaries.view_household", raise_exception=True)


@dataclass(frozen=True)
class Line:
    """A row of the table, and the words of its shape."""

    area: object
    url: str
    cells: list[tuple[object, str, str]]  # column, number, address of its rows
    shown: str
    letter: str


@_sees
def territory(request):
    """Every kecamatan in which the user sees families."""
    kecamatan = [area for area, _villages in queries.territory(request.user)]
    return _page(request, kecamatan, None)


@_sees
def kecamatan(request, code):
    """The villages of one of these kecamatan, as far as they are the user's."""
    for area, villages in queries.territory(request.user):
        if area.pk == code:
            return _page(request, villages, area)
    raise Http404


def _page(request, areas, within):
    figures = figures_for(request.user)
    asked_for = request.GET.get("angka", "")
    figure = next((one for one in figures if one.key == asked_for), figures[0])
    asked = Asked(request.user, timezone.localdate(), tuple(area.pk for area in areas))
    numbers = figure.numbers(asked) if areas else {}
    values = {area.pk: figure.value(numbers.get(area.pk, {})) for area in areas}
    letters, legend = classes_of(values)
    query = f"?angka={figure.key}"
    lines = []
    for area in areas:
        row = numbers.get(area.pk, {})
        if within is None:
            url = reverse("dashboard:map_kecamatan", args=[area.pk]) + query
        else:
            url = f"{reverse('dashboard:households')}?wilayah={area.pk}"
        letter = letters.get(area.pk, "")
        lines.append(_line(figure, area, row, values[area.pk], url, letter, area.pk))
    outlines = shapes_of(area.pk for area in areas) if areas else {}
    total = figure.sum_of(asked, numbers) if areas else {}
    whose = within.pk if within else ""
    context = {
        "figure": figure,
        "is_wide": len(figure.columns) > 2,
        "figures": figures,
        "within": within,
        "lines": lines,
        "total": _line(figure, None, total, figure.value(total), "", "", whose) if areas else None,
        "total_families": total.get("whole", 0) if figure.key == "keluarga" else None,
        "legend": [
            {"class": one, "from": figure.shown(one.lowest), "to": figure.shown(one.highest)}
            for one in legend
        ],
        "without_value": sum(value is None for value in values.values()),
        "missing": len(areas) - len(outlines),
        "breadcrumb": [(_("Map"), reverse("dashboard:map") + query)] if within else [],
    }
    if outlines:
        by_code = {line.area.pk: line for line in lines}
        texts = {code: line.shown for code, line in by_code.items()}
        names = {code: line.area.name for code, line in by_code.items()}
        drawing = drawing_of(outlines, letters, texts, names)
        context["view_box"] = drawing.view_box
        context["shapes"] = [_placed(shape, by_code[shape.code]) for shape in drawing.shapes]
    return render(request, "dashboard/map.html", context)


def _placed(shape: Shape, line: Line) -> dict:
    """Coordinates as text: a thousands separator would break the drawing."""
    name_y = "" if shape.name_y is None else str(shape.name_y)
    return {"shape": shape, "line": line, "x": str(shape.x), "y": str(shape.y), "name_y": name_y}


def _line(figure, area, row, value, url, letter, rows_of) -> Line:
    cells = []
    for column in figure.all_columns:
        number = row.get(column.key, 0)
        cells.append((column, _number(number), column.url(rows_of) if number else ""))
    return Line(area, url, cells, figure.shown(value), letter)


def _number(number: int) -> str:
    return number_format(number, force_grouping=True)
