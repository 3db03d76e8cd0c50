"""The resources of /api/v1/; each floor brings its own, the names are promised in interfaces.md."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.routers import SimpleRouter

from accounts.api.areas import AreaViewSet
from beneficiaries.api.views import HouseholdViewSet, MemberViewSet
from dashboard.api.figures import FigureViewSet
from dtks.api.views import DifferenceViewSet, SnapshotViewSet, SourceRowViewSet
from facilitators.api.caseloads import AssignmentViewSet, FacilitatorViewSet
from facilitators.api.commitments import CommitmentCheckViewSet
from facilitators.api.learning import LearningGroupViewSet, LearningSessionViewSet
from facilitators.api.requests import VisitRequestViewSet
from facilitators.api.results import PerformanceResultViewSet
from facilitators.api.visits import VisitViewSet
from facilitators.api.work import ActivityViewSet, WorkPlanViewSet, WorkProgressViewSet
from graduation.api.candidates import CandidateViewSet
from graduation.api.cases import GraduationCaseViewSet
from graduation.api.monitorings import MonitoringViewSet
from graduation.api.reports import GraduationReportViewSet
from graduation.api.targets import GraduationTargetViewSet
from jobs.api.views import JobViewSet
from meetings.api.follow_ups import FollowUpViewSet
from meetings.api.meetings import MeetingResultsViewSet, MeetingViewSet

router = SimpleRouter()
router.register("activities", ActivityViewSet, basename="activity")
router.register("areas", AreaViewSet, basename="area")
router.register("assignments", AssignmentViewSet, basename="assignment")
router.register("commitment-checks", CommitmentCheckViewSet, basename="commitment-check")
router.register("facilitators", FacilitatorViewSet, basename="facilitator")
router.register("figures", FigureViewSet, basename="figure")
router.register("follow-ups", FollowUpViewSet, basename="follow-up")
router.register("graduation-cases", GraduationCaseViewSet, basename="graduation-case")
router.register("graduation-reports", GraduationReportViewSet, basename="graduation-report")
router.register("graduation-targets", GraduationTargetViewSet, basename="graduation-target")
router.register("graduation-candidates", CandidateViewSet, basename="graduation-candidate")
router.register("households", HouseholdViewSet, basename="household")
router.register("jobs", JobViewSet, basename="job")
router.register("learning-groups", LearningGroupViewSet, basename="learning-group")
router.register("learning-sessions", LearningSessionViewSet, basename="learning-session")
router.register("meeting-results", MeetingResultsViewSet, basename="meeting-results")
router.register("meetings", MeetingViewSet, basename="meeting")
router.register("members", MemberViewSet, basename="member")
router.register("monitorings", MonitoringViewSet, basename="monitoring")
router.register("performance-results", PerformanceResultViewSet, basename="performance-result")
router.register("snapshots", SnapshotViewSet, basename="snapshot")
router.register(
    r"snapshots/(?P<snapshot_pk>\d{1,18})/rows", SourceRowViewSet, basename="snapshot-row"
)
router.register(
    r"snapshots/(?P<snapshot_pk>\d{1,18})/differences",
    DifferenceViewSet,
    basename="snapshot-difference",
)
router.register("visit-requests", VisitRequestViewSet, basename="visit-request")
router.register("visits", VisitViewSet, basename="visit")
router.register("work-plans", WorkPlanViewSet, basename="work-plan")
router.register("work-progress", WorkProgressViewSet, basename="work-progress")


class SchemaView(SpectacularAPIView):
    """Public: it says what may be asked for, and holds nothing about anybody."""

    permission_classes = [AllowAny]


class DocsView(SpectacularSwaggerSplitView):
    permission_classes = [AllowAny]


urlpatterns = [
    path("v1/", include((router.urls, "v1"))),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(url_name="api:schema"), name="docs"),
]
