"""The rows behind a number: on the screen, on paper and as a file, all of the same question."""

from dataclasses import replace
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import override
from django.views.decorators.cache import never_cache

from accounts import audit
from core.errors import Refused
from dashboard import exporting, queries
from dashboard.exporting import export_rows, too_many
from dashboard.figures import FIGURES, Asked
from dashboard.figures.base import EXPORT_ROWS
from dashboard.figures.listing import Rows
from documents.drawing import drawn
from documents.exports import file_answer
from documents.forms import ExportForm

MOST_ON_PAPER = 1_000  # about 25 pages, some three seconds of a web worker


def rows_asked_for(request, key) -> Rows:
    """The figure narrowed by `wilayah` and `bagian`; what is misspelled finds nothing."""
    figure = FIGURES.get(key)
    if figure is None:
        raise Http404
    asked = Asked(request.user, timezone.now())
    if not figure.opens_to(asked):
        raise PermissionDenied
    area = request.GET.get("wilayah", "")[:13]
    part = request.GET.get("bagian", "")[:30] if figure.part else ""
    return Rows(figure, asked, *(said if said.isprintable() else "-" for said in (area, part)))


def figure(request, key):
    """The rows behind a number, under the same filter: by kecamatan or village, and by part."""
    rows = rows_asked_for(request, key)
    page = rows.page(request.GET)
    number = rows.number()
    return render(
        request,
        "dashboard/figure.html",
        {
            "figure": rows.figure,
            "said": rows.figure.said(rows.asked),
            "kind": rows.kind,
            "page": page,
            "lines": rows.lines(page.rows),
            "number": number,
            "area": rows.area,
            "part": rows.part,
            "part_name": rows.part_name,
            "territory": queries.territory(request.user) if rows.figure.lies_somewhere else [],
            "print_url": _url("dashboard:figure_print", rows) if number else "",
            "export_url": _url("dashboard:figure_export", rows)
            if number and EXPORT_ROWS in rows.asked.permissions
            else "",
        },
    )


@never_cache
def printed(request, key):
    """The rows on paper or as PDF, with what they count and who printed them; it is kept."""
    rows = rows_asked_for(request, key)
    back = _url("dashboard:figure", rows)
    with override("id"):
        if (number := rows.number()) > MOST_ON_PAPER:
            messages.error(request, too_many(rows, number, MOST_ON_PAPER))
            return redirect(back)
        lines = rows.lines(rows.in_order())
        said, scope = rows.figure.said(rows.asked), rows.scope
        name = f"{slugify(rows.figure.label)}-{timezone.localdate(rows.asked.at):%Y%m%d}"
    audit.record(
        "figure.printed",
        by=request.user,
        at=rows.asked.at,
        channel="web",
        figure=key,
        area=rows.area,
        part=rows.part,
        rows=len(lines),
        pdf=request.GET.get("format") == "pdf",
    )
    return drawn(
        request,
        "dashboard/figure_print.html",
        {
            "figure": rows.figure,
            "said": said,
            "scope": scope,
            "kind": rows.kind,
            "has_kecamatan": rows.has_kecamatan,
            "lines": lines,
            "at": rows.asked.at,
            "by": request.user,
        },
        name=name,
        default="A4",
        back=back,
    )


@never_cache
@permission_required(EXPORT_ROWS, raise_exception=True)
def export(request, key):
    """Why the rows are needed, and then the file."""
    rows = replace(rows_asked_for(request, key), taken_out=True)
    back, number = _url("dashboard:figure", rows), rows.number()
    if number > exporting.MOST_ROWS:
        messages.error(request, too_many(rows, number, exporting.MOST_ROWS))
        return redirect(back)
    form, status = ExportForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _file(request, rows, **form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, str(refusal))
    return render(
        request,
        "dashboard/figure_export.html",
        {
            "figure": rows.figure,
            "scope": rows.scope,
            "form": form,
            "number": number,
            "back": back,
            "breadcrumb": [(rows.figure.label, back)],
        },
        status=status,
    )


def _file(request, rows, *, reason, file_format):
    at = rows.asked.at
    return file_answer(
        lambda path: export_rows(
            rows=rows, path=path, file_format=file_format, reason=reason, by=request.user, at=at
        ),
        name=f"{rows.figure.key}-{timezone.localdate(at):%Y%m%d}",
        file_format=file_format,
    )


def _url(name, rows):
    chosen = {"wilayah": rows.area, "bagian": rows.part}
    query = urlencode({word: value for word, value in chosen.items() if value})
    here = reverse(name, args=[rows.figure.key])
    return f"{here}?{query}" if query else here
