"""The quarterly report as a PDF, on A4 or F4."""

from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from core.errors import Refused
from documents.paper import paper_of, pdf_answer, render_pdf
from graduation.report_tables import definitions, lock_line, span_name, tables_of
from graduation.views.report import asked_of, file_name, seen_report, sees_report


@sees_report
def report_pdf(request):
    asked, _areas = asked_of(request)
    found = seen_report(request, asked)
    try:
        with override("id"):
            content = render_pdf(
                "graduation/report_pdf.html",
                {
                    "landscape": True,
                    "report": found,
                    "tables": tables_of(found),
                    "span": span_name(found),
                    "definitions": definitions(found),
                    "lock_line": lock_line(found),
                    "made_at": timezone.now(),
                },
                paper=paper_of(request.GET.get("kertas", "")),
            )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{reverse('graduation:report')}?{urlencode(asked.query)}")
    return pdf_answer(content, file_name(found))
