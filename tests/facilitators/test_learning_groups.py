"""The pages of a group: forming, members, leader, end; correcting a session; the modules."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from core.errors import Refused
from facilitators.models import Attendance, LearningGroup, LearningMembership, SessionCorrection
from facilitators.services import correct_session, end_group, record_session
from tests.english import english_in, texts_of
from tests.factories.areas import AreaFactory
from tests.factories.facilitators import FacilitatorFactory, entrust
from tests.factories.learning import a_family, a_group, a_topic

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 2)
AT = dt.datetime(2026, 11, 2, 3, 0, tzinfo=dt.UTC)


def url(name, record=None):
    return reverse(f"facilitators:{name}", args=[record.pk] if record else [])


def day(date):
    return date.strftime("%d-%m-%Y")


def refusal(call, **values):
    with pytest.raises(Refused) as refused:
        call(**values)
    return refused.value.code


@pytest.fixture
def village():
    return AreaFactory(code="99.01.01.2001")


# --- forming and changing


def test_a_facilitator_forms_a_group_of_own_free_families(client, sari, hers, village):
    own = [a_family(village) for _ in range(3)]
    entrust(hers, *own)
    a_family(village)  # lives there, but is somebody else's
    client.force_login(sari)

    page = client.get(url("form_group"))
    offered = [household for household, _chosen in page.context["families"]]
    answer = client.post(
        url("form_group"), {"nama": "Melati 9", "mulai": "1-11-2026", "kpm": [own[0].pk, own[1].pk]}
    )

    group = LearningGroup.objects.get()
    assert sorted(offered, key=lambda one: one.pk) == own
    assert answer.headers["Location"] == url("change_group", group)
    assert sorted(group.memberships.values_list("household_id", flat=True)) == [
        own[0].pk,
        own[1].pk,
    ]
    assert english_in(texts_of(page.content.decode())) == []


def test_a_family_of_somebody_else_is_no_choice(client, sari, hers, village):
    own, stranger = a_family(village), a_family(village)
    entrust(hers, own)
    client.force_login(sari)
    body = {"nama": "Melati 9", "mulai": "1-11-2026"}

    answers = [
        client.post(url("form_group"), body | {"kpm": chosen})
        for chosen in ([own.pk, stranger.pk], [])
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert LearningGroup.objects.count() == 0
    for answer in answers:
        assert english_in(texts_of(answer.content.decode())) == []


def test_one_leaves_and_another_joins_from_the_same_day_on(client, ratna, village):
    group, families = a_group(2, village=village)
    new = a_family(village)
    client.force_login(ratna)
    page = client.get(url("group_members", group))

    client.post(
        url("group_members", group),
        {"mulai": "10-10-2026", "keluar": [families[0].pk], "masuk": [new.pk]},
    )

    held = {
        one.household_id: (one.starts_on, one.ends_on) for one in LearningMembership.objects.all()
    }
    assert held[families[0].pk] == (dt.date(2026, 1, 1), dt.date(2026, 10, 9))
    assert held[new.pk] == (dt.date(2026, 10, 10), None)
    assert english_in(texts_of(page.content.decode())) == []


def test_nothing_moves_when_one_cannot_join(client, ratna, village):
    group, families = a_group(2, village=village)
    other, (held, *_rest) = a_group(2, village=village)
    other.memberships.update(starts_on=timezone.localdate() + dt.timedelta(days=5))
    client.force_login(ratna)

    answer = client.post(
        url("group_members", group),
        {"mulai": day(timezone.localdate()), "keluar": [families[0].pk], "masuk": [held.pk]},
    )

    assert answer.status_code == 422
    assert group.memberships.filter(ends_on=None).count() == 2


def test_name_and_leader_are_changed_and_the_old_name_is_kept(client, ratna, village):
    group, families = a_group(2, village=village, name="Melati 1")
    client.force_login(ratna)

    client.post(url("change_group", group), {"nama": "Mawar 1", "ketua": families[1].caretaker_id})

    group.refresh_from_db()
    renamed = AuditEvent.objects.get(verb="learning.group_renamed")
    page = client.get(url("change_group", group)).content.decode()
    assert (group.name, group.leader_id) == ("Mawar 1", families[1].caretaker_id)
    assert (renamed.data["before"], renamed.data["after"]) == ("Melati 1", "Mawar 1")
    assert english_in(texts_of(page)) == []


def test_a_group_that_ended_lets_its_families_go(client, ratna, village):
    group, families = a_group(2, village=village)
    client.force_login(ratna)

    client.post(url("end_group", group), {"sampai": day(timezone.localdate())})

    group.refresh_from_db()
    assert group.ends_on == timezone.localdate()
    assert set(group.memberships.values_list("ends_on", flat=True)) == {timezone.localdate()}
    assert client.get(url("change_group", group)).status_code == 404
    assert len(families) == 2


def test_half_a_group_cannot_end_it(hers, sari, village):
    group, families = a_group(2, village=village)
    entrust(hers, families[0])

    assert refusal(end_group, group=group, ends_on=TODAY, by=sari, at=AT) == "mixed"
    assert group.memberships.filter(ends_on=None).count() == 2


def test_a_group_does_not_end_before_its_last_session(ratna, village):
    group, families = a_group(1, village=village)
    held(group, families, ratna)

    early = TODAY - dt.timedelta(days=1)
    assert refusal(end_group, group=group, ends_on=early, by=ratna, at=AT) == "session_after"
    assert (
        refusal(end_group, group=group, ends_on=dt.date(2025, 1, 1), by=ratna, at=AT) == "too_early"
    )


@pytest.mark.parametrize("name", ["group_members", "change_group"])
def test_a_foreign_group_is_missing(client, budi, name):
    FacilitatorFactory(user=budi, area="99.01.02")
    group, _families = a_group()
    client.force_login(budi)

    assert client.get(url(name, group)).status_code == 404


# --- correcting a session


def held(group, families, by, statuses=()):
    said = [*statuses, *["present"] * (len(families) - len(statuses))]
    session, _made = record_session(
        group=group,
        topic=a_topic(),
        held_on=TODAY,
        place="Balai",
        attendance={one.pk: (s, None) for one, s in zip(families, said, strict=True)},
        by=by,
        at=AT,
    )
    return session


def correction(session, families, by, **changed):
    given = {
        "session": session,
        "values": {
            "topic": session.topic,
            "held_on": session.held_on,
            "place": session.place,
            "understanding": session.understanding,
            "note": session.note,
            "guests": session.guests,
        }
        | changed.pop("values", {}),
        "attendance": {one.pk: "present" for one in families},
        "reason": "salah catat",
        "corrections": 0,
        "by": by,
        "at": AT,
    }
    return given | changed


def test_a_correction_keeps_what_was_written_before(ratna):
    group, families = a_group(2)
    session = held(group, families, ratna, ["absent"])

    correct_session(**correction(session, families, ratna, values={"place": "Mushola"}))

    session.refresh_from_db()
    kept = SessionCorrection.objects.get()
    assert (session.place, kept.reason) == ("Mushola", "salah catat")
    assert kept.before == {
        "place": "Balai",
        "attendance": {str(families[0].pk): ["absent", families[0].caretaker_id]},
    }
    assert set(session.attendance.values_list("status", flat=True)) == {"present"}


def test_what_cannot_be_corrected_is_refused(ratna, budi):
    group, families = a_group(2)
    session = held(group, families, ratna, ["absent"])
    stranger = a_family()

    def refused(**changed):
        return refusal(correct_session, **correction(session, families, ratna, **changed))

    assert [
        refusal(correct_session, **correction(session, families, budi)),
        refused(reason=" "),
        refused(corrections=1),
        refused(values={"held_on": TODAY + dt.timedelta(days=1)}),
        refused(values={"guests": -1}),
        refused(attendance={stranger.pk: "present"}),
        refused(attendance={families[0].pk: "absent"}),
    ] == [
        "not_recordable",
        "reason_missing",
        "changed_meanwhile",
        "invalid",
        "invalid",
        "not_in_group",
        "nothing_changed",
    ]
    assert (
        SessionCorrection.objects.count(),
        Attendance.objects.filter(status="absent").count(),
    ) == (
        0,
        1,
    )


def test_a_session_is_corrected_on_its_page_and_says_what_it_said(client, ratna):
    group, families = a_group(2)
    session = held(group, families, ratna, ["ill"])
    client.force_login(ratna)
    page = client.get(url("correct_session", session))
    body = {
        "koreksi": "0",
        "tanggal": "1-11-2026",
        "topik": session.topic_id,
        "tamu": "0",
        "tempat": "Balai",
        "alasan": "salah tanggal",
        **{f"keluarga_{one.pk}": "present" for one in families},
    }

    first, again = (client.post(url("correct_session", session), body) for _ in range(2))

    shown = client.get(session.get_absolute_url())
    (told,) = shown.context["corrections"]
    assert (first.status_code, again.status_code) == (302, 422)
    assert told["reason"] == "salah tanggal"
    assert [value for _label, value in told["values"]] == ["02-11-2026"]
    assert [status for _name, status in told["families"]] == ["Sakit"]
    for one in (page, again, shown):
        assert english_in(texts_of(one.content.decode())) == []


def test_the_modules_are_read_by_all_who_see_p2k2(client, sari, hers, django_assert_num_queries):
    client.force_login(sari)
    client.get(url("learning_modules"))

    with django_assert_num_queries(6):
        answer = client.get(url("learning_modules"))

    modules = dict(answer.context["modules"])
    assert len(modules) == 7
    assert sum(len(topics) for topics in modules.values()) == 30
    assert english_in(texts_of(answer.content.decode())) == []
