"""Paper: an official letter or list as PDF, drawn from the same template the browser prints.

Papers are Indonesian whoever asks for them. Nothing is fetched from anywhere: a template may name
our own static files and data: URIs, and any other address stops the drawing.
"""

import logging
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils._os import safe_join
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.errors import Refused

Paper = Literal["A4", "F4"]
PAPERS: tuple[Paper, ...] = ("A4", "F4")  # F4, the offices' Folio: 215 x 330 mm
# Never asked for: addresses of a template are read as if they stood under this one.
_BASE = "http://paper.invalid/"
_MEDIA_TYPES = {".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png"}


def paper_of(asked: str, default: Paper = "A4") -> Paper:
    """What somebody asked for in a query such as ?kertas=f4; anything else is the default."""
    named: dict[str, Paper] = {"a4": "A4", "f4": "F4", "folio": "F4"}
    return named.get(asked.strip().lower(), default)


def render_pdf(template: str, context: dict, *, paper: Paper = "A4") -> bytes:
    """Draw a template that extends documents/paper.html; the same content gives the same bytes.

    The template gets `pdf` (True) and `paper` besides its context, and its title becomes the
    document's. Raises Refused (`pdf_unavailable`) where pango is not installed, and
    FatalURLFetchingError when the template names an address that is not ours.
    """
    return draw_pdf(template, context, paper=paper)[0]


def draw_pdf(template: str, context: dict, *, paper: Paper = "A4") -> tuple[bytes, int]:
    """The same, with the number of its pages."""
    if paper not in PAPERS:
        raise ValueError(f"no such paper: {paper}")
    with _pango():
        import weasyprint
    with override(settings.LANGUAGE_CODE):
        page = render_to_string(template, {**context, "pdf": True, "paper": paper})
    document = weasyprint.HTML(string=page, base_url=_BASE, url_fetcher=_only_ours).render(
        hinting=False
    )
    if not document.metadata.title:
        raise ValueError(f"{template} has no title")
    return document.write_pdf(), len(document.pages)


@contextmanager
def _pango():
    """WeasyPrint looks for the system's libraries when it is imported."""
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    try:
        yield
    except OSError:
        raise Refused(
            "pdf_unavailable",
            _(
                "This office's computer cannot make PDF files yet. Use the print button of the"
                " browser, or ask the administrator to install pango"
                " (apt-get install libpango-1.0-0 libpangoft2-1.0-0)."
            ),
        ) from None


def _only_ours(url: str):
    """A static file of ours or a data: URI; anything else stops the drawing."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    try:
        if url.startswith("data:"):
            return URLFetcher(allowed_protocols=("data",)).fetch(url)
        path = _static_file(url)
        kind = _MEDIA_TYPES[path.suffix]
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})
    except (LookupError, OSError, SuspiciousFileOperation, ValueError):
        raise FatalURLFetchingError(f"a paper fetches only what is ours: {url[:80]}") from None


def _static_file(url: str) -> Path:
    """Raises LookupError for an address that is no static file."""
    ours = _BASE.rstrip("/") + settings.STATIC_URL
    if not url.startswith(ours):
        raise LookupError(url)
    name = unquote(urlsplit(url).path).removeprefix(settings.STATIC_URL)
    if settings.STATIC_ROOT:
        return Path(safe_join(settings.STATIC_ROOT, name))
    found = finders.find(name)
    if found is None:
        raise LookupError(url)
    return Path(found)


def pdf_answer(content: bytes, name: str) -> HttpResponse:
    """The PDF shown in the browser's own viewer; a paper about people is never cached."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{slugify(name) or "surat"}.pdf"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
