"""What is worth a look about a visit, and what was found when somebody looked."""

import datetime as dt

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from core.errors import Refused
from core.sql import run_sql
from facilitators.models import Visit, VisitCheck, VisitSettings

_FIGURES = ("clock_minutes", "arrival_hours", "distance_m", "many_visits", "many_minutes")


def mark_visits(*, visits, at: dt.datetime) -> int:
    """Mark these visits (their keys) where something is worth a look; returns the new marks.

    One statement, safe to repeat: a visit has one mark of a kind, as it was found first.
    """
    holding = VisitSettings.on(timezone.localdate(at))
    return run_sql(
        "facilitators/mark_visits.sql",
        visits=[str(pk) for pk in visits],
        at=at,
        zone=settings.TIME_ZONE,
        **{name: getattr(holding, name) for name in _FIGURES},
    )


@transaction.atomic
def check_visit(*, visit: Visit, result: str, note: str = "", by, at: dt.datetime) -> VisitCheck:
    """Note that somebody else looked at the visit again. The visit itself is never changed.

    The visit is locked; the same word by the same person pressed twice is one check. Refusals:
    `own_visit`, `invalid`.
    """
    visit = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    note = " ".join(note.split())[:500]
    if visit.recorded_by_id == by.pk:
        raise Refused("own_visit", _("A visit is looked at again by somebody else."))
    check = VisitCheck(
        visit=visit, made_by_id=visit.recorded_by_id, result=result, note=note, by=by, at=at
    )
    try:
        check.clean_fields()
        check.validate_constraints()
    except ValidationError as error:
        raise Refused("invalid", " ".join(error.messages)) from None
    newest = visit.checks.first()
    if newest and (newest.by_id, newest.result, newest.note) == (by.pk, result, note):
        return newest
    check.save()
    audit.record("visit.checked", target=visit, by=by, at=at, result=result)
    return check
