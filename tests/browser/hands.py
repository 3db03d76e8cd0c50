"""Somebody who has no mouse: keys only, and on every stop of the way it is seen where one is.

Nothing here presses an element or opens an address; what Tab does not reach is not there.
"""

import re

from playwright.sync_api import expect

MOST_STOPS = 120
# How things look around everything that can hold the focus, kept before a key moves it. An outline
# on something too small, or wholly transparent, is none.
REMEMBER = """
() => {
  document.documentElement.style.scrollBehavior = 'auto';  // no waiting until it has glided
  const told = (element) => {
    const box = element.getBoundingClientRect();
    if (box.width < 5 || box.height < 5) return '';
    const style = getComputedStyle(element);
    if (style.visibility !== 'visible' || Number(style.opacity) === 0) return '';
    const outline = style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 1
      ? 'none' : `${style.outlineStyle} ${style.outlineWidth} ${style.outlineColor}`;
    return [outline, style.boxShadow, style.borderColor, style.backgroundColor, style.stroke,
      style.strokeWidth].join(' ');
  };
  window.looksOf = (element) => {
    const around = element.closest('[data-file]') || element.closest('label') || element;
    return [around, ...[...around.querySelectorAll('*')].slice(0, 30)].map(told).join('|');
  };
  const stops = 'a[href], button, input, select, textarea, summary, [tabindex]';
  window.looksUnfocused = new WeakMap();
  for (const element of document.querySelectorAll(stops)) {
    if (element !== document.activeElement) {
      window.looksUnfocused.set(element, window.looksOf(element));
    }
  }
}
"""
# Where the focus is: what a screen reader would call it, and whether the eye finds it.
HERE = """
() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const tidy = (text) => (text || '').replace(/\\s+/g, ' ').trim();
  const ids = element.getAttribute('aria-labelledby');
  const name = tidy(element.getAttribute('aria-label'))
    || (ids && tidy(ids.split(' ').map((id) => document.getElementById(id)?.innerText).join(' ')))
    || tidy([...(element.labels || [])].map((label) => label.innerText).join(' '))
    || tidy(element.innerText) || tidy(element.value) || tidy(element.title);
  const box = element.getBoundingClientRect();
  const before = window.looksUnfocused?.get(element);
  return {
    name,
    kind: element.type === 'radio' ? 'radio' : element.tagName.toLowerCase(),
    group: element.name || '',
    seen: before === undefined || before !== window.looksOf(element),
    inView: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}
"""


class Hands:
    """The keys of one clerk's page. `tab_to` is the only way to get anywhere."""

    def __init__(self, page):
        self.page = page
        # Asked for before a key opens one: Chromium must know that no window is to be shown.
        page.on("filechooser", lambda dialog: None)

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text):
        self.page.keyboard.type(text)

    def tab_to(self, label, *, back=False):
        """Press Tab (or Shift+Tab) until the thing called `label`, text or pattern, is reached.

        Fails when the round ends without it, and when a stop on the way does not show itself.
        """
        passed, rounds = [], 0
        while rounds < 2 and len(passed) < MOST_STOPS:
            self.page.wait_for_load_state()
            self.page.evaluate(REMEMBER)
            self.press("Shift+Tab" if back else "Tab")
            here = self.page.evaluate(HERE)
            if here is None:  # past the last stop: the browser's own bar, then the first again
                rounds += 1
                continue
            passed.append(here["name"])
            assert here["seen"], f"the focus cannot be seen on {here['name']!r} ({here['kind']})"
            assert here["inView"], f"{here['name']!r} has the focus outside the window"
            if _is_called(here["name"], label):
                return here
        raise AssertionError(f"{label!r} is not reached on {self.page.url} by Tab, only {passed}")

    def open(self, label, **way):
        """Enter on a link, a button or the head of something folded."""
        self.tab_to(label, **way)
        self.press("Enter")

    def choose(self, group, label):
        """A radio button: Tab into its group, then the arrow keys."""
        here = None
        for _stop in range(MOST_STOPS):
            here = self.tab_to(re.compile("."))
            if here["kind"] == "radio" and here["group"] == group:
                break
        seen = []
        while not _is_called(here["name"], label):
            assert here["name"] not in seen, f"{label!r} is not among {seen}"
            seen.append(here["name"])
            self.press("ArrowDown")
            here = self.page.evaluate(HERE)
        self.press("Space")

    def fill(self, label, text):
        """Type into a field or, in a list of choices, type the choice."""
        self.tab_to(label)
        self.type(text)

    def choose_file(self, label, path):
        """Enter opens the browser's own dialog; its keys are not the page's."""
        self.tab_to(label)
        with self.page.expect_file_chooser() as dialog:
            self.press("Enter")
        dialog.value.set_files(path)

    def heading_is(self, words):
        expect(self.page.get_by_role("heading", level=1)).to_have_text(words)


def _is_called(name, label):
    return bool(label.search(name)) if isinstance(label, re.Pattern) else name == label
