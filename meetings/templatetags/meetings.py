"""The pages of meetings side by side, for whoever may open them."""

import datetime as dt
from dataclasses import dataclass

from django import template
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from meetings.models import Issue

register = template.Library()


@dataclass(frozen=True)
class Tab:
    label: str
    url_name: str
    staff_only: bool = False


# Guests have no permission at all and see theirs on the same pages.
TABS: tuple[Tab, ...] = (
    Tab(_("Meetings"), "meetings:meetings"),
    Tab(_("Follow-ups"), "meetings:follow_ups"),
    Tab(_("Results"), "meetings:results", staff_only=True),
    Tab(_("Reminders"), "meetings:reminders"),
    Tab(_("Institutions"), "meetings:institutions", staff_only=True),
)


@register.inclusion_tag("components/tabs.html", takes_context=True)
def meeting_tabs(context, current):
    """`current` is the url name of the page, such as "meetings:meetings"."""
    staff = context["request"].user.has_perm("meetings.view_meeting")
    return {
        "label": _("Pages of meetings"),
        "tabs": [
            {"label": tab.label, "url": reverse(tab.url_name), "here": tab.url_name == current}
            for tab in TABS
            if staff or not tab.staff_only
        ],
    }


_SIGNS = {
    "draft": "",
    "invited": "state-go",
    "held": "state-warn",
    "minutes_published": "state-good",
    "closed": "state-good",
    "cancelled": "",
    "open": "",
    "in_progress": "state-go",
    "done": "state-good",
}


@register.filter
def sign(state):
    """The colour of a state's badge."""
    return _SIGNS.get(state, "")


@register.filter
def at_place(moment, meeting):
    """A moment as the clocks at the meeting's place show it. Without its zone, or the template
    would turn it into the office's."""
    return moment.astimezone(meeting.zone).replace(tzinfo=None) if moment else ""


@register.filter
def category_word(code):
    """A category of frozen minutes in the reader's language."""
    return dict(Issue.Category.choices).get(code, code)


@register.filter
def iso_day(text):
    """A day of frozen minutes."""
    return dt.date.fromisoformat(text)


@register.filter
def iso_moment(text):
    """A moment of frozen minutes, with the clock of its place: never turned into another zone."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=None)
