"""The pages of graduation side by side, for whoever may open them."""

from dataclasses import dataclass

from django import template
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

register = template.Library()


@dataclass(frozen=True)
class Tab:
    label: str
    url_name: str
    permissions: tuple[str, ...]


TABS: tuple[Tab, ...] = (
    Tab(_("Board of cases"), "graduation:board", ("graduation.view_graduationcase",)),
    Tab(
        _("Targets"),
        "graduation:targets",
        ("graduation.view_graduationtarget", "graduation.view_graduationcase"),
    ),
    Tab(_("Candidates"), "graduation:candidates", ("graduation.view_graduationcase",)),
    Tab(_("Report"), "graduation:report", ("graduation.view_reportquarter",)),
    Tab(_("Exits"), "graduation:exits", ("graduation.view_graduationcase",)),
    Tab(_("Papers"), "graduation:papers", ("graduation.view_graduationcase",)),
)


@register.inclusion_tag("graduation/_tabs.html", takes_context=True)
def graduation_tabs(context, current):
    """`current` is the url name of the page, such as "graduation:board"."""
    user = context["request"].user
    return {
        "tabs": [
            {"label": tab.label, "url": reverse(tab.url_name), "here": tab.url_name == current}
            for tab in TABS
            if any(user.has_perm(permission) for permission in tab.permissions)
        ]
    }
