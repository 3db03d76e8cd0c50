"""Targets: set once, changed with a reason, shared by caseload so that the shares add up."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from areas.models import Area
from beneficiaries.services.conflicts import check_version
from core.errors import Refused
from facilitators.models import Facilitator
from graduation.models import ExitType, GraduationTarget, GraduationTargetEvent
from graduation.queries.report import denominator_of
from graduation.queries.targets import Sharing, sharing_of

FIRST_YEAR, LAST_YEAR = 2007, 2100
MOST = 1_000_000


@transaction.atomic
def set_target(
    *,
    year: int,
    type: ExitType,
    area: Area,
    number: int,
    by,
    at: dt.datetime,
    facilitator: Facilitator | None = None,
    reason: str = "",
) -> tuple[GraduationTarget, bool]:
    """(target, whether it is new). It stands against the first Final Closing of the year, if that
    is known. The same again is the same target; refusals: `target_set` for another number,
    `administrative`, `wrong_area`, `invalid`."""
    if not type.is_graduation:
        raise Refused(
            "administrative",
            _("An administrative exit is never graduation and has no target."),
            fields={"type": _("choose a way to graduate")},
        )
    levels = {Area.Level.KECAMATAN} if facilitator else {Area.Level.KABUPATEN, Area.Level.KECAMATAN}
    if area.level not in levels:
        raise Refused(
            "wrong_area",
            _("A target is of a kabupaten, a kecamatan, or a facilitator in a kecamatan."),
            fields={"area": _("choose another area")},
        )
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Refused("invalid", _("Choose another year."), fields={"year": _("out of range")})
    _refuse_number(number)
    try:
        with transaction.atomic():
            target, is_new = GraduationTarget.objects.get_or_create(
                year=year,
                type=type,
                area=area,
                facilitator=facilitator,
                defaults={
                    "number": number,
                    "set_by": by,
                    "set_at": at,
                    "reason": reason[:300],
                    **(_base(area.pk, year) if facilitator is None else {}),
                },
            )
    except IntegrityError:  # somebody set it in the same moment
        target, is_new = (
            GraduationTarget.objects.get(year=year, type=type, area=area, facilitator=facilitator),
            False,
        )
    if is_new:
        audit.record("target.set", target=target, by=by, at=at, reason=reason, number=number)
    elif target.number != number:
        raise Refused("target_set", _("This target is set already. Change it instead."))
    return target, is_new


@transaction.atomic
def change_target(
    *, target: GraduationTarget, number: int, version: int, reason: str, by, at: dt.datetime
) -> GraduationTarget:
    """Another number, with the reason; the earlier one stays in the history. ChangedMeanwhile for
    another version than `version`; refusals: `reason_needed`, `invalid`. The same number changes
    nothing."""
    target = GraduationTarget.objects.select_for_update(of=("self",)).get(pk=target.pk)
    check_version(target, version, events=GraduationTargetEvent)
    reason = " ".join(reason.split())[:300]
    if not reason:
        raise Refused("reason_needed", _("Say why."), fields={"reason": _("Say why.")})
    _refuse_number(number)
    if number == target.number:
        return target
    _write(target, number, reason, by, at)
    audit.record("target.changed", target=target, by=by, at=at, reason=reason, number=number)
    return target


@transaction.atomic
def split_target(
    *,
    target: GraduationTarget,
    version: int,
    fingerprint: str,
    by,
    at: dt.datetime,
) -> Sharing:
    """Share a kabupaten's target over its kecamatan and their facilitators, or a kecamatan's over
    its facilitators; the shares add up to it. Shares that were set before are written over, who
    has no family any more gets 0; what changes says so in its history.

    `fingerprint` is that of the shares somebody looked at. Refusals: `shares_changed` when the
    caseloads have changed since, `nothing_to_share`, `not_shareable` for a facilitator's target.
    """
    target = GraduationTarget.objects.select_for_update(of=("self",)).get(pk=target.pk)
    check_version(target, version, events=GraduationTargetEvent)
    sharing = shares_of(target, at=at)
    if sharing.fingerprint != fingerprint:
        raise Refused(
            "shares_changed",
            _("Caseloads or targets changed since you looked. Look at the new shares."),
        )
    known = {
        (one.area_id, one.facilitator_id): one
        for one in GraduationTarget.objects.select_for_update(of=("self",))
        .filter(year=target.year, type=target.type_id, area__code__startswith=target.area_id)
        .order_by("pk")
    }
    reason = _("Shared by caseload from %(area)s: %(number)s.") % {
        "area": target.area,
        "number": target.number,
    }
    new = []
    for share in sharing.shares:
        one = known.get((share.area, share.facilitator))
        if one is None:
            new.append(
                GraduationTarget(
                    year=target.year,
                    type_id=target.type_id,
                    area_id=share.area,
                    facilitator_id=share.facilitator,
                    number=share.number,
                    set_by=by,
                    set_at=at,
                    reason=reason[:300],
                    **(_base(share.area, target.year) if share.facilitator is None else {}),
                )
            )
        elif one.number != share.number:
            _write(one, share.number, reason[:300], by, at)
    GraduationTarget.objects.bulk_create(new)
    audit.record(
        "target.shared", target=target, by=by, at=at, shares=len(sharing.shares), new=len(new)
    )
    return sharing


def shares_of(target: GraduationTarget, *, at: dt.datetime) -> Sharing:
    """How it would be shared today. Refusals: `not_shareable`, `nothing_to_share`."""
    if target.facilitator_id is not None:
        raise Refused("not_shareable", _("A facilitator's target is not shared any further."))
    try:
        return sharing_of(target, timezone.localdate(at))
    except ValueError:
        raise Refused(
            "nothing_to_share",
            _("There is nobody to share this target with: no active family is accompanied here."),
        ) from None


def _refuse_number(number):
    if not 0 <= number <= MOST:
        raise Refused(
            "invalid",
            _("Write a number from 0 to %(most)s.") % {"most": MOST},
            fields={"number": _("out of range")},
        )


def _write(target, number, reason, by, at):
    target.number, target.reason, target.set_by, target.set_at = number, reason, by, at
    target.version += 1
    if target.base_families is None and target.facilitator_id is None:
        for name, value in _base(target.area_id, target.year).items():
            setattr(target, name, value)
    target.save()


def _base(area, year):
    period, families = denominator_of(area, year)
    return {"base_families": families, "base_period": str(period)} if period else {}
