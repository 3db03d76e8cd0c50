"""A paper asked for by a browser: as a page to print, or as PDF."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import override

from core.errors import Refused
from documents.letterheads import issue_number
from documents.paper import Paper, paper_of, pdf_answer, render_pdf


def drawn(
    request,
    template: str,
    context: dict,
    *,
    name: str,
    default: Paper,
    back: str,
    status: int = 200,
):
    """`?format=pdf` and `?kertas=f4` choose; always Indonesian. `back` is where the page's button
    leads, and a computer that cannot draw PDF. The template gets `paper`, `other_paper`,
    `other_query` and `pdf_query` besides."""
    asked = request.POST if request.method == "POST" else request.GET
    paper = paper_of(asked.get("kertas", ""), default)
    if asked.get("format") == "pdf" and status == 200:
        try:
            with override("id"):
                return pdf_answer(render_pdf(template, context, paper=paper), name)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect(back)
    other = "a4" if paper == "F4" else "f4"
    query = request.GET.copy()
    query.pop("format", None)
    query["kertas"] = paper.lower()
    pdf_query = query.copy()
    pdf_query["format"] = "pdf"
    query["kertas"] = other
    with override("id"):
        return render(
            request,
            template,
            context
            | {
                "paper": paper,
                "back": back,
                "other_paper": other.upper(),
                "other_query": query.urlencode(),
                "pdf_query": pdf_query.urlencode(),
            },
            status=status,
        )


def numbered_again(request, *, kind, subject, on, allowed, query=None):
    """Give the paper its number, once, and show it again under `query`; 403 unless `allowed`."""
    if not allowed:
        raise PermissionDenied
    try:
        issue_number(kind=kind, subject=subject, on=on, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{request.path}?{urlencode(query)}" if query else request.path)
