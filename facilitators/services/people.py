"""Who works for the programme, where, and until when."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import audit
from accounts.services import end_assignment
from areas.models import Area
from core.errors import Refused
from facilitators.models import CaseloadAssignment, Facilitator, Posting

CHANGEABLE = ("name", "position", "employment", "nip", "user", "base_village")


@transaction.atomic
def add_facilitator(
    *,
    name: str,
    area: Area,
    starts_on: dt.date,
    by,
    at: dt.datetime,
    position: str = Facilitator.Position.FACILITATOR,
    employment: str = Facilitator.Employment.PPPK,
    nip: str = "",
    user=None,
    base_village: Area | None = None,
) -> Facilitator:
    """Somebody begins to work for the programme and is posted in `area` from the first day.

    With an account he sees, from this moment on, the families entrusted to him and no longer a
    whole territory: accounts without a facilitator keep the territory of their assignments.
    """
    facilitator = Facilitator(
        name=" ".join(name.split()),
        position=position,
        employment=employment,
        nip=nip,
        user=user,
        base_village=base_village,
        starts_on=starts_on,
    )
    _check(facilitator)
    facilitator.save()
    Posting.objects.create(facilitator=facilitator, area=area, starts_on=starts_on)
    audit.record(
        "facilitator.added",
        target=facilitator,
        by=by,
        at=at,
        position=position,
        area=area.pk,
        starts_on=starts_on.isoformat(),
    )
    return facilitator


@transaction.atomic
def change_facilitator(*, facilitator: Facilitator, values: dict, by, at) -> Facilitator:
    """Write some of CHANGEABLE; nothing is written, or told to the audit, when all are equal."""
    unknown = sorted(set(values) - set(CHANGEABLE))
    if unknown:
        raise Refused(
            "unknown_field",
            _("These fields cannot be changed here: %(fields)s.") % {"fields": ", ".join(unknown)},
            fields=dict.fromkeys(unknown, _("cannot be changed here")),
        )
    facilitator = _locked(facilitator)
    changed = [name for name, value in values.items() if getattr(facilitator, name) != value]
    if not changed:
        return facilitator
    for name in changed:
        setattr(facilitator, name, values[name])
    if facilitator.position not in Facilitator.CARRY_FAMILIES and _has_families(
        facilitator, after=dt.date.min
    ):
        raise Refused(
            "still_has_families",
            _("Hand over the families first: in this position nobody accompanies families."),
            fields={"position": _("there are families left")},
        )
    _check(facilitator)
    facilitator.save(update_fields=changed)
    audit.record("facilitator.changed", target=facilitator, by=by, at=at, fields=sorted(changed))
    return facilitator


@transaction.atomic
def post_facilitator(*, facilitator: Facilitator, area: Area, starts_on: dt.date, by, at):
    """Work somewhere else from a day on; the posting before it ends the day before.

    What an account opens is not changed by this: see accounts.services.assign_role.
    """
    facilitator = _locked(facilitator)
    if not facilitator.works_on(starts_on):
        raise Refused("not_employed", _("Nobody is posted on a day on which they do not work."))
    current = facilitator.postings.select_related("area").held_from(starts_on).first()
    if current is not None and current.starts_on >= starts_on:
        raise Refused(
            "later_posting",
            _("There is a posting from %(day)s on already.")
            % {"day": current.starts_on.strftime("%d-%m-%Y")},
            fields={"starts_on": _("choose a later day")},
        )
    if current is not None:
        current.ends_on = starts_on - dt.timedelta(days=1)
        current.save(update_fields=["ends_on"])
    posting = Posting.objects.create(facilitator=facilitator, area=area, starts_on=starts_on)
    audit.record(
        "facilitator.posted",
        target=facilitator,
        by=by,
        at=at,
        area=area.pk,
        starts_on=starts_on.isoformat(),
    )
    return posting


@transaction.atomic
def end_employment(*, facilitator: Facilitator, ends_on: dt.date, by, at, reason="") -> Facilitator:
    """`ends_on` is the last day at work. Refused while families would stay behind with nobody.

    With the work ends what the account opens: every role held beyond that day ends on it, one
    that would begin later never begins.
    """
    facilitator = _locked(facilitator)
    if ends_on < facilitator.starts_on:
        raise Refused("wrong_dates", _("Employment cannot end before it starts."))
    if _has_families(facilitator, after=ends_on):
        raise Refused(
            "still_has_families",
            _("Hand over the families first: after this day they would have nobody."),
        )
    facilitator.ends_on = ends_on
    facilitator.save(update_fields=["ends_on"])
    facilitator.postings.filter(starts_on__gt=ends_on).delete()
    facilitator.postings.held_from(ends_on).update(ends_on=ends_on)
    if facilitator.user_id is not None:
        beyond = facilitator.user.assignments.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gt=ends_on)
        )
        for assignment in beyond:
            end_assignment(assignment=assignment, ends_on=ends_on, by=by, at=at)
    audit.record(
        "facilitator.left",
        target=facilitator,
        by=by,
        at=at,
        reason=reason,
        ends_on=ends_on.isoformat(),
    )
    return facilitator


def _locked(facilitator):
    return Facilitator.objects.select_for_update(of=("self",)).get(pk=facilitator.pk)


def _has_families(facilitator, *, after):
    day = after + dt.timedelta(days=1)
    return CaseloadAssignment.objects.filter(facilitator=facilitator).held_from(day).exists()


def _check(facilitator):
    try:
        facilitator.full_clean()
    except ValidationError as problem:
        fields = {
            name: " ".join(texts)
            for name, texts in problem.message_dict.items()
            if name != "__all__"
        }
        raise Refused("invalid", " ".join(problem.messages), fields=fields) from None
