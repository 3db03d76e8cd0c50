import datetime as dt

import factory

from facilitators.models import CaseloadAssignment, Facilitator, Posting
from tests.factories.areas import AreaFactory


class FacilitatorFactory(factory.django.DjangoModelFactory):
    """Works since 2020, posted in kecamatan 99.01.01 unless the test says where."""

    class Meta:
        model = Facilitator
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"PENDAMPING KE {n}")
    starts_on = dt.date(2020, 1, 1)

    @factory.post_generation
    def area(self, create, code, **kwargs):
        Posting.objects.create(
            facilitator=self,
            area=AreaFactory(code=code or "99.01.01"),
            starts_on=self.starts_on,
            ends_on=self.ends_on,
        )


def entrust(facilitator, *households, starts_on=dt.date(2026, 1, 1), ends_on=None):
    """Rows as an act left them, on whatever days the test needs."""
    return [
        CaseloadAssignment.objects.create(
            household=household,
            facilitator=facilitator,
            starts_on=starts_on,
            ends_on=ends_on,
            recorded_at=dt.datetime(2026, 1, 1, 8, 0, tzinfo=dt.UTC),
        )
        for household in households
    ]
