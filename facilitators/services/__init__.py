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

__all__ = [
    "add_facilitator",
    "apply_plan",
    "assign_families",
    "change_facilitator",
    "end_employment",
    "end_families",
    "give_families",
    "hand_over",
    "post_facilitator",
]
