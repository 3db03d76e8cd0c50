import datetime as dt
import json
import stat

import pytest
from django.contrib.auth import authenticate
from django.test import RequestFactory

from accounts.demo import DEMO_ACCOUNTS, make_demo_accounts
from accounts.models import Assignment, User
from areas.services import ensure_office_area, import_areas
from tests.factories.areas import AreaFactory

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 2, 8, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 2)

AT_THE_OFFICE = [
    ("admin", "admin", "99.01"),
    ("auditor", "auditor", "99.01"),
    ("kabid", "division_head", "99.01"),
    ("kadis", "head", "99.01"),
    ("korkab", "district_coordinator", "99.01"),
    ("operator", "data_operator", "99.01"),
    ("operator2", "data_operator", "99.01"),
    ("tamu", "guest", "99.01"),
]
IN_THE_VILLAGES = [
    ("katim", "subdistrict_lead", "99.01.01"),
    ("pendamping", "facilitator", "99.01.01.2001"),
    ("pendamping", "facilitator", "99.01.01.2002"),
    ("pendamping2", "facilitator", "99.01.02.2001"),
    ("tksk", "subdistrict_social_worker", "99.01.01"),
]


def make(home):
    return make_demo_accounts(office_area=ensure_office_area("99.01"), home=home, on=TODAY, at=NOW)


def held():
    return sorted(Assignment.objects.values_list("user__username", "role", "area_id"))


def test_make_demo_accounts_gives_twelve_accounts_their_roles(tmp_path):
    for code in ("99.01.01.2001", "99.01.01.2002", "99.01.01.2003", "99.01.02.2001"):
        AreaFactory(code=code)

    path = make(tmp_path)

    passwords = json.loads(path.read_text())
    assert path == tmp_path / "demo-accounts.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(passwords) == list(DEMO_ACCOUNTS)
    assert len(set(passwords.values())) == 12
    assert min(map(len, passwords.values())) >= 12
    request = RequestFactory().post("/")
    assert authenticate(request, username="katim", password=passwords["katim"]).pk
    assert held() == sorted(AT_THE_OFFICE + IN_THE_VILLAGES)
    assert list(
        User.objects.filter(is_staff=True).values_list("username", flat=True).order_by("username")
    ) == ["admin", "auditor"]


def test_make_demo_accounts_twice_changes_nothing(tmp_path):
    before = make(tmp_path).read_text()
    hashes = list(User.objects.order_by("pk").values_list("password", flat=True))
    Assignment.objects.filter(user__username="kadis").update(ends_on=TODAY)

    assert make(tmp_path).read_text() == before
    assert list(User.objects.order_by("pk").values_list("password", flat=True)) == hashes
    assert held() == AT_THE_OFFICE


def test_make_demo_accounts_gives_new_passwords_when_the_file_is_lost(tmp_path):
    make(tmp_path).unlink()

    passwords = json.loads(make(tmp_path).read_text())

    request = RequestFactory().post("/")
    assert authenticate(request, username="kadis", password=passwords["kadis"]).pk


def test_village_roles_get_their_places_when_import_areas_brings_them(tmp_path, settings):
    settings.PKH_HOME, settings.PKH_OFFICE_AREA = tmp_path, "99.01"
    make(tmp_path)
    assert held() == AT_THE_OFFICE

    import_areas(
        content=(
            b"code,name\n99.01.01.2001,A\n99.01.01.2002,B\n99.01.02.2001,C\n99.02.01.2001,D\n"
        ),
        by=None,
        at=NOW,
    )

    assert held() == sorted(AT_THE_OFFICE + IN_THE_VILLAGES)


def test_import_areas_makes_no_demo_roles_in_a_real_office(tmp_path, settings):
    settings.PKH_HOME, settings.PKH_OFFICE_AREA = tmp_path, "99.01"
    User.objects.create(username="katim")

    import_areas(content=b"code,name\n99.01.01.2001,A\n", by=None, at=NOW)

    assert held() == []
