import datetime as dt

import factory

from beneficiaries.models import BenefitIndex, Household, Member, PeriodRule
from tests.factories.areas import AreaFactory


class HouseholdFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Household

    desa = factory.SubFactory(AreaFactory)
    kk_number = factory.Sequence(lambda n: f"9901{10**11 + n:012d}")  # never a member's NIK
    rt = "001"
    rw = "002"


class MemberFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Member

    household = factory.SubFactory(HouseholdFactory)
    nik = factory.Sequence(lambda n: f"9901{n:012d}")
    name = factory.Sequence(lambda n: f"WARGA KE {n}")
    birth_on = dt.date(1990, 1, 1)


YEARLY_2026 = {
    "pregnancy": 3_000_000,
    "early_child": 3_000_000,
    "primary": 900_000,
    "junior": 1_500_000,
    "senior": 2_000_000,
    "elderly": 2_400_000,
    "severe_disability": 2_400_000,
    "rights_victim": 10_800_000,
}


def rules_of_2026():
    """The rules as the migration left them; tests with real transactions empty those tables."""
    for component, amount in YEARLY_2026.items():
        BenefitIndex.objects.get_or_create(
            kind="component",
            component=component,
            valid_from=dt.date(2025, 1, 1),
            defaults={"amount_year": amount},
        )
    PeriodRule.objects.get_or_create(valid_from=dt.date(2025, 1, 1))
