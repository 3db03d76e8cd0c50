"""What is watched on every page, whoever opens it and whatever he came to do.

No request leaves the machine, nothing is written to the console, the content policy is never
broken; and of each page looked at: no English word, no scrolling sideways, nothing axe finds.
"""

import re
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe

from pkh.environment import BASE_DIR

PICTURES = BASE_DIR / "test-artifacts" / "browser"
DESK = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}
AXE = Axe()

# Words of English pages that no Indonesian sentence, name or file has. "File", "status",
# "data", "no" and their like are Indonesian as well, and "in", "at" or "do" may be a name.
ENGLISH = frozenset(
    "about account accounts add again already and another answer any approve approved are ask at "
    "back because been before between birth but by can cancel cannot card change changed changes "
    "choose clear click close closed compare compared confirm create created date day days decide "
    "decided decision delete deleted description details differs different done download duplicate "
    "each edit empty error every family families female field fields files find first for "
    "found from full further has have head hello help here hide home household households how "
    "incorrect invalid is it its keep last left less list loading log logged login logout male "
    "matched may members message messages minutes missing month more mother must name names new "
    "next nobody not nothing number of ok only open or other page pages password people person "
    "please previous progress queue read reason record recorded refresh register rejected remove "
    "required result results review right row rows same save saved score search second seconds "
    "select send settings sex show shown sign since skip sort staged state step submit success "
    "successfully sure table take than that the their there these they this those time to today "
    "try type undo unknown until update upload uploaded uploading user username users value values "
    "view village villages waiting warning was weight welcome were what when where which who why "
    "will with without wrong year yes you your".split()
)
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
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True, animations="disabled")
    wrong = [f"content policy: {broken}" for broken in page.evaluate("window.brokenPolicies")]
    if page.evaluate("document.documentElement.lang") != "id":
        wrong.append("the language of the page is not Indonesian")
    wrong += [f"scrolls sideways: {element}" for element in page.evaluate(SIDEWAYS)]
    wrong += [f"English: {word}" for word in english_in(page.evaluate(WORDS_ON_THE_PAGE))]
    found = AXE.run(page)
    if found.violations_count:
        wrong.append(found.generate_report())
    return [f"{name} at {width}: {sentence}" for sentence in wrong]


def english_in(texts: list[str]) -> list[str]:
    """English words in what a page says; words all in capitals are people's names and headers."""
    said = re.sub(r"\S+\.(?:xlsx?|csv|txt)\b", " ", " ".join(texts))  # names of files
    words = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", said)
    return sorted({word for word in words if not word.isupper() and word.lower() in ENGLISH})
