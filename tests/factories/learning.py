import datetime as dt

import factory

from facilitators.models import LearningGroup, LearningMembership, LearningModule, LearningTopic
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory

LONG_AGO = dt.date(2026, 1, 1)


class LearningGroupFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = LearningGroup

    name = factory.Sequence(lambda n: f"Melati {n}")
    village = factory.SubFactory(AreaFactory)
    starts_on = LONG_AGO


def a_family(village=None, **fields):
    """A family with its caretaker."""
    fields = fields | ({"desa": village} if village is not None else {})
    household = HouseholdFactory(**fields)
    household.caretaker = MemberFactory(household=household)
    household.save(update_fields=["caretaker"])
    return household


def a_group(families=3, **fields):
    """(group, its families in the order in which they were made)."""
    group = LearningGroupFactory(**fields)
    households = [a_family(group.village) for _ in range(families)]
    put_into(group, *households)
    return group, households


def put_into(group, *households, starts_on=LONG_AGO, ends_on=None):
    return [
        LearningMembership.objects.create(
            group=group,
            household=household,
            starts_on=starts_on,
            ends_on=ends_on,
            recorded_at=dt.datetime(2026, 1, 1, 8, 0, tzinfo=dt.UTC),
        )
        for household in households
    ]


def a_topic(valid_from=dt.date(2018, 1, 1), valid_to=None):
    module, _made = LearningModule.objects.get_or_create(
        code="uji", valid_from=dt.date(2018, 1, 1), defaults={"name": "Uji", "siks_topic": "health"}
    )
    return LearningTopic.objects.create(
        module=module,
        number=module.topics.count() + 1,
        name="Belajar bersama",
        valid_from=valid_from,
        valid_to=valid_to,
    )
