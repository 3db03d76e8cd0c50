"""A visit is recorded once, however often and by however many wires it arrives."""

import datetime as dt
import hashlib
import json
import uuid

import pghistory
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from beneficiaries.models import Household, HouseholdEvent, Member, MemberEvent
from beneficiaries.services import acting
from core.errors import Refused
from core.free_text import mask_identity_numbers
from documents.models import Document
from documents.services import keep_document
from facilitators.findings import checked
from facilitators.models import (
    CaseloadAssignment,
    ChangeProposal,
    Facilitator,
    Visit,
    VisitRequest,
    VisitSettings,
)
from facilitators.services.marks import mark_visits
from facilitators.services.requests import close_by_visit

PROGRAMME_BEGAN = dt.date(2007, 1, 1)
EDITABLE = ("people_met", "note", "next_step", "next_on")
MOST_PROPOSALS = 50
MOST_PHOTOS = 10
# What of a record a person compares when two versions of it stand side by side.
COMPARED = {
    Household: ("desa_id", "address", "hamlet", "rt", "rw", "status", "caretaker_id"),
    Member: ("name", "birth_on", "birth_place", "sex", "relationship", "status"),
}
_EVENTS = {Household: HouseholdEvent, Member: MemberEvent}


@transaction.atomic
def record_visit(
    *,
    id: uuid.UUID | None = None,
    facilitator: Facilitator,
    household: Household,
    purpose: str,
    device_at: dt.datetime,
    by,
    at: dt.datetime,
    latitude: float | None = None,
    longitude: float | None = None,
    accuracy_m: float | None = None,
    people_met: str = "",
    note: str = "",
    next_step: str = "",
    next_on: dt.date | None = None,
    proposals: list[dict] = (),
    request: int | None = None,
    sent_at: dt.datetime | None = None,
) -> Visit:
    """Keep what a facilitator saw, and what he proposes to change; the register stays as it is.

    `proposals` are {kind, member (id or None), version, values}; `version` is that of the member,
    or of the family, as it was read. One made against an earlier version is kept as a conflict
    with both sides, for a person to decide. `request` is the key of the visit request this
    visit answers, of the same family.

    A visit can arrive late: it is accepted while the family is entrusted to him on the day of
    arrival, or was on the day of the visit (`device_at`), as long as `late_days` of the settings
    are not over. The day itself is the phone's word, `sent_at` its clock at the moment of sending
    (another one when it sends again, so it is no part of the content); see VisitMark.

    With an `id` it may run again, also at the same moment: the same content by the same person
    answers the visit kept before (`visit.is_new` is False); other content is refused
    (`visit_id_taken`). Other refusals: `not_found` (no family of his on these days), `invalid`.
    """
    id = id or uuid.uuid4()
    _refuse_unset_clock(device_at=device_at, sent_at=sent_at, next_on=next_on)
    sent = {
        "facilitator": facilitator.pk,
        "household": household.pk,
        "purpose": purpose,
        "device_at": device_at.astimezone(dt.UTC).isoformat(),
        "latitude": latitude,
        "longitude": longitude,
        "accuracy_m": accuracy_m,
        "people_met": people_met,
        "note": note,
        "next_step": next_step,
        "next_on": next_on.isoformat() if next_on else None,
        "proposals": list(proposals),
    }
    if request is not None:
        sent["request"] = request
    digest = hashlib.sha256(
        json.dumps(sent, sort_keys=True, default=str).encode("utf-8", "surrogatepass")
    ).hexdigest()
    # Equal requests at once wait for each other; the lock ends with the transaction.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 39))", [str(id)])
    earlier = Visit.objects.filter(pk=id).first()
    if earlier is not None:
        # What was kept stays his even when the family has gone to a colleague since.
        if earlier.content_sha256 != digest or earlier.recorded_by_id != by.pk:
            raise Refused(
                "visit_id_taken", _("This visit has already been saved with other content.")
            )
        earlier.is_new = False
        return earlier
    today = timezone.localdate(at)
    if not was_his(facilitator, household, device_at=device_at, today=today):
        raise Refused("not_found", _("This family is not entrusted to you today."))
    if request is not None and not (
        VisitRequest.objects.filter(pk=request, household=household).exists()
    ):
        raise Refused(
            "invalid",
            _("This question is not about this family."),
            fields={"request": _("not of this family")},
        )
    if len(sent["proposals"]) > MOST_PROPOSALS:
        raise Refused(
            "invalid",
            _("Too many proposed changes in one visit."),
            fields={"proposals": _("too many")},
        )
    visit = Visit(
        id=id,
        facilitator=facilitator,
        household=household,
        purpose=purpose,
        request_id=request,
        device_at=device_at,
        sent_at=sent_at,
        recorded_at=at,
        latitude=latitude,
        longitude=longitude,
        accuracy_m=accuracy_m,
        # Masked, not refused: a phone in the hills would keep the visit for good.
        people_met=mask_identity_numbers(people_met),
        note=mask_identity_numbers(note),
        next_step=mask_identity_numbers(next_step),
        next_on=next_on,
        content_sha256=digest,
        recorded_by=by,
    )
    _check(visit)
    with acting(by, "record_visit"):
        visit.save(force_insert=True)
        rows = _proposals(visit, sent["proposals"], today=today, by=by, at=at)
        ChangeProposal.objects.bulk_create(rows)
    if request is not None:
        close_by_visit(visit=visit, by=by, at=at)
    mark_visits(visits=[visit.pk], at=at)
    audit.record(
        "visit.recorded",
        target=visit,
        by=by,
        at=at,
        purpose=purpose,
        household=household.pk,
        proposals=len(rows),
        conflicts=sum(row.conflict for row in rows),
    )
    visit.is_new = True
    return visit


def _refuse_unset_clock(**days):
    """A clock that stands at 1970: a list of what is late would show the visit for ever."""
    early = [name for name, day in days.items() if day and day.year < PROGRAMME_BEGAN.year]
    if early:
        raise Refused(
            "invalid",
            _("This date lies before the programme began, in 2007. Is the clock of the phone set?"),
            fields=dict.fromkeys(early, _("before 2007")),
        )


def was_his(facilitator, household, *, device_at, today) -> bool:
    """On the day of arrival, or, for so many days, on the day of the visit."""
    days = [today]
    made_on = timezone.localdate(device_at)
    late = (today - made_on).days
    if 0 < late <= VisitSettings.on(today).late_days:
        days.append(made_on)
    held = Q()
    for day in days:
        held |= Q(pk__in=CaseloadAssignment.objects.entrusted_to(facilitator.pk, day).values("pk"))
    return CaseloadAssignment.objects.filter(held, household_id=household.pk).exists()


def _check(visit):
    try:
        visit.clean_fields(exclude={"id", "facilitator", "household", "recorded_by", "request"})
        visit.validate_constraints()
    except ValidationError as error:
        fields = (
            {
                "visit" if name == NON_FIELD_ERRORS else name: " ".join(texts)
                for name, texts in error.message_dict.items()
            }
            if hasattr(error, "error_dict")
            else {"visit": " ".join(error.messages)}
        )
        raise Refused("invalid", " ".join(error.messages), fields=fields) from None


def _proposals(visit, sent, *, today, by, at):
    """Rows to insert, each compared with the record as it stands now."""
    household = Household.objects.get(pk=visit.household_id)
    members = {member.pk: member for member in household.members.all()}
    rows = []
    for position, one in enumerate(sent):
        member = None
        if one.get("member") is not None:
            member = members.get(one["member"])
            if member is None:
                raise Refused(
                    "invalid",
                    _("This member does not belong to the family."),
                    fields={"member": _("not of this family")},
                )
        record = member or household
        version = one["version"]
        if not 1 <= version <= record.version:
            raise Refused(
                "invalid",
                _("This version of the record never existed."),
                fields={"version": _("unknown")},
            )
        values = checked(
            kind=one["kind"],
            about_member=member is not None,
            values=one.get("values") or {},
            today=today,
        )
        stale = version != record.version
        rows.append(
            ChangeProposal(
                visit=visit,
                position=position,
                kind=one["kind"],
                member=member,
                values=values,
                version=version,
                conflict=stale,
                seen=as_read(record, version),
                met=compared(record) if stale else {},
                proposed_by=by,
                proposed_at=at,
            )
        )
    return rows


def compared(record) -> dict:
    """What a person compares of a family or a member, as JSON."""
    found = {name: getattr(record, name) for name in COMPARED[_kind(record)]}
    return {
        name: value.isoformat() if isinstance(value, dt.date) else value
        for name, value in found.items()
    }


def as_read(record, version) -> dict:
    """The record as it stood in that version; empty when its history does not reach so far."""
    if version == record.version:
        return compared(record)
    event = (
        _EVENTS[_kind(record)]
        .objects.filter(pgh_obj_id=record.pk, version=version)
        .order_by("-pgh_id")
        .first()
    )
    return compared(event) if event is not None else {}


def _kind(record):
    return Household if isinstance(record, (Household, HouseholdEvent)) else Member


@transaction.atomic
def change_visit(
    *, visit: Visit, values: dict, version: int, reason: str, by, at: dt.datetime
) -> Visit:
    """Its author mends the words of a visit within the hours of the settings, and says why.

    Every earlier wording is kept with that reason. Place, time, purpose and what was proposed are
    never rewritten. Refusals: `unknown_field`, `not_editable`, `changed_meanwhile`,
    `reason_needed`, `invalid`.
    """
    unknown = sorted(set(values) - set(EDITABLE))
    if unknown:
        raise Refused(
            "unknown_field",
            _("These fields cannot be changed here: %(fields)s.") % {"fields": ", ".join(unknown)},
            fields=dict.fromkeys(unknown, _("cannot be changed here")),
        )
    visit = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    if not editable_by(visit, by=by, at=at):
        hours = VisitSettings.on(timezone.localdate(at)).edit_hours
        raise Refused(
            "not_editable",
            _("A visit is changed by its author, within %(hours)d hours of arriving here.")
            % {"hours": hours},
        )
    reason = " ".join(reason.split())[:300]
    if not reason:
        raise Refused(
            "reason_needed",
            _("Say why the visit is changed."),
            fields={"reason": _("needed")},
        )
    if visit.version != version:
        raise Refused(
            "changed_meanwhile", _("This visit was changed meanwhile. Look again, then save.")
        )
    changed = {name: value for name, value in values.items() if getattr(visit, name) != value}
    if not changed:
        return visit
    for name, value in changed.items():
        setattr(visit, name, value)
    visit.version += 1
    _check(visit)
    with acting(by, "change_visit"), pghistory.context(reason=reason):
        visit.save(update_fields=[*changed, "version"])
    audit.record("visit.changed", target=visit, by=by, at=at, reason=reason, fields=sorted(changed))
    return visit


def editable_by(visit: Visit, *, by, at: dt.datetime) -> bool:
    """Its author's, and the hours of the settings since it arrived are not over."""
    hours = VisitSettings.on(timezone.localdate(at)).edit_hours
    return visit.recorded_by_id == by.pk and at - visit.recorded_at <= dt.timedelta(hours=hours)


def add_photo(
    *, visit: Visit, file, name: str, client_id=None, sha256=None, by, at: dt.datetime
) -> Document:
    """A photo of a visit, by its author; sent again it is the same photo.

    `sha256` is what the sender counted over its bytes: another one here is a photo that did not
    arrive whole, refused (`photo_damaged`) before anything is kept.
    """
    if visit.recorded_by_id != by.pk:
        raise Refused("not_allowed", _("Only who made the visit adds photos to it."))
    if sha256 is not None:
        arrived = hashlib.sha256()
        for part in iter(lambda: file.read(1 << 16), b""):
            arrived.update(part)
        if arrived.hexdigest() != sha256:
            raise Refused("photo_damaged", _("The photo did not arrive whole. Send it again."))
        file.seek(0)
    with transaction.atomic():
        # One at a time, so that the measure holds; a repeat of a kept one is never refused.
        Visit.objects.select_for_update().get(pk=visit.pk)
        kept = Document.objects.of(visit).filter(kind=Document.Kind.PHOTO)
        if kept.count() >= MOST_PHOTOS and not kept.filter(pk=client_id).exists():
            raise Refused("too_many_photos", _("A visit has at most ten photos."))
        photo = keep_document(
            owner=visit, file=file, name=name, kind="photo", client_id=client_id, by=by, at=at
        )
        mark_visits(visits=[visit.pk], at=at)
        return photo


def add_signature(
    *, visit: Visit, file, name: str, client_id=None, by, at: dt.datetime
) -> Document:
    """The signature of whoever was met, as a picture, by the visit's author; one a visit.

    Sent again it is the same signature. Refusals besides those of a picture: `not_allowed`,
    `not_editable` (the hours of the settings are over), `signed_already`.
    """
    if visit.recorded_by_id != by.pk:
        raise Refused("not_allowed", _("Only who made the visit adds a signature to it."))
    with transaction.atomic():
        Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
        kept = Document.objects.of(visit).filter(kind=Document.Kind.SIGNATURE).first()
        if kept is None or kept.pk != client_id:
            if kept is not None:
                raise Refused("signed_already", _("This visit carries a signature already."))
            if not editable_by(visit, by=by, at=at):
                raise Refused("not_editable", _("The hours for adding to this visit are over."))
        return keep_document(
            owner=visit,
            file=file,
            name=name,
            kind=Document.Kind.SIGNATURE,
            client_id=client_id,
            by=by,
            at=at,
        )
