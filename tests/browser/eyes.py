"""What is watched on every page, whoever opens it and whatever he came to do.

No request leaves the machine, nothing is written to the console, the content policy is never
broken; and of each page looked at: no English word, no scrolling sideways, nothing axe finds.
"""

import io
import os
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from pkh.environment import BASE_DIR
from tests.english import english_in

PICTURES = BASE_DIR / "test-artifacts" / "browser"
# With PKH_GUIDE_PICTURES=1 these pages are kept as the pictures of docs/panduan.
GUIDE_PICTURES = BASE_DIR / "docs/panduan/gambar"
OF_THE_GUIDE = {
    "home-operator-1280": "beranda-operator",
    "home-head-1280": "beranda-kepala",
    "home-coordinator-1280": "beranda-koordinator",
    "upload-preview-1280": "periksa-berkas",
    "file-to-approve-1280": "setujui-berkas",
    "question-1280": "dua-data",
    "family-1280": "berkas-keluarga",
    "meeting-agenda-1280": "acara-rapat",
    "door-confirm-390": "saya-hadir",
    "field-today-360": "hari-ini",
    "field-visit-birth-360": "catat-kunjungan",
}
DESK = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}
AXE = Axe()

# Told to the page before its own code runs: a broken policy is also an event.
REMEMBER_VIOLATIONS = """
window.brokenPolicies = [];
document.addEventListener('securitypolicyviolation', (event) => {
  window.brokenPolicies.push(`${event.violatedDirective}: ${event.blockedURI}`);
});
"""
# What can be read or heard: text, and the attributes that are spoken or shown.
WORDS_ON_THE_PAGE = """
() => {
  const said = [document.title, document.body.innerText];
  const spoken = ['aria-label', 'placeholder', 'title', 'alt', 'data-label'];
  for (const element of document.querySelectorAll('*')) {
    for (const name of spoken) {
      if (element.hasAttribute(name)) said.push(element.getAttribute(name));
    }
    const tag = element.tagName;
    if (tag === 'INPUT' && ['submit', 'button', 'reset'].includes(element.type)) {
      said.push(element.value);
    }
    if (tag === 'OPTION' || tag === 'CAPTION' || tag === 'SUMMARY') said.push(element.textContent);
  }
  return said;
}
"""
SIDEWAYS = """
() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  return [...document.querySelectorAll('body *')]
    .filter((e) => e.getBoundingClientRect().right > root.clientWidth + 1)
    .slice(0, 5)
    .map((e) => `${e.tagName.toLowerCase()}.${e.className} to ${e.getBoundingClientRect().right}`);
}
"""


class Eyes:
    """Watches one browser context; `problems` is what a test must find empty."""

    def __init__(self, context, home: str):
        self.home = urlsplit(home).netloc
        self.problems: list[str] = []
        self.expected: set[int] = set()
        context.add_init_script(REMEMBER_VIOLATIONS)
        context.on("request", self._asked)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.problems.append(f"script: {error.error}"))
        context.on("response", self._answered)

    def _asked(self, request):
        url = urlsplit(request.url)
        if url.scheme not in ("data", "blob", "about") and url.netloc != self.home:
            self.problems.append(f"left the machine: {request.url}")

    def _answered(self, response):
        if response.status >= 400 and response.status not in self.expected:
            self.problems.append(f"{response.status} {response.request.method} {response.url}")

    def _said(self, message):
        # Chromium also writes down every answer from 400 upwards; those are counted above.
        if message.type in ("error", "warning") and not message.text.startswith(
            "Failed to load resource: the server responded with a status of"
        ):
            self.problems.append(f"console: {message.text}")

    def take_problems(self) -> list[str]:
        found, self.problems = self.problems, []
        return found


def look(page, name: str, width: int) -> list[str]:
    """Examine the page as it stands and keep a picture of it; what is wrong with it, in words."""
    page.wait_for_load_state("load")
    # What follows a page by itself belongs to it.
    expect(page.locator('[hx-trigger="load"]')).to_have_count(0)
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True, animations="disabled")
    if os.environ.get("PKH_GUIDE_PICTURES") == "1" and f"{name}-{width}" in OF_THE_GUIDE:
        keep_for_the_guide(page, OF_THE_GUIDE[f"{name}-{width}"])
    wrong = [f"content policy: {broken}" for broken in page.evaluate("window.brokenPolicies")]
    if page.evaluate("document.documentElement.lang") != "id":
        wrong.append("the language of the page is not Indonesian")
    wrong += [f"scrolls sideways: {element}" for element in page.evaluate(SIDEWAYS)]
    wrong += [f"English: {word}" for word in english_in(_lines(page))]
    found = AXE.run(page)
    if found.violations_count:
        wrong.append(found.generate_report())
    return [f"{name} at {width}: {sentence}" for sentence in wrong]


def keep_for_the_guide(page, name: str):
    """What stands in the window, small enough for a page that is read over a telephone."""
    page.evaluate("window.scrollTo(0, 0)")
    taken = page.screenshot(scale="css", animations="disabled", caret="hide")
    picture = Image.open(io.BytesIO(taken)).convert("RGB")
    if picture.width > 960:
        height = round(picture.height * 960 / picture.width)
        picture = picture.resize((960, height), Image.Resampling.LANCZOS)
    GUIDE_PICTURES.mkdir(exist_ok=True)
    # The few red dots of what is late count as much as the many of the ground.
    few = picture.quantize(128, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(GUIDE_PICTURES / f"{name}.png", optimize=True)


def _lines(page) -> set[str]:
    said = "\n".join(filter(None, page.evaluate(WORDS_ON_THE_PAGE)))
    return {" ".join(line.split()) for line in said.splitlines()}
