from graduation.models.assessment import Assessment, Choice, Question, Questionnaire
from graduation.models.cases import OPEN_STATES, CaseFlag, CaseStep, GraduationCase, State
from graduation.models.exits import (
    Exit,
    ExitEntry,
    KeptSupport,
    Monitoring,
    QuarterCorrection,
    ReportQuarter,
)
from graduation.models.forecast import Candidate, ComponentEnd
from graduation.models.targets import GraduationTarget, GraduationTargetEvent
from graduation.models.types import ExitReason, ExitType, Headline

__all__ = [
    "OPEN_STATES",
    "Assessment",
    "Candidate",
    "CaseFlag",
    "CaseStep",
    "Choice",
    "ComponentEnd",
    "Exit",
    "ExitEntry",
    "ExitReason",
    "ExitType",
    "GraduationCase",
    "GraduationTarget",
    "GraduationTargetEvent",
    "Headline",
    "KeptSupport",
    "Monitoring",
    "QuarterCorrection",
    "Question",
    "Questionnaire",
    "ReportQuarter",
    "State",
]
