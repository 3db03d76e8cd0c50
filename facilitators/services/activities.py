"""Work besides visits and sessions: told once, shown by documents, withdrawn with a reason."""

import datetime as dt
import json
import uuid

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.api.idempotency import body_digest
from core.errors import Refused
from documents.models import Document
from documents.services import keep_document
from facilitators.models import (
    ACTIVITIES,
    Activity,
    ActivityFamily,
    CaseloadAssignment,
    Facilitator,
    Level,
)

MOST_PARTICIPANTS = 10_000
MOST_FAMILIES = 500
MOST_DOCUMENTS = 10


@transaction.atomic
def record_activity(
    *,
    facilitator: Facilitator,
    kind: str,
    level: str,
    held_on: dt.date,
    place: str,
    by,
    at: dt.datetime,
    id: uuid.UUID | None = None,
    participants: int = 0,
    households: list[int] = (),
    note: str = "",
) -> Activity:
    """An activity of one's own; the families it was about are those entrusted to him that day.

    With an `id` it may run again, also at the same moment: the same content answers the activity
    kept before (`activity.is_new` is False), anything else under that id is refused
    (`activity_id_taken`). Other refusals: not_allowed, future, invalid, not_found (a family).
    """
    id = id or uuid.uuid4()
    place = " ".join(place.split())
    wanted = sorted(set(households))
    whole = [facilitator.pk, kind, level, held_on.isoformat(), place, participants, wanted, note]
    digest = body_digest(json.dumps(whole, ensure_ascii=False))
    # Equal requests at once wait for each other; the lock ends with the transaction.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 43))", [str(id)])
    earlier = Activity.objects.filter(pk=id).first()
    if earlier is not None:
        if earlier.sent_sha256 != digest or earlier.by_id != by.pk:
            raise Refused(
                "activity_id_taken",
                _("Another activity was already sent under this id; nothing was saved."),
            )
        earlier.is_new = False
        return earlier
    if facilitator.user_id != by.pk:
        raise Refused("not_allowed", _("You record only your own work."))
    _refuse_what_cannot_be(kind, level, held_on, place, participants, wanted, at)
    entrusted = (
        CaseloadAssignment.objects.held_on(held_on)
        .filter(facilitator=facilitator, household_id__in=wanted)
        .values_list("household_id", flat=True)
    )
    if len(set(entrusted)) < len(wanted):
        raise Refused(
            "not_found",
            _("A family was not entrusted to you on that day."),
            fields={"households": _("not entrusted to you on that day")},
        )
    activity = Activity.objects.create(
        id=id,
        facilitator=facilitator,
        kind=kind,
        level=level,
        held_on=held_on,
        place=place,
        participants=participants,
        note=note,
        sent_sha256=digest,
        by=by,
        recorded_at=at,
    )
    ActivityFamily.objects.bulk_create(
        ActivityFamily(activity=activity, household_id=pk) for pk in wanted
    )
    audit.record(
        "activity.recorded", target=activity, by=by, at=at, kind=kind, families=len(wanted)
    )
    activity.is_new = True
    return activity


def _refuse_what_cannot_be(kind, level, held_on, place, participants, wanted, at):
    problems = {}
    if kind not in dict(ACTIVITIES):
        problems["kind"] = _("unknown kind")
    if level not in Level.values:
        problems["level"] = _("unknown level")
    if not place:
        problems["place"] = _("Say where it was.")
    if held_on > timezone.localdate(at):
        problems["held_on"] = _("This day has not come yet.")
    if not 0 <= participants <= MOST_PARTICIPANTS:
        problems["participants"] = _("from 0 to %(most)d") % {"most": MOST_PARTICIPANTS}
    if len(wanted) > MOST_FAMILIES:
        problems["households"] = _("at most %(most)d") % {"most": MOST_FAMILIES}
    if problems:
        raise Refused("invalid", _("Not saved yet: look at what is marked below."), fields=problems)


@transaction.atomic
def add_activity_evidence(*, activity: Activity, file, name: str, by, at, client_id=None):
    """A photo or a signed list of one's own activity; sent again it is the same document."""
    if not Activity.objects.own_of(by).filter(pk=activity.pk).exists():
        raise Refused("not_allowed", _("You record only your own work."))
    # One at a time, so that the measure holds; a repeat of a kept one is never refused.
    Activity.objects.select_for_update().get(pk=activity.pk)
    kept = Document.objects.of(activity)
    if kept.count() >= MOST_DOCUMENTS and not kept.filter(pk=client_id).exists():
        raise Refused("too_many_documents", _("An activity has at most ten documents."))
    start = file.read(5)
    file.seek(0)
    kind = "scan" if start == b"%PDF-" else "photo"
    return keep_document(
        owner=activity, file=file, name=name, kind=kind, client_id=client_id, by=by, at=at
    )


@transaction.atomic
def withdraw_activity(*, activity: Activity, reason: str, by, at: dt.datetime) -> Activity:
    """Told by mistake: it stays to be read with the reason, and counts nowhere any more."""
    activity = Activity.objects.select_for_update().get(pk=activity.pk)
    if not Activity.objects.own_of(by).filter(pk=activity.pk).exists():
        raise Refused("not_allowed", _("You record only your own work."))
    reason = " ".join(reason.split())
    if not reason:
        raise Refused(
            "reason_missing",
            _("Say why the activity is withdrawn."),
            fields={"reason": _("a reason is needed")},
        )
    if activity.withdrawn_at is not None:
        raise Refused("withdrawn", _("This activity has already been withdrawn."))
    activity.withdrawn_at, activity.withdrawn_by, activity.withdrawn_reason = at, by, reason
    activity.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    audit.record("activity.withdrawn", target=activity, by=by, at=at)
    return activity
