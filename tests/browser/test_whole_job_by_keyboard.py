"""The main job without a mouse: a file comes in, a colleague approves it, a question is decided.

After the story of test_whole_job in the same office, whose queue it goes on with; alone, it has a
queue of its own made first.
"""

import re

import pytest
from playwright.sync_api import expect

from core.synthetic.world import make_world
from tests.browser.clerks import JOB_SECONDS
from tests.browser.hands import Hands
from tests.browser.office import district

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SEED = 77


@pytest.fixture
def final_closing(office, tmp_path):
    """A payment list of eight families; questions wait in the queue as well."""
    if office.ask("SELECT FROM dtks_difference WHERE outcome = 'review' LIMIT 1") == []:
        _make_a_queue(office, _eight_families(tmp_path / "queue", seed=SEED + 1))
    return _eight_families(tmp_path / "new", seed=SEED) / "final_closing.xlsx"


def _eight_families(folder, *, seed):
    make_world(
        seed=seed, households=8, registry_rows=120, noise=3, areas=district(), out=folder,
        period="2026-3",
    )  # fmt: skip
    return folder


def _make_a_queue(office, folder):
    def bring(name, source):
        words = ("--source", source, "--period", "2026-4", "--as", "operator")
        return office.command("import_file", folder / name, *words)["snapshot"]

    for name, source in (("final_closing.xlsx", "final_closing"), ("members.xlsx", "members")):
        office.command("approve_snapshot", bring(name, source), "--as", "operator2")
    office.command("reconcile", bring("dtks.csv", "dtks"), "--as", "operator")


@pytest.fixture
def hands(stranger):
    """`hands("operator")`: signed in by typing, on the home page, at a screen of their own."""

    def sit_down(username):
        clerk = stranger(username)
        clerk.go("/")
        keys = Hands(clerk.page)
        keys.fill("Nama pengguna", username)
        keys.fill("Kata sandi", clerk.office.passwords[username])
        keys.press("Enter")
        keys.heading_is(re.compile("^Selamat"))
        return keys

    return sit_down


def test_a_file_is_brought_in_approved_and_a_question_decided_by_keys(hands, office, final_closing):
    operator = hands("operator")
    snapshot = bring_in(operator, office, final_closing)
    approve(hands("operator2"), snapshot)
    decide(operator, office)


def bring_in(operator, office, path):
    page = operator.page
    operator.open("Langsung ke isi halaman")
    operator.open("Unggah berkas kementerian")
    operator.heading_is("Unggah berkas kementerian")
    operator.choose("sumber", re.compile("^Final Closing"))
    operator.fill("Tahap", "3")
    operator.fill("Tahun", "2026")
    operator.choose_file(re.compile("^Berkas"), path)
    expect(page.locator(".file-pick .file-name")).to_contain_text(path.name)
    operator.open("Periksa berkas")
    operator.heading_is("Apakah berkasnya benar?")
    expect(page.locator("table.sheet-raw")).to_be_visible()
    with office.worker_held("import"):
        operator.open("Ya, baca seluruh berkas")
        expect(page.locator(".job-card [role=status]")).to_be_visible()
    expect(page.locator(".lead-line .state")).to_have_text("Siap diperiksa", timeout=JOB_SECONDS)
    return page.url


def approve(colleague, address):
    page = colleague.page
    colleague.open(re.compile("^Berkas kementerian"))
    colleague.heading_is("Berkas kementerian")
    colleague.open("Final Closing")
    expect(page).to_have_url(address)
    # Eight families of another quarter: most of the register is not among them.
    colleague.tab_to(re.compile("^Angka ini sudah saya cocokkan"))
    colleague.press("Space")
    colleague.open("Setujui")
    expect(page.locator(".lead-line .state")).to_have_text("Disetujui", timeout=JOB_SECONDS)


def decide(operator, office):
    """The filter waits for Enter, the list is walked with its own letters."""
    page = operator.page
    before = office.ask("SELECT count(*) FROM dtks_decision WHERE verdict = 'same'")
    operator.open(re.compile("^Antrean keputusan"))
    operator.heading_is("Antrean keputusan")
    operator.choose("hasil", re.compile("^Perlu diputuskan"))
    operator.press("Enter")
    expect(page).to_have_url(re.compile("hasil=review"))
    first = page.locator("[data-rows] tbody tr").first
    name = first.get_by_role("link").inner_text()
    operator.press("j", "j", "k", "Enter")
    expect(page.locator(".pair")).to_contain_text(name)
    operator.press("s")
    expect(page.locator(".note-success")).to_contain_text(f"Diputuskan: Orang yang sama ({name})")
    ((number,),) = before
    assert office.ask("SELECT count(*) FROM dtks_decision WHERE verdict = 'same'") == [
        (number + 1,)
    ]


@pytest.mark.parametrize(
    ("thing", "why"),
    [
        ("<div onclick='here()'>Setujui</div>", "is not reached"),
        ("<button style='outline: none'>Setujui</button>", "cannot be seen"),
        ("<button style='position: absolute; left: -900px'>Setujui</button>", "outside the window"),
    ],
)
def test_what_keys_or_eyes_do_not_find_is_noticed(browser, thing, why):
    with browser.new_page() as page:
        page.set_content(f"<button>Batal</button>{thing}")

        with pytest.raises(AssertionError, match=why):
            Hands(page).tab_to("Setujui")
