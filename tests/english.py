"""What a person reads or hears on a page, and whether any of it is English.

One list of words for all who look: the walk over every URL and the browser.
"""

import re
from functools import cache
from html.parser import HTMLParser

import polib

from tests.msgids import ROOT, all_msgids

# No Indonesian sentence, name or file has them: "file", "status", "data" or "no" are Indonesian
# as well, and "in", "at" or "do" may be a part of a name.
WORDS = frozenset(
    "about account accounts add again all already amount amounts and another answer any approve "
    "approved are ask at back because been before between birth breadcrumbs but by can cancel "
    "cannot card change changed changes choose clear click close closed compare compared confirm "
    "continue create created date day days decide decided decision delete deleted description "
    "details differs different done download duplicate each edit empty error every expiry failed "
    "family families female field fields files find first for found from full further has have "
    "hello help here hide history home household households how incorrect invalid is it its "
    "keep last left less list loading log logged login logout male matched may members message "
    "messages minutes missing month more mother must name names new next nobody none not nothing "
    "now number of ok only open or other page pages password people person please previous "
    "progress queue read reason record recorded refresh register rejected remove required result "
    "results review right row rows run same save saved score search second seconds select send "
    "settings sex show shown sign since skip sort staged state step submit success successfully "
    "sure table take than that the their there these they this those time to today true try type "
    "undo unknown until update upload uploaded uploading user username users value values view "
    "village villages waiting warning was weight welcome were what when where which who why will "
    "with without wrong year yes yesterday you your january february march may june july august "
    "october december monday tuesday wednesday thursday friday saturday sunday".split()
)
# What people and files bring with them, and names that are the same in both languages.
_NOT_OURS = re.compile(
    r"KNR\w+|\S+\.(?:xlsx?|csv|txt|json)\b|https?://\S+|/\S*/|[\w.+-]+@[\w.-]+|"
    r"\b(?:Final Closing|POST|GET|PATCH|Learning|Bearer|Open ?API|true atau false)\b|"
    r"\b\w+[._]\w[\w.]*\b|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
_READ_ALOUD = ("placeholder", "title", "alt", "aria-label", "data-confirm",
               "data-none", "data-busy", "data-label", "summary")  # fmt: skip
_SILENT = {"script", "style", "code", "pre", "svg"}
_VOID = {"br", "img", "input", "link", "meta", "hr", "source", "wbr", "col", "use"}


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.texts, self.stack = [], []

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        if not self._is_silent():
            # Django's own icons (a tick, a lens) carry English names, which nobody sees.
            if "admin/img/" not in (named.get("src") or ""):
                self.texts += [named[name] for name in _READ_ALOUD if named.get(name)]
            if tag == "input" and named.get("type") in {"submit", "button", "reset"}:
                self.texts.append(named.get("value") or "")
        if tag not in _VOID:
            self.stack.append((tag, tag in _SILENT or named.get("lang") == "en"))

    def handle_endtag(self, tag):
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not self._is_silent():
            self.texts.append(data)

    def _is_silent(self):
        return any(silent for _tag, silent in self.stack)


def texts_of(html: str) -> set[str]:
    """Texts somebody sees or hears; not code, and not what says itself that it is English."""
    reader = _Reader()
    reader.feed(html)
    return {" ".join(text.split()) for text in reader.texts} - {""}


@cache
def _untranslated():
    """Our English sentences that Indonesians read differently, as one pattern."""
    catalogue = polib.pofile(str(ROOT / "locale/id/LC_MESSAGES/django.po"))
    said = {(entry.msgctxt, entry.msgid): entry.msgstr for entry in catalogue}
    patterns = []
    for key in all_msgids():
        english = " ".join(key[1].split())
        parts = re.split(r"%\(\w+\)[a-z]|%[sd]|%%", english)
        # Commas between values alone are no English.
        if said.get(key) == key[1] or not re.search("[a-z]{2}", " ".join(parts)):
            continue
        patterns.append(".+".join(map(re.escape, parts)))
    return re.compile(f"(?:{'|'.join(sorted(patterns, key=len, reverse=True))})[:.]?")


def english_in(texts) -> list[str]:
    """The texts that are one of our English sentences or hold an English word.

    Words in capitals are people's names and the headers of their files.
    """
    return sorted(text for text in texts if _is_english(text))


def _is_english(text):
    if _untranslated().fullmatch(text):
        return True
    words = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", _NOT_OURS.sub(" ", text))
    return any(word.lower() in WORDS and not word.isupper() for word in words)
