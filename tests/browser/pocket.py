"""A facilitator's phone: a browser with a profile of its own, which is closed and opened again."""

from pathlib import Path

from playwright.sync_api import expect

from tests.bringup import chromium
from tests.browser.conftest import FLAGS
from tests.browser.eyes import REMEMBER_VIOLATIONS

SMALL = {"width": 360, "height": 740}
# Everything the browser keeps where scripts of the page could read it, as text: of bytes each
# letter, so that nothing hides in an ArrayBuffer.
STORAGE = """
async () => {
  const said = [];
  const letters = (bytes) =>
    Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join('');
  const tell = (value) => {
    if (value instanceof ArrayBuffer) said.push(letters(value));
    else if (ArrayBuffer.isView(value)) said.push(letters(value.buffer));
    else if (value instanceof CryptoKey) said.push('a key');
    else if (value && typeof value === 'object') {
      for (const [key, one] of Object.entries(value)) { said.push(key); tell(one); }
    } else said.push(String(value));
  };
  const request = (asked) => new Promise((done, fail) => {
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
  for (const { name } of await indexedDB.databases()) {
    const db = await request(indexedDB.open(name));
    for (const store of db.objectStoreNames) {
      const rows = db.transaction(store).objectStore(store);
      const asked = [request(rows.getAllKeys()), request(rows.getAll())];
      const [keys, values] = await Promise.all(asked);
      keys.forEach((key, at) => { said.push(`${store}/${key}`); tell(values[at]); });
    }
    db.close();
  }
  for (const store of [localStorage, sessionStorage]) {
    for (const [key, value] of Object.entries(store)) said.push(`${key}=${value}`);
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const kept of await cache.keys()) {
      said.push(kept.url, await (await cache.match(kept)).text());
    }
  }
  return said.join('\\n');
}
"""


class Pocket:
    def __init__(self, browser, wire, profile: Path):
        self.kind, self.wire, self.profile = browser.browser_type, wire, profile
        self.context = self.page = None
        self.problems: list[str] = []  # errors of scripts, broken policies
        self.open()

    def open(self):
        """Take the phone out: the browser starts with what its profile remembers."""
        self.context = self.kind.launch_persistent_context(
            self.profile,
            executable_path=chromium(),
            args=[*FLAGS, "--lang=id"],
            viewport=SMALL,
            is_mobile=True,
            has_touch=True,
            device_scale_factor=2,
            locale="id-ID",
            timezone_id="Asia/Jakarta",
            geolocation={"latitude": -5.358, "longitude": 104.974, "accuracy": 11.4},
            permissions=["geolocation"],
            base_url=self.wire.url,
        )
        self.context.set_default_timeout(20_000)
        self.context.add_init_script(REMEMBER_VIOLATIONS)
        self.context.on("weberror", lambda error: self.problems.append(str(error.error)))
        self.context.on("console", self._said)
        self.page = self.context.pages[0]

    def _said(self, message):
        # Chromium writes down every refused or failed request; the tests look at those themselves.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.problems.append(message.text)

    def close(self):
        if self.context:
            self.context.close()
            self.context = None

    def lose_signal(self):
        self.context.set_offline(True)
        self.wire.pull_out()

    def find_signal(self):
        self.wire.plug_in()
        self.context.set_offline(False)

    def wait_until(self, days):
        """The phone's clock stands so many days from now, from the next opening of the page on."""
        later = f"Date.now = () => new Date().getTime() + {days} * 24 * 60 * 60 * 1000;"
        self.context.add_init_script(later)

    def send_now(self):
        """A press of the button. It is there while something waits and nothing is under way."""
        self.tab("Antrean")
        self.page.get_by_role("button", name="Kirim sekarang").tap()

    def hear_of_signal(self):
        """What the phone tells the page when it has found one."""
        self.page.evaluate("window.dispatchEvent(new Event('online'))")

    def go(self, address=""):
        self.page.goto(f"/lapangan/{address}")
        return self.page

    def tab(self, name):
        menu = self.page.get_by_role("navigation", name="Menu utama")
        menu.get_by_role("link", name=name).tap()

    def sign_in(self, username, password):
        self.page.get_by_role("link", name="Masuk").tap()
        self.page.get_by_label("Nama pengguna").fill(username)
        self.page.get_by_label("Kata sandi").fill(password)
        self.page.get_by_role("button", name="Masuk", exact=True).tap()
        self.stands("Semua sudah terkirim")
        # From here on the page opens without signal: its files are on the phone.
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    def stands(self, words):
        """How the queue stands, as the line at the top says."""
        expect(self.page.locator("#status")).to_contain_text(words)

    def record(self, family, *, note, photo=None, correct=None):
        """A visit: with a photo, or with {member: new place of birth}."""
        page = self.page
        self.go(f"#/keluarga/{family.pk}/kunjungan")
        page.get_by_label("Tujuan").select_option("data_update")
        page.get_by_label("Temuan").fill(note)
        if photo:
            page.locator("#photos").set_input_files(photo)
            expect(page.locator(".photos canvas")).to_have_count(1)
        if correct:
            (member, place), *_ = correct.items()
            page.get_by_role("button", name="Usulkan perubahan").tap()
            page.get_by_label("Apa yang berubah?").select_option("correction")
            page.get_by_label("Tentang siapa").select_option(str(member.pk))
            page.get_by_label("Tempat lahir").fill(place)
        page.get_by_role("button", name="Simpan").tap()
        expect(page.get_by_text("Tersimpan di telepon ini.")).to_be_visible()

    def cards(self, state=""):
        self.tab("Antrean")
        cards = self.page.locator(".cards > li")
        return (
            cards.filter(has=self.page.locator(".card-state", has_text=state)) if state else cards
        )

    def sign_out(self):
        self.go("#/akun")
        self.page.get_by_role("button", name="Keluar").tap()
        question = self.page.get_by_role("dialog")
        question.get_by_role("button", name="eluar").last.tap()
        expect(self.page.get_by_role("link", name="Masuk")).to_be_visible()

    def storage(self) -> str:
        return self.page.evaluate(STORAGE)

    def found_on_disk(self, *words: str) -> set[str]:
        """Which of the words stand in a file of the profile, in either writing browsers use."""
        written = {
            word: [word.lower().encode(), word.lower().encode("utf-16-le")] for word in words
        }
        found = set()
        for path in self.profile.rglob("*"):
            if path.is_file() and not path.is_symlink():
                content = path.read_bytes().lower()
                found |= {word for word, ways in written.items() if any(w in content for w in ways)}
        return found
