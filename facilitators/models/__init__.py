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
from facilitators.models.visits import (
    ChangeProposal,
    ChangeProposalEvent,
    Purpose,
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
    "VisitRule",
]
