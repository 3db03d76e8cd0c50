"""What came of it: agreed, done and late, by institution, by meeting and over time.

One statement behind the page and REST; its numbers are those of meetings.queries.follow_ups, so
each opens the list of its own rows.
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count

from core.figures import percent
from meetings.models import FollowUp, Meeting
from meetings.queries.follow_ups import MEETING, Chosen, quarter_of_meeting, standing

NUMBERS = (
    "agreed",
    "done",
    "on_time",
    "late",
    "with_evidence",
    "unfinished",
    "overdue",
    "cancelled",
    "postponed",
    "due",
    "kept",
)


@dataclass
class Figures:
    """The numbers of one row of a table; `key` says which filter opens its follow-ups."""

    key: dict
    label: str
    numbers: Counter = field(default_factory=Counter)

    @property
    def share(self) -> Decimal | None:
        """Of the follow-ups due so far, those that are done, in percent; None when none is due."""
        return percent(self.numbers["kept"], self.numbers["due"])


@dataclass(frozen=True)
class Results:
    total: Figures
    institutions: list[Figures]
    meetings: list[Figures]
    quarters: list[Figures]
    as_of: dt.date


def results_of(user, *, today: dt.date, year: int | None = None, area: str = "") -> Results:
    """Of the follow-ups the user may see whose minutes are published; of a year's meetings, or of
    all. `area` narrows as it does in the list."""
    chosen = Chosen(standing="", year=year, area=area)
    rows = (
        chosen.of(FollowUp.objects.visible_to(user).agreed(), user, today)
        .order_by()
        .annotate(quarter=quarter_of_meeting())
        .values(
            "institution",
            "institution__name",
            f"{MEETING}__year",
            "quarter",
            f"{MEETING}__id",
            f"{MEETING}__kind",
            f"{MEETING}__number",
            f"{MEETING}__starts_at",
        )
        .annotate(
            **{f"n_{name}": Count("pk", filter=standing(name, today)) for name in NUMBERS[1:]},
            n_agreed=Count("pk"),
        )
    )
    total = Figures({}, "")
    institutions: dict = {}
    meetings: dict = {}
    quarters: dict = {}
    for row in sorted(rows, key=lambda row: (row["institution__name"], row["institution"])):
        numbers = Counter({name: row[f"n_{name}"] for name in NUMBERS})
        meeting, of_year, quarter = row[f"{MEETING}__id"], row[f"{MEETING}__year"], row["quarter"]
        label = (
            f"{Meeting.Kind(row[f'{MEETING}__kind']).label} {row[f'{MEETING}__number']}/{of_year}"
        )
        for table, key, one in (
            (
                institutions,
                row["institution"],
                Figures({"institution": row["institution"]}, row["institution__name"]),
            ),
            (
                meetings,
                (row[f"{MEETING}__starts_at"], meeting),
                Figures({"meeting": meeting}, label),
            ),
            (
                quarters,
                (of_year, quarter),
                Figures({"year": of_year, "quarter": quarter}, f"{of_year}-{quarter}"),
            ),
        ):
            table.setdefault(key, one).numbers.update(numbers)
        total.numbers.update(numbers)
    return Results(
        total,
        list(institutions.values()),
        [meetings[key] for key in sorted(meetings, reverse=True)],
        [quarters[key] for key in sorted(quarters)],
        today,
    )


def years_with_follow_ups(user) -> list[int]:
    """Years of meetings that agreed something, the newest first."""
    seen = FollowUp.objects.visible_to(user).agreed().order_by()
    return sorted(set(seen.values_list(f"{MEETING}__year", flat=True).distinct()), reverse=True)
