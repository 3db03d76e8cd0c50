"""Visits, sessions and activities as lines a person reads, whatever number led to them."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from beneficiaries.models import Household
from documents.models import Document
from facilitators.models import (
    Activity,
    LearningGroup,
    LearningSession,
    PlannedWork,
    School,
    Visit,
    Work,
)


@dataclass
class Line:
    """One record; `url` is empty where the reader may not open it."""

    id: str
    day: dt.date | None
    what: str
    about: str = ""
    place: str = ""
    url: str = ""
    documents: list = field(default_factory=list)
    met: bool | None = None
    figures: bool = False  # the record is its own evidence


def visits_in(ids, user) -> dict[str, Line]:
    """Names of families only for who sees them today; the visit itself is counted for all."""
    found = Visit.objects.filter(pk__in=ids).select_related(
        "household__caretaker", "household__desa"
    )
    visits = list(found)
    seen = _seen_families(user, {visit.household_id for visit in visits})
    lines = {}
    for visit in visits:
        open_ = visit.household_id in seen
        lines[str(visit.pk)] = Line(
            id=str(visit.pk),
            day=timezone.localdate(visit.device_at),
            what=visit.get_purpose_display(),
            about=_name(visit.household) if open_ else _hidden(),
            place=str(visit.household.desa),
            url=visit.get_absolute_url() if open_ else "",
        )
    return lines


def sessions_in(ids, user) -> dict[str, Line]:
    """A session that cannot be opened is one of a group whose families have moved on."""
    seen = {
        str(pk)
        for pk in LearningSession.objects.visible_to(user)
        .filter(pk__in=ids)
        .order_by()
        .values_list("pk", flat=True)
    }
    return {
        str(one.pk): Line(
            id=str(one.pk),
            day=one.held_on,
            what=f"{one.topic.module}: {one.topic}",
            about=one.group.name,
            place=one.place or str(one.group.village),
            url=one.get_absolute_url() if str(one.pk) in seen else "",
        )
        for one in LearningSession.objects.filter(pk__in=ids).select_related(
            "group__village", "topic__module"
        )
    }


def activities_in(ids, user) -> dict[str, Line]:
    return {
        str(one.pk): Line(
            id=str(one.pk),
            day=one.held_on,
            what=one.get_kind_display(),
            about=one.get_level_display(),
            place=one.place,
            url=one.get_absolute_url(),
        )
        for one in Activity.objects.visible_to(user).filter(pk__in=ids)
    }


def planned_in(ids, user) -> dict[str, Line]:
    rows = list(
        PlannedWork.objects.filter(pk__in=ids).select_related(
            "household__caretaker", "household__desa", "group__village"
        )
    )
    seen = _seen_families(user, {row.household_id for row in rows if row.household_id})
    groups = set(
        LearningGroup.objects.visible_to(user)
        .filter(pk__in={row.group_id for row in rows if row.group_id})
        .values_list("pk", flat=True)
    )
    lines = {}
    for row in rows:
        line = Line(id=str(row.pk), day=row.planned_on, what=row.get_kind_display())
        if row.kind == Work.VISIT:
            open_ = row.household_id in seen
            line.about = _name(row.household) if open_ else _hidden()
            line.place = str(row.household.desa)
            line.url = row.household.get_absolute_url() if open_ else ""
        elif row.kind == Work.SESSION:
            line.about, line.place = row.group.name, str(row.group.village)
            line.url = row.group.get_absolute_url() if row.group_id in groups else ""
        else:
            line.about, line.place = row.get_level_display(), row.place
        lines[line.id] = line
    return lines


def commitments_in(ids, user) -> dict[str, Line]:
    """Ids as facilitators/sql/results.sql makes them: school.7.2026-11-02, family.9.2026-11-02."""
    said = {key: key.split(".") for key in ids}
    schools = School.objects.in_bulk(
        [int(pk) for kind, pk, _d in said.values() if kind == "school"]
    )
    families = Household.objects.select_related("caretaker", "desa").in_bulk(
        [int(pk) for kind, pk, _d in said.values() if kind == "family"]
    )
    seen = _seen_families(user, families)
    lines = {}
    for key, (kind, text, day) in said.items():
        pk = int(text)
        lines[key] = line = Line(
            id=key, day=dt.date.fromisoformat(day), what=_("Commitment check"), figures=True
        )
        if kind == "school":
            line.about = schools[pk].name
        else:
            family, open_ = families[pk], pk in seen
            line.about = _name(family) if open_ else _hidden()
            line.place = str(family.desa)
            line.url = reverse("facilitators:family_checks", args=[pk]) if open_ else ""
    return lines


READERS = {
    "visit": (visits_in, "facilitators.visit"),
    "session": (sessions_in, "facilitators.learningsession"),
    "activity": (activities_in, "facilitators.activity"),
    "commitment_check": (commitments_in, ""),
}


def lines_of(found: list[tuple[str, str]], user) -> list[Line]:
    """[(source such as "session" or "visit.complaint", id)] as lines in that order, each with the
    documents the user may see."""
    by_reader = defaultdict(list)
    for source, pk in found:
        by_reader[source.partition(".")[0]].append(pk)
    lines = {}
    for name, ids in by_reader.items():
        read, owner = READERS[name]
        part = read(ids, user)
        documents = (
            Document.objects.visible_to(user)
            .filter(owner_type=owner, owner_id__in=ids)
            .order_by("received_at", "pk")
        )
        for document in documents:
            if document.owner_id in part:
                part[document.owner_id].documents.append(document)
        lines |= {(name, pk): line for pk, line in part.items()}
    keys = [(source.partition(".")[0], pk) for source, pk in found]
    return [lines[key] for key in keys if key in lines]


def _seen_families(user, ids):
    return set(
        Household.objects.visible_to(user)
        .filter(pk__in=ids)
        .order_by()
        .values_list("pk", flat=True)
    )


def _name(household):
    return household.caretaker.name if household.caretaker else _("No caretaker known")


def _hidden():
    return _("a family of somebody else today")
