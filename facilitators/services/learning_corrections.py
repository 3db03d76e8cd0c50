"""A session told wrongly is corrected with a reason; what was told before stays beside it."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from core.errors import Refused
from facilitators.models import (
    Attendance,
    LearningGroup,
    LearningSession,
    LearningTopic,
    SessionCorrection,
)
from facilitators.services.learning import MOST_GUESTS


@transaction.atomic
def correct_session(
    *,
    session: LearningSession,
    values: dict,
    attendance: dict[int, str],
    reason: str,
    corrections: int,
    by,
    at: dt.datetime,
) -> LearningSession:
    """`values` are topic, held_on, place, understanding, note, guests; `attendance` {household id:
    status} of those who stand on the list and whom `by` sees today. Nobody joins or leaves it.

    `corrections` is how many there were when the form was opened; another one made meanwhile
    refuses (`changed_meanwhile`). Other refusals: not_recordable, reason_missing, future,
    wrong_topic, too_many_guests, session_exists, not_in_group, nothing_changed.
    """
    if not LearningSession.objects.recordable_by(by).filter(pk=session.pk).exists():
        raise Refused("not_recordable", _("You may not record sessions of this group."))
    # The group's lock is that of record_session: no second session slips onto the same day.
    LearningGroup.objects.select_for_update(of=("self",)).get(pk=session.group_id)
    session = LearningSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
    if session.corrections.count() != corrections:
        raise Refused(
            "changed_meanwhile", _("This session was corrected meanwhile. Look again, then save.")
        )
    reason = " ".join(reason.split())
    if not reason:
        raise Refused(
            "reason_missing",
            _("Say why the session is corrected."),
            fields={"reason": _("a reason is needed")},
        )
    _refuse_what_cannot_be(session, values, at)
    rows = {row.household_id: row for row in session.attendance.visible_to(by)}
    if attendance.keys() - rows.keys():
        raise Refused("not_in_group", _("A family does not stand on the list of this session."))
    changed = [rows[pk] for pk, status in sorted(attendance.items()) if rows[pk].status != status]
    before = {
        name: _plain(getattr(session, name))
        for name, value in values.items()
        if getattr(session, name) != value
    }
    if changed:
        before["attendance"] = {
            str(row.household_id): [row.status, row.member_id] for row in changed
        }
    if not before:
        raise Refused("nothing_changed", _("Nothing was changed."))
    SessionCorrection.objects.create(session=session, before=before, reason=reason, by=by, at=at)
    for name, value in values.items():
        setattr(session, name, value)
    session.save(update_fields=list(values))
    for row in changed:
        row.status = attendance[row.household_id]
    Attendance.objects.bulk_update(changed, ["status"])
    audit.record("learning.session_corrected", target=session, by=by, at=at, fields=sorted(before))
    return session


def _plain(value):
    if isinstance(value, LearningTopic):
        return value.pk
    return value.isoformat() if isinstance(value, dt.date) else value


def _refuse_what_cannot_be(session, values, at):
    held_on, topic, guests = values["held_on"], values["topic"], values["guests"]
    fields = {}
    if held_on > timezone.localdate(at):
        fields["held_on"] = _("This day has not come yet.")
    if not LearningTopic.objects.valid_on(held_on).filter(pk=topic.pk).exists():
        fields["topic"] = _("This topic was not part of the programme on that day.")
    if not 0 <= guests <= MOST_GUESTS:
        fields["guests"] = _("from 0 to %(most)d") % {"most": MOST_GUESTS}
    others = LearningSession.objects.filter(group=session.group_id, held_on=held_on)
    if others.exclude(pk=session.pk).exists():
        fields["held_on"] = _("This group has a session on this day already.")
    if fields:
        raise Refused("invalid", " ".join(fields.values()), fields=fields)
