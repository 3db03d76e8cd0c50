"""The one way to write what somebody did."""

from django.utils import timezone

from accounts.models import AuditEvent


def record(verb: str, *, by, target=None, reason: str = "", channel: str = "", at=None, **data):
    """Add one event inside the caller's transaction: without it, the act does not happen.

    `data` takes ids, counts and field names; a NIK or a name does not belong here.
    """
    return AuditEvent.objects.create(
        at=at or timezone.now(),
        by=by,
        verb=verb,
        target_type=target._meta.label_lower if target is not None else "",
        target_id=str(target.pk) if target is not None else "",
        reason=reason,
        channel=channel,
        data=data,
    )
