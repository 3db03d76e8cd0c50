"""Settings only. Facilitators and their families have pages of their own."""

from django import forms
from django.contrib import admin
from django.utils import timezone

from core.admin import OfficeModelAdmin
from core.small_lists import SmallListAdmin
from facilitators import services
from facilitators.models import (
    CaseloadSettings,
    CommitmentRule,
    CommitmentSettings,
    LearningModule,
    LearningTopic,
    PerformanceTarget,
    Source,
    VisitRule,
    VisitSettings,
)


@admin.register(CaseloadSettings)
class CaseloadSettingsAdmin(OfficeModelAdmin):
    """One row; a change counts from the next look at the page on."""

    list_display = ["__str__", "few_below", "many_above", "maximum"]

    def has_add_permission(self, request):
        return (
            request.user.has_perm("facilitators.change_caseloadsettings")
            and not CaseloadSettings.objects.exists()
        )


@admin.register(VisitRule)
class VisitRuleAdmin(OfficeModelAdmin):
    """When a family is overdue; another number is another row, from the day it holds."""

    list_display = ["purpose", "days", "valid_from"]


@admin.register(VisitSettings)
class VisitSettingsAdmin(OfficeModelAdmin):
    """The numbers of visits; other ones are another row, from the day they hold."""

    list_display = ["valid_from", "request_days", "late_days", "distance_m", "sample_percent"]


@admin.register(CommitmentRule)
class CommitmentRuleAdmin(OfficeModelAdmin):
    """When a commitment is met; other numbers are another row, from the day they hold."""

    list_display = ["component", "threshold_percent", "visits_needed", "valid_from", "source"]
    list_filter = ["component"]

    def save_model(self, request, obj, form, change):
        """Open quarters are judged by it at once; closed ones stay as they are."""
        services.check_rule_is_free(obj)
        super().save_model(request, obj, form, change)
        services.judge_open_quarters(by=request.user, at=timezone.now())


@admin.register(CommitmentSettings)
class CommitmentSettingsAdmin(OfficeModelAdmin):
    """One row: the head and foot of letters to families."""

    list_display = ["__str__", "signer_name", "signer_title"]


@admin.register(LearningModule)
class LearningModuleAdmin(SmallListAdmin):
    """Modules of P2K2; another name or number is another row, from the day it holds."""

    columns = ("code", "name", "siks_topic", "position", "valid_from", "valid_to")
    key_fields = ("code", "valid_from")
    list_display = ["name", "siks_topic", "position", "valid_from", "valid_to"]


@admin.register(LearningTopic)
class LearningTopicAdmin(OfficeModelAdmin):
    list_display = ["name", "module", "number", "valid_from", "valid_to"]
    list_select_related = ["module"]


class PerformanceTargetForm(forms.ModelForm):
    sources = forms.MultipleChoiceField(
        label=PerformanceTarget._meta.get_field("sources").verbose_name,
        choices=Source.choices,
        widget=forms.CheckboxSelectMultiple,
    )


@admin.register(PerformanceTarget)
class PerformanceTargetAdmin(OfficeModelAdmin):
    """RHK: another target or another way of counting is another row, from the day it holds."""

    form = PerformanceTargetForm
    list_display = ["number", "name", "target", "unit", "valid_from", "confirmed"]
