"""Which figures stand on whose home (domain.md 3.1): what waits, what is late, what changed.

A role only names figures; whether they open is said by their own permissions, so a list that
names too much shows less and never leaks.
"""

from dataclasses import dataclass

from accounts.held import held_today
from accounts.roles import Role
from dashboard.figures import cases, families, files, talks, work
from dashboard.figures.base import Figure

COVERAGE, FOUR, GRADUATION, QUALITY, INSTITUTIONS, LOAD = (
    "coverage",
    "four",
    "graduation",
    "quality",
    "institutions",
    "load",
)


@dataclass(frozen=True)
class Home:
    """`tables` are said in the order in which a page shows them."""

    waiting: tuple[Figure, ...] = ()
    late: tuple[Figure, ...] = ()
    changed: tuple[Figure, ...] = ()
    tables: tuple[str, ...] = ()


# A guest has these and no other; everybody else has them after those of his work.
EVERYBODY = Home(
    waiting=(talks.INVITED, talks.MINE, talks.UNREAD),
    late=(talks.MINE_OVERDUE,),
    changed=(talks.NEW_MINE,),
)
_OVERSEES = (
    families.OVERDUE,
    work.LATE_ANSWERS,
    work.BEHIND,
    work.UNVERIFIED,
    cases.STILL,
    cases.TO_MONITOR,
    talks.OVERDUE,
)
_HEAD = Home(
    waiting=(cases.WAITING, files.TO_APPROVE),
    late=(
        talks.OVERDUE,
        cases.STILL,
        cases.TO_MONITOR,
        families.OVERDUE,
        work.BEHIND,
        work.WITHOUT_PLAN,
    ),
    changed=(cases.LEFT, cases.MOVED, talks.CLOSED, files.BROUGHT_IN, work.VISITED),
    tables=(COVERAGE, FOUR, GRADUATION, QUALITY, INSTITUTIONS, LOAD),
)
HOMES: dict[str, Home] = {
    Role.FACILITATOR: Home(
        waiting=(families.ASKED_FOR, files.QUESTIONS, cases.WAITING, work.OWN_PLAN),
        late=(
            families.OVERDUE,
            families.MISSED,
            work.BEHIND,
            work.UNVERIFIED,
            cases.TO_MONITOR,
        ),
        changed=(work.OWN_DECIDED, cases.MOVED, families.STATUS_CHANGED),
    ),
    Role.SUBDISTRICT_LEAD: Home(
        waiting=(cases.WAITING, work.PROPOSALS, work.TO_CHECK, files.QUESTIONS),
        late=(*_OVERSEES, work.WITHOUT_PLAN, families.UNASSIGNED),
        changed=(cases.LEFT, cases.MOVED, work.VISITED, work.MET, families.HANDED_OVER),
        tables=(COVERAGE, FOUR, GRADUATION, QUALITY, LOAD),
    ),
    Role.DISTRICT_COORDINATOR: Home(
        waiting=(
            cases.WAITING,
            work.PROPOSALS,
            work.TO_CHECK,
            files.QUESTIONS,
            files.TO_APPROVE,
        ),
        late=(*_OVERSEES, work.WITHOUT_PLAN, families.UNASSIGNED),
        changed=(
            cases.LEFT,
            cases.MOVED,
            work.VISITED,
            work.MET,
            families.HANDED_OVER,
            files.BROUGHT_IN,
        ),
        tables=(COVERAGE, FOUR, GRADUATION, QUALITY, INSTITUTIONS, LOAD),
    ),
    Role.DATA_OPERATOR: Home(
        waiting=(
            files.TO_APPROVE,
            files.QUESTIONS,
            work.PROPOSALS,
            cases.WAITING,
            files.OWN_FILES,
            files.READING,
        ),
        late=(
            files.REFUSED,
            files.FAILED,
            work.LATE_ANSWERS,
            work.UNVERIFIED,
            talks.OVERDUE,
        ),
        changed=(
            files.BROUGHT_IN,
            files.DECIDED,
            families.STATUS_CHANGED,
            cases.LEFT,
            families.HANDED_OVER,
        ),
        tables=(QUALITY,),
    ),
    Role.SUBDISTRICT_SOCIAL_WORKER: Home(
        waiting=(files.QUESTIONS,),
        late=(families.OVERDUE, talks.OVERDUE),
        changed=(work.VISITED, families.STATUS_CHANGED),
    ),
    Role.HEAD: _HEAD,
    Role.DIVISION_HEAD: _HEAD,
    Role.AUDITOR: Home(
        waiting=(files.QUESTIONS,),
        late=(talks.OVERDUE, cases.STILL, cases.TO_MONITOR, work.BEHIND, files.FAILED),
        changed=(
            files.BROUGHT_IN,
            files.DECIDED,
            cases.LEFT,
            families.STATUS_CHANGED,
            families.HANDED_OVER,
        ),
        tables=(COVERAGE, FOUR, GRADUATION, QUALITY, INSTITUTIONS, LOAD),
    ),
    Role.ADMIN: Home(waiting=(files.RUNNING,), late=(files.FAILED,)),
    Role.GUEST: Home(),
}


def home_of(user) -> Home:
    """The figures of all roles held today, each once; without a role those of everybody."""
    held = {role for role, _area in held_today(user)}
    homes = [*(HOMES[role] for role in HOMES if role in held), EVERYBODY]

    def together(part):
        return tuple(dict.fromkeys(one for home in homes for one in getattr(home, part)))

    return Home(*(together(part) for part in ("waiting", "late", "changed", "tables")))
