"""Full numbers are shown on request only, to somebody, for a reason, and never unrecorded."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEvent
from core.errors import Refused

REVEALED = "identity.revealed"
MAY_REVEAL = "accounts.reveal_identity"


@transaction.atomic
def reveal_identities(*, records, reason: str, by, at, channel: str = ""):
    """Record that `by` sees the full numbers of these households or members.

    The caller shows them only after this returned: without the audit rows, in the same
    transaction, nothing is shown. The records were found through `visible_to`; what is asked
    here is the permission, a reason, and the day's measure.
    """
    reason = reason.strip()
    if not by.has_perm(MAY_REVEAL):
        raise Refused("not_allowed", _("Your role may not see full numbers."))
    if len(reason) < 5:
        raise Refused(
            "reason_needed",
            _("Say in a few words why the full number is needed."),
            fields={"reason": _("at least five letters")},
        )
    midnight = at.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    seen = AuditEvent.objects.filter(by=by, verb=REVEALED, at__gte=midnight, at__lte=at).count()
    if seen + len(records) > settings.PKH_REVEALS_A_DAY:
        raise Refused(
            "too_many_reveals",
            _("You may open %(limit)d full numbers a day. Ask the coordinator if you need more.")
            % {"limit": settings.PKH_REVEALS_A_DAY},
        )
    for record in records:
        audit.record(REVEALED, target=record, by=by, at=at, reason=reason, channel=channel)


def reveal_identity(*, record, reason: str, by, at, channel: str = ""):
    """One record; returns its number (`nik` or `kk_number`), None when it has none."""
    reveal_identities(records=[record], reason=reason, by=by, at=at, channel=channel)
    return getattr(record, "nik", None) or getattr(record, "kk_number", None)
