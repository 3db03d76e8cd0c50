"""What stands on the papers of a meeting."""

from dataclasses import dataclass, field

from meetings.models import FollowUp, Institution, Invitation, Meeting, MinutesVersion


@dataclass
class Letter:
    """One letter of invitation: to a person, or to an institution with all whom it asks for."""

    institution: Institution
    invitations: list[Invitation] = field(default_factory=list)
    to_person: bool = True


def letters_of(invitations, *, by_institution: bool) -> list[Letter]:
    if not by_institution:
        return [Letter(one.institution, [one]) for one in invitations]
    found: dict[int, Letter] = {}
    for one in invitations:
        letter = found.setdefault(one.institution_id, Letter(one.institution, to_person=False))
        letter.invitations.append(one)
    return list(found.values())


def camat_of(meeting: Meeting):
    """Kecamatan whose institution was asked to do something by this meeting."""
    asked = FollowUp.objects.filter(decision__issue__meeting=meeting).values("institution_id")
    return Institution.objects.filter(
        kind=Institution.Kind.SUBDISTRICT, pk__in=asked
    ).select_related("area__parent")


def instructions_for(version: MinutesVersion, institution: Institution) -> list[dict]:
    """Follow-ups of the institution as they were published: [{…content of a follow-up, issue,
    decision}]. Empty when this version asks nothing of it."""
    numbers = set(
        FollowUp.objects.filter(
            decision__issue__meeting_id=version.meeting_id, institution=institution
        ).values_list("number", flat=True)
    )
    return [
        one | {"issue": issue["title"], "decision": decision["text"]}
        for issue in version.content["issues"]
        for decision in issue["decisions"]
        for one in decision["follow_ups"]
        if one["number"] in numbers
    ]
