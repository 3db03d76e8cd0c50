"""Recording visits: once each, only to one's own families, and never over the register."""

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent
from beneficiaries.models import Member
from beneficiaries.services import change_member
from core.errors import Refused
from documents.models import Document
from facilitators.models import ChangeProposal, Visit, VisitEvent, VisitSettings
from facilitators.services import add_photo, change_visit, end_families
from tests.facilitators.conftest import NOW
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory
from tests.factories.facilitators import FacilitatorFactory, entrust
from tests.factories.files import jpeg

pytestmark = pytest.mark.django_db


def correction(child, version=1, **values):
    return {
        "kind": "correction",
        "member": child.pk,
        "version": version,
        "values": values or {"birth_place": "PRINGSEWU"},
    }


def refusal(call, **said):
    with pytest.raises(Refused) as refused, transaction.atomic():
        call(**said)
    return refused.value


def test_record_visit_keeps_what_was_seen_and_leaves_the_register(visiting, child, sari):
    visit = visiting(
        people_met="ibu dan nenek",
        note="rumah baru",
        next_step="cek rapor",
        next_on=dt.date(2026, 11, 20),
        latitude=-5.36,
        longitude=104.97,
        accuracy_m=12.5,
        proposals=[correction(child)],
    )

    child.refresh_from_db()
    proposal = visit.proposals.get()
    assert (visit.recorded_at, visit.recorded_by, visit.outside_the_country) == (NOW, sari, False)
    assert (child.birth_place, child.version) == ("METRO", 1)
    assert (proposal.state, proposal.conflict, proposal.seen["birth_place"]) == (
        "open",
        False,
        "METRO",
    )
    assert AuditEvent.objects.filter(verb="visit.recorded", target_id=str(visit.pk)).count() == 1


def test_record_visit_sent_again_is_the_same_visit(visiting, child):
    sent = {"id": uuid.uuid4(), "note": "satu", "proposals": [correction(child)]}

    first = visiting(**sent)
    again = visiting(**sent, at=NOW + dt.timedelta(hours=5))

    assert (again.pk, first.is_new, again.is_new) == (first.pk, True, False)
    assert (Visit.objects.count(), ChangeProposal.objects.count()) == (1, 1)


def test_record_visit_refuses_other_content_under_the_same_id(visiting):
    first = visiting(note="satu")

    problem = refusal(visiting, id=first.pk, note="dua")

    assert problem.code == "visit_id_taken"
    assert Visit.objects.get().note == "satu"


def test_record_visit_refuses_the_id_of_somebody_else(visiting, budi):
    first = visiting()
    his = FacilitatorFactory(user=budi)
    family = HouseholdFactory()
    entrust(his, family)

    problem = refusal(visiting, id=first.pk, facilitator=his, household=family, by=budi)

    assert problem.code == "visit_id_taken"


def test_a_repeat_is_answered_after_the_family_went_to_a_colleague(visiting, family, ratna):
    sent = {"id": uuid.uuid4(), "note": "satu"}
    visiting(**sent)
    end_families(households=[family], ends_on=dt.date(2026, 11, 2), by=ratna, at=NOW)
    tomorrow = NOW + dt.timedelta(days=1)

    assert visiting(**sent, at=tomorrow).is_new is False
    assert refusal(visiting, at=tomorrow, device_at=tomorrow).code == "not_found"


@pytest.mark.parametrize(
    ("days", "made", "accepted"),
    [
        (1, 0, True),
        (14, 0, True),
        (15, 0, False),  # too late
        (3, 1, False),  # made when it was a colleague's already
        (3, -400, False),  # when it was nobody's
    ],
)
def test_a_visit_made_before_a_handover_may_arrive_after_it(
    visiting, family, hers, ratna, days, made, accepted
):
    """NOW is the last day the family was hers; the phone had no signal for `days`."""
    receiver = FacilitatorFactory()
    end_families(households=[family], ends_on=NOW.date(), by=ratna, at=NOW)
    entrust(receiver, family, starts_on=NOW.date() + dt.timedelta(days=1))
    late = {"device_at": NOW + dt.timedelta(days=made), "at": NOW + dt.timedelta(days=days)}

    if accepted:
        assert visiting(**late).facilitator == hers
    else:
        assert refusal(visiting, **late).code == "not_found"
    assert Visit.objects.count() == accepted


def test_the_settings_say_how_late_a_visit_may_arrive(visiting, family, ratna):
    VisitSettings.objects.create(valid_from=dt.date(2026, 11, 1), late_days=0)
    end_families(households=[family], ends_on=NOW.date(), by=ratna, at=NOW)

    assert refusal(visiting, at=NOW + dt.timedelta(days=1)).code == "not_found"


def test_before_the_handover_a_visit_of_who_gets_the_family_is_refused(
    visiting, family, hers, ratna, budi
):
    his = FacilitatorFactory(user=budi)
    end_families(households=[family], ends_on=NOW.date(), by=ratna, at=NOW)
    entrust(his, family, starts_on=NOW.date() + dt.timedelta(days=1))

    assert refusal(visiting, facilitator=his, by=budi).code == "not_found"
    tomorrow = NOW + dt.timedelta(days=1)
    assert visiting(facilitator=his, by=budi, at=tomorrow).facilitator == his


def test_record_visit_refuses_a_family_of_somebody_else(visiting):
    stranger = HouseholdFactory()
    entrust(FacilitatorFactory(), stranger)

    assert refusal(visiting, household=stranger).code == "not_found"
    assert Visit.objects.count() == 0


def test_a_record_that_moved_on_makes_a_conflict_with_both_sides(visiting, child, operator):
    change_member(member=child, values={"birth_place": "BANDUNG"}, by=operator, at=NOW)

    proposal = visiting(proposals=[correction(child, version=1)]).proposals.get()

    assert proposal.conflict is True
    assert (proposal.seen["birth_place"], proposal.met["birth_place"]) == ("METRO", "BANDUNG")
    assert proposal.values == {"birth_place": "PRINGSEWU"}


@pytest.mark.parametrize(
    ("kind", "member", "values", "wrong"),
    [
        ("birth", False, {"name": "BAYI", "birth_on": "2026-10-01"}, "sex"),
        ("birth", False, {"name": "BAYI", "birth_on": "2026-12-01", "sex": "L"}, "birth_on"),
        ("birth", True, {"name": "BAYI", "birth_on": "2026-10-01", "sex": "L"}, "member"),
        ("death", False, {"on": "2026-10-01"}, "member"),
        ("death", True, {}, "on"),
        ("death", True, {"on": "kemarin"}, "on"),
        ("pregnancy", True, {"weeks": "7"}, "weeks"),
        ("school_change", True, {"level": "kampus"}, "level"),
        ("move", False, {}, "values"),
        ("move", False, {"village": "DESA"}, "village"),
        ("move", False, {"rt": "1234"}, "rt"),
        ("new_caretaker", False, {}, "member"),
        ("correction", True, {"nik": "9901010101010001"}, "nik"),
        ("correction", True, {"name": "A\x00B"}, "name"),
        ("correction", True, {"name": ["A"]}, "name"),
        ("correction", False, {"name": "A"}, "name"),
        ("marriage", False, {}, "kind"),
    ],
)
def test_a_finding_that_makes_no_sense_is_refused_by_name(
    visiting, child, kind, member, values, wrong
):
    sent = {"kind": kind, "member": child.pk if member else None, "version": 1, "values": values}

    problem = refusal(visiting, proposals=[sent])

    assert (problem.code, sorted(problem.fields)) == ("invalid", [wrong])
    assert Visit.objects.count() == 0


def test_a_member_of_another_family_is_refused(visiting):
    other = MemberFactory()

    assert sorted(refusal(visiting, proposals=[correction(other)]).fields) == ["member"]


def test_a_version_from_the_future_is_refused(visiting, child):
    assert sorted(refusal(visiting, proposals=[correction(child, version=2)]).fields) == ["version"]


@pytest.mark.parametrize(
    ("latitude", "longitude", "outside"),
    [(-11, 95, False), (6, 141, False), (6.01, 141, True), (-5, 94.9, True), (0, 0, True)],
)
def test_a_position_outside_the_country_is_kept_and_doubted(visiting, latitude, longitude, outside):
    visit = visiting(latitude=latitude, longitude=longitude)

    assert (visit.latitude, visit.outside_the_country) == (latitude, outside)


def test_half_a_position_and_a_day_without_a_step_are_refused(visiting):
    assert refusal(visiting, latitude=1.0).code == "invalid"
    assert refusal(visiting, next_on=dt.date(2026, 12, 1)).code == "invalid"


def test_change_visit_keeps_the_earlier_wording(visiting, sari):
    visit = visiting(note="satu")

    change_visit(visit=visit, values={"note": "dua"}, version=1, reason="ketik", by=sari, at=NOW)

    visit.refresh_from_db()
    event = VisitEvent.objects.get()
    assert (visit.note, visit.version, event.note) == ("dua", 2, "satu")
    assert event.pgh_context.metadata["user"] == sari.pk
    assert event.pgh_context.metadata["reason"] == "ketik"


def test_change_visit_refuses_others_later_days_and_other_fields(visiting, sari, ratna):
    visit = visiting()
    given = {"visit": visit, "values": {"note": "x"}, "version": 1, "by": sari, "at": NOW}
    given["reason"] = "salah ketik"

    later = NOW + dt.timedelta(hours=24, seconds=1)
    assert refusal(change_visit, **given | {"by": ratna}).code == "not_editable"
    assert refusal(change_visit, **given | {"at": later}).code == "not_editable"
    assert refusal(change_visit, **given | {"reason": "  "}).code == "reason_needed"
    assert refusal(change_visit, **given | {"version": 2}).code == "changed_meanwhile"
    assert refusal(change_visit, **given | {"values": {"latitude": 1}}).code == "unknown_field"


def test_a_photo_belongs_to_the_visit_and_is_kept_once(
    visiting, sari, budi, ratna, tmp_path, settings
):
    settings.MEDIA_ROOT = tmp_path
    visit = visiting()
    sent = {"visit": visit, "file": jpeg(), "name": "rumah.jpg", "client_id": uuid.uuid4()}

    first = add_photo(**sent, by=sari, at=NOW)
    again = add_photo(**sent, by=sari, at=NOW)

    assert first.pk == again.pk and Document.objects.of(visit).count() == 1
    assert Document.objects.visible_to(ratna).filter(pk=first.pk).exists()
    assert not Document.objects.visible_to(budi).filter(pk=first.pk).exists()
    assert refusal(add_photo, **sent, by=ratna, at=NOW).code == "not_allowed"


def test_a_visit_is_seen_by_her_and_the_district_and_not_by_a_colleague(
    visiting, sari, budi, ratna, operator, administrator
):
    visit = visiting()

    seen = {
        user.username: Visit.objects.visible_to(user).filter(pk=visit.pk).exists()
        for user in (sari, budi, ratna, operator, administrator)
    }

    assert seen == {
        "sari": True,
        "budi": False,
        "ratna": True,
        "operator": True,
        "administrator": False,
    }


def test_the_database_refuses_who_decides_his_own_proposal(visiting, child, sari):
    proposal = visiting(proposals=[correction(child)]).proposals.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeProposal.objects.filter(pk=proposal.pk).update(
            state="accepted", decided_by=sari, decided_at=NOW
        )
    assert Member.objects.get(pk=child.pk).version == 1
