from facilitators.models.caseload import CaseloadAssignment, CaseloadSettings
from facilitators.models.facilitator import Facilitator, Posting
from facilitators.models.visits import (
    ChangeProposal,
    ChangeProposalEvent,
    Purpose,
    Visit,
    VisitEvent,
    VisitRule,
)

__all__ = [
    "CaseloadAssignment",
    "CaseloadSettings",
    "ChangeProposal",
    "ChangeProposalEvent",
    "Facilitator",
    "Posting",
    "Purpose",
    "Visit",
    "VisitEvent",
    "VisitRule",
]
