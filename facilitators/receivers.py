"""News from the register below."""

from django.dispatch import receiver

from beneficiaries.signals import household_left
from facilitators.services.caseloads import let_go


@receiver(household_left)
def nobody_accompanies_a_family_that_left(*, household, on, by, at, **kwargs):
    let_go(household=household, on=on, by=by, at=at)
