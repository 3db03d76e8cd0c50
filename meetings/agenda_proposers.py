"""Live problems the field below knows of: visits, commitments, caseloads."""

import datetime as dt
from urllib.parse import urlencode

from django.db.models import Count
from django.db.models.functions import Left
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from areas.models import Area
from areas.models.querysets import below
from beneficiaries.models import Household
from core.periods import Period
from facilitators.models import CommitmentCheck
from facilitators.queries.caseloads import caseloads
from facilitators.queries.commitments import tally_by
from facilitators.queries.visits import rules_on, unvisited
from meetings.proposals import MOST, Proposal, figure, proposer


def _visits(area: str, user, today: dt.date):
    """Kecamatan by the share of families nobody visited in the days of the rule."""
    days = rules_on(today).get("")
    if days is None:
        return
    counted = list(
        Household.objects.visible_to(user)
        .exclude(status=Household.Status.EXITED)
        .filter(below("desa__code", [area]))
        .values(kecamatan=Left("desa_id", 8))
        .annotate(families=Count("pk"), late=Count("pk", filter=unvisited(today, days)))
        .order_by()
    )
    behind = sorted(
        (one for one in counted if one["late"]),
        key=lambda one: (-one["late"] / one["families"], one["kecamatan"]),
    )[:MOST]
    names = Area.objects.in_bulk([one["kecamatan"] for one in behind])
    for one in behind:
        place = names.get(one["kecamatan"], one["kecamatan"])
        yield Proposal(
            source=f"visits:{one['kecamatan']}",
            title=_("Visits in %(place)s are behind") % {"place": place},
            detail=_("%(late)s of %(families)s families have not been visited in %(days)s days.")
            % {
                "late": figure(one["late"]),
                "families": figure(one["families"]),
                "days": days,
            },
            url=reverse("facilitators:overdue"),
        )


def _commitments(area: str, user, today: dt.date):
    """Kecamatan by the share of checks of the last quarter without evidence."""
    period = Period.of(today).previous()
    checks = (
        CommitmentCheck.objects.visible_to(user)
        .of_period(period)
        .filter(below("household__desa__code", [area]))
    )
    lines = [line for line in tally_by(checks, "wilayah", period, today) if line.no_evidence]
    lines.sort(key=lambda line: (-line.no_evidence / line.total, line.label))
    for line in lines[:MOST]:
        yield Proposal(
            source=f"commitments:{line.query.partition('=')[2]}:{period}",
            title=_("Verification of commitments in %(place)s is behind") % {"place": line.label},
            detail=_("%(number)s of %(all)s checks of %(period)s have no evidence.")
            % {
                "number": figure(line.no_evidence),
                "all": figure(line.total),
                "period": period,
            },
            url=f"{reverse('facilitators:commitments')}?{urlencode({'tahap': str(period)})}",
        )


def _caseloads(area: str, user, today: dt.date):
    """Facilitators with more families than the office calls many, by kecamatan; no names."""
    found = caseloads(user, today, area)
    many = [line for line in found.lines if line.band == "many"]
    if many:
        yield Proposal(
            source=f"caseloads:{area}",
            title=ngettext(
                "%(number)s facilitator has too many families",
                "%(number)s facilitators have too many families",
                len(many),
            )
            % {"number": len(many)},
            detail=_("More than %(many)s families; the average is %(average)s.")
            % {"many": found.settings.many_above, "average": figure(found.average)},
            url=reverse("facilitators:caseloads"),
        )
    if found.unassigned:
        yield Proposal(
            source=f"caseloads:none:{area}",
            title=_("Families without a facilitator"),
            detail=ngettext(
                "Nobody accompanies %(number)s family.",
                "Nobody accompanies %(number)s families.",
                found.unassigned,
            )
            % {"number": figure(found.unassigned)},
            url=reverse("facilitators:caseloads"),
        )


proposer("visits", label=gettext_lazy("Visits"), propose=_visits)
proposer("commitments", label=gettext_lazy("Commitments"), propose=_commitments)
proposer("caseloads", label=gettext_lazy("Caseloads"), propose=_caseloads)
