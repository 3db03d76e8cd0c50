"""The pages of graduation side by side, for whoever may open them."""

from dataclasses import dataclass

from django import template
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

register = template.Library()


@dataclass(frozen=True)
class Tab:
    label: str
    url_name: str
    permissions: tuple[str, ...]


_CASES = ("graduation.view_graduationcase",)
TABS: tuple[Tab, ...] = (
    Tab(_("Board of cases"), "graduation:board", _CASES),
    Tab(pgettext_lazy("graduation", "Candidates"), "graduation:candidates", _CASES),
    Tab(_("Targets"), "graduation:targets", ("graduation.view_graduationtarget", *_CASES)),
    Tab(_("Report"), "graduation:report", ("graduation.view_reportquarter",)),
    Tab(_("Exits"), "graduation:exits", _CASES),
    Tab(_("After the exit"), "graduation:after", _CASES),
    Tab(_("Papers"), "graduation:papers", _CASES),
)


@register.inclusion_tag("components/tabs.html", takes_context=True)
def graduation_tabs(context, current):
    """`current` is the url name of the page, such as "graduation:board"."""
    user = context["request"].user
    return {
        "label": _("Pages of graduation"),
        "tabs": [
            {"label": tab.label, "url": reverse(tab.url_name), "here": tab.url_name == current}
            for tab in TABS
            if any(user.has_perm(permission) for permission in tab.permissions)
        ],
    }
