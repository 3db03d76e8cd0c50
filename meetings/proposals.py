"""What a meeting could talk about: live problems, told by whoever knows them.

A floor above names its proposers in `agenda_proposers.py`:

proposer("targets", label=_("Graduation targets"), propose=behind_target)

`propose(area, user, today)` answers Proposals about the area (its code) from what the user may
read, a handful, the worst first. The planner picks; the rest stays offered.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.formats import number_format

MOST = 5  # of one kind; the rest comes when these are solved


@dataclass(frozen=True)
class Proposal:
    """`source` names the problem, so that it stands on an agenda once: "visits:18.10.03".

    `title` and `detail` hold figures and places, no person. `url` leads to the rows behind it.
    """

    source: str
    title: str
    detail: str
    url: str = ""


@dataclass(frozen=True)
class Proposer:
    name: str
    label: str
    propose: Callable[[str, object, dt.date], Iterable[Proposal]]


def figure(number) -> str:
    """As the reader's country groups it; titles and details are words, not numbers."""
    return number_format(number, use_l10n=True, force_grouping=True)


_proposers: dict[str, Proposer] = {}


def proposer(name: str, *, label, propose) -> None:
    if name in _proposers:
        raise ValueError(f"two proposers called {name}")
    _proposers[name] = Proposer(name, label, propose)


def proposals_for(area: str, user, today: dt.date) -> list[tuple[Proposer, list[Proposal]]]:
    """By proposer, in the order of their names; those with nothing to say are left out."""
    found = [
        (one, list(one.propose(area, user, today))) for _name, one in sorted(_proposers.items())
    ]
    return [(one, proposals) for one, proposals in found if proposals]


def find(source: str, area: str, user, today: dt.date) -> Proposal | None:
    """The proposal as it stands now; None when the problem is gone or not the user's to see."""
    one = _proposers.get(source.partition(":")[0])
    proposals = one.propose(area, user, today) if one else ()
    return next((found for found in proposals if found.source == source), None)
