"""The pages of P2K2: a list, a group, the form, a session with its evidence, the report."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from facilitators.models import LearningSession
from facilitators.services import record_session
from tests.english import english_in, texts_of
from tests.factories.facilitators import FacilitatorFactory, entrust
from tests.factories.files import jpeg, pdf
from tests.factories.learning import a_group, a_topic

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shelf(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def held(group, households, by, statuses=()):
    said = [*statuses, *["present"] * (len(households) - len(statuses))]
    session, _made = record_session(
        group=group,
        topic=a_topic(),
        held_on=timezone.localdate(),
        attendance={one.pk: (s, None) for one, s in zip(households, said, strict=True)},
        guests=1,
        by=by,
        at=timezone.now(),
    )
    return session


def url(name, record):
    return reverse(f"facilitators:{name}", args=[record.pk])


def filled(households, **changed):
    return {
        "nomor": str(uuid.uuid4()),
        "tanggal": timezone.localdate().strftime("%d-%m-%Y"),
        "topik": a_topic().pk,
        "tamu": "2",
        **{f"keluarga_{one.pk}": "present" for one in households},
    } | changed


def test_a_facilitator_records_a_session_and_pressing_twice_keeps_one(client, sari):
    group, households = a_group(2)
    entrust(FacilitatorFactory(user=sari), *households)
    client.force_login(sari)
    body = filled(households, **{f"keluarga_{households[0].pk}": "absent"})

    answers = [client.post(url("record_session", group), body) for _ in range(2)]

    session = LearningSession.objects.get()
    assert [answer.headers["Location"] for answer in answers] == [session.get_absolute_url()] * 2
    assert sorted(session.attendance.values_list("status", flat=True)) == ["absent", "present"]
    assert session.guests == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [("tanggal", "01-01-2099"), ("topik", ""), ("tamu", "-1"), ("keluarga", "")],
)
def test_what_is_missing_or_wrong_is_said_beside_its_field(client, ratna, field, value):
    group, (family,) = a_group(1)
    client.force_login(ratna)
    name = f"keluarga_{family.pk}" if field == "keluarga" else field

    answer = client.post(url("record_session", group), filled([family], **{name: value}))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [name]
    assert english_in(texts_of(answer.content.decode())) == []
    assert LearningSession.objects.count() == 0


def test_a_foreign_group_is_missing(client, budi):
    group, households = a_group()
    client.force_login(budi)

    assert client.get(url("learning_group", group)).status_code == 404
    assert client.post(url("record_session", group), filled(households)).status_code == 404


@pytest.mark.parametrize("name", ["learning_group", "record_session", "learning_report"])
def test_the_pages_of_a_group_are_indonesian(client, ratna, name):
    group, households = a_group()
    held(group, households, ratna, ["absent", "ill"])
    client.force_login(ratna)

    answer = client.get(url(name, group))

    assert answer.status_code == 200
    assert english_in(texts_of(answer.content.decode())) == []


def test_the_report_says_84_percent_and_prints(client, ratna):
    group, households = a_group(25)
    held(group, households, ratna, ["absent", "absent", "ill", "absent"])
    client.force_login(ratna)

    page = client.get(url("learning_report", group)).content.decode()
    sheet = client.get(url("learning_report", group) + "?cetak=1").content.decode()

    assert ("84 %" in page, "84 % (21 dari 25 KPM hadir)" in sheet) == (True, True)
    assert english_in(texts_of(page) | texts_of(sheet)) == []


def test_a_session_keeps_a_photo_and_its_attendance_list(client, ratna, wayan):
    group, households = a_group()
    session = held(group, households, ratna)
    client.force_login(ratna)

    for name, content in (("foto.jpg", jpeg()), ("daftar.pdf", pdf())):
        body = {"berkas": SimpleUploadedFile(name, content), "nomor": str(uuid.uuid4())}
        client.post(url("add_evidence", session), body)
    answer = client.get(session.get_absolute_url())

    assert [one.kind for one in answer.context["documents"]] == ["scan", "photo"]
    assert english_in(texts_of(answer.content.decode())) == []
    client.force_login(wayan)
    photo = answer.context["documents"][1]
    found = client.get(photo.get_absolute_url())
    found.close()
    assert found.status_code == 200


def test_evidence_of_a_foreign_session_is_missing(client, ratna, budi):
    group, households = a_group()
    session = held(group, households, ratna)
    client.force_login(ratna)
    body = {"berkas": SimpleUploadedFile("foto.jpg", jpeg()), "nomor": str(uuid.uuid4())}
    client.post(url("add_evidence", session), body)
    photo = client.get(session.get_absolute_url()).context["documents"][0]
    client.force_login(budi)

    answers = [
        client.get(session.get_absolute_url()),
        client.get(photo.get_absolute_url()),
        client.post(url("add_evidence", session), body),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_a_file_that_is_neither_photo_nor_pdf_is_refused_with_a_reason(client, ratna):
    group, households = a_group()
    session = held(group, households, ratna)
    client.force_login(ratna)
    body = {"berkas": SimpleUploadedFile("foto.jpg", b"bukan foto"), "nomor": str(uuid.uuid4())}

    answer = client.post(url("add_evidence", session), body, follow=True)

    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert list(answer.context["documents"]) == []


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_the_same_for_one_group_and_for_three(
    client, ratna, number, django_assert_num_queries
):
    for _ in range(number):
        a_group(2)
    client.force_login(ratna)
    client.get(reverse("facilitators:learning_groups"))

    with django_assert_num_queries(5):
        answer = client.get(reverse("facilitators:learning_groups"))

    assert [row.families for row in answer.context["page"]] == [2] * number
    assert english_in(texts_of(answer.content.decode())) == []
