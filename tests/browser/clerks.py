"""People at their screens: page objects that say what a clerk does, not which tag is pressed."""

import re
import time
from contextlib import contextmanager

from playwright.sync_api import Page, expect

from tests.browser.eyes import DESK, PHONE, Eyes, look

JOB_SECONDS = 60_000  # how long a page may wait for a worker, in milliseconds


class Clerk:
    """Somebody with a browser; the phone is the same session on another screen."""

    def __init__(self, browser, office, username=""):
        self.browser, self.office, self.username = browser, office, username
        self.context, self.eyes, self.page = self._screen(DESK)
        self.phone_page: Page | None = None
        self._all_eyes = [self.eyes]

    def _screen(self, size, **options):
        context = self.browser.new_context(
            base_url=self.office.url,
            viewport=size,
            locale="id-ID",
            timezone_id="Asia/Jakarta",
            **options,
        )
        context.set_default_timeout(20_000)
        return context, Eyes(context, self.office.url), context.new_page()

    def sign_in(self):
        self.page.goto("/")
        self.try_password(self.office.passwords[self.username])
        expect(self.page.get_by_role("navigation", name="Menu utama")).to_be_visible()
        return self

    def try_password(self, password):
        self.page.get_by_label("Nama pengguna").fill(self.username)
        self.page.get_by_label("Kata sandi").fill(password)
        self.page.get_by_role("button", name="Masuk", exact=True).click()

    def sign_out(self):
        self.page.locator("details.who-menu summary").click()
        self.page.get_by_role("button", name="Keluar").click()

    @property
    def phone(self) -> Page:
        if self.phone_page is None:
            _context, eyes, self.phone_page = self._screen(
                PHONE,
                storage_state=self.context.storage_state(),
                is_mobile=True,
                has_touch=True,
                device_scale_factor=2,
            )
            self._all_eyes.append(eyes)
        return self.phone_page

    # --- moving about

    def go(self, path):
        self.page.goto(path)
        return self.page

    def menu(self, name):
        self.page.get_by_role("navigation", name="Menu utama").get_by_role(
            "link", name=name, exact=True
        ).click()

    def heading(self):
        return self.page.get_by_role("heading", level=1)

    def says(self, words):
        """A message, note or refusal with these words is on the page."""
        expect(self.page.locator(".note, .errors, .errorlist").filter(has_text=words).first
               ).to_be_visible()  # fmt: skip

    # --- ministry files

    def choose_file(self, path, source, *, name=""):
        """Step 1 of bringing in a file; ends on the page of step 2, whatever it says."""
        self.menu("Berkas kementerian")
        self.page.get_by_role("link", name="Unggah berkas").click()
        self.page.get_by_role("radio", name=source).check()
        self.page.get_by_label("Tahun", exact=True).select_option("2026")
        self.page.get_by_label("Tahap", exact=True).select_option("4")
        content = {"name": name or path.name, "mimeType": "", "buffer": path.read_bytes()}
        self.page.locator("input[type=file]").set_input_files(content)
        self.page.get_by_role("button", name="Periksa berkas").click()
        expect(self.heading()).to_have_text("Apakah berkasnya benar?")

    def let_it_be_read(self):
        self.page.get_by_role("button", name="Ya, baca seluruh berkas").click()

    def open_file(self, source):
        self.menu("Berkas kementerian")
        self.page.get_by_role("rowheader").get_by_role("link", name=source, exact=True).click()

    def has_state(self, words):
        """The file on the page reaches this state; the page itself follows the work."""
        expect(self.page.locator(".lead-line .state")).to_have_text(words, timeout=JOB_SECONDS)

    def figure(self, label) -> int:
        """The number on a tile, or beside a word in a list of facts."""
        tile = self.page.locator(".tile").filter(
            has=self.page.locator(".tile-label", has_text=re.compile(f"^{re.escape(label)}$"))
        )
        fact = self.page.locator("dl.facts > div").filter(
            has=self.page.locator("dt", has_text=re.compile(f"^{re.escape(label)}$"))
        )
        place = tile.locator(".tile-figure").or_(fact.locator("dd"))
        expect(place).to_be_visible()
        return number(place.evaluate("e => e.firstChild.textContent"))

    def families_of_home(self) -> int:
        """The families in one's territory, as the line below the greeting counts them."""
        said = self.page.locator(".lead-line a").filter(has_text="keluarga di wilayah Anda")
        expect(said).to_be_visible()
        return number(said.inner_text())

    # --- looking

    def look(self, name, *, phone=True):
        """Examine the page at both widths. A page that came by POST is only made narrower."""
        wrong = look(self.page, name, 1280)
        if phone:
            self.phone.goto(self.page.url)
            wrong += look(self.phone, name, 390)
        else:
            self.page.set_viewport_size(PHONE)
            wrong += look(self.page, name, 390)
            self.page.set_viewport_size(DESK)
        self.eyes.problems += wrong

    def look_at_phone(self, name):
        """Examine the phone as it stands, with whatever is open on it."""
        self.eyes.problems += look(self.phone, name, 390)

    @contextmanager
    def expecting(self, *statuses):
        """Answers from 400 upwards that belong to what the clerk does now."""
        for eyes in self._all_eyes:
            eyes.expected |= set(statuses)
        yield
        for eyes in self._all_eyes:
            eyes.expected -= set(statuses)

    def take_problems(self) -> list[str]:
        return [problem for eyes in self._all_eyes for problem in eyes.take_problems()]

    def close(self):
        self.context.close()
        if self.phone_page:
            self.phone_page.context.close()


def number(text: str) -> int:
    """`1.462.425` as people read it."""
    return int(re.sub(r"\D", "", text))


def until(true, seconds=20):
    """Wait for something the office's side knows and no page shows."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)
