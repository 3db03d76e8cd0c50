"""One family's file: everything the floors know about it, ready for the page.

The household has already been found through `visible_to`; what hangs on it is read by its id.
Numbers of statements do not grow with members, periods or changes.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db.models import Case, IntegerField, Value, When

from areas.models import Area
from beneficiaries.models import (
    Component,
    FormerCard,
    HouseholdEvent,
    HouseholdPeriod,
    HouseholdStatusChange,
    Member,
    MemberComponent,
    MemberEvent,
    MemberStatusChange,
)
from core.nik import mask_nik
from dtks.aid import ALWAYS, PROGRAMMES, aid_said, row_of
from dtks.models import Decision, Difference, Snapshot
from facilitators.models import CaseloadAssignment
from facilitators.models.querysets import VIEW_ASSIGNMENT
from graduation.models import Exit
from graduation.models.querysets import VIEW_CASE
from graduation.queries.cases import PROPOSE, RECORD_EXIT, cases_of, exitable_by, proposable_by
from meetings.queries.follow_ups import about_household

_ORDER = [value for value, _ in Member.Relationship.choices]
# Shown masked, or only as "changed": numbers and the mother's name (domain.md 6.1).
_NUMBERS = {"nik", "kk_number"}
_SECRET = {"mother_name"}
_UNTOLD = {"id", "version", "kept_fields", "loaded_from", "loaded_row"}
_MOST_CHANGES = 60


def age_on(birth_on, day):
    if birth_on is None:
        return None
    return day.year - birth_on.year - ((day.month, day.day) < (birth_on.month, birth_on.day))


def members_of(household, day):
    """Members in the order of a family card, those who died or left at the end."""
    order = Case(
        *[When(relationship=value, then=Value(at)) for at, value in enumerate(_ORDER)],
        default=Value(len(_ORDER)),
        output_field=IntegerField(),
    )
    members = list(
        Member.objects.filter(household_id=household.pk).order_by(order, "birth_on", "pk")
    )
    members.sort(key=lambda member: member.status != Member.Status.ACTIVE)
    components = {}
    for row in MemberComponent.objects.filter(member__in=members).order_by("-year", "-stage"):
        newest = components.setdefault(row.member_id, (row.year, row.stage, []))
        if newest[:2] == (row.year, row.stage):
            newest[2].append(row.get_component_display())
    for member in members:
        member.age = age_on(member.birth_on, day)
        member.latest_components = components.get(member.pk)
        member.is_caretaker = member.pk == household.caretaker_id
    return members


def periods_of(household):
    """Periods, the newest first, with the components as (label, number) and stated - computed."""
    periods = list(HouseholdPeriod.objects.filter(household_id=household.pk))
    for period in periods:
        period.components = [
            (component.label, period.counts[component.value])
            for component in Component
            if period.counts.get(component.value)
        ]
        both = period.stated_amount is not None and period.computed_amount is not None
        period.gap = period.stated_amount - period.computed_amount if both else None
    return periods


@dataclass(frozen=True)
class Change:
    """One value that was another before: who, when, and both values as they may be shown."""

    at: dt.datetime
    by: str
    about: str
    label: str
    before: str
    after: str


def earlier_values(household, members):
    """What changed in the family and its members, the newest first."""
    names = {member.pk: member.name for member in members}
    events = list(
        HouseholdEvent.objects.filter(pgh_obj_id=household.pk)
        .select_related("pgh_context")
        .order_by("-pgh_id")[:_MOST_CHANGES]
    )
    known = {"caretaker_id": names, "desa_id": _Names(Area)}
    changes = list(_differences(events, {household.pk: household}, {}, known))
    events = list(
        MemberEvent.objects.filter(pgh_obj_id__in=names)
        .select_related("pgh_context")
        .order_by("-pgh_id")[:_MOST_CHANGES]
    )
    changes += _differences(events, {member.pk: member for member in members}, names, known)
    changes.sort(key=lambda change: change[0], reverse=True)
    changes = changes[:_MOST_CHANGES]
    people = {user for _, user, *_ in changes if user}
    called = {user.pk: str(user) for user in get_user_model().objects.filter(pk__in=people)}
    return [
        Change(at, called.get(user, ""), about, label, before, after)
        for at, user, about, label, before, after in changes
    ]


def _differences(events, current, names, known):
    """Each event is the record before a change; the state after it is the next newer one."""
    newer = dict(current)
    for event in events:
        after = newer[event.pgh_obj_id]
        metadata = event.pgh_context.metadata if event.pgh_context else {}
        for field in type(after)._meta.concrete_fields:
            if field.generated or field.name in _UNTOLD or field.name.startswith("pgh_"):
                continue
            before_value = getattr(event, field.attname, None)
            after_value = getattr(after, field.attname)
            if before_value != after_value:
                yield (
                    event.pgh_created_at,
                    metadata.get("user"),
                    names.get(event.pgh_obj_id, ""),
                    str(field.verbose_name),
                    _shown(event, field, before_value, known),
                    _shown(after, field, after_value, known),
                )
        newer[event.pgh_obj_id] = event


class _Names(dict):
    """Names of records by key, asked for once each; the page has a handful at most."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def __missing__(self, pk):
        self[pk] = str(self.model.objects.filter(pk=pk).first() or pk)
        return self[pk]


def _shown(record, field, value, known):
    if value in (None, ""):
        return ""
    if field.attname in known:
        names = known[field.attname]
        return str(names[value] if isinstance(names, _Names) else names.get(value, "•••"))
    if field.name in _NUMBERS:
        return mask_nik(value)
    if field.name in _SECRET:
        return "•••"
    display = getattr(record, f"get_{field.name}_display", None)
    if display:
        return str(display())
    return f"{value:%d-%m-%Y}" if isinstance(value, dt.date) else str(value)


def caseload_of(household, user):
    """Who accompanies the family and who did before, the newest first; for who oversees that."""
    if not user.has_perm(VIEW_ASSIGNMENT):
        return []
    return list(
        CaseloadAssignment.objects.filter(household_id=household.pk).select_related("facilitator")
    )


def former_cards(household):
    return FormerCard.objects.filter(household_id=household.pk).order_by("-replaced_on", "-pk")


def status_history(household, members):
    """Changes of state of the family and of its members, the newest first, as (row, name)."""
    rows = [
        (change, "")
        for change in HouseholdStatusChange.objects.filter(
            household_id=household.pk
        ).select_related("by")
    ]
    names = {member.pk: member.name for member in members}
    rows += [
        (change, names[change.member_id])
        for change in MemberStatusChange.objects.filter(member_id__in=names).select_related("by")
    ]
    return sorted(rows, key=lambda row: (row[0].on, row[0].recorded_at), reverse=True)


def sources(household, members, periods, user):
    """Which file and row each thing came from; the file is linked only for who may open it."""
    ids = {household.loaded_from, *(member.loaded_from for member in members)}
    ids |= {period.loaded_from for period in periods}
    differences = list(
        Difference.objects.visible_to(user)
        .filter(member_id__in=[member.pk for member in members])
        .order_by("-snapshot_id", "id")[:100]
    )
    ids |= {difference.snapshot_id for difference in differences}
    files = {file.pk: file for file in Snapshot.objects.filter(pk__in=ids - {None})}
    openable = set(
        Snapshot.objects.visible_to(user).filter(pk__in=files).values_list("pk", flat=True)
        if user.has_perm("dtks.view_sourcerow")
        else []
    )
    names = {member.pk: member.name for member in members}
    return {
        "loaded": [
            {"about": about, "file": files[file], "row": row, "openable": file in openable}
            for about, file, row in [
                ("", household.loaded_from, household.loaded_row),
                *((m.name, m.loaded_from, m.loaded_row) for m in members),
            ]
            if file in files
        ],
        "outcomes": [
            {
                "about": names[difference.member_id],
                "file": files[difference.snapshot_id],
                "row": difference.row_number,
                "difference": difference,
            }
            for difference in differences
            if difference.snapshot_id in files
        ],
        "files": files,
        "openable": openable,
    }


def decisions_about(members, user):
    return (
        Decision.objects.visible_to(user)
        .filter(member__in=members)
        .select_related("by", "member", "snapshot", "withdrawn_by")[:50]
    )


@dataclass(frozen=True)
class Aid:
    """One programme besides PKH: who of the active members receives it, by which files."""

    label: str
    receive: list[str]
    without: list[str]
    unknown: list[str]
    files: list[Snapshot]  # the newest first; empty when no file has said anything


def other_aid(members, sources, decisions):
    """What the family receives besides PKH, as the files say it that speak of its members.

    From what `sources` and `decisions` have found for this reader, so nothing is shown of a file
    whose outcomes the reader may not see. One statement.
    """
    decided = {decision.pk: decision for decision in decisions}
    active = {m.pk: m for m in members if m.status == Member.Status.ACTIVE}
    rows = {(m.loaded_from, m.loaded_row): m.pk for m in active.values() if m.loaded_row}
    for line in sources["outcomes"]:
        difference = line["difference"]
        number = row_of(difference, decided.get(difference.decision_id))
        if number is not None and difference.member_id in active:
            rows[difference.snapshot_id, number] = difference.member_id
    said = defaultdict(dict)
    for one in aid_said(rows, sources["files"]):
        said[one.programme][one.member] = one
    return [
        _aid(label, said[programme], active)
        for programme, label in PROGRAMMES.items()
        if programme in said or programme in ALWAYS
    ]


def _aid(label, said, active):
    parts = {True: [], False: [], None: []}
    for member in active.values():
        parts[said[member.pk].receives if member.pk in said else None].append(member.name)
    files = {one.file.pk: one.file for one in said.values()}
    newest = sorted(files.values(), key=lambda file: file.uploaded_at, reverse=True)
    return Aid(label, parts[True], parts[False], parts[None], newest)


def graduation_of(household, user):
    """The family's cases and other exits, and which buttons about them this person gets."""
    if not user.has_perm(VIEW_CASE):
        return {"sees_cases": False}
    cases = list(cases_of(household, user))
    exits = Exit.objects.visible_to(user).filter(household=household, case=None)
    stays = household.status != "exited" and not any(case.is_open for case in cases)

    def holds(permission, families):
        held = stays and user.has_perm(permission)
        return held and families.filter(pk=household.pk).exists()

    return {
        "sees_cases": True,
        "cases": cases,
        "exits": list(exits.select_related("type").order_by("-on", "pk")),
        "may_propose": holds(PROPOSE, proposable_by(user)),
        "may_record_exit": holds(RECORD_EXIT, exitable_by(user)),
    }


def decided_about(household, user, today):
    """What meetings decided about the family, each with how late it is; for who may see both."""
    found = about_household(household, user)
    for one in found:
        one.days_late = max(0, (today - one.due_on).days) if one.is_open else 0
    return found
