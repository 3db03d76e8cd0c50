from facilitators.models.caseload import CaseloadAssignment, CaseloadSettings
from facilitators.models.facilitator import Facilitator, Posting
from facilitators.models.learning import (
    Attendance,
    LearningGroup,
    LearningMembership,
    LearningModule,
    LearningSession,
    LearningTopic,
)
from facilitators.models.purposes import Purpose
from facilitators.models.visit_requests import VisitRequest
from facilitators.models.visit_settings import VisitSettings
from facilitators.models.visits import (
    ChangeProposal,
    ChangeProposalEvent,
    Visit,
    VisitEvent,
    VisitRule,
)

__all__ = [
    "Attendance",
    "CaseloadAssignment",
    "CaseloadSettings",
    "ChangeProposal",
    "ChangeProposalEvent",
    "Facilitator",
    "LearningGroup",
    "LearningMembership",
    "LearningModule",
    "LearningSession",
    "LearningTopic",
    "Posting",
    "Purpose",
    "Visit",
    "VisitEvent",
    "VisitRequest",
    "VisitRule",
    "VisitSettings",
]
