"""What the page of one difference shows: the member, the rows that may be the same person."""

from dataclasses import dataclass, field

from django.db.models import Q

from accounts.scope import area_codes, in_scope
from areas.models import Area
from beneficiaries.models import Member
from dtks.comparison import side_by_side
from dtks.models import Decision, RowKey, SourceRow
from facilitators.models import Visit, VisitRequest

_MOST_RELATIVES = 14
_MOST_VISITS = 5


@dataclass
class Candidate:
    """A row that may speak of the member."""

    row_number: int
    key: RowKey
    raw: dict
    village: Area | None
    hidden: bool
    is_best: bool
    relatives: list = field(default_factory=list)

    @property
    def name(self):
        return "" if self.hidden else self.key.name


def candidates_of(difference, user):
    """Rows in question, the best first. Rows of villages outside the reader's territory say so."""
    numbers = [difference.row_number, *difference.candidates]
    numbers = list(dict.fromkeys(number for number in numbers if number is not None))
    of_file = {"snapshot_id": difference.snapshot_id, "row_number__in": numbers}
    keys = {key.row_number: key for key in RowKey.objects.filter(**of_file)}
    cells = {row.row_number: row.cells for row in SourceRow.objects.filter(**of_file)}
    villages = {
        area.pk: area
        for area in Area.objects.filter(
            pk__in={key.village_id for key in keys.values()} - {None}
        ).select_related("parent")
    }
    held = area_codes(user, "dtks.view_difference")
    mapping = difference.snapshot.mapping
    return [
        Candidate(
            row_number=number,
            key=keys[number],
            raw=named_cells(cells.get(number, []), mapping),
            village=villages.get(keys[number].village_id),
            hidden=not _within(keys[number].village_id, held),
            is_best=number == difference.row_number,
        )
        for number in numbers
        if number in keys
    ]


def named_cells(cells, mapping):
    return {name: cells[at] for name, at in mapping.items() if at is not None and at < len(cells)}


def _within(village, held):
    """A row without a readable village belongs to the question, so it is shown."""
    return village is None or any(village == h or village.startswith(f"{h}.") for h in held)


def lines_for(difference, member, candidate):
    return side_by_side(
        member=member,
        household=member.household,
        row=candidate.key,
        raw=candidate.raw,
        hidden=candidate.hidden,
        row_village=candidate.village,
    )


def relatives_in_register(member):
    return list(
        Member.objects.filter(household_id=member.household_id)
        .exclude(pk=member.pk)
        .order_by("birth_on", "pk")[:_MOST_RELATIVES]
    )


def relatives_in_file(difference, candidate, user):
    """Others on the same family card in the file: who lives with whom tells namesakes apart.

    A card may hold people of several villages; those outside the reader's territory are left out.
    """
    if candidate.hidden or not candidate.key.kk_number:
        return []
    return list(
        RowKey.objects.filter(
            Q(village__isnull=True) | in_scope(user, "village", "dtks.view_difference"),
            snapshot_id=difference.snapshot_id,
            kk_number=candidate.key.kk_number,
        )
        .exclude(row_number=candidate.row_number)
        .order_by("birth_on", "row_number")[:_MOST_RELATIVES]
    )


@dataclass
class Answer:
    """What was asked of the field about a question, and the visits that answered."""

    request: VisitRequest
    visits: list[Visit]


def answer_of(difference, user):
    """None while nothing was asked. Visits of the family that the reader may see, oldest first."""
    decision = difference.decision
    if decision is None or decision.visit_request is None:
        return None
    visits = (
        Visit.objects.visible_to(user)
        .filter(request_id=decision.visit_request_id)
        .select_related("recorded_by")
        .prefetch_related("proposals__member")
        .order_by("recorded_at", "pk")
    )
    return Answer(decision.visit_request, list(visits[:_MOST_VISITS]))


def earlier_decisions(member, user):
    return list(
        Decision.objects.visible_to(user)
        .filter(member_id=member.pk)
        .select_related("by", "snapshot", "withdrawn_by")[:20]
    )
