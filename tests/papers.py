"""Reading the papers we make, where they can be made at all."""

import io

import pypdf
import pytest

try:
    import weasyprint  # noqa: F401  # looks for pango
except OSError:
    HAVE_PANGO = False
else:
    HAVE_PANGO = True

needs_pango = pytest.mark.skipif(
    not HAVE_PANGO,
    reason="pango is missing: apt-get install libpango-1.0-0 libpangoft2-1.0-0 fonts-liberation",
)


def pages_of(content: bytes) -> list[str]:
    """The text of every page, lines joined."""
    return [
        " ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(content)).pages
    ]
