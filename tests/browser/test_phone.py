"""A day in the field: no signal, a phone that is switched off, a wire that loses answers."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.roles import Role
from beneficiaries.models import MemberComponent
from beneficiaries.services import change_member
from documents.models import Document
from facilitators.models import ChangeProposal, CommitmentMonth, LearningSession, Visit, VisitRule
from facilitators.services import ask_for_visit
from tests.browser.clerks import until
from tests.browser.conftest import PASSED
from tests.browser.eyes import PICTURES, look
from tests.browser.pocket import SMALL, Pocket
from tests.browser.wire import Wire
from tests.factories.accounts import PASSWORD, person
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory
from tests.factories.facilitators import FacilitatorFactory, entrust
from tests.factories.files import jpeg
from tests.factories.learning import a_group, a_topic, put_into

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("phone"),
    pytest.mark.django_db(transaction=True),
]
NAME, CHILD, NOTE, STREET = "RUKMINIWATI", "BAGASKORO", "atapnyabocorparah", "JALANKENANGAWANGI"
PLANTED = (NAME, CHILD, NOTE, STREET)


@pytest.fixture
def wire(live_server, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    wire = Wire(live_server.thread.host, live_server.thread.port)
    yield wire
    wire.pull_out()


@pytest.fixture
def pocket(request, browser, wire, tmp_path):
    pocket = Pocket(browser, wire, tmp_path / "profile")
    yield pocket
    if not request.node.stash.get(PASSED, False):
        pocket.page.screenshot(path=PICTURES / f"{request.node.name}.png")
    pocket.close()
    assert pocket.problems == []


@pytest.fixture
def facilitator(wire):
    VisitRule.objects.get_or_create(purpose="", valid_from="2025-01-01", defaults={"days": 90})
    user = person("sari", Role.FACILITATOR, "99.01.01", full_name="Sari Lestari")
    return FacilitatorFactory(user=user, name="SARI")


@pytest.fixture
def families(facilitator):
    """Thirteen of them, every name and street unlike any word of the page."""
    return [a_family(facilitator, number) for number in range(13)]


def a_family(facilitator, number=0):
    family = HouseholdFactory(
        desa=AreaFactory(code="99.01.01.2001"), address=f"{STREET} {number}", rt=f"{number:03d}"
    )
    family.caretaker = MemberFactory(household=family, name=f"{NAME} {number}", sex="P")
    family.save()
    MemberFactory(household=family, name=f"{CHILD} {number}", sex="L", birth_place="METRO")
    entrust(facilitator, family)
    return family


def child_of(family):
    return family.members.get(name__startswith=CHILD)


def photo_file(folder, number):
    path = folder / f"rumah-{number}.jpg"
    path.write_bytes(jpeg((2400, 1800), colour=(40 * number, 120, 90)))
    return path


def test_twelve_visits_survive_the_field(pocket, wire, families, tmp_path):
    """Recorded without signal, switched off and on, sent through a wire that loses answers:
    twelve visits, whole photos, one conflict with both versions, and nothing left to read."""
    pocket.go()
    pocket.sign_in("sari", PASSWORD)
    expect(pocket.page.locator(".line")).to_have_count(13)
    pocket.page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    pocket.lose_signal()
    pocket.go()  # the second opening
    expect(pocket.page.locator(".line")).to_have_count(13)
    for number, family in enumerate(families[:12]):
        pocket.record(
            family,
            note=f"{NOTE} {number}",
            photo=photo_file(tmp_path, number) if number in (2, 7) else None,
            correct={child_of(family): "PRINGSEWU"} if number == 4 else None,
        )
    pocket.stands("12 menunggu dikirim")
    pocket.close()
    assert pocket.found_on_disk(*PLANTED, "lapangan") == {"lapangan"}

    pocket.open()
    pocket.context.set_offline(True)
    pocket.go()
    expect(pocket.cards("menunggu")).to_have_count(12)
    sent_photos = pocket.page.evaluate(
        """async () => (await (await import('/static/js/phone/outbox.js')).items())
             .flatMap((item) => item.photos.map((photo) => photo.sha256))"""
    )
    assert Visit.objects.count() == 0

    child = child_of(families[4])  # meanwhile somebody reads the birth certificate
    operator = person("operator", Role.DATA_OPERATOR, "99.01")
    change_member(
        member=child, values={"birth_place": "KALIANDA"}, by=operator, at=timezone.now(),
        reason="akta",
    )  # fmt: skip
    wire.losing = ("/visits/batch/",)
    pocket.find_signal()
    pocket.stands("Tanpa sinyal. 12 menunggu dikirim")
    pocket.send_now()  # again, into the same hole
    until(lambda: len(wire.lost) >= 2)
    pocket.stands("Tanpa sinyal. 12 menunggu dikirim")
    # Stored at the office, and the phone does not know: exactly what makes doubles elsewhere.
    assert Visit.objects.count() == 10
    wire.losing = ("/photos/",)
    pocket.send_now()
    until(lambda: "/photos/" in wire.lost[-1])
    pocket.stands("Tanpa sinyal. 2 menunggu dikirim")
    assert (Visit.objects.count(), Document.objects.count()) == (12, 1)
    wire.losing = ()
    pocket.hear_of_signal()
    pocket.stands("1 di antrean perlu Anda lihat")

    expect(pocket.cards("terkirim")).to_have_count(11)
    assert Visit.objects.count() == 12
    assert set(Visit.objects.values_list("household", flat=True)) == {f.pk for f in families[:12]}
    kept = Document.objects.order_by("sha256").values_list("sha256", flat=True)
    assert not Visit.objects.filter(sent_at=None).exists()  # the phone's clock came with each
    assert len(sent_photos) == 2
    assert list(kept) == sorted(sent_photos)
    proposal = ChangeProposal.objects.get()
    assert (proposal.conflict, proposal.seen["birth_place"], proposal.met["birth_place"]) == (
        True,
        "METRO",
        "KALIANDA",
    )
    conflict = pocket.cards("ada perbedaan")
    expect(pocket.cards().first).to_contain_text("ada perbedaan")  # what needs her comes first
    for version in ("METRO", "KALIANDA", "PRINGSEWU"):
        expect(conflict.get_by_text(version, exact=True)).to_be_visible()
    assert look(pocket.page, "field-conflict", SMALL["width"]) == []

    pocket.sign_out()
    left = pocket.storage().lower()
    assert [word for word in (*PLANTED, "metro") if word.lower() in left] == []
    assert "meta/vault" not in left
    assert "meta/caseload" not in left
    assert "meta/device" in left  # the look into the storage did see something
    pocket.close()
    assert pocket.found_on_disk(*PLANTED, "lapangan") == {"lapangan"}


def test_an_ended_sign_in_keeps_the_queue_and_nobody_else_sends_it(pocket, wire, families):
    pocket.go()
    pocket.sign_in("sari", PASSWORD)
    budi = FacilitatorFactory(
        user=person("budi", Role.FACILITATOR, "99.01.02"), name="BUDI", area="99.01.02"
    )
    entrust(budi, HouseholdFactory(desa=AreaFactory(code="99.01.02.2001")))
    pocket.lose_signal()
    pocket.record(families[0], note=NOTE)
    pocket.context.clear_cookies()
    pocket.find_signal()

    pocket.stands("Sesi masuk sudah berakhir; tidak ada yang hilang. 1 menunggu dikirim")
    assert Visit.objects.count() == 0

    pocket.page.locator("#status").get_by_role("link", name="Masuk").tap()
    pocket.page.get_by_label("Nama pengguna").fill("budi")
    pocket.page.get_by_label("Kata sandi").fill(PASSWORD)
    pocket.page.get_by_role("button", name="Masuk", exact=True).tap()
    pocket.stands("Semua sudah terkirim")
    expect(pocket.page.locator(".line")).to_have_count(1)
    expect(pocket.cards()).to_have_count(0)
    assert Visit.objects.count() == 0
    assert NAME not in pocket.page.content()
    pocket.sign_out()
    expect(
        pocket.page.get_by_text("Catatan terkunci yang menunggu di telepon ini: 1")
    ).to_be_visible()

    pocket.sign_in("sari", PASSWORD)
    expect(pocket.cards("terkirim")).to_have_count(1)
    assert Visit.objects.get().note == NOTE


def test_a_half_written_visit_survives_the_page(pocket, wire, families):
    pocket.go()
    pocket.sign_in("sari", PASSWORD)
    pocket.lose_signal()
    form = f"#/keluarga/{families[0].pk}/kunjungan"
    pocket.go(form).get_by_label("Temuan").fill(NOTE)
    pocket.page.wait_for_function("indexedDB.databases().then((all) => all.length > 0)")
    pocket.page.wait_for_timeout(1_500)
    pocket.close()  # the camera needed the memory
    assert pocket.found_on_disk(*PLANTED) == set()

    pocket.open()
    pocket.context.set_offline(True)
    pocket.go(form)
    expect(pocket.page.get_by_label("Temuan")).to_have_value(NOTE)
    pocket.page.get_by_label("Tujuan").select_option("complaint")
    pocket.page.get_by_role("button", name="Simpan").tap()
    pocket.stands("1 menunggu dikirim")
    pocket.go(form)
    expect(pocket.page.get_by_label("Temuan")).to_have_value("")


def test_what_a_tap_filled_in_stays_when_the_page_is_drawn_again(pocket, wire, families):
    pocket.go()
    pocket.sign_in("sari", PASSWORD)
    pocket.go(f"#/keluarga/{families[0].pk}/kunjungan")
    pocket.page.get_by_role("button", name=f"{CHILD} 0").tap()
    with pocket.page.expect_response(lambda answer: answer.url.endswith("/keluarga/")):
        pocket.hear_of_signal()
    pocket.page.wait_for_timeout(500)

    expect(pocket.page.get_by_label("Orang yang ditemui")).to_have_value(f"{CHILD} 0")


def test_a_question_stays_on_today_until_a_visit_answers_it(pocket, wire, families, facilitator):
    operator = person("operator", Role.DATA_OPERATOR, "99.01")
    ask_for_visit(
        household=families[0], wanted="Foto rumah", due_on=timezone.localdate(), by=operator,
        at=timezone.now(),
    )  # fmt: skip
    pocket.go()
    pocket.sign_in("sari", PASSWORD)
    asked = pocket.page.get_by_text("Foto rumah")
    pocket.lose_signal()
    form = pocket.go(f"#/keluarga/{families[0].pk}/kunjungan")
    form.get_by_label("Menjawab").select_option("")
    form.get_by_role("button", name="Simpan").tap()
    pocket.stands("1 menunggu dikirim")
    pocket.tab("Hari ini")
    expect(asked).to_be_visible()

    form = pocket.go(f"#/keluarga/{families[0].pk}/kunjungan")
    form.get_by_role("button", name="Simpan").tap()
    pocket.stands("2 menunggu dikirim")
    pocket.tab("Hari ini")
    expect(asked).to_have_count(0)


def test_what_waits_can_be_thrown_away_and_a_damaged_row_holds_up_no_other(pocket, wire, families):
    pocket.go()
    pocket.sign_in("sari", PASSWORD)
    pocket.lose_signal()
    for family in families[:3]:
        pocket.record(family, note=NOTE)
    waiting = pocket.cards("menunggu")
    expect(waiting).to_have_count(3)
    waiting.first.get_by_role("button", name="Buang").tap()
    question = pocket.page.get_by_role("dialog")
    expect(question).to_contain_text("tidak dikirim lagi")
    question.get_by_role("button", name="Buang").tap()
    expect(waiting).to_have_count(2)
    pocket.page.evaluate(
        """async () => {
             const store = await import('/static/js/phone/store.js');
             const [row] = await store.all('outbox');
             new Uint8Array(row.locked.body)[0] ^= 1;
             await store.put('outbox', row);
           }"""
    )
    pocket.find_signal()

    expect(pocket.cards("terkirim")).to_have_count(1)
    damaged = pocket.cards("ditolak")
    damaged.get_by_role("button", name="Buang").tap()
    pocket.page.get_by_role("dialog").get_by_role("button", name="Buang").tap()
    expect(pocket.cards()).to_have_count(1)
    assert Visit.objects.count() == 1


def test_a_queue_from_before_a_new_secret_is_sent(pocket, wire, families, settings):
    pocket.go()
    pocket.sign_in("sari", PASSWORD)
    pocket.lose_signal()
    pocket.record(families[0], note=NOTE)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "x" * 50
    pocket.find_signal()

    expect(pocket.cards("terkirim")).to_have_count(1)
    assert Visit.objects.get().note == NOTE


def test_what_is_saved_while_the_phone_talks_goes_out_right_after(pocket, wire, families):
    pocket.go()
    pocket.sign_in("sari", PASSWORD)
    wire.holding = ("/lapangan/keluarga/",)  # the last the phone asks for, after its queue
    pocket.page.reload()
    until(lambda: wire.held)
    pocket.record(families[0], note=NOTE)
    wire.let_go()

    expect(pocket.cards("terkirim")).to_have_count(1)


def test_a_signal_that_was_told_too_early_is_tried_again(pocket, wire, families):
    pocket.go()
    pocket.sign_in("sari", PASSWORD)
    pocket.lose_signal()
    pocket.record(families[0], note=NOTE)
    pocket.context.set_offline(False)  # "online", and nothing gets through yet
    pocket.stands("Tanpa sinyal. 1 menunggu dikirim")
    wire.plug_in()

    expect(pocket.cards("terkirim")).to_have_count(1)


def test_a_week_without_contact_takes_the_families_off_the_phone(pocket, wire, families):
    pocket.go()
    pocket.sign_in("sari", PASSWORD)
    pocket.lose_signal()
    pocket.record(families[0], note=NOTE)

    pocket.wait_until(days=6)
    pocket.go("#/keluarga")
    pocket.page.reload()
    expect(pocket.page.locator(".line")).to_have_count(13)
    pocket.wait_until(days=8)
    pocket.page.reload()

    expect(pocket.page.get_by_role("heading", level=1)).to_have_text("PKH Lapangan")
    left = pocket.storage()
    assert ("meta/vault" in left, "meta/caseload" in left, "outbox/" in left) == (
        False,
        False,
        True,
    )
    pocket.wait_until(days=0)
    pocket.find_signal()  # still signed in at the office: the same key, and the visit goes out
    pocket.page.reload()
    expect(pocket.cards("terkirim")).to_have_count(1)
    assert Visit.objects.get().note == NOTE


def test_signing_out_warns_of_what_was_not_sent(pocket, wire, families):
    pocket.go()
    pocket.sign_in("sari", PASSWORD)
    pocket.lose_signal()
    pocket.record(families[0], note=NOTE)
    pocket.go("#/akun")
    pocket.page.get_by_role("button", name="Keluar").tap()

    question = pocket.page.get_by_role("dialog")
    expect(question).to_contain_text("Belum terkirim: 1")
    question.get_by_role("button", name="Tetap keluar").tap()

    expect(pocket.page.get_by_role("heading", level=1)).to_have_text("PKH Lapangan")
    assert NAME not in pocket.page.content()
    left = pocket.storage()
    assert ("meta/vault" in left, "outbox/" in left, NAME in left) == (False, True, False)


def test_the_offices_sign_in_page_takes_the_families_off_the_phone(pocket, wire, families):
    pocket.go()
    pocket.sign_in("sari", PASSWORD)
    assert "meta/caseload" in pocket.storage()

    pocket.page.goto("/")
    pocket.page.get_by_role("button", name="Menu").tap()
    pocket.page.locator("details.who-menu summary").tap()
    pocket.page.get_by_role("button", name="Keluar").tap()
    expect(pocket.page.get_by_role("heading", level=1)).to_have_text("Masuk")
    pocket.page.wait_for_timeout(500)

    left = pocket.storage()
    assert ("meta/caseload" in left, "meta/vault" in left) == (False, False)


def test_a_session_is_recorded_without_signal(pocket, wire, facilitator):
    group, households = a_group(3, village=AreaFactory(code="99.01.01.2001"))
    entrust(facilitator, *households)
    a_topic()
    pocket.go()
    pocket.sign_in("sari", PASSWORD)
    pocket.lose_signal()
    page = pocket.go(f"#/p2k2/{group.pk}")
    page.get_by_label("Materi").select_option(index=1)
    page.get_by_role("button", name="Semua hadir").tap()
    page.get_by_role("radio", name="Sakit").nth(1).check()
    page.get_by_label("Tamu").fill("2")
    page.get_by_role("button", name="Simpan").tap()
    pocket.stands("1 menunggu dikirim")

    wire.losing = ("/learning-sessions/",)
    pocket.find_signal()
    until(lambda: wire.lost)
    pocket.stands("Tanpa sinyal. 1 menunggu dikirim")
    wire.losing = ()
    pocket.hear_of_signal()
    expect(pocket.cards("terkirim")).to_have_count(1)

    session = LearningSession.objects.get()
    marks = sorted(session.attendance.values_list("status", flat=True))
    assert (marks, session.guests) == (["ill", "present", "present"], 2)


def test_a_commitment_check_is_recorded_without_signal(pocket, wire, families):
    child = child_of(families[0])
    MemberComponent.objects.create(member=child, year=2026, stage=4, component="early_child")
    pocket.go()
    pocket.sign_in("sari", PASSWORD)
    pocket.lose_signal()
    page = pocket.go(f"#/keluarga/{families[0].pk}")
    page.get_by_role("link", name="Verkom kesehatan").tap()
    page.get_by_role("radio", name="Tidak datang").check()
    page.get_by_role("button", name="Simpan").tap()
    pocket.stands("1 menunggu dikirim")
    page.get_by_role("link", name="Verkom kesehatan").tap()
    expect(page.get_by_text("Tidak datang")).to_be_visible()
    expect(page.get_by_role("radio")).to_have_count(0)  # said once

    wire.losing = ("/commitment-checks/",)
    pocket.find_signal()
    until(lambda: wire.lost)
    pocket.stands("Tanpa sinyal. 1 menunggu dikirim")
    wire.losing = ()
    pocket.hear_of_signal()

    expect(pocket.cards("terkirim")).to_have_count(1)
    kept = CommitmentMonth.objects.get()
    assert (kept.check_of.member, kept.attended) == (child, False)


def test_a_refusal_says_why_and_waits_for_a_person(pocket, wire, families, facilitator):
    pocket.go()
    pocket.sign_in("sari", PASSWORD)
    pocket.lose_signal()
    pocket.record(families[0], note=NOTE)
    held = facilitator.caseload.get(household=families[0])
    held.starts_on, held.ends_on = held.starts_on.replace(year=2020), held.starts_on
    held.save()  # it was never hers on these days, as it turns out
    pocket.find_signal()

    card = pocket.cards("ditolak")
    expect(card).to_contain_text("Ditolak kantor:")
    expect(card.get_by_role("button", name="Kirim lagi")).to_be_visible()
    card.get_by_role("button", name="Buang").tap()
    pocket.page.get_by_role("dialog").get_by_role("button", name="Buang").tap()
    expect(pocket.cards()).to_have_count(0)
    pocket.go("#/keluarga")
    expect(pocket.page.locator(".line")).to_have_count(12)  # not hers, so not here any more


# --- how it looks and what it weighs

SMALL_TARGETS = """
() => [...document.querySelectorAll('a, button, input, select, textarea, summary, .pick-one')]
  .filter((e) => e.checkVisibility({ opacityProperty: true }) && !e.closest('.visually-hidden'))
  .filter((e) => !e.classList.contains('visually-hidden'))
  .map((e) => [e, e.getBoundingClientRect()])
  .filter(([e, box]) => box.width < 44 || box.height < 44)
  .map(([e, box]) => `${e.tagName} ${e.textContent.trim().slice(0, 30)} ${box.width}x${box.height}`)
"""


def weight_of_the_page(wire) -> int:
    """Bytes of a first opening with sign-in: everything but the office's own sign-in page."""
    office = re.compile(r"/akun/|/static/(css/office|favicon|vendor/tabler/(tabler|icons))")
    return sum(size for path, size in wire.received.items() if not office.match(path))


def test_every_screen_is_indonesian_reachable_and_fits_a_thumb(pocket, wire, facilitator, families):
    group, _others = a_group(0, village=families[0].desa)
    put_into(group, *families)
    a_topic()
    for component in ("elderly", "severe_disability"):
        MemberComponent.objects.create(
            member=families[0].caretaker, year=2026, stage=4, component=component
        )
    outside = []
    pocket.context.on("request", lambda asked: outside.append(asked.url))
    wrong = []

    def see(name):
        pocket.page.locator(".told").evaluate("(e) => { e.textContent = ''; }")
        wrong.extend(look(pocket.page, f"field-{name}", SMALL["width"]))
        wrong.extend(f"{name}: {small}" for small in pocket.page.evaluate(SMALL_TARGETS))

    pocket.go()
    expect(pocket.page.get_by_role("link", name="Masuk")).to_be_visible()
    see("door")
    pocket.sign_in("sari", PASSWORD)
    expect(pocket.page.locator(".line")).to_have_count(13)
    pocket.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    assert weight_of_the_page(wire) < 150_000
    see("today")
    for name, address in {
        "families": "#/keluarga",
        "family": f"#/keluarga/{families[0].pk}",
        "checks": f"#/keluarga/{families[0].pk}/verkom",
        "groups": "#/p2k2",
        "session": f"#/p2k2/{group.pk}",
        "account": "#/akun",
    }.items():
        pocket.go(address)
        see(name)
    pocket.go(f"#/keluarga/{families[0].pk}/kunjungan")
    pocket.page.get_by_role("button", name="Usulkan perubahan").tap()
    for kind in ("birth", "move", "school_change"):
        pocket.page.get_by_label("Apa yang berubah?").select_option(kind)
        see(f"visit-{kind}")
    pocket.page.get_by_role("button", name="Simpan").tap()
    see("visit-wrong")
    pocket.page.get_by_role("link", name="Kembali").tap()
    expect(pocket.page.get_by_role("dialog")).to_be_visible()
    see("leave")
    pocket.page.get_by_role("button", name="Keluar tanpa menyimpan").tap()
    pocket.record(families[1], note=NOTE)
    expect(pocket.cards("terkirim")).to_have_count(1)
    see("queue")
    pocket.page.set_viewport_size({"width": 1280, "height": 860})
    pocket.go("#/hari-ini")
    wrong.extend(look(pocket.page, "field-today", 1280))

    assert wrong == []
    assert [url for url in outside if not url.startswith(wire.url)] == []


def test_the_page_can_be_installed(pocket, wire, facilitator):
    pocket.go()
    expect(pocket.page.get_by_role("link", name="Masuk")).to_be_visible()
    pocket.page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    session = pocket.context.new_cdp_session(pocket.page)
    problems = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    manifest = session.send("Page.getAppManifest")

    assert [
        problem["errorId"] for problem in problems if problem["errorId"] != "in-incognito"
    ] == []
    assert re.search(r'"scope": *"/lapangan/"', manifest["data"])
    assert manifest["errors"] == []
