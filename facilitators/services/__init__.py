from facilitators.services.caseloads import (
    assign_families,
    end_families,
    give_families,
    hand_over,
)
from facilitators.services.people import (
    add_facilitator,
    change_facilitator,
    end_employment,
    post_facilitator,
)
from facilitators.services.plans import apply_plan
from facilitators.services.proposals import decide_proposal
from facilitators.services.visits import add_photo, change_visit, record_visit

__all__ = [
    "add_facilitator",
    "add_photo",
    "apply_plan",
    "assign_families",
    "change_facilitator",
    "change_visit",
    "decide_proposal",
    "end_employment",
    "end_families",
    "give_families",
    "hand_over",
    "post_facilitator",
    "record_visit",
]
