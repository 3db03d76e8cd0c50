"""What must always be true of the register and of ministry files, asked of the database itself.

Each question is one statement whose answer is a count; anything but zero is a violation. Only
counts come out, never a name or a number.
"""

from django.db import connection

from core.integrity import contributes
from core.sql import load_sql

CHECKS = (
    "caretaker_of_another_household",
    "same_person_twice_in_household",
    "member_version_behind_history",
    "household_version_behind_history",
    "component_without_listing",
    "component_of_unknown_period",
    "period_of_unknown_file",
    "first_period_is_not_the_earliest",
    "status_without_dated_row",
    "former_card_never_held",
    "exit_date_without_exit",
    "rows_do_not_add_up",
    "problem_counts_differ",
    "approved_by_importer",
    "approved_without_result",
    "loaded_totals_differ",
    "staged_rows_without_file",
    "decision_about_missing_row",
    "difference_of_missing_member",
    "decision_not_on_its_difference",
    "job_finished_but_open",
    "effect_without_audit",
)


@contributes
def violations() -> list[dict]:
    """[{code, count}] of what is wrong, in the order of CHECKS; [] when everything holds."""
    found = []
    with connection.cursor() as cursor:
        for code in CHECKS:
            cursor.execute(_statement(code))
            (count,) = cursor.fetchone()
            if count:
                found.append({"code": code, "count": count})
    return found


def _statement(code: str) -> str:
    statements = load_sql("dtks/integrity.sql").split("-- check: ")
    named = dict(statement.split("\n", 1) for statement in statements[1:])
    return named[code]
