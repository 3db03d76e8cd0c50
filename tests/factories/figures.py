"""The figures of Kabupaten Pringsewu (domain.md 2.4) as rows: made set-wise, thousands at once."""

from types import SimpleNamespace

from django.db import connection

from areas.models import Area
from graduation.models import ExitReason
from tests.factories.areas import AreaFactory
from tests.factories.facilitators import FacilitatorFactory
from tests.factories.graduation import exit_type

VILLAGES = ["99.01.01.2001", "99.01.02.2001", "99.01.03.2001"]
_FAMILIES = """
    INSERT INTO beneficiaries_household (desa_id)
    SELECT (%(villages)s::text[])[1 + n %% %(count)s] FROM generate_series(1, %(number)s) AS n
    RETURNING id
"""
_LISTED = """
    INSERT INTO beneficiaries_householdperiod (household_id, year, stage, counts, ministry_status)
    SELECT unnest(%(families)s::bigint[]), %(year)s, %(stage)s, '{}', ''
"""
# Every third without a facilitator, the others by turns; every second without a reason.
_EXITS = """
    WITH gone AS (
        SELECT h.id, h.desa_id, row_number() OVER (ORDER BY h.id) AS n
        FROM beneficiaries_household h WHERE h.id = ANY (%(families)s)
    ), left_by AS (
        INSERT INTO graduation_exit (id, household_id, type_id, reason_id, "on", basis,
            document_number, desa_id, facilitator_id, recorded_at, reentry_note, withdrawal_reason)
        SELECT gen_random_uuid(), id, %(type)s,
            CASE WHEN n %% 2 = 0 THEN %(reason)s::bigint END,
            make_date(%(year)s, 3 * (1 + (n %% %(quarters)s)::int) - 1, 15), 'decree', '', desa_id,
            (%(facilitators)s::bigint[])[1 + n %% 3], now(), '', ''
        FROM gone
        RETURNING *
    )
    INSERT INTO graduation_exitentry
        (exit_id, year, quarter, type_id, reason_id, desa_id, facilitator_id, sign, at)
    SELECT id, extract(year FROM "on"), extract(quarter FROM "on"), type_id, reason_id, desa_id,
        facilitator_id, 1, now()
    FROM left_by
"""


def families(number, villages=VILLAGES) -> list[int]:
    for code in villages:
        AreaFactory(code=code)
    with connection.cursor() as cursor:
        cursor.execute(_FAMILIES, {"villages": villages, "count": len(villages), "number": number})
        return [pk for (pk,) in cursor.fetchall()]


def listed(families, year, stage):
    """The families stand in that Final Closing."""
    with connection.cursor() as cursor:
        cursor.execute(_LISTED, {"families": families, "year": year, "stage": stage})
    analyse()


def counted(families, code, year, facilitators=(), quarters=4):
    """They left in that way, spread over the first quarters of the year."""
    kind = exit_type(code)
    people = [*facilitators, None, None, None][:3]
    with connection.cursor() as cursor:
        cursor.execute(
            _EXITS,
            {
                "families": families,
                "type": kind.pk,
                "reason": ExitReason.objects.filter(type=kind).values_list("pk", flat=True).first(),
                "year": year,
                "quarters": quarters,
                "facilitators": people,
            },
        )


def analyse():
    """What autovacuum does in an office: it last saw these tables empty, and plans for that."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE beneficiaries_household, beneficiaries_householdperiod, graduation_exit,"
            " graduation_exitentry"
        )


def pringsewu_2022():
    """21,299 families of 2022-1, of whom 208 leave by choice and 1,883 by local eligibility;
    20,667 families of 2023-2, of whom 1,459 are new."""
    old = families(21_299)
    new = families(1_459)
    listed(old, 2022, 1)
    listed(old[2_091:] + new, 2023, 2)
    people = [FacilitatorFactory(name="ANI").pk, FacilitatorFactory(name="BAYU").pk]
    counted(old[:208], "prosperous", 2022, people)
    counted(old[208:2_091], "local_eligibility", 2022, people)
    analyse()
    return SimpleNamespace(
        area=Area.objects.get(pk="99.01"), staying=old[2_091:], left=old[:2_091], people=people
    )
