"""Targets of graduation that are behind, for the agenda of a meeting."""

import datetime as dt
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from areas.models import Area
from graduation.models.querysets import VIEW_TARGET
from graduation.queries.targets import in_territory, targets_of
from meetings.proposals import MOST, Proposal, figure, proposer


def _targets(area: str, user, today: dt.date):
    """The area's own targets first, then the kecamatan farthest behind."""
    place = Area.objects.filter(pk=area).first()
    if place is None or not user.has_perm(VIEW_TARGET) or not in_territory(user, place):
        return
    found = targets_of(user, place, today.year, today)
    behind = [line for line in found.lines if line.behind]
    parts = sorted(
        (line for line in found.tree if line.behind),
        key=lambda line: (-line.missing, line.area.pk),
    )
    for line in [*behind, *parts][:MOST]:
        kind = line.type or found.chosen.type
        asked = {"tahun": today.year, "jenis": kind.code, "wilayah": area}
        yield Proposal(
            source=f"targets:{kind.code}:{line.area.pk}",
            title=_("Target “%(type)s” of %(place)s is behind")
            % {"type": kind.name, "place": line.area},
            detail=_("%(reached)s of %(target)s reached; by today it should be %(expected)s.")
            % {
                "reached": figure(line.reached),
                "target": figure(line.number),
                "expected": figure(line.expected),
            },
            url=f"{reverse('graduation:targets')}?{urlencode(asked)}",
        )


proposer("targets", label=gettext_lazy("Graduation targets"), propose=_targets)
