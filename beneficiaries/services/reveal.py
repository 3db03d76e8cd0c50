"""Full numbers are shown on request only, to somebody, for a reason, and never unrecorded."""

import datetime as dt
from collections import defaultdict

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.held import held_today
from accounts.models import AuditEvent, User
from accounts.roles import ROLE_PERMISSIONS
from beneficiaries.models import Household, Member
from beneficiaries.scope import families_in_scope
from core.errors import Refused

REVEALED = "identity.revealed"
MAY_REVEAL = "accounts.reveal_identity"
SHORTEST_REASON = 5
# The number of each kind of record, and the way to its household.
NUMBERS = {Member: ("nik", "household"), Household: ("kk_number", "")}


def reveal_identity(*, record, reason: str, by, at: dt.datetime, channel: str = ""):
    """The NIK of a member or the card number of a household; None when it has none."""
    return reveal_identities(records=[record], reason=reason, by=by, at=at, channel=channel)[record]


@transaction.atomic(durable=True)
def reveal_identities(*, records, reason: str, by, at: dt.datetime, channel: str = "") -> dict:
    """Record that `by` sees the full numbers of these members and households; returns them.

    All of them or none, one audit row each, committed before the numbers are returned: nothing
    is ever shown that could still roll back, so the call fails inside another transaction.
    Refused without a role that may reveal in the record's area today, without a reason, and
    beyond the role's measure of a day (PKH_REVEALS_A_DAY). The account is locked first, so two
    requests at once cannot pass the measure together.
    """
    records = list(dict.fromkeys(records))
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST_REASON:
        raise Refused(
            "reason_needed",
            _("Say in a few words why the full number is needed."),
            fields={"reason": _("at least five letters")},
        )
    by = User.objects.select_for_update().get(pk=by.pk)
    if not by.has_perm(MAY_REVEAL):
        raise Refused("not_allowed", _("Your role may not see full numbers."))
    numbers = _numbers_in_territory(records, by)
    if len(numbers) < len(records):
        raise Refused("not_allowed", _("Your role may not see full numbers."))
    _refuse_beyond_the_measure(by=by, at=at, asked=len(records))
    AuditEvent.objects.bulk_create(
        [
            AuditEvent(
                at=at,
                by=by,
                verb=REVEALED,
                target_type=record._meta.label_lower,
                target_id=str(record.pk),
                reason=reason[:300],
                channel=channel,
                data={"field": NUMBERS[type(record)][0]},
            )
            for record in records
        ]
    )
    return numbers


def _numbers_in_territory(records, by) -> dict:
    """Number by record, for those that lie where the user may reveal today."""
    wanted = defaultdict(dict)
    for record in records:
        wanted[type(record)][record.pk] = record
    numbers = {}
    for model, by_pk in wanted.items():
        field, path = NUMBERS[model]
        found = model.objects.filter(families_in_scope(by, path, MAY_REVEAL), pk__in=by_pk)
        numbers |= {by_pk[pk]: number for pk, number in found.values_list("pk", field)}
    return numbers


def _refuse_beyond_the_measure(*, by, at, asked):
    """Numbers one person sees on a local day; of several roles the most generous counts."""
    held = {role for role, _area in held_today(by) if MAY_REVEAL in ROLE_PERMISSIONS.get(role, ())}
    limit = max((settings.PKH_REVEALS_A_DAY.get(role, 0) for role in held), default=0)
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    seen = AuditEvent.objects.filter(by=by, verb=REVEALED, at__gte=midnight).count()
    if seen + asked > limit:
        raise Refused(
            "too_many_reveals",
            ngettext(
                "Your role may open %(limit)d full number a day. Ask the coordinator for more.",
                "Your role may open %(limit)d full numbers a day. Ask the coordinator for more.",
                limit,
            )
            % {"limit": limit},
        )
