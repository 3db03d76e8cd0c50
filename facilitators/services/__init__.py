from facilitators.services.activities import (
    add_activity_evidence,
    record_activity,
    withdraw_activity,
)
from facilitators.services.caseloads import (
    assign_families,
    end_families,
    give_families,
    hand_over,
)
from facilitators.services.commitments import (
    accept_reason,
    check_rule_is_free,
    close_quarter,
    correct_check,
    judge_open_quarters,
    load_attendance,
    name_school,
    prepare_quarter,
    record_health_check,
    record_months,
    record_school_quarter,
    withdraw_reason,
)
from facilitators.services.learning import (
    add_evidence,
    form_group,
    join_group,
    leave_group,
    name_leader,
    record_session,
)
from facilitators.services.learning_corrections import correct_session
from facilitators.services.learning_groups import end_group, rename_group
from facilitators.services.marks import check_visit, mark_visits
from facilitators.services.people import (
    add_facilitator,
    change_facilitator,
    end_employment,
    post_facilitator,
)
from facilitators.services.phone import give_keys, owner_tags
from facilitators.services.plans import apply_plan
from facilitators.services.proposals import decide_proposal
from facilitators.services.requests import ask_for_visit, withdraw_request, withdraw_requests
from facilitators.services.visits import add_photo, add_signature, change_visit, record_visit
from facilitators.services.work_plans import submit_plan

__all__ = [
    "accept_reason",
    "add_activity_evidence",
    "add_evidence",
    "add_facilitator",
    "add_photo",
    "add_signature",
    "apply_plan",
    "ask_for_visit",
    "assign_families",
    "change_facilitator",
    "change_visit",
    "check_rule_is_free",
    "check_visit",
    "close_quarter",
    "correct_check",
    "correct_session",
    "decide_proposal",
    "end_employment",
    "end_families",
    "end_group",
    "form_group",
    "give_families",
    "give_keys",
    "hand_over",
    "join_group",
    "judge_open_quarters",
    "leave_group",
    "load_attendance",
    "mark_visits",
    "name_leader",
    "name_school",
    "owner_tags",
    "post_facilitator",
    "prepare_quarter",
    "record_activity",
    "record_health_check",
    "record_months",
    "record_school_quarter",
    "record_session",
    "record_visit",
    "rename_group",
    "submit_plan",
    "withdraw_activity",
    "withdraw_reason",
    "withdraw_request",
    "withdraw_requests",
]
