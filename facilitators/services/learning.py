"""P2K2: who learns in which group, what was held, and who was there."""

import datetime as dt
import json
import uuid

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.api.idempotency import body_digest
from areas.models import Area
from beneficiaries.models import Household, Member
from core.errors import Refused
from core.free_text import mask_identity_numbers
from core.sql import load_sql
from documents.services import keep_document
from facilitators.models import (
    Attendance,
    LearningGroup,
    LearningMembership,
    LearningSession,
    LearningTopic,
)

ONE_DAY = dt.timedelta(days=1)
MOST_GUESTS = 500


@transaction.atomic
def form_group(
    *, name: str, village: Area, starts_on: dt.date, by, at: dt.datetime, households=()
) -> LearningGroup:
    """A new group of a village with its first families; refused like `join_group`."""
    name = " ".join(name.split())
    if LearningGroup.objects.filter(village=village, name=name, ends_on=None).exists():
        text = _("Another group of this village has this name.")
        raise Refused("name_taken", text, fields={"name": text})
    group = LearningGroup.objects.create(name=name, village=village, starts_on=starts_on)
    audit.record("learning.group_formed", target=group, by=by, at=at, village=village.pk)
    households = list(households)
    if households:
        join_group(group=group, households=households, starts_on=starts_on, by=by, at=at)
    return group


@transaction.atomic
def join_group(*, group: LearningGroup, households, starts_on: dt.date, by, at) -> int:
    """Families take part from a day on; those already in the group stay as they are.

    Returns how many joined. Refused for families of another village, of another group on one of
    these days, and for those that left the programme.
    """
    group = LearningGroup.objects.select_for_update().get(pk=group.pk)
    if group.ends_on is not None and group.ends_on < starts_on:
        raise Refused("group_closed", _("This group has ended."))
    wanted = {household.pk for household in households}
    fit = Household.objects.filter(pk__in=wanted, desa_id=group.village_id).exclude(
        status=Household.Status.EXITED
    )
    if fit.count() < len(wanted):
        raise Refused(
            "wrong_family",
            _("A family does not live in the village of the group or has left the programme."),
        )
    held = LearningMembership.objects.held_from(starts_on).filter(household_id__in=wanted)
    already = set(
        held.filter(group=group, starts_on__lte=starts_on).values_list("household_id", flat=True)
    )
    try:
        with transaction.atomic():
            made = LearningMembership.objects.bulk_create(
                LearningMembership(
                    group=group, household_id=pk, starts_on=starts_on, by=by, recorded_at=at
                )
                for pk in sorted(wanted - already)
            )
    except IntegrityError:
        raise Refused(
            "in_other_group",
            _("A family is in another group on these days. Let it leave that group first."),
        ) from None
    if made:
        audit.record(
            "learning.joined",
            target=group,
            by=by,
            at=at,
            families=len(made),
            starts_on=starts_on.isoformat(),
        )
    return len(made)


@transaction.atomic
def leave_group(*, group: LearningGroup, households, ends_on: dt.date, by, at) -> int:
    """`ends_on` is the last day of these families in the group; returns how many left."""
    group = LearningGroup.objects.select_for_update().get(pk=group.pk)
    wanted = [household.pk for household in households]
    held = group.memberships.held_from(ends_on + ONE_DAY).filter(household_id__in=wanted)
    never, _rows = held.filter(starts_on__gt=ends_on).delete()
    left = never + held.filter(starts_on__lte=ends_on).update(ends_on=ends_on)
    if group.leader_id and not _is_caretaker_of(group, group.leader_id, ends_on + ONE_DAY):
        group.leader = None
        group.save(update_fields=["leader"])
    if left:
        audit.record(
            "learning.left",
            target=group,
            by=by,
            at=at,
            families=left,
            ends_on=ends_on.isoformat(),
        )
    return left


@transaction.atomic
def name_leader(*, group: LearningGroup, member: Member | None, by, on: dt.date, at):
    """The caretaker of one of the group's families leads it; None: nobody for now."""
    group = LearningGroup.objects.select_for_update().get(pk=group.pk)
    if member is not None and not _is_caretaker_of(group, member.pk, on):
        raise Refused(
            "not_a_caretaker", _("A group is led by the caretaker of one of its families.")
        )
    if group.leader_id != (member.pk if member else None):
        group.leader = member
        group.save(update_fields=["leader"])
        audit.record("learning.leader_named", target=group, by=by, at=at)
    return group


@transaction.atomic
def record_session(
    *,
    group: LearningGroup,
    topic: LearningTopic,
    held_on: dt.date,
    attendance: dict[int, tuple[str, int | None]],
    by,
    at: dt.datetime,
    client_id: uuid.UUID | None = None,
    place: str = "",
    understanding: str = "",
    note: str = "",
    guests: int = 0,
) -> tuple[LearningSession, bool]:
    """A session that was held, with everybody's attendance: (session, True when newly made).

    `attendance` is {household id: (status, member id or None for the caretaker)}: exactly the
    families of the group on that day whom `by` may see. With a `client_id` it may be sent again:
    the same content answers the session kept before, anything else under that id is refused
    (`session_id_taken`). The group is locked, so two sendings at once wait for each other.
    Other refusals: future, not_recordable, no_families, attendance_incomplete, not_in_group,
    wrong_member, wrong_topic, session_exists, too_many_guests.
    """
    client_id = client_id or uuid.uuid4()
    digest = _digest(group, topic, held_on, attendance, place, understanding, note, guests)
    LearningGroup.objects.select_for_update(of=("self",)).get(pk=group.pk)
    earlier = LearningSession.objects.filter(pk=client_id).first()
    if earlier is not None:
        return _same(earlier, digest, by), False
    _refuse_what_cannot_be(group, topic, held_on, guests, by, at)
    members = _fitting(group, held_on, attendance, by)
    if LearningSession.objects.filter(group=group, held_on=held_on).exists():
        raise Refused("session_exists", _("This group has a session on this day already."))
    session = LearningSession(
        id=client_id,
        group=group,
        topic=topic,
        facilitator_id=_facilitator_of(group, held_on),
        held_on=held_on,
        place=mask_identity_numbers(place),  # it may come from a phone, as a visit does
        understanding=understanding,
        note=mask_identity_numbers(note),
        guests=guests,
        sent_sha256=digest,
        by=by,
        recorded_at=at,
    )
    try:
        with transaction.atomic():
            session.save(force_insert=True)
    except IntegrityError:  # the same id for another group, at the same moment
        raise _id_taken() from None
    Attendance.objects.bulk_create(
        Attendance(session=session, household_id=pk, member_id=members[pk], status=status)
        for pk, (status, _member) in sorted(attendance.items())
    )
    audit.record(
        "learning.session_recorded",
        target=session,
        by=by,
        at=at,
        group=group.pk,
        held_on=held_on.isoformat(),
        families=len(attendance),
    )
    return session, True


def add_evidence(*, session: LearningSession, file, name: str, by, at, client_id=None):
    """A photo of the session, or its signed attendance list as a picture or PDF.

    The content says which it is; refused like documents.keep_document.
    """
    if not LearningSession.objects.recordable_by(by).filter(pk=session.pk).exists():
        raise Refused("not_allowed", _("You may not do this."))
    start = file.read(5)
    file.seek(0)
    kind = "scan" if start == b"%PDF-" else "photo"
    return keep_document(
        owner=session, file=file, name=name, kind=kind, client_id=client_id, by=by, at=at
    )


def _digest(group, topic, held_on, attendance, place, understanding, note, guests):
    said = sorted((pk, status, member) for pk, (status, member) in attendance.items())
    whole = [group.pk, topic.pk, held_on.isoformat(), place, understanding, note, guests, said]
    return body_digest(json.dumps(whole, ensure_ascii=False))


def _same(earlier, digest, by):
    if earlier.sent_sha256 != digest or earlier.by_id != by.pk:
        raise _id_taken()
    return earlier


def _id_taken():
    return Refused(
        "session_id_taken", _("Another session was already sent under this id; nothing was saved.")
    )


def _refuse_what_cannot_be(group, topic, held_on, guests, by, at):
    if not LearningGroup.objects.recordable_by(by).filter(pk=group.pk).exists():
        raise Refused("not_recordable", _("You may not record sessions of this group."))
    if held_on > timezone.localdate(at):
        raise Refused(
            "future",
            _("A session is recorded when it has been held, not before."),
            fields={"held_on": _("This day has not come yet.")},
        )
    if not LearningTopic.objects.valid_on(held_on).filter(pk=topic.pk).exists():
        raise Refused(
            "wrong_topic",
            _("This topic was not part of the programme on that day."),
            fields={"topic": _("choose another topic")},
        )
    if not 0 <= guests <= MOST_GUESTS:
        raise Refused(
            "too_many_guests",
            _("Check the number of guests; families of the group are not guests."),
            fields={"guests": _("from 0 to %(most)d") % {"most": MOST_GUESTS}},
        )


def families_on(group, day, user):
    """Families of the group on that day whom the user may see, as memberships."""
    return (
        group.memberships.held_on(day)
        .visible_to(user)
        .exclude(household__status=Household.Status.EXITED, household__exited_on__lte=day)
    )


def _fitting(group, held_on, attendance, by) -> dict[int, int | None]:
    """{household id: who came or should have come}; refuses what does not fit the group."""
    families = dict(
        families_on(group, held_on, by).values_list("household_id", "household__caretaker_id")
    )
    if not families:
        raise Refused(
            "no_families",
            _("The group had no families on that day."),
            fields={"held_on": _("the group had no families")},
        )
    if attendance.keys() - families.keys():
        raise Refused(
            "not_in_group",
            _("A family is not in this group on that day. Guests are only counted."),
            fields={"attendance": _("a family is not in this group")},
        )
    if missing := families.keys() - attendance.keys():
        raise Refused(
            "attendance_incomplete",
            _("Say of every family whether it was there; %(number)d are missing.")
            % {"number": len(missing)},
            fields={"attendance": _("%(number)d families are missing") % {"number": len(missing)}},
        )
    named = {member: pk for pk, (_status, member) in attendance.items() if member is not None}
    real = dict(Member.objects.filter(pk__in=list(named)).values_list("pk", "household_id"))
    if any(real.get(member) != pk for member, pk in named.items()):
        raise Refused(
            "wrong_member",
            _("A person does not belong to the family named."),
            fields={"attendance": _("a person does not belong to the family")},
        )
    return {pk: member or families[pk] for pk, (_status, member) in attendance.items()}


def _facilitator_of(group, day) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(
            load_sql("facilitators/facilitator_of_group.sql"), {"group": group.pk, "day": day}
        )
        row = cursor.fetchone()
    return row[0] if row else None


def _is_caretaker_of(group, member_id, day) -> bool:
    return group.memberships.held_on(day).filter(household__caretaker_id=member_id).exists()
