"""No English on an Indonesian screen: every page a role can open, read as its reader would.

The catalogue is merged and compiled afresh, so a line that was only forgotten in the merged file
is not the matter of this test, and a missing translation of a library is.
"""

import html
import json
import re
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.utils import translation
from django.utils.translation import trans_real

from core.messages import LOCALE_DIR, merged
from tests.access.policies import POLICIES
from tests.access.walk import MISSING, RolledBack, _bodies, patterns, url_of
from tests.access.world import (
    ADMIN,
    AUDITOR,
    COORDINATOR,
    FACILITATOR,
    GUEST,
    HEAD,
    OPERATOR,
    PLACES,
    may,
)
from tests.msgids import all_msgids

pytestmark = pytest.mark.django_db

# Words of buttons, menus and small sentences; none of them is also an Indonesian word.
UI_WORDS = (
    "Save|Delete|Search|Home|Log out|Log in|Sign in|Sign out|Change|Add|Next|Previous|History|"
    "View site|Filter by|Password|Username|Cancel|Close|Submit|Yes|No|None|Unknown|All|Any|Page|"
    "Loading|Error|Forbidden|Today|Now|Welcome|Select|Choose|Upload|Download|Back|Continue|View|"
    "Edit|Remove|True|False|Go|Run|Show|Hide|Clear|Skip|Name|User|Users|Date|Time|Village|Reason|"
    "Household|Member|Breadcrumbs|Created|Expiry|Amount|Amounts|Search|January|February|March|May|June|July|August|October|December|Monday"
)
SMALL_WORDS = (
    "the|this|that|these|is|are|was|were|not|of|and|with|for|from|has|have|been|you|your|please|"
    "must|cannot|only|each|than|more|before|after|other|another|no longer"
)
ENGLISH = re.compile(rf"\b(?:{UI_WORDS})\b|(?i:\b(?:{SMALL_WORDS})\b)")
# What people and files bring with them, and names of things that have no Indonesian name.
OTHER_PEOPLES_WORDS = re.compile(
    r"KNR\w+|[\w.-]+\.(?:csv|xlsx|json|txt)|https?://\S+|/\S*/|[\w.+-]+@[\w.-]+|"
    r"\b(?:Final Closing|GET|POST|PATCH|Learning|Bearer|Open ?API)\b|\b\w+[._]\w[\w.]*\b"
)
READ_ALOUD = ("placeholder", "title", "alt", "aria-label", "data-confirm", "summary")
PERSONS = [OPERATOR, ADMIN, FACILITATOR, AUDITOR, HEAD, COORDINATOR, GUEST, None]


@pytest.fixture(scope="module")
def indonesian(tmp_path_factory):
    folder = tmp_path_factory.mktemp("locale")
    catalogue, _complaints = merged(LOCALE_DIR)
    (folder / "id/LC_MESSAGES").mkdir(parents=True)
    catalogue.save_as_mofile(str(folder / "id/LC_MESSAGES/django.mo"))
    with override_settings(LOCALE_PATHS=[folder, *settings.LOCALE_PATHS]):
        _forget_translations()
        with translation.override("id"):
            yield catalogue
    _forget_translations()


def _forget_translations():
    trans_real._translations = {}
    trans_real._default = None


class Reader(HTMLParser):
    """Texts somebody sees or hears on a page; not code, and not what says it is English."""

    SILENT = {"script", "style", "code", "pre", "svg"}
    VOID = {"br", "img", "input", "link", "meta", "hr", "source", "wbr", "col", "use"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.texts, self.stack = [], []

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        if not self._silent():
            # Django's own icons (a tick, a lens) carry English names, which nobody sees.
            if "admin/img/" not in (named.get("src") or ""):
                self.texts += [named[name] for name in READ_ALOUD if named.get(name)]
            if tag == "input" and named.get("type") in {"submit", "button", "reset"}:
                self.texts.append(named.get("value") or "")
        if tag not in self.VOID:
            self.stack.append((tag, tag in self.SILENT or named.get("lang") == "en"))

    def handle_endtag(self, tag):
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not self._silent():
            self.texts.append(data)

    def _silent(self):
        return any(silent for _tag, silent in self.stack)


def texts_of(answer):
    kind = answer.headers.get("Content-Type", "")
    if "text/html" in kind:
        reader = Reader()
        reader.feed(answer.content.decode())
        found = reader.texts
    elif "json" in kind and answer.status_code >= 400:
        said = json.loads(answer.content)
        error = said.get("error", {}) if isinstance(said, dict) else {}
        found = [error.get("message", ""), *map(str, error.get("fields", {}).values())]
    else:
        found = []
    return {" ".join(html.unescape(text).split()) for text in found} - {""}


def our_english(catalogue):
    """English sentences of our own code that an Indonesian reads differently, as patterns."""
    said = {entry.msgid: entry.msgstr or (entry.msgstr_plural.get(0) or "") for entry in catalogue}
    for _context, msgid in all_msgids():
        if said.get(msgid) == msgid or len(msgid) < 3 or not re.search("[a-z]", msgid):
            continue
        parts = re.split(r"%\(\w+\)[a-z]", " ".join(msgid.split()))
        yield re.compile(".+".join(map(re.escape, parts)) + r"[:.]?")


def english_in(texts, sentences):
    wrong = set()
    for text in texts:
        if any(sentence.fullmatch(text) for sentence in sentences) or ENGLISH.search(
            OTHER_PEOPLES_WORDS.sub(" ", text)
        ):
            wrong.add(text)
    return wrong


def pages(world, person):
    """Every answer of every pattern to this person: asked, asked oddly, and sent an empty form."""
    client = Client(raise_request_exception=False)
    if person:
        client.force_login(world.users[person])
        client.get("/")
    cookies = client.cookies.copy()
    for pattern in patterns():
        policy = POLICIES[pattern.key]
        if pattern.key in {"api:schema", "api:docs"}:
            continue  # for programmers
        own = "own" if not policy.record or may(person, policy.what, PLACES["own"]) else MISSING
        url = url_of(pattern, policy, world, PLACES.get(own))
        asks = [("get", url, {})]
        if person in policy.opens:
            asks += [("get", url + q, {}) for q in _plain_queries(pattern, policy, world)]
            asks += [("get", url_of(pattern, policy, world, None), {})]
        for write in _writes(policy):
            if person in write.by and not write.json:
                bodies = _bodies(write, world, PLACES["own"])
                asks += [("post", url, {}), *(("post", url, dict(body)) for body in bodies)]
        for method, address, body in asks:
            client.cookies = cookies.copy()
            with RolledBack():
                answer = getattr(client, method)(address, body, follow=method == "post")
                yield pattern.key, method, address, answer


def _plain_queries(pattern, policy, world):
    for query in policy.asked(pattern, world):
        query = query[0] if isinstance(query, tuple) else query
        yield query(world, PLACES["own"]) if callable(query) else query


def _writes(policy):
    writes = policy.writes.get("POST", ())
    return writes if isinstance(writes, tuple) else (writes,)


@pytest.mark.parametrize("person", PERSONS, ids=lambda person: person or "nobody")
def test_no_english_on_an_indonesian_screen(world, indonesian, person):
    sentences = list(our_english(indonesian))
    seen, wrong = set(), {}
    for key, method, address, answer in pages(world, person):
        new = texts_of(answer) - seen
        seen |= new
        for text in english_in(new, sentences):
            wrong[text] = f"{key} {method} {address} ({answer.status_code})"

    assert len(seen) > 10
    assert not wrong, "\n".join(
        f"{text[:90]!r} on {where}" for text, where in sorted(wrong.items())
    )


def test_english_is_recognised(indonesian):
    sentences = list(our_english(indonesian))

    assert english_in({"Save", "Select a row", "Data is safe", "Simpan", "None"}, sentences) == {
        "Save",
        "Select a row",
        "Data is safe",
        "None",
    }
    assert english_in({"Berkas data.csv dari KNR9901012001NAMA", "dtks.view", "42"}, []) == set()
