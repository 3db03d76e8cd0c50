from facilitators.models.caseload import CaseloadAssignment, CaseloadSettings
from facilitators.models.commitments import (
    EDUCATION,
    HEALTH,
    CommitmentCheck,
    CommitmentCorrection,
    CommitmentMonth,
    CommitmentMonthEvent,
    CommitmentQuarter,
    CommitmentRule,
    CommitmentSettings,
    Outcome,
    School,
)
from facilitators.models.corrections import SessionCorrection
from facilitators.models.facilitator import Facilitator, Posting
from facilitators.models.learning import (
    Attendance,
    LearningGroup,
    LearningMembership,
    LearningModule,
    LearningSession,
    LearningTopic,
)
from facilitators.models.marks import VisitCheck, VisitMark
from facilitators.models.purposes import Purpose
from facilitators.models.results import PerformanceTarget, Source
from facilitators.models.visit_requests import VisitRequest
from facilitators.models.visit_settings import VisitSettings
from facilitators.models.visits import (
    ChangeProposal,
    ChangeProposalEvent,
    Visit,
    VisitEvent,
    VisitRule,
)
from facilitators.models.work import (
    ACTIVITIES,
    PLANNED,
    Activity,
    ActivityFamily,
    Level,
    PlannedWork,
    Work,
    WorkPlan,
)

__all__ = [
    "ACTIVITIES",
    "EDUCATION",
    "HEALTH",
    "PLANNED",
    "Activity",
    "ActivityFamily",
    "Attendance",
    "CaseloadAssignment",
    "CaseloadSettings",
    "ChangeProposal",
    "ChangeProposalEvent",
    "CommitmentCheck",
    "CommitmentCorrection",
    "CommitmentMonth",
    "CommitmentMonthEvent",
    "CommitmentQuarter",
    "CommitmentRule",
    "CommitmentSettings",
    "Facilitator",
    "LearningGroup",
    "LearningMembership",
    "LearningModule",
    "LearningSession",
    "LearningTopic",
    "Level",
    "Outcome",
    "PerformanceTarget",
    "PlannedWork",
    "Posting",
    "Purpose",
    "School",
    "SessionCorrection",
    "Source",
    "Visit",
    "VisitCheck",
    "VisitEvent",
    "VisitMark",
    "VisitRequest",
    "VisitRule",
    "VisitSettings",
    "Work",
    "WorkPlan",
]
