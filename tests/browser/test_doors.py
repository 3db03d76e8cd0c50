"""Coming in, being kept out, and what belongs to somebody else."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_the_sign_in_page_can_be_read_by_everyone(stranger):
    visitor = stranger()
    visitor.go("/")
    expect(visitor.heading()).to_have_text("Masuk")
    visitor.look("sign-in")


def test_a_wrong_password_is_refused_and_after_six_the_account_is_locked(stranger):
    visitor = stranger("tksk")
    visitor.go("/")
    visitor.try_password("bukan-kata-sandinya")
    visitor.says("kata sandi")
    visitor.look("sign-in-refused", phone=False)
    with visitor.expecting(429):
        for _ in range(5):
            visitor.try_password("bukan-kata-sandinya")
            visitor.page.wait_for_load_state()
        expect(visitor.heading()).to_contain_text("terkunci sementara")
        visitor.look("sign-in-locked", phone=False)
        # The right password does not open it either.
        visitor.go("/")
        visitor.try_password(visitor.office.passwords["tksk"])
        expect(visitor.heading()).to_contain_text("terkunci sementara")


def test_every_role_finds_a_home_page_with_what_is_theirs(stranger):
    for username in ("admin", "kadis", "pendamping", "tamu"):
        visitor = stranger(username)
        visitor.sign_in()
        visitor.look(f"home-{username}")
        visitor.sign_out()
        expect(visitor.heading()).to_have_text("Masuk")
