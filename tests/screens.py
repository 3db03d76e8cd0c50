"""What a person reads on a page, and whether any of it is English."""

import re
from functools import cache
from html.parser import HTMLParser

import polib

from tests.msgids import ROOT, all_msgids

_READ_ALOUD = {"aria-label", "title", "placeholder", "alt", "data-none", "data-busy", "data-label"}
_SILENT = {"script", "style"}
# Words no Indonesian sentence holds; names of places, files and programs are written otherwise.
_ENGLISH = re.compile(
    r"\b(the|and|of|your|you|with|not|this|that|which|have|has|was|were|been|from|please|must|"
    r"should|cannot|yet|choose|search|password|username|sign|change|delete|save|file|files|"
    r"household|member|members|village|row|rows|unknown|missing|home|welcome|error)\b",
    re.IGNORECASE,
)


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.texts, self._silent = [], 0

    def handle_starttag(self, tag, attrs):
        self._silent += tag in _SILENT
        attrs = dict(attrs)
        self.texts += [attrs[name] for name in _READ_ALOUD if attrs.get(name)]
        if tag == "input" and attrs.get("type") in {"submit", "button"} and attrs.get("value"):
            self.texts.append(attrs["value"])

    def handle_endtag(self, tag):
        self._silent -= tag in _SILENT

    def handle_data(self, data):
        if not self._silent:
            self.texts.append(data)


def texts_of(html: str) -> list[str]:
    """Texts and spoken attributes, each with single spaces."""
    reader = _Reader()
    reader.feed(html)
    return [text for text in (" ".join(each.split()) for each in reader.texts) if text]


@cache
def _untranslated_forms():
    """Patterns of our messages as they stand in English, where Indonesian says something else."""
    catalogue = polib.pofile(str(ROOT / "locale/id/LC_MESSAGES/django.po"))
    indonesian = {(entry.msgctxt, entry.msgid): entry.msgstr for entry in catalogue}
    patterns = []
    for key in all_msgids():
        english = " ".join(key[1].split())
        if indonesian.get(key) == key[1] or not re.search("[a-z]{2}", english):
            continue
        parts = re.split(r"%\(\w+\)[sd]|%[sd]|%%", english)
        patterns.append(".+".join(re.escape(part) for part in parts))
    return re.compile("|".join(sorted(patterns, key=len, reverse=True)))


def english_in(html: str) -> list[str]:
    """Every text of the page that is one of our English messages, or holds an English word."""
    return [
        text
        for text in texts_of(html)
        if _untranslated_forms().fullmatch(text) or _ENGLISH.search(text)
    ]
