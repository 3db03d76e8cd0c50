from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.response import Response

from accounts.api.permissions import SIGNED_IN, RolePermission
from accounts.scopes import Scope
from core.api.views import OfficeViewSet
from jobs.api.serializers import JobSerializer
from jobs.models import Job
from jobs.queries import worker_seen_within
from jobs.services import cancel_job


class JobFilter(filters.FilterSet):
    class Meta:
        model = Job
        fields = ["state", "kind", "subject_type", "subject_id"]


class JobViewSet(ListModelMixin, RetrieveModelMixin, OfficeViewSet):
    """Long work: one's own, and everybody's for a role that looks after the office."""

    queryset = Job.objects.none()
    serializer_class = JobSerializer
    permission_classes = [RolePermission]
    required_permission = {"GET": SIGNED_IN, "cancel": SIGNED_IN}
    required_scope = {"GET": Scope.JOBS_READ, "cancel": Scope.JOBS_WRITE}
    filterset_class = JobFilter
    ordering_fields = ("created_at",)
    ordering = ("-created_at", "id")
    lookup_value_regex = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

    def get_queryset(self):
        return Job.objects.visible_to(self.request.user)

    def get_serializer_context(self):
        return super().get_serializer_context() | {
            "at": timezone.now(),
            "worker_alive": worker_seen_within(30),
        }

    @extend_schema(request=None, responses=JobSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def cancel(self, request, *args, **kwargs):
        """Stop the work; asking again, or for work that has ended, changes nothing."""
        job = cancel_job(job=self.get_object(), by=request.user, at=timezone.now())
        return Response(self.get_serializer(job).data)
