"""News from the register below: what a person must look at before a case goes on."""

from django.dispatch import receiver

from beneficiaries.signals import household_changed, household_left
from graduation.services.flags import raise_flags
from graduation.services.forecast import refresh_forecast


@receiver(household_left)
@receiver(household_changed)
def something_happened(*, household, at, **kwargs):
    raise_flags(at=at, household=household)
    refresh_forecast(at=at, household=household)
