"""The only writers of cases, exits and the book in which exits are counted."""

from graduation.services.assessments import (
    assess_case,
    copy_questionnaire,
    publish_questionnaire,
)
from graduation.services.cases import (
    approve_case,
    attach_statement,
    cancel_case,
    confirm_case,
    missing_for_approval,
    note_visit,
    open_case,
    propose_case,
    reactivate_case,
    reject_case,
    submit_case,
    verify_case,
)
from graduation.services.closing import compare_with_closing
from graduation.services.exits import (
    keep_support,
    lock_quarter,
    move_exit,
    record_exit,
    record_monitoring,
    record_reentry,
    withdraw_exit,
)
from graduation.services.flags import raise_flags, settle_flag
from graduation.services.forecast import refresh_forecast
from graduation.services.targets import change_target, set_target, shares_of, split_target

__all__ = [
    "approve_case",
    "assess_case",
    "attach_statement",
    "cancel_case",
    "change_target",
    "compare_with_closing",
    "confirm_case",
    "copy_questionnaire",
    "keep_support",
    "lock_quarter",
    "missing_for_approval",
    "move_exit",
    "note_visit",
    "open_case",
    "propose_case",
    "publish_questionnaire",
    "raise_flags",
    "reactivate_case",
    "record_exit",
    "record_monitoring",
    "record_reentry",
    "refresh_forecast",
    "reject_case",
    "set_target",
    "settle_flag",
    "shares_of",
    "split_target",
    "submit_case",
    "verify_case",
    "withdraw_exit",
]
