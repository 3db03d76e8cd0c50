"""Rules by which families are judged. Cases and exits have pages of their own."""

from django.contrib import admin, messages
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.admin import OfficeModelAdmin
from core.errors import Refused
from graduation import services
from graduation.models import Choice, ComponentEnd, ExitReason, ExitType, Question, Questionnaire


class DraftOnly:
    """Only a draft is added to and changed; the database holds it too."""

    def draft_of(self, obj):
        raise NotImplementedError

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or self.draft_of(obj).published_at is None)


class QuestionInline(admin.TabularInline):
    model = Question
    fields = ["order", "group", "code", "text", "weight", "required"]
    extra = 0
    show_change_link = True

    def has_add_permission(self, request, obj):
        return super().has_add_permission(request, obj) and _is_draft(obj)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and _is_draft(obj)

    def has_delete_permission(self, request, obj=None):
        # Taking a question out of a draft is changing the draft.
        return self.has_change_permission(request, obj)


class ChoiceInline(admin.TabularInline):
    model = Choice
    fields = ["order", "code", "text", "percent"]
    extra = 0

    def has_add_permission(self, request, obj):
        return super().has_add_permission(request, obj) and _is_draft(obj)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and _is_draft(obj)

    def has_delete_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)


def _is_draft(obj) -> bool:
    """Of a questionnaire, of a question of one, or of one not yet made."""
    form = obj.questionnaire if isinstance(obj, Question) else obj
    return form is None or form.published_at is None


@admin.register(Questionnaire)
class QuestionnaireAdmin(DraftOnly, OfficeModelAdmin):
    """A version is drafted, then published; after that a copy of it is the next draft."""

    list_display = ["name", "version", "threshold_percent", "valid_from", "published_at"]
    fields = ["name", "version", "threshold_percent", "valid_from", "source", "published_at"]
    readonly_fields = ["published_at"]
    inlines = [QuestionInline]
    actions = ["publish", "copy"]

    def draft_of(self, obj):
        return obj

    @admin.action(description=gettext_lazy("Publish the version"), permissions=["change"])
    def publish(self, request, queryset):
        self._each(
            request,
            queryset,
            services.publish_questionnaire,
            lambda form: _("%(form)s was published and stays as it is.") % {"form": form},
        )

    @admin.action(description=gettext_lazy("Copy as the next version"), permissions=["add"])
    def copy(self, request, queryset):
        self._each(
            request,
            queryset,
            services.copy_questionnaire,
            lambda form: _("%(form)s is the new draft.") % {"form": form},
        )

    def _each(self, request, queryset, service, said):
        for form in queryset:
            try:
                done = service(questionnaire=form, by=request.user, at=timezone.now())
            except Refused as reason:
                messages.error(request, str(reason))
            else:
                messages.success(request, said(done))


@admin.register(Question)
class QuestionAdmin(DraftOnly, OfficeModelAdmin):
    """The answers of a question; questions are added in their questionnaire."""

    list_display = ["text", "group", "weight", "required", "questionnaire"]
    list_select_related = ["questionnaire"]
    list_filter = ["group", "questionnaire"]
    fields = ["questionnaire", "group", "code", "text", "weight", "required", "order"]
    readonly_fields = ["questionnaire"]
    inlines = [ChoiceInline]

    def draft_of(self, obj):
        return obj.questionnaire

    def has_add_permission(self, request):
        return False


@admin.register(ExitType)
class ExitTypeAdmin(OfficeModelAdmin):
    """Ways to leave. Where a way is counted stays as it was made: past reports count by it, so
    another bucket is another way. One that ended keeps its cases."""

    list_display = [
        "name",
        "headline",
        "needs_visit",
        "needs_statement",
        "needs_assessment",
        "valid_from",
        "valid_to",
    ]
    fields = [
        "code",
        "name",
        "headline",
        "needs_visit",
        "needs_statement",
        "needs_assessment",
        "order",
        "valid_from",
        "valid_to",
        "source",
    ]

    def get_readonly_fields(self, request, obj=None):
        return ["code", "headline"] if obj else []


@admin.register(ExitReason)
class ExitReasonAdmin(OfficeModelAdmin):
    """Reasons of a way to leave; cases of before keep one that ended."""

    list_display = ["name", "type", "valid_to"]
    list_select_related = ["type"]
    list_filter = ["type"]
    fields = ["type", "code", "name", "valid_to"]

    def get_readonly_fields(self, request, obj=None):
        return ["type", "code"] if obj else []


@admin.register(ComponentEnd)
class ComponentEndAdmin(OfficeModelAdmin):
    """When components end; another rule is another row, from the day it holds. The candidates
    follow it with the next count, at night."""

    list_display = [
        "component",
        "ends",
        "number",
        "latest_age",
        "continues_as",
        "valid_from",
        "source",
    ]
    list_filter = ["component"]
