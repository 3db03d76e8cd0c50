"""What a facilitator takes along: his own families of today and nothing else, in one answer.

Every family starts from `visible_to` and from today's caseload, so a family handed over is gone
at the phone's next contact. The number of statements does not grow with families. Numbers are
masked here, before anything leaves the office; the mother's name is not asked for at all.
"""

import datetime as dt
from collections import defaultdict

from django.db.models import F, Max, Q, Window
from django.db.models.functions import RowNumber
from django.utils.text import capfirst

from areas.models import Area
from beneficiaries.models import Household, Member, MemberComponent
from core.nik import mask_nik
from facilitators.models import (
    CaseloadAssignment,
    ChangeProposal,
    CommitmentMonth,
    Facilitator,
    LearningMembership,
    LearningTopic,
    Visit,
)
from facilitators.queries.learning import absences
from facilitators.queries.today import open_requests
from facilitators.queries.visits import ValueWords, record_of, rules_on
from facilitators.services.visits import COMPARED, compared

VISITS_OF_A_FAMILY = 3
DECIDED_FOR = dt.timedelta(days=30)  # how long a decided proposal is still worth carrying
CHECKED_FOR = dt.timedelta(days=100)  # months a check may still be added to
_CARD_ORDER = {value: at for at, value in enumerate(Member.Relationship.values)}
_ADDRESS = {"village": "desa_id"}


def has_a_phone_page(user) -> bool:
    """Whether the account belongs to somebody of the programme's staff."""
    return Facilitator.objects.filter(user=user).exists()


def caseload(*, user, facilitator, day: dt.date) -> dict:
    """Everything the phone's pages show about `facilitator`'s families on the day, as JSON."""
    entrusted = CaseloadAssignment.objects.entrusted_to(facilitator.pk, day)
    households = list(
        Household.objects.visible_to(user)
        .filter(pk__in=entrusted.values("household_id"))
        .exclude(status=Household.Status.EXITED)
        .order_by("desa_id", "rw", "rt", "pk")
    )
    ids = [household.pk for household in households]
    members, visits, last = _members(ids), _visits(user, ids), _last_visits(user, ids)
    proposals, missed, asked = _proposals(user, ids, day), _missed(ids, day), {}
    for pk, requests in open_requests(households, user).items():
        asked[pk] = [_request(request) for request in requests]
    groups, checks = {}, _checks(user, ids, day)
    memberships = _memberships(ids, day)
    for membership in memberships:
        groups.setdefault(membership.group_id, membership.group)
    group_of = {membership.household_id: membership.group_id for membership in memberships}
    return {
        "day": day.isoformat(),
        "rules": rules_on(day),
        "villages": _villages({household.desa_id for household in households}),
        "families": [
            {
                "id": household.pk,
                "version": household.version,
                "status": household.status,
                "card": mask_nik(household.kk_number) or "",
                "village": household.desa_id,
                "address": household.address,
                "hamlet": household.hamlet,
                "rt": household.rt,
                "rw": household.rw,
                "caretaker": household.caretaker_id,
                "group": group_of.get(household.pk),
                "members": members[household.pk],
                "visits": visits[household.pk],
                "last": last[household.pk],
                "proposals": proposals[household.pk],
                "missed": missed.get(household.pk),
                "checks": checks[household.pk],
                "asked": asked.get(household.pk, []),
            }
            for household in households
        ],
        "groups": [
            {"id": group.pk, "name": group.name, "village": group.village_id}
            for group in groups.values()
        ],
        "topics": [
            {
                "id": topic.pk,
                "name": topic.name,
                "number": topic.number,
                "module": topic.module.name,
            }
            for topic in LearningTopic.objects.valid_on(day).select_related("module")
        ],
    }


def _members(ids):
    components, newest = defaultdict(list), {}
    rows = MemberComponent.objects.filter(member__household_id__in=ids)
    for row in rows.order_by("-year", "-stage", "component"):
        if newest.setdefault(row.member_id, (row.year, row.stage)) == (row.year, row.stage):
            components[row.member_id].append(row.component)
    found = defaultdict(list)
    people = Member.objects.active().filter(household_id__in=ids).order_by("birth_on", "pk")
    for member in sorted(people, key=lambda one: _CARD_ORDER.get(one.relationship, 99)):
        found[member.household_id].append(
            {
                "id": member.pk,
                "version": member.version,
                "name": member.name,
                "nik": mask_nik(member.nik) or "",
                "born": member.birth_on.isoformat() if member.birth_on else "",
                "sex": member.sex,
                "relationship": member.relationship,
                "components": components[member.pk],
            }
        )
    return found


def _visits(user, ids):
    """The newest few of each family."""
    place = Window(RowNumber(), partition_by=F("household_id"), order_by=F("recorded_at").desc())
    rows = Visit.objects.visible_to(user).filter(household_id__in=ids).annotate(place=place)
    found = defaultdict(list)
    for visit in rows.filter(place__lte=VISITS_OF_A_FAMILY).order_by("household_id", "place"):
        found[visit.household_id].append(
            {
                "id": str(visit.pk),
                "at": visit.device_at.isoformat(),
                "purpose": visit.purpose,
                "met": visit.people_met,
                "note": visit.note[:300],
                "next": visit.next_step,
                "next_on": visit.next_on.isoformat() if visit.next_on else "",
            }
        )
    return found


def _last_visits(user, ids):
    """{purpose: arrival of the newest}; the phone itself counts the days, also next week."""
    rows = Visit.objects.visible_to(user).filter(household_id__in=ids).order_by()
    found = defaultdict(dict)
    for pk, purpose, at in rows.values_list("household_id", "purpose").annotate(Max("recorded_at")):
        found[pk][purpose] = at.isoformat()
    return found


def _request(request):
    return {
        "id": request.pk,
        "wanted": request.wanted,
        "due": request.due_on.isoformat(),
        "about": request.member.name if request.member else "",
    }


def _checks(user, ids, day):
    """Months somebody has said already whether a member came to the health post."""
    rows = CommitmentMonth.objects.visible_to(user).filter(
        check_of__household__in=ids,
        attended__isnull=False,
        month__gte=(day - CHECKED_FOR).replace(day=1),
    )
    found = defaultdict(list)
    for row in rows.select_related("check_of").order_by("month", "pk"):
        found[row.check_of.household_id].append(
            {
                "member": row.check_of.member_id,
                "component": row.check_of.component,
                "month": f"{row.month:%Y-%m}",
                "attended": row.attended,
            }
        )
    return found


def _missed(ids, day):
    rows = absences(day).filter(household_id__in=ids).select_related("session__group", "member")
    return {
        row.household_id: {
            "on": row.session.held_on.isoformat(),
            "group": row.session.group.name,
            "name": row.member.name if row.member else "",
        }
        for row in rows
    }


def _memberships(ids, day):
    return list(
        LearningMembership.objects.held_on(day)
        .filter(household_id__in=ids)
        .filter(Q(group__ends_on__isnull=True) | Q(group__ends_on__gte=day))
        .select_related("group")
        .order_by("group__name", "group_id")
    )


def _villages(codes):
    areas = Area.objects.select_related("parent").in_bulk(codes)
    return {code: f"{area.name}, {area.parent}" for code, area in areas.items()}


def _proposals(user, ids, day):
    """Open ones and those decided of late; of a conflict both versions, value by value."""
    since = day - DECIDED_FOR
    rows = list(
        ChangeProposal.objects.visible_to(user)
        .filter(visit__household_id__in=ids)
        .filter(Q(state="open") | Q(decided_at__date__gte=since))
        .select_related("visit__household", "member")
        .order_by("-proposed_at", "pk")
    )
    words = ValueWords([side for row in rows for side in (row.seen, row.met, _said(row))])
    found = defaultdict(list)
    for row in rows:
        found[row.visit.household_id].append(
            {
                "visit": str(row.visit_id),
                "kind": row.kind,
                "about": row.member.name if row.member else "",
                "state": row.state,
                "reason": row.reason,
                "conflict": row.conflict,
                "values": list(_values(row, words)),
            }
        )
    return found


def _said(proposal):
    return {_ADDRESS.get(name, name): value for name, value in proposal.values.items()}


def _values(proposal, words):
    """{label, seen, met, proposed}: what is proposed, and what differed when it arrived."""
    said, model = _said(proposal), Member if proposal.member_id else Household
    known = COMPARED[model]
    met = proposal.met if proposal.conflict else compared(record_of(proposal))
    adds = proposal.kind == ChangeProposal.Kind.BIRTH
    for name in dict.fromkeys([*known, *said]):
        seen_value, met_value = (None, None) if adds else (proposal.seen.get(name), met.get(name))
        moved = proposal.conflict and not adds and proposal.seen and seen_value != met_value
        if name in said or moved:
            yield {
                "label": capfirst(str(words.label(name, Member if adds else model))),
                "seen": words.say(name, seen_value),
                "met": words.say(name, met_value),
                "proposed": words.say(name, said.get(name)),
                "moved": bool(moved),
            }
