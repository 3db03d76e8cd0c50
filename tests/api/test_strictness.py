"""What a program of another office gets wrong is said to it, in Indonesian, never passed over."""

import pytest

from tests.factories.beneficiaries import MemberFactory


@pytest.fixture
def place(db):
    return MemberFactory(household__desa__code="99.01.01.2001").household.desa.parent.parent


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/api/v1/snapshots/", "search=BUDI"),
        ("/api/v1/jobs/", "reveal=1"),
        ("/api/v1/visits/", "reason=x"),
        ("/api/v1/members/", "villlage=99.01"),
    ],
)
def test_a_parameter_that_a_resource_does_not_read_is_an_error(api, ratna, place, path, parameter):
    answer = api(ratna).get(f"{path}?{parameter}")

    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]) == [parameter.partition("=")[0]]


def test_a_method_nobody_may_use_is_not_allowed_rather_than_forbidden(api, ratna, place):
    for method in ("delete", "post", "put"):
        assert getattr(api(ratna), method)("/api/v1/members/").status_code == 405


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"version": 1,,}', "bukan JSON yang sah: baris 1, kolom 15"),
        ("[1]", "harus satu objek, bukan daftar."),
        ("7", "harus satu objek, bukan angka."),
    ],
)
def test_a_body_that_cannot_be_read_is_explained_in_indonesian(api, operator, place, body, message):
    member = MemberFactory(household__desa__code="99.01.01.2001")

    answer = api(operator).patch(
        f"/api/v1/members/{member.pk}/", data=body, content_type="application/json"
    )

    assert answer.status_code == 400
    assert message in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("path", "field"),
    [("activities", "kind"), ("activities", "level"), ("visits", "purpose")],
)
def test_half_a_character_is_a_wrong_value_and_no_broken_answer(api, sari, place, path, field):
    answer = api(sari).post(
        f"/api/v1/{path}/", data=f'{{"{field}": "\\ud800"}}', content_type="application/json"
    )

    assert answer.status_code == 400
    assert "?" in answer.json()["error"]["fields"][field]


def test_half_a_character_in_a_name_that_was_sent_is_no_broken_answer(api, operator, place):
    member = MemberFactory(household__desa__code="99.01.01.2001")

    answer = api(operator).patch(
        f"/api/v1/members/{member.pk}/",
        data='{"version": 1, "sex": "\\udfff", "\\ud800": 1}',
        content_type="application/json",
    )

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("households", "message"),
    [
        ("x", "Isinya harus sebuah daftar, bukan teks."),
        ({}, "Isinya harus sebuah daftar, bukan objek."),
    ],
)
def test_what_is_no_list_is_called_by_an_indonesian_word(api, sari, place, households, message):
    answer = api(sari).post("/api/v1/activities/", {"households": households}, format="json")

    assert answer.status_code == 400
    assert answer.json()["error"]["fields"]["households"] == message
