"""Activities: told once, shown by documents, withdrawn with a reason."""

import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from core.errors import Refused
from documents.models import Document
from facilitators.models import Activity
from facilitators.services import record_activity, withdraw_activity
from tests.english import english_in, texts_of
from tests.factories.facilitators import FacilitatorFactory, entrust
from tests.factories.files import jpeg
from tests.factories.learning import a_family
from tests.factories.work import an_activity

TODAY = dt.date(2026, 11, 2)
AT = dt.datetime(2026, 11, 2, 3, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def shelf(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def tell(hers, sari, **changed):
    given = {
        "facilitator": hers,
        "kind": "mediation",
        "level": "village",
        "held_on": TODAY,
        "place": "Balai desa",
        "by": sari,
        "at": AT,
    }
    return record_activity(**given | changed)


def refusal(call, *args, **values):
    with pytest.raises(Refused) as refused:
        call(*args, **values)
    return refused.value.code


@pytest.mark.django_db
def test_the_same_activity_again_is_the_same_and_another_content_is_refused(hers, sari, family):
    key = uuid.uuid4()

    first = tell(hers, sari, id=key, households=[family.pk])
    again = tell(hers, sari, id=key, households=[family.pk])

    assert (first.is_new, again.is_new, first) == (True, False, again)
    assert refusal(tell, hers, sari, id=key) == "activity_id_taken"
    assert list(first.families.values_list("household_id", flat=True)) == [family.pk]
    assert Activity.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_make_one(hers, sari):
    key = uuid.uuid4()

    def send(_n):
        try:
            return tell(hers, sari, id=key).is_new
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))

    assert sorted(answers) == [False] * 7 + [True]
    assert Activity.objects.count() == 1


@pytest.mark.django_db
def test_what_cannot_be_is_refused(hers, sari, budi, family):
    stranger = a_family()

    assert [
        refusal(tell, hers, budi),
        refusal(tell, hers, sari, kind="visit"),
        refusal(tell, hers, sari, level="moon"),
        refusal(tell, hers, sari, place=" "),
        refusal(tell, hers, sari, held_on=dt.date(2026, 11, 3)),
        refusal(tell, hers, sari, participants=-1),
        refusal(tell, hers, sari, households=[stranger.pk]),
    ] == ["not_allowed", *["invalid"] * 5, "not_found"]
    assert Activity.objects.count() == 0


@pytest.mark.django_db
def test_a_family_handed_over_before_the_day_is_not_his(hers, sari):
    gone = a_family()
    entrust(hers, gone, ends_on=TODAY - dt.timedelta(days=1))

    assert refusal(tell, hers, sari, households=[gone.pk]) == "not_found"


@pytest.mark.django_db
def test_a_withdrawn_activity_stays_with_its_reason(hers, sari, budi):
    activity = tell(hers, sari)

    assert (
        refusal(withdraw_activity, activity=activity, reason="x", by=budi, at=AT) == "not_allowed"
    )
    assert refusal(withdraw_activity, activity=activity, reason=" ", by=sari, at=AT) == (
        "reason_missing"
    )
    withdrawn = withdraw_activity(activity=activity, reason="salah catat", by=sari, at=AT)

    assert (withdrawn.withdrawn_reason, Activity.objects.counted().count()) == ("salah catat", 0)
    assert refusal(withdraw_activity, activity=activity, reason="x", by=sari, at=AT) == "withdrawn"


@pytest.mark.django_db
def test_a_facilitator_tells_an_activity_with_a_photo_by_the_page(client, sari, hers, family):
    client.force_login(sari)
    url = reverse("facilitators:record_activity")
    page = client.get(url + "?jenis=mentoring")
    body = {
        "nomor": str(uuid.uuid4()),
        "jenis": "mentoring",
        "tingkat": "household",
        "tanggal": timezone.localdate().strftime("%d-%m-%Y"),
        "tempat": "Rumah KPM",
        "peserta": "1",
        "catatan": "Warung dibuka lagi.",
        "kpm": [family.pk],
    }

    answers = [
        client.post(url, body | {"bukti": SimpleUploadedFile("foto.jpg", jpeg())}) for _ in range(2)
    ]

    activity = Activity.objects.get()
    shown = client.get(activity.get_absolute_url())
    assert [answer.headers["Location"] for answer in answers] == [activity.get_absolute_url()] * 2
    assert Document.objects.of(activity).count() == 1
    assert [one.household for one in shown.context["families"]] == [family]
    assert english_in(texts_of(page.content.decode()) | texts_of(shown.content.decode())) == []


@pytest.mark.django_db
def test_a_wrong_activity_is_said_beside_its_field(client, sari, hers):
    client.force_login(sari)
    body = {
        "nomor": str(uuid.uuid4()),
        "jenis": "mediation",
        "tingkat": "village",
        "tanggal": "01-01-2099",
        "tempat": "Balai",
        "peserta": "0",
    }

    answer = client.post(reverse("facilitators:record_activity"), body)

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["tanggal"])
    assert english_in(texts_of(answer.content.decode())) == []


@pytest.mark.django_db
def test_evidence_and_withdrawal_are_for_who_told_it(client, sari, budi, hers, ratna):
    FacilitatorFactory(user=budi, area="99.01.02")
    activity = tell(hers, sari)
    urls = [
        reverse(f"facilitators:{name}", args=[activity.pk])
        for name in ("add_activity_evidence", "withdraw_activity")
    ]

    def photo():
        return {
            "berkas": SimpleUploadedFile("foto.jpg", jpeg()),
            "nomor": str(uuid.uuid4()),
            "alasan": "salah",
        }

    client.force_login(budi)
    assert [client.post(url, photo()).status_code for url in urls] == [404, 404]
    client.force_login(ratna)
    assert [client.post(url, photo()).status_code for url in urls] == [403, 403]
    client.force_login(sari)
    assert [client.post(url, photo()).status_code for url in urls] == [302, 302]

    assert Document.objects.of(activity).count() == 1
    assert Activity.objects.get().withdrawn_reason == "salah"
    page = client.get(activity.get_absolute_url()).content.decode()
    assert english_in(texts_of(page)) == []


@pytest.mark.django_db
def test_a_document_of_an_activity_is_for_who_sees_the_activity(client, sari, budi, hers, ratna):
    FacilitatorFactory(user=budi, area="99.01.02")
    activity = tell(hers, sari)
    client.force_login(sari)
    client.post(
        reverse("facilitators:add_activity_evidence", args=[activity.pk]),
        {"berkas": SimpleUploadedFile("foto.jpg", jpeg()), "nomor": str(uuid.uuid4())},
    )
    thumbnail = reverse("documents:thumbnail", args=[Document.objects.get().pk])

    answers = []
    for user in (ratna, budi):
        client.force_login(user)
        answers.append(client.get(thumbnail))

    assert [answer.status_code for answer in answers] == [200, 404]
    answers[0].close()


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_the_same_for_one_and_for_three(
    client, ratna, number, django_assert_num_queries
):
    for day in range(number):
        an_activity(FacilitatorFactory(), dt.date(2026, 11, 1 + day))
    client.force_login(ratna)
    client.get(reverse("facilitators:activities"))

    with django_assert_num_queries(5):
        answer = client.get(reverse("facilitators:activities"))

    assert [one.held_on.day for one in answer.context["page"]] == [3, 2, 1][3 - number :]
