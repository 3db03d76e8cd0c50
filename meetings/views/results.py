"""The page that answers whether it was ceremony: what was agreed, and what became of it."""

from urllib.parse import urlencode

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.models.querysets import VIEW_MEETING
from meetings.queries.meetings import areas_of
from meetings.queries.results import Figures, results_of, years_with_follow_ups
from meetings.results_chart import chart_of
from meetings.views.guards import staff

LABELS = {
    "agreed": gettext_lazy("Agreed"),
    "done": gettext_lazy("Done"),
    "on_time": gettext_lazy("On time"),
    "late": gettext_lazy("Late"),
    "with_evidence": gettext_lazy("With evidence"),
    "unfinished": gettext_lazy("Unfinished"),
    "overdue": gettext_lazy("Overdue"),
    "cancelled": gettext_lazy("Dropped"),
}
WORDS = {
    "institution": "instansi",
    "meeting": "rapat",
    "year": "tahun",
    "quarter": "triwulan",
}


@staff
def results(request):
    today = timezone.localdate()
    years = years_with_follow_ups(request.user)
    asked = request.GET.get("tahun", "")
    if asked == "semua":
        year = None
    elif asked.isascii() and asked.isdigit() and len(asked) == 4:
        year = int(asked)
    else:
        year = today.year if today.year in years or not years else years[0]
    area = request.GET.get("wilayah", "")[:13].replace("\x00", "")
    found = results_of(request.user, today=today, year=year, area=area)
    chosen = {"year": year, "area": area}
    total = _row(found.total, chosen)
    return render(
        request,
        "meetings/results.html",
        {
            "year": year,
            "area": area,
            "years": sorted({*years, *([year] if year else [])}, reverse=True),
            "areas": areas_of(request.user, VIEW_MEETING),
            "results": found,
            "total": total,
            "columns": list(LABELS.values()),
            "numbers": total["links"],
            "tables": [
                {
                    "id": "instansi",
                    "title": _("By institution"),
                    "first": _("Institution"),
                    "rows": [_row(one, chosen) for one in found.institutions],
                },
                {
                    "id": "rapat",
                    "title": _("By meeting"),
                    "first": _("Meeting"),
                    "rows": [_row(one, chosen) for one in found.meetings],
                },
                {
                    "id": "triwulan",
                    "title": _("Over time"),
                    "first": _("Quarter of the meeting"),
                    "rows": [_row(one, chosen) for one in found.quarters],
                },
            ],
            "chart": chart_of(found.quarters),
        },
    )


def _row(one: Figures, chosen: dict) -> dict:
    """A row with its numbers, each with the address of the follow-ups it counts."""
    narrowed = {"tahun": chosen["year"], "wilayah": chosen["area"]}
    narrowed |= {WORDS[name]: value for name, value in one.key.items()}
    query = {name: value for name, value in narrowed.items() if value}
    here = reverse("meetings:follow_ups")

    def link(name):
        return f"{here}?{urlencode(query | {'status': name})}"

    return {
        "label": one.label,
        "share": one.share,
        "links": {name: (number, link(name)) for name, number in one.numbers.items()},
        "cells": [(label, one.numbers[name], link(name)) for name, label in LABELS.items()],
        "due": (one.numbers["due"], link("due")),
        "kept": (one.numbers["kept"], link("kept")),
        "postponed": (one.numbers["postponed"], link("postponed")),
    }
