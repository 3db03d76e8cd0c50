"""Cases by name as a spreadsheet, for whoever may take them out of the office."""

import tempfile
from pathlib import Path
from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache

from core.errors import Refused
from graduation.forms.cases import ExportForm
from graduation.models import GraduationCase
from graduation.queries import cases as queries
from graduation.services.exporting import export_cases
from graduation.views.cases import chosen_of
from graduation.views.report import XLSX

_TYPES = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8"}


@never_cache
@permission_required(queries.EXPORT, raise_exception=True)
def export(request):
    """The cases that the list shows under the same choice, in the asker's territory."""
    chosen = chosen_of(request)
    cases = chosen.of(
        GraduationCase.objects.in_hands_of(request.user, queries.EXPORT), request.user
    )
    form, status = ExportForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _file(request, cases, **form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, str(refusal))
    back = f"{reverse('graduation:cases')}?{urlencode(request.GET)}"
    return render(
        request,
        "graduation/export_cases.html",
        {
            "form": form,
            "number": cases.count(),
            "back": back,
            "breadcrumb": [(_("Cases of graduation"), back)],
        },
        status=status,
    )


def _file(request, cases, *, reason, file_format):
    now = timezone.now()
    with tempfile.TemporaryDirectory() as place, override("id"):
        path = Path(place) / "usulan"
        export_cases(
            cases=cases, path=path, file_format=file_format, reason=reason, by=request.user, at=now
        )
        answer = HttpResponse(path.read_bytes(), content_type=_TYPES[file_format])
    name = f"usulan-graduasi-{timezone.localdate(now):%Y%m%d}.{file_format}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
