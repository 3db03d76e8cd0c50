"""What is worth a look about a visit, the sample nobody can choose, and what was found."""

import datetime as dt
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from documents.models import Document
from facilitators.models import Visit, VisitCheck, VisitMark, VisitSettings
from facilitators.queries import review
from facilitators.services import add_photo, add_signature, check_visit, mark_visits
from tests.facilitators.conftest import NOW
from tests.facilitators.test_visits import refusal
from tests.factories.accounts import person
from tests.factories.beneficiaries import HouseholdFactory
from tests.factories.facilitators import FacilitatorFactory, entrust
from tests.factories.files import jpeg, pdf

pytestmark = pytest.mark.django_db
MONTH = dt.date(2026, 11, 1)
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
HOME = {"latitude": -5.36, "longitude": 104.97}


def marks(visit):
    return {mark.kind: mark.facts for mark in visit.marks.all()}


def test_a_visit_like_any_other_has_no_mark(visiting):
    assert marks(visiting(device_at=NOW - 2 * HOUR, sent_at=NOW - MINUTE, **HOME)) == {}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"device_at": NOW + 9 * MINUTE}, {}),
        ({"device_at": NOW + 11 * MINUTE}, {"clock": {"minutes": 11}}),
        ({"sent_at": NOW + 15 * MINUTE}, {"clock": {"minutes": 15}}),
        ({"sent_at": NOW - 15 * MINUTE}, {"clock": {"minutes": -15}}),
        ({"device_at": NOW - 72 * HOUR}, {}),
        ({"device_at": NOW - 73 * HOUR}, {"late": {"minutes": 73 * 60}}),
    ],
)
def test_the_phones_clock_is_read_beside_the_offices(visiting, said, found):
    assert marks(visiting(**said)) == found


def test_a_day_on_which_the_family_was_a_colleagues_is_marked(visiting, hers):
    new = HouseholdFactory()
    entrust(FacilitatorFactory(), new, ends_on=NOW.date() - dt.timedelta(days=1))
    entrust(hers, new, starts_on=NOW.date())

    assert marks(visiting(household=new)) == {}
    assert marks(visiting(household=new, device_at=NOW - 24 * HOUR)) == {"other_day": {}}


def test_far_from_where_the_family_was_visited_before(visiting):
    for n, place in enumerate((0, 0.0001, 0.3)):  # the third lies 33 km away: an outlier
        visiting(at=NOW - (9 - n) * HOUR, device_at=NOW - (9 - n) * HOUR,
                 latitude=-5.36 + place, longitude=104.97)  # fmt: skip
    VisitMark.objects.all().delete()

    near = visiting(latitude=-5.3605, longitude=104.97)
    far = visiting(latitude=-5.38, longitude=104.97, device_at=NOW - HOUR)
    vague = visiting(latitude=-5.38, longitude=104.97, accuracy_m=1500, device_at=NOW - 2 * HOUR)

    assert (marks(near), marks(vague)) == ({}, {})
    assert marks(far)["far"]["metres"] == pytest.approx(2235, abs=10)


def test_one_place_makes_no_home(visiting):
    visiting(at=NOW - HOUR, device_at=NOW - HOUR, **HOME)

    assert marks(visiting(latitude=-6, longitude=105)) == {}


def test_a_photo_of_another_visit_is_marked_with_the_day_of_that_visit(
    visiting, sari, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    earlier = visiting(at=NOW - 48 * HOUR, device_at=NOW - 48 * HOUR)
    add_photo(visit=earlier, file=jpeg(), name="a.jpg", by=sari, at=NOW - 48 * HOUR)
    visit, other = visiting(), visiting(device_at=NOW - HOUR)

    add_photo(visit=visit, file=jpeg(description="lain"), name="b.jpg", by=sari, at=NOW)
    add_photo(visit=other, file=jpeg(colour=(1, 2, 3)), name="c.jpg", by=sari, at=NOW)

    assert marks(visit)["same_photo"]["visit"] == str(earlier.pk)
    assert visit.marks.get().words == "Foto sama dengan kunjungan 31 Oktober 2026"
    assert (marks(earlier), marks(other)) == ({}, {})


def test_many_visits_close_together_are_marked_when_the_last_of_them_arrives(visiting):
    VisitSettings.objects.create(valid_from=MONTH, many_visits=3, many_minutes=30)
    first, _second = visiting(device_at=NOW - 10 * MINUTE), visiting(device_at=NOW - 5 * MINUTE)
    alone = visiting(device_at=NOW - 3 * HOUR)
    assert VisitMark.objects.count() == 0

    visiting()

    assert VisitMark.objects.filter(kind="many").count() == 3
    assert marks(first) == {"many": {"visits": 3, "minutes": 30}}
    assert marks(alone) == {}


def test_the_settings_of_the_day_hold(visiting):
    VisitSettings.objects.create(valid_from=MONTH, clock_minutes=60, arrival_hours=1)

    visit = visiting(device_at=NOW - 2 * HOUR, sent_at=NOW + 30 * MINUTE)

    assert list(marks(visit)) == ["late"]


def test_mark_visits_twice_marks_once(visiting):
    visit = visiting(device_at=NOW + HOUR)

    assert mark_visits(visits=[visit.pk], at=NOW) == 0
    assert visit.marks.count() == 1


@pytest.mark.parametrize("kind", VisitMark.Kind.values)
def test_every_mark_has_its_sentence(kind):
    facts = {"minutes": 11, "metres": 2300, "made_at": "2026-03-03T01:00:00+00:00", "visits": 6}

    words = VisitMark(kind=kind, facts=facts).words

    assert (
        words
        == {
            "clock": "Jam HP berbeda 11 menit dari jam kantor",
            "late": "Masuk 11 menit setelah kunjungan",
            "other_day": "Pada hari itu keluarga ini bukan dampingan pendamping tersebut",
            "far": "2,3 km dari tempat keluarga ini dikunjungi sebelumnya",
            "same_photo": "Foto sama dengan kunjungan 3 Maret 2026",
            "many": "6 kunjungan dalam 11 menit",
        }[kind]
    )


# --- the sample


def made(hers, family, sari, number, at=NOW):
    return Visit.objects.bulk_create(
        Visit(
            id=uuid.uuid5(uuid.NAMESPACE_OID, f"{hers.pk} {n} {at}"),
            facilitator=hers,
            household=family,
            purpose="data_update",
            device_at=at,
            recorded_at=at,
            content_sha256="a",
            recorded_by=sari,
        )
        for n in range(number)
    )


def drawn(user, month=MONTH):
    return set(review.sample(user, month).values_list("pk", flat=True))


def test_the_sample_is_five_percent_of_each_facilitator_rounded_up(hers, family, sari, ratna):
    other = FacilitatorFactory()
    made(hers, family, sari, 41)
    made(other, family, sari, 1)
    made(hers, family, sari, 30, at=NOW - dt.timedelta(days=40))

    found = list(review.sample(ratna, MONTH).values_list("facilitator_id", flat=True))

    assert sorted(found) == sorted([hers.pk] * 3 + [other.pk])


def test_the_sample_is_the_same_for_everybody_and_hangs_on_the_offices_secret(
    hers, family, sari, ratna, settings
):
    made(hers, family, sari, 60)
    lead = person("lead", "subdistrict_lead", "99.01.01")

    first = drawn(ratna)
    assert drawn(lead) == first == drawn(ratna)
    settings.SECRET_KEY = "another"
    assert drawn(ratna) != first
    VisitSettings.objects.create(valid_from=MONTH, sample_percent=100)
    assert len(drawn(ratna)) == 60


# --- checks


@pytest.fixture
def lead():
    return person("lead", "subdistrict_lead", "99.01.01")


def test_check_visit_keeps_who_found_what_and_changes_no_visit(visiting, lead):
    visit = visiting()

    check = check_visit(visit=visit, result="agrees", note="ditelepon", by=lead, at=NOW)
    again = check_visit(visit=visit, result="agrees", note="ditelepon", by=lead, at=NOW)
    later = check_visit(visit=visit, result="differs", note="alamat lain", by=lead, at=NOW)

    assert (check.pk, list(visit.checks.all())) == (again.pk, [later, check])
    assert AuditEvent.objects.filter(verb="visit.checked").count() == 2
    visit.refresh_from_db()
    assert visit.version == 1


def test_nobody_checks_his_own_visit(visiting, sari, ratna):
    visit = visiting()

    assert refusal(check_visit, visit=visit, result="agrees", by=sari, at=NOW).code == "own_visit"
    assert refusal(check_visit, visit=visit, result="differs", by=ratna, at=NOW).code == "invalid"
    assert refusal(check_visit, visit=visit, result="x", by=ratna, at=NOW).code == "invalid"
    with pytest.raises(IntegrityError), transaction.atomic():
        VisitCheck.objects.create(visit=visit, made_by=sari, result="agrees", by=sari, at=NOW)


def test_the_page_lists_marks_and_sample_and_takes_the_check(client, lead, visiting):
    now = timezone.now()
    visit = visiting(at=now, device_at=now + HOUR, note="sudah jalan")
    plain = visiting(at=now, device_at=now - MINUTE)
    VisitSettings.objects.create(valid_from=MONTH, sample_percent=100)
    client.force_login(lead)
    url = reverse("facilitators:review")

    marked = client.get(url)
    sampled = client.get(url, {"bagian": "sampel"})
    answer = client.post(
        reverse("facilitators:check_visit", args=[visit.pk]), {"hasil": "agrees", "catatan": "ya"}
    )

    assert [one.pk for one in marked.context["page"].rows] == [visit.pk]
    assert {one.pk for one in sampled.context["page"].rows} == {visit.pk, plain.pk}
    assert answer.status_code == 302
    assert client.get(url).context["progress"]["tanda"] == {"all": 1, "checked": 1}
    page = client.get(answer.url).content.decode()
    assert "Jam HP berbeda" in page and "Sesuai catatan" in page
    assert client.get(url, {"bulan": "2020-01"}).context["page"].rows == []
    for month in ("9999-12", "0001-01", "x"):
        assert client.get(url, {"bulan": month}).context["month"] == now.date().replace(day=1)


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_costs_the_same_for_one_and_for_three(
    client, lead, ratna, visiting, number, django_assert_num_queries
):
    now = timezone.now()
    for _ in range(number):
        visit = visiting(at=now, device_at=now + HOUR)
        check_visit(visit=visit, result="agrees", by=ratna, at=now)
    client.force_login(lead)

    with django_assert_num_queries(11):
        answer = client.get(reverse("facilitators:review"))

    assert len(answer.context["page"].rows) == number


def test_the_page_is_for_who_checks(client, sari, hers, visiting, operator):
    visit = visiting()

    for user in (sari, operator):
        client.force_login(user)
        assert client.get(reverse("facilitators:review")).status_code == 403
        url = reverse("facilitators:check_visit", args=[visit.pk])
        assert client.post(url, {"hasil": "agrees"}).status_code == 403
    assert VisitCheck.objects.count() == 0


# --- mending the words


def test_the_author_mends_his_words_and_the_earlier_ones_stay(client, sari, ratna, visiting):
    visit = visiting(at=timezone.now(), note="satu", people_met="ibu")
    url = reverse("facilitators:change_visit", args=[visit.pk])
    client.force_login(sari)
    sent = {"version": "1", "note": "dua", "people_met": "ibu", "reason": "salah ketik"}

    empty = client.post(url, sent | {"reason": ""})
    answer = client.post(url, sent)
    stale = client.post(url, sent | {"note": "tiga"})

    assert (empty.status_code, answer.status_code, stale.status_code) == (422, 302, 422)
    (change,) = client.get(answer.url).context["changes"]
    assert (change.by, change.reason) == (sari, "salah ketik")
    assert [(before, after) for _label, before, after in change.lines] == [("satu", "dua")]
    client.force_login(ratna)
    assert client.get(url).status_code == 403
    assert client.get(answer.url).context["may_change"] is False


def test_who_accompanies_stands_on_the_visit_for_those_who_see_caseloads(
    client, hers, sari, ratna, visiting
):
    hers.name = "NAMA PENDAMPINGNYA"
    hers.save()
    visit = visiting()

    shown = []
    for user in (sari, ratna):
        client.force_login(user)
        shown.append("NAMA PENDAMPINGNYA" in client.get(visit.get_absolute_url()).content.decode())

    assert shown == [False, True]


def test_after_the_hours_of_the_settings_the_words_stand(client, sari, visiting):
    visit = visiting(at=timezone.now() - dt.timedelta(hours=25), note="satu")
    client.force_login(sari)

    answer = client.post(
        reverse("facilitators:change_visit", args=[visit.pk]),
        {"version": "1", "note": "dua", "reason": "lupa"},
    )

    assert answer.status_code == 422
    visit.refresh_from_db()
    assert visit.note == "satu"


# --- the signature


def test_the_author_adds_one_signature(client, sari, ratna, visiting, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    visit = visiting(at=timezone.now())
    url = reverse("facilitators:sign_visit", args=[visit.pk])
    client.force_login(sari)

    def send(number):
        drawn = SimpleUploadedFile("tanda.jpg", jpeg(), content_type="image/jpeg")
        return client.post(url, {"tanda_tangan": drawn, "nomor": str(number)}).status_code

    number = uuid.uuid4()
    assert client.get(visit.get_absolute_url()).context["signed"] is False
    answers = [client.post(url).status_code, send(number), send(number), send(uuid.uuid4())]

    assert answers == [302] * 4
    assert [(one.pk, one.kind) for one in Document.objects.of(visit)] == [(number, "sign")]
    assert client.get(visit.get_absolute_url()).context["signed"] is True
    client.force_login(ratna)
    assert send(uuid.uuid4()) == 403


def test_a_signature_is_a_picture_of_the_author_and_in_time(
    visiting, sari, ratna, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    visit = visiting()
    sent = {"visit": visit, "file": jpeg(), "name": "a.jpg"}

    assert refusal(add_signature, **sent, by=ratna, at=NOW).code == "not_allowed"
    assert refusal(add_signature, **sent, by=sari, at=NOW + 25 * HOUR).code == "not_editable"
    paper = sent | {"file": pdf("tanda tangan")}
    assert refusal(add_signature, **paper, by=sari, at=NOW).code == "type_not_allowed"
    assert Document.objects.count() == 0


def test_a_signature_over_rest_is_no_photo(client, sari, visiting, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    visit = visiting(at=timezone.now())
    client.force_login(sari)
    drawn = SimpleUploadedFile("tanda.jpg", jpeg())
    sent = {"id": str(uuid.uuid4()), "file": drawn, "kind": "signature"}

    answer = client.post(f"/api/v1/visits/{visit.pk}/photos/", sent)

    assert (answer.status_code, Document.objects.of(visit).get().kind) == (201, "sign")
