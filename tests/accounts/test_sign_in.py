import datetime as dt
import re
import uuid
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from axes.models import AccessAttempt
from django.core.cache import cache
from django.core.checks import run_checks
from django.urls import NoReverseMatch, URLPattern, reverse
from django.utils import timezone

from accounts import urls
from accounts.adapters import OfficeMfaAdapter
from accounts.lockout import client_ip
from accounts.models import AuditEvent
from tests.factories.accounts import PASSWORD

pytestmark = pytest.mark.django_db

HOME = "/"
OPEN_TO_ALL = {"account_login", "account_logout", "mfa_authenticate"}
SIGNED_IN = {
    "account_reauthenticate",
    "account_change_password",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
}
CLOSED = {
    "account_inactive",
    "account_signup",
    "account_email",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_set_password",
    "account_reset_password",
    "account_confirm_login_code",
}


@pytest.fixture(autouse=True)
def _forget_counted_attempts():
    cache.clear()


def sign_in(client, username, password=PASSWORD, **headers):
    return client.post(
        reverse("account_login"), {"login": username, "password": password}, headers=headers
    )


def url_of(name):
    return reverse(name, args=["key"] if name == "account_confirm_email" else [])


def give_the_password_again(client):
    """What allauth asks before a second factor is set up or taken off."""
    return client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def code_now(secret):
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def set_up_second_factor(user):
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    return "JBSWY3DPEHPK3PXP"


def test_every_address_under_akun_is_of_a_known_kind():
    names = {entry.name for entry in urls.urlpatterns if isinstance(entry, URLPattern)}

    assert names == OPEN_TO_ALL | SIGNED_IN | CLOSED


@pytest.mark.parametrize("name", sorted(CLOSED))
def test_closed_pages_answer_404_to_everybody(client, sari, name):
    answers = [client.get(url_of(name)).status_code, client.post(url_of(name)).status_code]
    client.force_login(sari)
    answers += [client.get(url_of(name)).status_code, client.post(url_of(name)).status_code]

    assert answers == [404, 404, 404, 404]


@pytest.mark.parametrize("name", ["account_request_login_code", "mfa_list_webauthn"])
def test_pages_of_other_ways_to_sign_in_do_not_exist(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.parametrize("name", sorted(SIGNED_IN))
def test_pages_about_ones_own_account_ask_to_sign_in(client, name):
    response = client.get(url_of(name))

    assert (response.status_code, response.url.partition("?")[0]) == (
        302,
        reverse("account_login"),
    )


def test_pages_about_ones_own_account_open_for_their_owner(client, sari):
    sign_in(client, "sari")
    give_the_password_again(client)

    statuses = {
        name: client.get(url_of(name)).status_code
        for name in (
            "account_logout",
            "account_reauthenticate",
            "account_change_password",
            "mfa_index",
            "mfa_activate_totp",
        )
    }

    assert set(statuses.values()) == {200}


def test_sign_in_page_is_open_and_indonesian(client):
    response = client.get(reverse("account_login"))

    assert (response.status_code, response.headers["Content-Language"]) == (200, "id")


def test_signing_in_leads_home_or_to_a_page_of_ours(client, sari):
    assert sign_in(client, "sari").url == HOME
    client.logout()

    for wanted, got in [("/akun/2fa/", "/akun/2fa/"), ("https://example.com/", HOME)]:
        response = client.post(
            f"{reverse('account_login')}?next={wanted}",
            {"login": "sari", "password": PASSWORD, "next": wanted},
        )
        assert response.url == got
        client.logout()


def test_signing_out_needs_a_post_and_ends_the_session(client, sari):
    sign_in(client, "sari")

    client.get(reverse("account_logout"))
    assert client.get(reverse("mfa_index")).status_code == 200
    client.post(reverse("account_logout"))
    assert client.get(reverse("mfa_index")).status_code == 302


def test_changing_the_password_needs_the_old_one(client, sari):
    sign_in(client, "sari")
    fresh = "danau-toba-9917-biru"

    for old in ("salah", PASSWORD):
        client.post(
            reverse("account_change_password"),
            {"oldpassword": old, "password1": fresh, "password2": fresh},
        )
        sari.refresh_from_db()
        assert sari.check_password(fresh) is (old == PASSWORD)

    event = AuditEvent.objects.get()
    assert (event.verb, event.by, event.data) == ("account.password_changed", sari, {})


def _message(response):
    return re.sub(r'value="[^"]*"', "", response.content.decode())


def test_wrong_password_unknown_name_and_closed_account_get_the_same_answer(client, sari, budi):
    budi.is_active = False
    budi.save(update_fields=["is_active"])

    answers = [
        sign_in(client, "sari", "salah"),
        sign_in(client, "siapa", "salah"),
        sign_in(client, "budi", PASSWORD),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({_message(answer) for answer in answers}) == 1
    assert "_auth_user_id" not in client.session


def fail(client, username, times, address="10.1.1.1"):
    for _ in range(times):
        response = client.post(
            reverse("account_login"),
            {"login": username, "password": "salah"},
            REMOTE_ADDR=address,
        )
    return response


@pytest.mark.parametrize("username", ["sari", "tidak-ada"])
def test_six_wrong_passwords_lock_the_account_for_that_address(client, sari, username):
    assert fail(client, username, 5).status_code == 200

    response = fail(client, username, 1)

    assert (response.status_code, response.headers["Retry-After"]) == (429, "900")
    assert "account/lockout.html" in [template.name for template in response.templates]
    assert 'name="password"' not in response.content.decode()
    right = client.post(
        reverse("account_login"),
        {"login": username, "password": PASSWORD},
        REMOTE_ADDR="10.1.1.1",
    )
    assert right.status_code == 429
    assert "_auth_user_id" not in client.session


def test_a_locked_account_still_opens_from_another_address(client, sari):
    fail(client, "sari", 8, address="10.1.1.1")

    response = client.post(
        reverse("account_login"), {"login": "sari", "password": PASSWORD}, REMOTE_ADDR="10.1.1.2"
    )

    assert response.status_code == 302


def test_others_at_the_same_address_sign_in_while_one_account_is_locked(client, sari, budi):
    fail(client, "sari", 8, address="127.0.0.1")

    assert sign_in(client, "budi").status_code == 302


def test_the_lock_opens_after_its_time(client, sari):
    fail(client, "sari", 6, address="127.0.0.1")
    AccessAttempt.objects.update(attempt_time=timezone.now() - dt.timedelta(minutes=16))

    assert sign_in(client, "sari").status_code == 302


def test_a_nik_typed_as_user_name_is_not_kept(client):
    sign_in(client, "9999010101900001", "salah")

    attempt = AccessAttempt.objects.get()
    assert attempt.username.startswith("number:")
    assert "9999010101900001" not in f"{attempt.post_data}{attempt.get_data}"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "ip"),
    [
        (0, "1.1.1.1", "10.9.9.9"),
        (1, "1.1.1.1, 2.2.2.2", "2.2.2.2"),
        (2, "1.1.1.1, 2.2.2.2", "1.1.1.1"),
        (3, "1.1.1.1, 2.2.2.2", "10.9.9.9"),
        (1, "", "10.9.9.9"),
    ],
)
def test_only_our_own_proxies_are_believed_about_addresses(rf, settings, proxies, forwarded, ip):
    settings.PKH_TRUSTED_PROXIES = proxies

    request = rf.get("/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR="10.9.9.9")

    assert client_ip(request) == ip


def test_a_second_factor_is_asked_of_whoever_has_set_one_up(client, sari):
    secret = set_up_second_factor(sari)

    response = sign_in(client, "sari")
    assert response.url == reverse("mfa_authenticate")
    assert client.get(HOME).status_code == 302
    assert client.post(response.url, {"code": "000000"}).status_code == 200
    assert "_auth_user_id" not in client.session

    response = client.post(response.url, {"code": code_now(secret)})
    assert (response.status_code, response.url) == (302, HOME)
    assert client.get(reverse("mfa_index")).status_code == 200


def test_codes_cannot_be_guessed_without_end(client, sari):
    secret = set_up_second_factor(sari)
    sign_in(client, "sari")
    for _ in range(5):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})

    client.post(reverse("mfa_authenticate"), {"code": code_now(secret)})

    assert "_auth_user_id" not in client.session


def test_a_role_that_needs_a_second_factor_can_do_nothing_before_it_has_one(
    client, operator, settings
):
    settings.PKH_SECOND_FACTOR_ROLES = ["data_operator", "head"]
    sign_in(client, "operator")

    for url in (HOME, reverse("mfa_index"), reverse("account_change_password")):
        response = client.get(url)
        assert (response.status_code, response.url) == (302, reverse("mfa_activate_totp"))

    again = client.get(reverse("mfa_activate_totp"))
    assert again.url.startswith(reverse("account_reauthenticate"))
    assert client.get(again.url).status_code == 200
    give_the_password_again(client)
    page = client.get(reverse("mfa_activate_totp"))
    assert page.status_code == 200
    secret = page.context["form"].secret
    response = client.post(reverse("mfa_activate_totp"), {"code": code_now(secret)})
    assert response.status_code == 302
    assert client.get(reverse("mfa_index")).status_code == 200
    assert AuditEvent.objects.filter(
        verb="second_factor.added", by=operator, data={"kind": "totp"}
    ).exists()


def test_a_role_that_needs_no_second_factor_is_not_bothered(client, sari, settings):
    settings.PKH_SECOND_FACTOR_ROLES = ["data_operator"]
    sign_in(client, "sari")

    assert client.get(reverse("mfa_index")).status_code == 200


def test_a_needed_second_factor_cannot_be_taken_off(client, operator, settings):
    set_up_second_factor(operator)
    settings.PKH_SECOND_FACTOR_ROLES = ["data_operator"]
    client.force_login(operator)
    client.post(reverse("mfa_reauthenticate"), {"code": code_now("JBSWY3DPEHPK3PXP")})

    client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(user=operator, type="totp").exists()

    settings.PKH_SECOND_FACTOR_ROLES = []
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=operator, type="totp").exists()
    removed = AuditEvent.objects.filter(verb="second_factor.removed", by=operator)
    assert removed.get(data={"kind": "totp"}).target_id == str(operator.pk)


def test_secrets_of_second_factors_are_encrypted_at_rest(sari, settings):
    secret = set_up_second_factor(sari)

    stored = Authenticator.objects.get(user=sari, type="totp").data["secret"]
    assert secret not in stored
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert OfficeMfaAdapter().decrypt(stored) == secret


def test_an_unknown_role_in_the_setting_is_an_error(settings):
    settings.PKH_SECOND_FACTOR_ROLES = ["data_operator", "opperator"]

    assert [error.id for error in run_checks() if error.id == "accounts.E001"] == ["accounts.E001"]


def test_a_session_ends_after_seven_days_however_busy(client, sari):
    sign_in(client, "sari")
    session = client.session
    session["signed_in_at"] = int((timezone.now() - dt.timedelta(days=7, minutes=1)).timestamp())
    session.save()

    response = client.get(reverse("mfa_index"))

    assert (response.status_code, response.url) == (302, "/akun/login/?next=/akun/2fa/")
    assert "_auth_user_id" not in client.session


def test_a_session_stays_alive_while_somebody_works(client, sari):
    sign_in(client, "sari")
    client.get(reverse("mfa_index"))
    first = client.session["seen_at"]
    session = client.session
    session["seen_at"] = first - 11 * 60
    session.save()

    client.get(reverse("mfa_index"))

    assert client.session["seen_at"] >= first
    assert client.session.get_expiry_age() > 11.9 * 60 * 60


# --- a session that ended in the middle of the work

HERE = "http://testserver"
NOT_SAVED = "Kiriman terakhir belum tersimpan; isilah sekali lagi."


def press(client, **headers):
    """The button of a page; its address has no page of its own."""
    return client.post(reverse("facilitators:sign_visit", args=[uuid.uuid4()]), headers=headers)


def test_a_button_without_a_session_leads_back_to_its_page(client, sari):
    gone = press(client, referer=f"{HERE}/kunjungan/?hari=02-11-2026#dua")
    page = client.get(gone.url)
    back = sign_in_at(client, gone.url)

    assert gone.url == "/akun/login/?next=/kunjungan/%3Fhari%3D02-11-2026"
    assert NOT_SAVED in page.content.decode()
    assert back.url == "/kunjungan/?hari=02-11-2026"
    assert NOT_SAVED in client.get(HOME).content.decode()
    assert NOT_SAVED not in client.get(HOME).content.decode()


def sign_in_at(client, address):
    return client.post(
        address,
        {
            "login": "sari",
            "password": PASSWORD,
            "next": parse_qs(urlsplit(address).query)["next"][0],
        },
    )


@pytest.mark.parametrize(
    "referer",
    [
        "",
        "https://jahat.example/kunjungan/",
        "//jahat.example/",
        "javascript:alert(1)",
        "http:///x",
    ],
)
def test_a_button_without_a_session_never_leads_elsewhere(client, db, referer):
    assert press(client, referer=referer).url == "/akun/login/?next=/"


def test_what_a_script_sent_is_not_called_unsaved(client, db):
    gone = press(client, **{"sec-fetch-mode": "same-origin"})

    assert NOT_SAVED not in client.get(gone.url).content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_fragment_without_a_session_sends_its_page_to_the_sign_in(client, db, method):
    answer = getattr(client, method)(
        reverse("dashboard:search"),
        headers={"hx-request": "true", "referer": f"{HERE}/keluarga/?halaman=2"},
    )

    assert (answer.status_code, answer.content) == (401, b"")
    assert answer.headers["HX-Redirect"] == "/akun/login/?next=/keluarga/%3Fhalaman%3D2"


def test_a_button_after_seven_days_leads_back_to_its_page(client, sari):
    sign_in(client, "sari")
    session = client.session
    session["signed_in_at"] = int((timezone.now() - dt.timedelta(days=8)).timestamp())
    session.save()

    gone = press(client, referer=f"{HERE}/kunjungan/")

    assert gone.url == "/akun/login/?next=/kunjungan/"
    assert "_auth_user_id" not in client.session
