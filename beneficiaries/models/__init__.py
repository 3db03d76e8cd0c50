from beneficiaries.models.benefit import BenefitIndex, Component, PeriodRule
from beneficiaries.models.history import (
    HouseholdEvent,
    HouseholdStatusChange,
    MemberEvent,
    MemberStatusChange,
)
from beneficiaries.models.household import FormerCard, Household
from beneficiaries.models.member import Member
from beneficiaries.models.period import HouseholdPeriod, MemberComponent, MemberPeriod

__all__ = [
    "BenefitIndex",
    "Component",
    "FormerCard",
    "Household",
    "HouseholdEvent",
    "HouseholdPeriod",
    "HouseholdStatusChange",
    "Member",
    "MemberComponent",
    "MemberEvent",
    "MemberPeriod",
    "MemberStatusChange",
    "PeriodRule",
]
