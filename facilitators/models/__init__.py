from facilitators.models.caseload import CaseloadAssignment, CaseloadSettings
from facilitators.models.facilitator import Facilitator, Posting

__all__ = ["CaseloadAssignment", "CaseloadSettings", "Facilitator", "Posting"]
