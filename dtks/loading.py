"""From an approved ministry file to the register: one transaction, set-wise, repeatable.

What a file may do: create families and people, bring them up to date, and state what a family is
paid for in one period. What it may not do: delete anybody, write over a newer file's values, or
over what an officer decided. The two files of a period may come in either order.

The steps stand here, the set work in `sql/load/`. Every step reads and writes temporary tables
(`load_row`, `load_family`, `load_claim`, `load_link` …), which vanish with the load.
"""

import json

from django.db import connection, transaction
from django.utils.translation import gettext_noop

from beneficiaries.services import acting
from core.sql import load_sql, run_sql
from dtks.components import COMPONENT_FIELDS, COMPONENT_WORDS
from dtks.matching import ensure_keys

ADVISORY_CLASS = 0x504B48  # one namespace of advisory locks: the register of a kabupaten
GRADES = range(6)  # as load/pairs.sql explains them
CELLS = (
    "birth_place",
    "mother_name",
    "address",
    "hamlet",
    "rt",
    "rw",
    "component",
    "amount",
    "status",
)
MANY = 1_000  # from here on the planner's statistics are worth refreshing at once


class _Undo(Exception):
    pass


def preview_load(*, snapshot, by, at, progress=None, load=None) -> dict:
    """What `load` (`load_register`) would do now: the same code, taken back. Nothing stays."""
    result = None
    try:
        with transaction.atomic():
            result = (load or load_register)(snapshot=snapshot, by=by, at=at, progress=progress)
            raise _Undo
    except _Undo:
        return result


def lock_register(area_code: str) -> None:
    """Until the transaction ends nobody else loads the register of this kabupaten."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, hashtext(%s))",
            [ADVISORY_CLASS, _district(area_code)],
        )


@transaction.atomic
def load_register(*, snapshot, by, at, progress=None) -> dict:
    """Load a Final Closing or members file. The caller has checked state and permission.

    Returns counts: households and members created, updated (something was written about one that
    existed), absent families of the area, rows left out by reason, components, and rupiah for a
    Final Closing. Loading the same content again creates and updates nothing.
    """
    final_closing = snapshot.source == "final_closing"
    period = snapshot.period
    about = {
        "snapshot": snapshot.pk,
        "source": snapshot.source,
        "year": period.year,
        "stage": period.stage,
        "period": period.year * 10 + period.stage,
        "starts_on": period.starts_on,
        "on": period.starts_on,
        "area": snapshot.area_id,
        "territory": f"{_district(snapshot.area_id)}.%",
        "by": by.pk if by is not None else None,
    }
    steps = iter(range(1, 100))

    def step(label, /, *names, **more):
        if progress is not None:
            progress(label, next(steps), len(_STEPS))
        for name in names:
            run_sql(f"dtks/load/{name}.sql", **about, **more)

    with acting(by, "approve_snapshot"):
        lock_register(snapshot.area_id)
        run_sql("dtks/load/session.sql")
        run_sql("dtks/load/drop.sql")
        ensure_keys(snapshot)
        step(_STEPS[0], "rows", **_cells(snapshot), **_components(COMPONENT_WORDS))
        step(
            _STEPS[1],
            "families_of_final_closing" if final_closing else "families_of_members",
            "claim_by_caretaker",
            "claim_by_card",
            "claim_by_former_card",
            *(["claim_by_person"] if final_closing else []),
            "claim_new",
            "places_of_final_closing" if final_closing else "places_of_members",
        )
        step(_STEPS[2], "pairs")
        for grade in GRADES:
            run_sql("dtks/load/link.sql", grade=grade)
        run_sql("dtks/load/link_new.sql")
        run_sql("dtks/load/wanted_members.sql", **about)
        step(_STEPS[3], "release_caretakers", "insert_households", "insert_members")
        step(_STEPS[4], "update_members", "wanted_households", "update_households")
        if final_closing:
            run_sql("dtks/load/counts.sql", **about, **_count_places(snapshot))
            step(_STEPS[5], "household_periods")
            run_sql("beneficiaries/compute_amounts.sql", **about)
        else:
            step(_STEPS[5], "member_periods")
        result = _one("dtks/load/totals.sql", about)
        result["left_out"] = _one("dtks/load/left_out.sql", about)
        if final_closing:
            result |= _one("dtks/load/money.sql", about)
        run_sql("dtks/load/drop.sql")
        if result["members_created"] + result["households_created"] >= MANY:
            _refresh_statistics()
    return result


def possibly_in_file(snapshot, households) -> set[int]:
    """Which of these families (ids) the file may hold in a row that could not be loaded: of them
    nobody can say that they are absent."""
    with connection.cursor() as cursor:
        cursor.execute(
            load_sql("dtks/possibly_in_file.sql"),
            {"snapshot": snapshot.pk, "households": list(households)},
        )
        return {pk for (pk,) in cursor.fetchall()}


_STEPS = (
    gettext_noop("Cleaning the rows"),
    gettext_noop("Recognising the families"),
    gettext_noop("Recognising the members"),
    gettext_noop("Adding new families and members"),
    gettext_noop("Bringing known ones up to date"),
    gettext_noop("Noting the period"),
)


def _district(code: str) -> str:
    """The kabupaten's code of any area in it; a province stands for itself."""
    return ".".join(code.split(".")[:2])


def _cells(snapshot) -> dict:
    """Place of each field's cell in `cells`, counted from 1, or None when the file lacks it."""
    mapping = snapshot.mapping
    return {name: mapping[name] + 1 if name in mapping else None for name in CELLS}


def _components(words) -> dict:
    return {"words": list(words), "components": list(words.values())}


def _count_places(snapshot) -> dict:
    found = {
        component: snapshot.mapping[field] + 1
        for field, component in COMPONENT_FIELDS.items()
        if field in snapshot.mapping
    }
    return {"places": list(found.values()), "components": list(found)}


def _one(name, params) -> dict:
    with connection.cursor() as cursor:
        cursor.execute(load_sql(name), params)
        (answer,) = cursor.fetchone()
    return json.loads(answer) if isinstance(answer, str) else answer


def _refresh_statistics():
    with connection.cursor() as cursor:
        for table in (
            "beneficiaries_household",
            "beneficiaries_member",
            "beneficiaries_householdperiod",
            "beneficiaries_memberperiod",
            "beneficiaries_membercomponent",
        ):
            cursor.execute(f"ANALYZE {table}")
