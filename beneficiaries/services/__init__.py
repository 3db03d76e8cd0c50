"""The only writers of the register, besides the loading of approved files (dtks.loading)."""

from beneficiaries.services.acting import acting
from beneficiaries.services.conflicts import ChangedMeanwhile
from beneficiaries.services.households import (
    change_card_number,
    change_exit_day,
    change_household,
    change_household_status,
    exit_household,
    restore_household,
    set_caretaker,
)
from beneficiaries.services.members import (
    add_member,
    change_member,
    change_member_status,
    move_member,
    restore_member,
)
from beneficiaries.services.reveal import reveal_identities, reveal_identity

__all__ = [
    "ChangedMeanwhile",
    "acting",
    "add_member",
    "change_card_number",
    "change_exit_day",
    "change_household",
    "change_household_status",
    "change_member",
    "change_member_status",
    "exit_household",
    "move_member",
    "restore_household",
    "restore_member",
    "reveal_identities",
    "reveal_identity",
    "set_caretaker",
]
