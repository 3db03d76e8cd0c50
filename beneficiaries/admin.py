"""Rules only. Families and members are looked at on their own pages, where reading has rules."""

from django.contrib import admin

from beneficiaries.models import BenefitIndex, PeriodRule
from core.admin import OfficeModelAdmin


@admin.register(BenefitIndex)
class BenefitIndexAdmin(OfficeModelAdmin):
    list_display = [
        "component",
        "kind",
        "amount_year",
        "max_per_family",
        "valid_from",
        "valid_to",
        "source",
    ]
    list_filter = ["kind", "component"]


@admin.register(PeriodRule)
class PeriodRuleAdmin(OfficeModelAdmin):
    list_display = ["valid_from", "valid_to", "max_components", "payments_a_year", "source"]
