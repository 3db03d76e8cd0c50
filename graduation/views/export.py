"""Cases by name as a spreadsheet, for whoever may take them out of the office."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from core.errors import Refused
from documents.exports import file_answer
from documents.forms import ExportForm
from graduation.models import GraduationCase
from graduation.queries import cases as queries
from graduation.services.exporting import export_cases
from graduation.views.cases import chosen_of


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
    return file_answer(
        lambda path: export_cases(
            cases=cases, path=path, file_format=file_format, reason=reason, by=request.user, at=now
        ),
        name=f"usulan-graduasi-{timezone.localdate(now):%Y%m%d}",
        file_format=file_format,
    )
