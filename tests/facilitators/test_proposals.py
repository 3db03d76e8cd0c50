"""The office decides what a visit found: nothing reaches the register in any other way."""

import datetime as dt

import pytest
from django.db import transaction

from areas.models import Area
from beneficiaries.models import Member, MemberEvent
from beneficiaries.services import ChangedMeanwhile, change_member
from core.errors import Refused
from facilitators.models import ChangeProposal, ChangeProposalEvent
from facilitators.services import decide_proposal
from tests.facilitators.conftest import NOW
from tests.factories.areas import AreaFactory

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 2)


@pytest.fixture
def proposed(visiting):
    def proposed(kind, values, member=None, version=1):
        sent = {
            "kind": kind,
            "member": member.pk if member else None,
            "version": version,
            "values": values,
        }
        return visiting(proposals=[sent]).proposals.get()

    return proposed


@pytest.fixture
def decide(operator):
    def decide(proposal, verdict="accepted", **said):
        given = {"by": operator, "at": NOW, "on": TODAY}
        with transaction.atomic():
            return decide_proposal(proposal=proposal, verdict=verdict, **given | said)

    return decide


def code_of(call, *args, **said):
    with pytest.raises(Refused) as refused:
        call(*args, **said)
    return refused.value.code


def test_an_accepted_correction_stands_in_the_register_with_its_author(
    proposed, decide, child, operator
):
    proposal = decide(proposed("correction", {"birth_place": "PRINGSEWU"}, child))

    child.refresh_from_db()
    assert (child.birth_place, child.kept_fields) == ("PRINGSEWU", ["birth_place"])
    assert (proposal.state, proposal.decided_by) == ("accepted", operator)
    event = MemberEvent.objects.get(pgh_obj=child)
    assert (event.birth_place, event.pgh_context.metadata["user"]) == ("METRO", operator.pk)
    assert ChangeProposalEvent.objects.get(pgh_obj=proposal).state == "open"


def test_an_accepted_birth_adds_the_child(proposed, decide, family):
    decide(proposed("birth", {"name": "bayi baru", "birth_on": "2026-10-20", "sex": "P"}))

    baby = family.members.get(name="BAYI BARU")
    assert (baby.birth_on, baby.sex, baby.nik, baby.status) == (
        dt.date(2026, 10, 20),
        "P",
        None,
        "active",
    )


def test_a_child_is_not_born_twice(proposed, decide):
    birth = {"name": "BAYI", "birth_on": "2026-10-20", "sex": "P"}
    decide(proposed("birth", birth))

    assert code_of(decide, proposed("birth", birth)) == "member_twice"


def test_an_accepted_death_is_a_dated_row(proposed, decide, child):
    decide(proposed("death", {"on": "2026-10-09"}, child))

    child.refresh_from_db()
    assert child.status == "died"
    assert child.status_changes.get().on == dt.date(2026, 10, 9)


def test_the_death_of_the_caretaker_waits_for_another_one(proposed, decide, family, child):
    death = proposed("death", {"on": "2026-10-09"}, family.caretaker)

    assert code_of(decide, death) == "is_caretaker"
    decide(proposed("new_caretaker", {}, child))
    decide(death)

    family.refresh_from_db()
    death.refresh_from_db()
    assert (family.caretaker, death.state) == (child, "accepted")


def test_a_member_who_moved_away_and_a_family_that_moved(proposed, decide, child, family):
    AreaFactory(code="99.01.02.2001", level=Area.Level.DESA)
    decide(proposed("move", {"on": "2026-10-09"}, child))
    decide(proposed("move", {"village": "99.01.02.2001", "address": "JALAN BARU"}))

    child.refresh_from_db()
    family.refresh_from_db()
    assert child.status == "moved"
    assert (family.desa_id, family.address) == ("99.01.02.2001", "JALAN BARU")


def test_a_family_does_not_move_out_of_the_territory(proposed, decide):
    AreaFactory(code="99.02.01.2001", level=Area.Level.DESA)

    move = proposed("move", {"village": "99.02.01.2001"})

    assert code_of(decide, move) == "village_elsewhere"


@pytest.mark.parametrize(
    ("kind", "values"), [("pregnancy", {}), ("school_change", {"level": "junior"})]
)
def test_a_finding_without_a_column_is_confirmed_and_writes_nothing(
    proposed, decide, child, kind, values
):
    proposal = decide(proposed(kind, values, child))

    assert proposal.state == "accepted"
    assert Member.objects.get(pk=child.pk).version == 1


def test_a_refused_proposal_keeps_its_reason_and_changes_nothing(proposed, decide, child):
    proposal = proposed("correction", {"birth_place": "PRINGSEWU"}, child)

    assert code_of(decide, proposal, "refused") == "reason_needed"
    decide(proposal, "refused", reason="akta berkata lain")

    proposal.refresh_from_db()
    child.refresh_from_db()
    assert (proposal.state, proposal.reason) == ("refused", "akta berkata lain")
    assert (child.birth_place, child.version) == ("METRO", 1)


def test_a_proposal_is_decided_once_and_by_somebody_else(proposed, decide, child, sari):
    proposal = proposed("correction", {"birth_place": "PRINGSEWU"}, child)

    assert code_of(decide, proposal, by=sari) == "own_proposal"
    decide(proposal)
    assert code_of(decide, proposal, "refused", reason="lain") == "already_decided"


def test_a_stale_proposal_is_a_conflict_for_a_person(proposed, decide, child, operator):
    """Never over a newer value silently: the officer says that he saw it, and why."""
    proposal = proposed("correction", {"birth_place": "PRINGSEWU"}, child)
    change_member(member=child, values={"birth_place": "BANDUNG"}, by=operator, at=NOW)

    with pytest.raises(ChangedMeanwhile):
        decide(proposal)
    assert code_of(decide, proposal, version=2) == "conflict"
    assert Member.objects.get(pk=child.pk).birth_place == "BANDUNG"
    decide(proposal, version=2, reason="akta dilihat di rumah")

    proposal.refresh_from_db()
    assert Member.objects.get(pk=child.pk).birth_place == "PRINGSEWU"
    assert (proposal.conflict, proposal.met["birth_place"]) == (True, "BANDUNG")


def test_only_those_who_may_decide_find_a_proposal_to_decide(
    proposed, child, sari, budi, ratna, operator, wayan
):
    proposed("correction", {"birth_place": "PRINGSEWU"}, child)

    found = {
        user.username: ChangeProposal.objects.decidable_by(user).open().count()
        for user in (sari, budi, ratna, operator, wayan)
    }

    assert found == {"sari": 0, "budi": 0, "ratna": 1, "operator": 1, "wayan": 0}
