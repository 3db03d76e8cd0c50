"""Who may count in a quarter that is locked."""

import datetime as dt

from django.utils.translation import gettext as _

from beneficiaries.models import Household
from core.errors import Refused
from core.periods import Period
from graduation.models import Exit
from graduation.services.exits import quarter_of


def refuse_locked_exit(*, exit: Exit, days: list[dt.date], may_correct: bool) -> None:
    """As `refuse_locked`, for `days` and the day the exit is counted on now: somebody may have
    moved it into a locked quarter since it was read."""
    Household.objects.select_for_update(of=("self",)).get(pk=exit.household_id)
    counted_on = Exit.objects.values_list("on", flat=True).get(pk=exit.pk)
    refuse_locked(
        household=exit.household_id,
        desa=exit.desa_id,
        days=[counted_on, *days],
        may_correct=may_correct,
    )


def refuse_locked(*, household: int, desa: str, days: list[dt.date], may_correct: bool) -> None:
    """Inside a transaction: nobody locks these quarters until it ends, and one that is locked
    already is left to who may correct it. The family is locked before the quarter, in the order
    of the other services. Refusal: `quarter_locked`."""
    if may_correct:
        return
    Household.objects.select_for_update(of=("self",)).get(pk=household)
    for period in sorted({Period.of(day) for day in days}):
        if quarter_of(area=desa, period=period).locked_at is not None:
            raise Refused(
                "quarter_locked",
                _("Quarter %(quarter)s is locked. The district coordinator corrects it.")
                % {"quarter": period},
            )
