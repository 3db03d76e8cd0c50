"""Small words templates need: icons, masked numbers, rupiah, and figures that stay as they are."""

from decimal import Decimal

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.numberformat import format as format_number

from core.nik import mask_nik

register = template.Library()


@register.simple_tag
def icon(name, classes=""):
    """One drawing of the sprite; decoration only, so screen readers pass over it."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        classes,
        static("vendor/tabler/icons.svg"),
        name,
    )


@register.filter
def masked(number):
    """`3204**********01`; nothing when there is no number."""
    return mask_nik(number) if number else ""


@register.filter
def plain(value):
    """Years, ids and row numbers: never 2.026 for 2026."""
    return "" if value is None else str(value)


@register.filter
def rupiah(amount):
    """`Rp1.250.000`, whatever the language of the page: it is how the currency is written."""
    if amount is None or amount == "":
        return ""
    number = format_number(
        Decimal(amount), ",", decimal_pos=0, grouping=3, thousand_sep=".", force_grouping=True
    )
    return f"Rp{number}"


@register.filter
def get(mapping, key):
    """`{{ counts|get:kind }}`: the value under a key, or nothing."""
    return mapping.get(key) if mapping else None


@register.filter
def dressed(field):
    """A form field's widget in our look, tied to its hint and its errors for screen readers."""
    widget = field.field.widget
    kind = getattr(widget, "input_type", "")
    if kind in {"checkbox", "radio"}:
        look = "form-check-input"
    elif kind == "select":
        look = "form-select"
    else:
        look = "form-control"
    attrs = {"class": f"{widget.attrs.get('class', '')} {look}".strip()}
    # The label stands above; the same word again inside the box looks like something typed.
    if widget.attrs.get("placeholder") == field.label:
        attrs["placeholder"] = ""
    described = []
    if field.help_text:
        described.append(f"{field.auto_id}_hint")
    if field.errors:
        described.append(f"{field.auto_id}_errors")
        attrs["aria-invalid"] = "true"
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return field.as_widget(attrs=attrs)
