"""The minutes of a meeting as one piece: what publishing freezes and the paper prints."""

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from meetings.models import Decision, FollowUp, Meeting

HOUSEHOLD = "household"


def content_of(meeting: Meeting) -> dict:
    """{meeting: {...}, attendance: [...], agenda: [...], issues: [{…, decisions: [{…,
    follow_ups: [...]}]}]}; plain words, numbers and ISO dates.

    Of a family it says only that there is one: minutes go from hand to hand.
    """
    return {
        "meeting": {
            "kind": meeting.kind,
            "number": meeting.number,
            "year": meeting.year,
            "area": meeting.area.name,
            "theme": meeting.theme,
            "place": meeting.place,
            "starts_at": meeting.local_start.isoformat(),
            "ends_at": meeting.local_end.isoformat(),
            "time_zone": meeting.get_time_zone_display(),
            "chair": meeting.chair,
            "moderator": meeting.moderator,
            "minute_taker": meeting.minute_taker,
        },
        "attendance": [
            {
                "institution": one.institution.name,
                "name": one.name,
                "position": one.position,
                "represents": one.represents,
                "late": one.is_late,
            }
            for one in meeting.attendances.standing()
            .select_related("institution")
            .order_by("institution__kind", "institution__name", "arrived_at", "pk")
        ],
        "agenda": [
            {
                "title": item.title,
                "detail": item.detail,
                "speaker": item.speaker,
                "minutes": item.minutes,
                "carried": item.follow_up_id is not None,
            }
            for item in meeting.agenda.all()
        ],
        "issues": [_issue(issue) for issue in issues_of(meeting)],
    }


def shown_to(content: dict, *, meeting: Meeting, user) -> dict:
    """The same piece, without what it says of families that are not the reader's: the line of such
    a follow-up stays, its words do not. `content` itself is left as it was frozen."""
    of_meeting = FollowUp.objects.filter(decision__issue__meeting=meeting)
    seen = set(of_meeting.visible_to(user).values_list("number", flat=True))
    of_families = set(of_meeting.filter(household__isnull=False).values_list("number", flat=True))

    def told(one):
        about_family = one["concerns"] == HOUSEHOLD or one["number"] in of_families
        if not about_family or one["number"] in seen:
            return one
        words = _("Concerns a family; only those who accompany it read more.")
        return one | {"description": words, "concerns": HOUSEHOLD}

    return content | {
        "issues": [
            issue
            | {
                "decisions": [
                    decision | {"follow_ups": [told(one) for one in decision["follow_ups"]]}
                    for decision in issue["decisions"]
                ]
            }
            for issue in content["issues"]
        ]
    }


def issues_of(meeting: Meeting, user=None):
    """In order, with decisions and follow-ups at hand; of a user those he may see: what concerns
    a family is not told to whom the family is not shown."""
    follow_ups = FollowUp.objects.all() if user is None else FollowUp.objects.visible_to(user)
    follow_ups = follow_ups.select_related("institution", "facility__area").order_by("number")
    decisions = Decision.objects.prefetch_related(Prefetch("follow_ups", follow_ups))
    return meeting.issues.select_related("raised_by").prefetch_related(
        Prefetch("decisions", decisions)
    )


def _issue(issue) -> dict:
    return {
        "category": issue.category,
        "title": issue.title,
        "discussion": issue.discussion,
        "raised_by": issue.raised_by.name if issue.raised_by_id else "",
        "decisions": [
            {
                "text": decision.text,
                "follow_ups": [_follow_up(one) for one in decision.follow_ups.all()],
            }
            for decision in issue.decisions.all()
        ],
    }


def _follow_up(one: FollowUp) -> dict:
    return {
        "number": one.number,
        "description": one.description,
        "institution": one.institution.name,
        "owner": one.owner_name,
        "due_on": one.due_on.isoformat(),
        "priority": one.priority,
        "needs_evidence": one.needs_evidence,
        "concerns": _kind_of_subject(one),
    }


def _kind_of_subject(one: FollowUp) -> str:
    if one.household_id:
        return HOUSEHOLD
    if one.facility_id:
        return "facility"
    return one.subject_type
