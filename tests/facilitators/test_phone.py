"""What the phone is given: its own families of today, its own key, and a page without people."""

import datetime as dt
import hashlib
import json
import re
import uuid
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from beneficiaries.models import MemberComponent
from beneficiaries.services import change_member
from documents.models import Document
from facilitators import services
from facilitators.models import Attendance, LearningSession, Visit, VisitRequest, VisitRule
from facilitators.phone import FILES
from facilitators.phone_words import choices, words
from pkh.environment import BASE_DIR
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory
from tests.factories.facilitators import FacilitatorFactory, entrust
from tests.factories.files import jpeg
from tests.factories.learning import LearningGroupFactory, a_topic, put_into

WHO, KEY, CASELOAD = (reverse(f"facilitators:phone_{name}") for name in ("who", "key", "caseload"))
DEVICE = "5f0c2c64-7d0c-4d7a-9a53-1f5d1f5a4c11"


def told(client):
    return json.loads(client.get(CASELOAD).content)


@pytest.fixture
def phone(client, sari, hers):
    client.force_login(sari)
    return client


# --- the page itself


def test_the_page_and_its_worker_are_the_same_for_everybody(client, db, sari, family):
    addresses = [reverse(f"facilitators:phone{name}") for name in ("", "_worker", "_manifest")]
    before = [client.get(address).content for address in addresses]

    client.force_login(sari)

    assert [client.get(address).content for address in addresses] == before
    assert b"IBU LAMA" not in b"".join(before)


def test_the_worker_keeps_exactly_what_the_page_asks_for(client, db):
    page = client.get(reverse("facilitators:phone")).content.decode()
    worker = client.get(reverse("facilitators:phone_worker")).content.decode()
    known = json.loads(re.match(r"self\.shell = (.*);\n", worker)[1])

    asked = set(re.findall(r'(?:href|src)="(/[^"#]*)"', page)) | _imported("app")
    assert asked <= set(known["files"])
    assert len(known["version"]) == 16


def _imported(name, seen=None):
    """Addresses of a module and of everything it imports."""
    seen = set() if seen is None else seen
    if name not in seen:
        seen.add(name)
        folder = name.rpartition("/")[0]
        for found in re.findall(r'from "(\.[^"]+)\.js"', _module(name)):
            parts = [part for part in f"{folder}/{found}".split("/") if part not in {"", "."}]
            while ".." in parts:
                at = parts.index("..")
                del parts[at - 1 : at + 1]
            _imported("/".join(parts), seen)
    return {f"/static/js/phone/{one}.js" for one in seen}


def _module(name):
    return Path(finders.find(f"js/phone/{name}.js")).read_text()


def test_the_worker_sends_only_where_modules_are_known(client, db):
    address = reverse("facilitators:phone_worker")

    assert b"import" not in client.get(address).content.partition(b"\n")[0]
    assert client.get(f"{address}?kirim=1").content.startswith(b'import { send } from "/static/js')


def test_every_text_of_the_modules_comes_from_the_catalogue_and_none_is_left_over():
    sources = [path.read_text() for path in sorted((BASE_DIR / "static/js/phone").rglob("*.js"))]
    known = words()
    said = {key for source in sources for key in re.findall(r'"([a-z_0-9]+)"', source)}
    stems = ("tab_", "state_", "kind_")

    asked = {key for source in sources for key in re.findall(r'say\("([a-z_0-9]+)"', source)}
    assert asked - known.keys() == set()
    in_template = {"menu", "browser_too_old", "title"}
    unused = {key for key in known.keys() - said - in_template if not key.startswith(stems)}
    assert unused == set()


def test_every_drawing_is_in_the_small_sprite():
    sprite = Path(finders.find("vendor/tabler/field-icons.svg")).read_text()
    places = (
        r'icon\("|icon: "|picture = "|nothing\(.*, "|action\(`.*`, "|: \["(?=[a-z-]+", "state-)'
    )
    said = {
        name
        for path in (BASE_DIR / "static/js/phone").rglob("*.js")
        for name in re.findall(rf'(?:{places})([a-z0-9-]+)"', path.read_text())
    }

    assert {"clock", "home", "plus", "user-off", "list-check"} < said
    assert said - set(re.findall(r'id="([a-z0-9-]+)"', sprite)) == set()


def test_findings_on_the_phone_are_those_the_office_takes(db):
    kinds = choices()["findings"]

    assert kinds["death"] == {
        "member": {"needs": ["on"], "may": [], "any_of": []},
        "household": False,
    }
    labels = dict(choices()["fields"])
    asked = {
        name
        for rules in kinds.values()
        for rule in rules.values()
        if rule
        for name in (*rule["needs"], *rule["may"])
    }
    assert asked - labels.keys() == set()


def test_the_page_weighs_little(client, db):
    """Under 150 kB with an ordinary caseload; photos and a day's data come on top of it."""
    weight = sum(Path(finders.find(name)).stat().st_size for name in FILES)
    weight += len(client.get(reverse("facilitators:phone")).content)

    assert weight < 125_000  # the rest is for the families, see the test below


# --- who is asking


@pytest.mark.parametrize("address", [WHO, CASELOAD])
def test_a_stranger_is_told_to_sign_in_and_an_operator_that_it_is_not_for_him(
    client, operator, address
):
    assert client.get(address).status_code == 401
    client.force_login(operator)
    assert client.get(address).json()["error"]["code"] == "not_a_facilitator"


def test_the_key_is_the_same_for_the_same_person_on_the_same_phone(phone, budi):
    first, again = (phone.post(KEY, {"device": DEVICE}).json() for _ in "12")
    other_phone = phone.post(KEY, {"device": str(uuid.uuid4())}).json()
    FacilitatorFactory(user=budi)
    phone.force_login(budi)
    other_person = phone.post(KEY, {"device": DEVICE}).json()

    assert first == again
    keys = [one["keys"][0]["key"] for one in (first, other_phone, other_person)]
    assert len(set(keys)) == 3
    assert first["owner"] == other_phone["owner"] != other_person["owner"]
    assert AuditEvent.objects.filter(verb="phone.key_given").count() == 4


def test_a_queue_locked_under_an_earlier_secret_opens_after_the_secret_changed(phone, settings):
    before = phone.post(KEY, {"device": DEVICE}).json()
    session = phone.cookies["sessionid"].value
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "x" * 50

    assert phone.cookies["sessionid"].value == session
    after = phone.post(KEY, {"device": DEVICE}).json()
    assert after["keys"][1:] == before["keys"]
    assert before["earlier_owners"] == []
    assert after["earlier_owners"] == [before["owner"]]  # still known as hers
    assert after["owner"] == phone.get(WHO).json()["owner"] != before["owner"]


def test_a_key_is_given_neither_without_a_device_nor_without_a_token(phone, sari):
    assert phone.post(KEY, {"device": "x"}).status_code == 400
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(sari)
    assert careful.post(KEY, {"device": DEVICE}).status_code == 403


# --- the families


def test_the_caseload_is_ones_own_families_and_nothing_of_others(phone, hers, family):
    colleague = FacilitatorFactory()
    neighbour, left = HouseholdFactory(), HouseholdFactory()
    MemberFactory(household=neighbour, name="TETANGGA")
    entrust(colleague, neighbour)
    left.status, left.exited_on = "exited", dt.date(2026, 1, 1)
    left.save()
    entrust(hers, left)

    found = told(phone)

    assert [one["id"] for one in found["families"]] == [family.pk]
    assert b"TETANGGA" not in phone.get(CASELOAD).content


def test_a_family_handed_over_is_gone_at_the_next_contact(phone, hers, family, ratna):
    assert len(told(phone)["families"]) == 1
    colleague = FacilitatorFactory()

    services.hand_over(
        giver=hers,
        receiver=colleague,
        on=timezone.localdate(),
        reason="pindah tugas",
        by=ratna,
        at=timezone.now(),
    )

    assert told(phone)["families"] == []


def test_numbers_come_masked_and_the_mothers_name_not_at_all(phone, family, child):
    child.mother_name = "IBU RAHASIA"
    child.save()

    answer = phone.get(CASELOAD).content.decode()

    assert child.nik not in answer
    assert family.kk_number not in answer
    assert f"{child.nik[:4]}**********{child.nik[-2:]}" in answer
    assert "IBU RAHASIA" not in answer


def test_a_family_carries_what_a_visit_needs(phone, hers, family, child, visiting):
    VisitRule.objects.all().delete()
    VisitRule.objects.create(purpose="", days=90, valid_from=dt.date(2026, 1, 1))
    for component, stage in (("junior", 3), ("senior", 4)):
        MemberComponent.objects.create(member=child, year=2026, stage=stage, component=component)
    group = LearningGroupFactory(village=family.desa)
    put_into(group, family)
    session = LearningSession.objects.create(
        group=group, topic=a_topic(), held_on=timezone.localdate(), recorded_at=timezone.now()
    )
    Attendance.objects.create(
        session=session, household=family, member=family.caretaker, status="absent"
    )
    request = VisitRequest.objects.create(
        household=family,
        member=child,
        wanted="Masih sekolah?",
        due_on=dt.date(2026, 12, 1),
        asked_by=hers.user,
        asked_at=timezone.now(),
    )
    for day in range(1, 5):
        visiting(purpose="health_check", at=dt.datetime(2026, 11, day, 3, tzinfo=dt.UTC),
                 next_step="cek rapor", next_on=dt.date(2026, 11, 20))  # fmt: skip

    found = told(phone)

    one = found["families"][0]
    assert found["rules"] == {"": 90}
    assert [member["components"] for member in one["members"]] == [[], ["senior"]]
    assert [visit["next_on"] for visit in one["visits"]] == ["2026-11-20"] * 3
    assert one["last"] == {"health_check": "2026-11-04T03:00:00+00:00"}
    today = timezone.localdate().isoformat()
    assert one["missed"] == {"on": today, "group": group.name, "name": "IBU LAMA"}
    assert one["asked"] == [
        {"id": request.pk, "wanted": "Masih sekolah?", "due": "2026-12-01", "about": "ANAK SATU"}
    ]
    assert (one["group"], found["groups"][0]["id"]) == (group.pk, group.pk)


def test_a_conflict_is_carried_with_both_versions(phone, visiting, family, child, operator):
    change_member(
        member=child, version=1, values={"birth_place": "KALIANDA"}, by=operator,
        at=timezone.now(), reason="akta",
    )  # fmt: skip
    visiting(proposals=[{"kind": "correction", "member": child.pk, "version": 1,
                         "values": {"birth_place": "PRINGSEWU"}}])  # fmt: skip

    proposal = told(phone)["families"][0]["proposals"][0]

    assert (proposal["conflict"], proposal["about"], proposal["state"]) == (
        True,
        "ANAK SATU",
        "open",
    )
    assert proposal["values"] == [
        {
            "label": "Tempat lahir",
            "seen": "METRO",
            "met": "KALIANDA",
            "proposed": "PRINGSEWU",
            "moved": True,
        }
    ]


@pytest.mark.parametrize(
    ("kind", "values", "said"),
    [
        ("school_change", {"level": "junior"}, "SMP/sederajat"),
        ("pregnancy", {"expected_on": "2027-01-31"}, "31-01-2027"),
        ("correction", {"sex": "P"}, "Perempuan"),
        ("correction", {"relationship": "child"}, "Anak"),
    ],
)
def test_whatever_was_proposed_is_carried_in_words(
    phone, visiting, family, child, kind, values, said
):
    visiting(proposals=[{"kind": kind, "member": child.pk, "version": 1, "values": values}])

    (proposal,) = told(phone)["families"][0]["proposals"]

    assert [value["proposed"] for value in proposal["values"]] == [said]


def test_an_unchanged_caseload_is_not_sent_again(phone, family, child):
    first = phone.get(CASELOAD, headers={"Accept-Encoding": "gzip"})
    again = phone.get(CASELOAD, headers={"If-None-Match": first["ETag"]})
    child.name = "NAMA LAIN"
    child.save()
    changed = phone.get(CASELOAD, headers={"If-None-Match": first["ETag"]})

    assert [one.status_code for one in (first, again, changed)] == [200, 304, 200]
    assert again.content == b""
    assert all("no-store" in one["Cache-Control"] for one in (first, again))
    assert AuditEvent.objects.filter(verb="phone.caseload_taken").count() == 2


def test_a_month_somebody_has_noted_is_not_asked_again(phone, sari, family, child):
    MemberComponent.objects.create(member=child, year=2026, stage=4, component="early_child")
    today = timezone.localdate()
    services.record_health_check(
        member=child, component="early_child", month=today.replace(day=1), attended=False,
        by=sari, at=timezone.now(),
    )  # fmt: skip

    assert told(phone)["families"][0]["checks"] == [
        {
            "member": child.pk,
            "component": "early_child",
            "month": f"{today:%Y-%m}",
            "attended": False,
        }
    ]


@pytest.mark.parametrize("families", [0, 3])
def test_the_number_of_statements_does_not_grow_with_families(
    phone, hers, visiting, families, django_assert_num_queries
):
    group = None
    for _ in range(families):
        family = HouseholdFactory()
        family.caretaker = MemberFactory(household=family)
        family.save()
        entrust(hers, family)
        group = group or LearningGroupFactory(village=family.desa)
        put_into(group, family)
        visiting(household=family, proposals=[{"kind": "death", "member": family.caretaker.pk,
                 "version": 1, "values": {"on": "2026-10-01"}}])  # fmt: skip
    phone.get(WHO)  # the session's own notes

    with django_assert_num_queries(21):
        assert len(told(phone)["families"]) == families + 1


def test_three_hundred_families_travel_light(phone, hers, family, child):
    """Names as long as they get, four people a family: with the page, still under 150 kB."""
    households = [HouseholdFactory(address="JALAN RAYA PRINGSEWU NO 1") for _ in range(299)]
    entrust(hers, *households)
    for household in households:
        for number in range(4):
            MemberFactory(household=household, name=f"SITI NURHALIZAH BINTI ABDULLAH {number}")

    answer = phone.get(CASELOAD, headers={"Accept-Encoding": "gzip"})

    assert answer["Content-Encoding"] == "gzip"
    assert len(answer.content) < 25_000


# --- what comes from the phone


def test_a_visit_sent_again_is_the_same_though_the_clock_has_moved(phone, family):
    """`sent_at` is another one at every try, and no part of what was recorded."""
    now = timezone.now()
    visit = {
        "id": str(uuid.uuid4()),
        "household": family.pk,
        "purpose": "data_update",
        "device_at": now.isoformat(),
    }

    def send(sent_at):
        sent = {"visits": [visit | {"sent_at": sent_at.isoformat()}]}
        answer = phone.post("/api/v1/visits/batch/", sent, content_type="application/json")
        return answer.json()["results"][0]["status"]

    assert [send(now), send(now + dt.timedelta(minutes=5))] == [201, 200]
    assert Visit.objects.get().sent_at == now


# --- photos


def test_a_photo_follows_its_visit_after_the_family_went_to_a_colleague(
    phone, hers, visiting, family, budi
):
    visit, content = visiting(), jpeg()
    hers.caseload.all().delete()
    entrust(FacilitatorFactory(user=budi), family)

    def send():
        file = SimpleUploadedFile("foto.jpg", content, content_type="image/jpeg")
        return phone.post(
            f"/api/v1/visits/{visit.pk}/photos/", {"id": str(uuid.uuid4()), "file": file}
        ).status_code

    assert send() == 201
    assert phone.get(f"/api/v1/visits/{visit.pk}/").status_code == 404
    phone.force_login(budi)
    assert send() == 403  # he sees the family, but it is not his visit


def test_a_photo_that_did_not_arrive_whole_is_refused_before_it_is_kept(phone, visiting):
    visit, content, id = visiting(), jpeg(), str(uuid.uuid4())
    right = hashlib.sha256(content).hexdigest()

    def send(sha256):
        file = SimpleUploadedFile("foto.jpg", content, content_type="image/jpeg")
        return phone.post(
            f"/api/v1/visits/{visit.pk}/photos/", {"id": id, "file": file, "sha256": sha256}
        )

    damaged, whole, again = send("0" * 64), send(right), send(right)

    assert (damaged.status_code, damaged.json()["error"]["code"]) == (409, "photo_damaged")
    assert [one.json()["sha256"] for one in (whole, again)] == [right, right]
    assert Document.objects.get().sha256 == right
