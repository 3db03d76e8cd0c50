"""Who may be put into a group, and what a session said before it was corrected."""

import datetime as dt

from django.db.models import Exists, OuterRef

from accounts.scope import area_codes
from areas.models import Area
from beneficiaries.models import Household
from facilitators.models import (
    Attendance,
    LearningMembership,
    LearningModule,
    LearningSession,
    LearningTopic,
)

ADD_GROUP = "facilitators.add_learninggroup"


def villages_for(user):
    """Villages in which the user may form a group: of the territory, or of the own families."""
    codes = area_codes(user, ADD_GROUP)
    return Area.objects.within(*codes).villages().select_related("parent").order_by("code")


def free_families(user, village: Area, day: dt.date):
    """Families of the village the user sees, in no group on the day or later."""
    held = LearningMembership.objects.held_from(day).filter(household_id=OuterRef("pk"))
    return (
        Household.objects.visible_to(user)
        .filter(~Exists(held), desa=village)
        .exclude(status=Household.Status.EXITED)
        .select_related("caretaker")
        .order_by("rw", "rt", "caretaker__name", "pk")
    )


def modules_on(day: dt.date):
    """[(module, its topics of the day), …]; two statements."""
    topics: dict[int, list] = {}
    for topic in LearningTopic.objects.valid_on(day).order_by("number", "pk"):
        topics.setdefault(topic.module_id, []).append(topic)
    modules = LearningModule.objects.valid_on(day).order_by("position", "pk")
    return [(module, topics.get(module.pk, [])) for module in modules]


def corrections_of(session: LearningSession, user) -> list[dict]:
    """{at, by, reason, values: [(label, before)], families: [(name, before)]} a correction, the
    newest first. A family is named only for who sees it."""
    corrections = list(session.corrections.visible_to(user).select_related("by"))
    if not corrections:
        return []
    rows = session.attendance.visible_to(user).select_related("member")
    names = {str(row.household_id): row.member for row in rows}
    statuses, understandings = (
        dict(Attendance.Status.choices),
        dict(LearningSession.Understanding.choices),
    )
    topics = LearningTopic.objects.in_bulk(
        {one.before["topic"] for one in corrections if "topic" in one.before}
    )

    def say(name, value):
        if name == "topic":
            return str(topics.get(value, "-"))
        if name == "held_on":
            return dt.date.fromisoformat(value).strftime("%d-%m-%Y")
        if name == "understanding":
            return understandings.get(value, "-")
        return value

    return [
        {
            "at": one.at,
            "by": one.by,
            "reason": one.reason,
            "values": [
                (LearningSession._meta.get_field(name).verbose_name, say(name, value))
                for name, value in one.before.items()
                if name != "attendance"
            ],
            "families": [
                (names[pk].name if names[pk] else "-", statuses.get(status, status))
                for pk, (status, _member) in one.before.get("attendance", {}).items()
                if pk in names
            ],
        }
        for one in corrections
    ]
