import pytest
from django.template import Context, Template
from django.utils import translation

from core.templatetags.office import masked, plain, rupiah
from tests.msgids import ROOT


@pytest.mark.parametrize(
    ("amount", "said"),
    [(0, "Rp0"), (225_000, "Rp225.000"), (1_462_425_000, "Rp1.462.425.000"), (None, "")],
)
@pytest.mark.parametrize("language", ["id", "en"])
def test_rupiah_is_written_alike_in_every_language(amount, said, language):
    with translation.override(language):
        assert rupiah(amount) == said


def test_years_and_row_numbers_are_not_grouped():
    page = Template("{% load office %}{{ year|plain }} {{ number }}")

    assert page.render(Context({"year": 2026, "number": 2026})) == "2026 2.026"


def test_masked_shows_neither_birth_date_nor_serial():
    assert masked("9901010101900001") == "9901**********01"
    assert (masked(None), plain(None)) == ("", "")


def test_every_icon_used_is_in_the_sprite():
    import re

    sprite = (ROOT / "static/vendor/tabler/icons.svg").read_text(encoding="utf-8")
    drawn = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    used = set()
    for path in (ROOT / "templates").rglob("*.html"):
        used |= set(re.findall(r'{% icon "([^"]+)"', path.read_text(encoding="utf-8")))
    from dashboard.context import NAVIGATION

    used |= {entry.icon for entry in NAVIGATION}

    assert used - drawn == set()
