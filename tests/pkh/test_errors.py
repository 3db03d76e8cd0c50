"""Errors outside any view."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_the_address_of_a_button_says_that_it_has_no_page(client, sari):
    client.force_login(sari)

    answer = client.get(reverse("dtks:undo", args=[1]))

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "Alamat ini milik sebuah tombol" in answer.content.decode()


def test_a_program_is_told_of_a_wrong_method_in_json(client, sari):
    client.force_login(sari)

    answer = client.delete("/api/v1/members/")

    assert answer.status_code == 405
    assert answer.json()["error"]["code"] == "method_not_allowed"
