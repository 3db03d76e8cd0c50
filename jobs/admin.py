from django.contrib import admin

from core.admin import ReadOnlyAdmin
from jobs.models import Job


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Looking only: a job is started, cancelled and retried where its subject is."""

    list_display = ["kind", "state", "step", "requested_by", "attempts", "created_at"]
    list_select_related = ["requested_by"]
    list_filter = ["state", "kind"]
    fields = [
        "id",
        "kind",
        "state",
        "step",
        "done",
        "total",
        "requested_by",
        "attempts",
        "error_code",
        "created_at",
        "started_at",
        "finished_at",
        "heartbeat_at",
    ]
    ordering = ["-created_at"]
