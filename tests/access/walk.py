"""Walk every URL the product knows as every kind of person, and look for what must not be seen.

The walk knows nothing about views. It takes the patterns from the root resolver, asks them with
every method as everybody, decodes what comes back and compares with the oracle in world.py. What
a URL is for stands in policies.py; a pattern nobody wrote a policy for is red, and so is a policy
whose pattern is gone.
"""

import html
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pypdf
from django.db import connection
from django.db.transaction import Atomic
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve, reverse
from django.urls.exceptions import NoReverseMatch

from accounts.models import AuditEvent
from tests.access.world import (
    ADMIN_SITE,
    DIVISION_HEAD,
    FORMER,
    IDLE,
    PEOPLE,
    PLACES,
    TWICE,
    changed_places,
    fingerprint,
    kind_of,
    may,
    may_read,
    token_for,
    writes_so_far,
)

# Two of them side by side, without the blank between, are still two.
CANARY = re.compile(r"KNR\d{10}[A-Z]+?(?=KNR\d|[^A-Z]|$)")
NUMBER = re.compile(r"(?<!\d)99\d{14}(?!\d)")
MISSING = "missing"
ANYWHERE = "anywhere"  # of Write.what: not about the people of a place
DOORS = ["own", "other kabupaten", MISSING]
METHODS = ("POST", "PUT", "PATCH", "DELETE")
EVERYBODY = frozenset([*PEOPLE, None])
SIGNED_IN = frozenset(PEOPLE)
NOBODY: frozenset = frozenset()
ORDER = [*PEOPLE, None]
# Whose rights are made of those of others, who ask every query already.
LIKE_OTHERS = {DIVISION_HEAD, TWICE, FORMER, IDLE}
LET_IN = range(200, 300)
TURNED_AWAY = {301, 302, 400, 401, 403, 404, 405}


class RolledBack(Atomic):
    """Whatever happens inside is undone; what is written durably outside tests may be nested."""

    def __init__(self):
        super().__init__(using=None, savepoint=True, durable=False)
        self._from_testcase = True

    def __exit__(self, kind, problem, traceback):
        connection.needs_rollback = True
        super().__exit__(kind, problem, traceback)


# --- which patterns there are


@dataclass(frozen=True)
class Pattern:
    key: str  # namespace:name, or the route of a pattern without a name
    name: str  # empty when it has none
    route: str
    parameters: tuple[str, ...]
    callback: Callable = field(compare=False)


def patterns(resolver=None, prefix="", namespaces=(), inherited=()):
    """Every pattern of the URLconf, those of includes, namespaces, routers and admin/ as well."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        parameters = (*inherited, *_parameters_of(entry.pattern))
        if isinstance(entry, URLResolver):
            inner = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from patterns(entry, route, inner, parameters)
        elif isinstance(entry, URLPattern):
            name = ":".join([*namespaces, entry.name]) if entry.name else ""
            yield Pattern(name or route, name, route, tuple(parameters), entry.callback)


def _parameters_of(pattern):
    regex = pattern.regex
    if regex.groups and not regex.groupindex:
        return [f"unnamed{n}" for n in range(regex.groups)]  # no policy can fill these: red
    return list(regex.groupindex)


# --- what a URL is for


@dataclass(frozen=True)
class Write:
    """A method that changes something. `body(world, desa)` is a body that the service accepts,
    about a record of that place; `by` may send it about places where they hold `what`."""

    by: frozenset
    body: Callable | dict | None = None
    what: str = "people"
    json: bool = False
    # An accepted request changes rows; False for sign-out, previews and the like.
    changes: bool = True
    # The answer shows the record's full number to who may see it, audited.
    reveals: bool = False
    # (world, desa): what must be true before; done inside what is rolled back again
    given: Callable | None = None
    # (world, desa) -> what must stay the same although the body tries to change it
    keeps: Callable | None = None


@dataclass(frozen=True)
class Policy:
    """`opens`: who gets an answer to GET; everybody else is turned away, alike.

    `fill(world, desa)` makes the keyword arguments for the record of a place, or for a missing
    one when the place is None. `what` is the oracle's word for seeing that record.
    """

    opens: frozenset = NOBODY
    fill: Callable | None = None
    # False: the URL has a placeholder but no record of a place, such as a settings page
    record: bool = True
    what: str = "people"
    answers: frozenset = frozenset({200})
    queries: tuple | Callable = ()
    writes: dict[str, Write | tuple[Write, ...]] = field(default_factory=dict)
    # Queries under which somebody who may see numbers sees them in full, audited.
    reveals: tuple[str, ...] = ()
    # (world, person) -> how many results a list with page_size=500 must have
    rows: Callable | None = None
    # name in the template's context -> (world, person) -> the number it must be
    totals: dict[str, Callable] = field(default_factory=dict)
    formats: tuple[str, ...] = ()
    # Few ask what costs a second and answers everybody alike, such as the schema.
    asked_as: frozenset | None = None

    def asked(self, pattern, world):
        return self.queries(pattern, world) if callable(self.queries) else self.queries


# --- what came back


PLAIN_TEXT = {"application/vnd.oai.openapi", "application/javascript", ""}


POSTED_FORM = re.compile(r'<form\b[^>]*\bmethod="post".*?</form>', re.DOTALL | re.IGNORECASE)


class Unreadable(Exception):
    pass


def decoded(response) -> str:
    """Everything in an answer that a person or a program could read, archives opened."""
    body = response.getvalue() if hasattr(response, "getvalue") else response.content
    head = [f"{name}: {value}" for name, value in response.headers.items()]
    return "\n".join([*head, response.cookies.output(), *_texts(body, response)])


def _texts(body, response):
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    if body[:2] == b"PK":
        yield from _members(body)
    elif kind == "text/html":
        yield html.unescape(body.decode())
    elif kind == "application/json" or kind.endswith("+json"):
        yield json.dumps(json.loads(body), ensure_ascii=False) if body else ""
    elif (
        kind.startswith("text/")
        or kind in {"application/vnd.oai.openapi", ""}
        or kind == "application/javascript"
    ):
        yield body.decode()
    elif kind.startswith("image/"):
        yield body.decode("latin-1")  # whatever is written between the pixels
    elif kind == "application/pdf":
        yield body.decode("latin-1")
        yield from _pages(body)
    elif body:
        raise Unreadable(f"nobody taught the walk to read {kind or 'this'}")


def _pages(body):
    """What a PDF says, and the same without the breaks that narrow columns put into words."""
    if b"startxref" not in body:
        return  # a stand-in among the stored files, kept byte by byte: no viewer opens it either
    try:
        text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages)
    except pypdf.errors.PyPdfError as problem:
        raise Unreadable(f"a PDF nobody can read: {problem}") from None
    yield text
    # A word of ours, such as Hari, begins after a blank; nothing we look for is written so.
    yield re.sub(r"\s+(?![A-Z][a-z])", "", text)


def _members(body):
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        for name in archive.namelist():
            inside = archive.read(name)
            yield name
            if inside[:2] == b"PK":
                yield from _members(inside)
            else:
                yield html.unescape(inside.decode("utf-8", "replace"))


def full_numbers(text: str, known) -> set[str]:
    """Numbers of this world, also when they are written in groups; others only when plain."""
    joined = re.sub(r"(?<=\d)[ .\u00a0-](?=\d)", "", text)
    return set(NUMBER.findall(text)) | (set(NUMBER.findall(joined)) & known.keys())


_VOLATILE = re.compile(
    r"Set-Cookie: messages=[^\n]*|csrfmiddlewaretoken\"? value=\"[^\"]+\"|"
    r"csrftoken=[^;]+|sessionid=[^;]+|expires=[^;]+|"
    r"nonce-[\w+/=-]+|[0-9a-f]{8}-[0-9a-f-]{27}|\b\d[\d.]*\b"
)


def shape(text: str) -> str:
    """An answer without what differs anyway: tokens and the ids of the request itself."""
    return _VOLATILE.sub("#", text)


# --- the walk


@dataclass
class Report:
    patterns: set = field(default_factory=set)
    covered: set = field(default_factory=set)
    unfilled: list[str] = field(default_factory=list)
    leaks: dict[str, str] = field(default_factory=dict)  # line -> key of the pattern
    requests: int = 0

    def __str__(self):
        return (
            f"PATTERNS={len(self.patterns)} COVERED={len(self.covered)} "
            f"UNFILLED={len(self.unfilled)} LEAKS={len(self.leaks)} REQUESTS={self.requests}"
        )

    def leaking(self) -> Counter:
        return Counter(self.leaks.values())


def check_coverage(policies, world, report=None) -> Report:
    """Every pattern has a policy and every policy a pattern, and every placeholder is filled by
    a URL that really leads back to the pattern."""
    report = report or Report()
    known = list(patterns())
    for pattern in known:
        report.patterns.add(pattern.route)
        policy = policies.get(pattern.key)
        if policy is None:
            report.unfilled.append(f"{pattern.key}: no policy ({pattern.route})")
            continue
        places = [*PLACES.values(), None] if policy.fill else [None]
        wrong = [why for desa in places if (why := _unfilled(pattern, policy, world, desa))]
        report.unfilled += wrong[:1]
        if not wrong:
            report.covered.add(pattern.route)
    for key in sorted(set(policies) - {pattern.key for pattern in known}):
        report.unfilled.append(f"{key}: policy without a pattern")
    return report


def _unfilled(pattern, policy, world, desa):
    try:
        found = resolve(url_of(pattern, policy, world, desa).partition("?")[0])
    except (NoReverseMatch, Resolver404, KeyError) as problem:
        return f"{pattern.key}: {pattern.parameters} not filled ({type(problem).__name__})"
    if found.func is not pattern.callback:
        return f"{pattern.key}: its URL leads to {found.view_name or found.route}"
    return ""


def url_of(pattern, policy, world, desa) -> str:
    values = dict(policy.fill(world, desa)) if policy.fill else {}
    if "format" in pattern.parameters:
        values.setdefault("format", "json")
    values = {name: values[name] for name in pattern.parameters}
    if pattern.name:
        return reverse(pattern.name, kwargs=values)
    route = pattern.route.replace("^", "").replace("$", "").replace("\\Z", "")
    for name, value in values.items():
        route = re.sub(
            rf"<(?:\w+:)?{name}>|\(\?P<{name}>[^)]*\)", lambda _m, v=value: str(v), route
        )
    return "/" + route


class Walker:
    """One person, one way of signing in."""

    def __init__(self, world, policies, person, *, token_scopes=None, report=None):
        self.world = world
        self.policies = policies
        self.person = person
        self.report = report or Report()
        self.numbers_open = token_scopes is None or "identity:reveal" in token_scopes
        self.client = Client(raise_request_exception=False)
        if person is not None:
            user = world.users[person]
            if token_scopes is None:
                self.client.force_login(user)
                # The middleware's notes on the session are written once, not at every request.
                self.client.get("/")
            else:
                token = token_for(user, *token_scopes)
                self.client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        self.cookies = self.client.cookies.copy()
        self.before = fingerprint()
        self.written = writes_so_far()

    def walk(self, only=None, briefly=False):
        """All patterns, or those for which `only(pattern)`; `briefly` asks no query and writes
        nothing."""
        for place, pattern in enumerate(patterns()):
            policy = self.policies.get(pattern.key)
            if policy is None or (only and not only(pattern)):
                continue
            if self._turned_away_by_one_door(pattern, place):
                continue
            self.report.patterns.add(pattern.route)
            if policy.asked_as is not None and self.person not in policy.asked_as:
                continue
            if briefly:
                self._read(pattern, replace(policy, queries=(), rows=None, totals={}), place)
                continue
            self._read(pattern, policy, place)
            self._write(pattern, policy, place)
        return self.report

    def _turned_away_by_one_door(self, pattern, place):
        """All of admin/ has one door, and a third of the product's patterns lie behind it. Those
        who may not pass it try every third pattern each: together all, five times over."""
        outside = self.person is not None and self.person not in ADMIN_SITE
        return (
            outside
            and pattern.route.startswith("admin/")
            and place % 3 != ORDER.index(self.person) % 3
        )

    # --- reading

    def _read(self, pattern, policy, place):
        labels = self._labels_to_read(policy)
        questioned = self._questioned(labels, place)
        answers = {}
        for label in labels:
            url = url_of(pattern, policy, self.world, PLACES.get(label))
            allowed = self._allowed(policy, label)
            answers[label] = answer, _text = self._ask(pattern, "GET", url)
            self._door(pattern, policy, url, answer, allowed)
            if allowed:
                self._totals(pattern, policy, url, answer)
            for query in self._queries(pattern, policy) if label in questioned else ():
                query, expected = query if isinstance(query, tuple) else (query, None)
                if callable(query):
                    query = query(self.world, PLACES.get(label))
                revealing = any(word in query for word in policy.reveals)
                answer, _text = self._ask(pattern, "GET", url + query, revealing=revealing)
                if not self.person_let_in(policy):
                    self._door(pattern, policy, url + query, answer, False)
                elif expected and allowed and answer.status_code not in expected:
                    self._leak(
                        pattern, f"GET {url}{query}", f"{answer.status_code}, not {expected}"
                    )
            for suffix in policy.formats:
                self._ask(pattern, "GET", url.replace("json", suffix))
        if policy.fill and policy.record:
            self._foreign_is_missing(pattern, policy, answers)
        if policy.rows is not None and self.person_let_in(policy):
            self._rows(pattern, policy, url)

    def _labels_to_read(self, policy):
        if not (policy.fill and policy.record):
            return [MISSING]
        if self.person_let_in(policy):
            return [*PLACES, MISSING]
        return DOORS  # a closed door does not know what lies behind it

    def _questioned(self, labels, place):
        """Of the records of all places, whose is asked with queries: one's own, and one of the
        others by turns, so that everybody together tries all."""
        others = [label for label in labels if label != "own"]
        turn = place + ORDER.index(self.person)
        return {"own", *others[turn % len(others) :][:1]} if others else {"own"}

    def _queries(self, pattern, policy):
        """All of them for those let in, but for LIKE_OTHERS. At a closed door everybody tries a few
        others, so that together they try all without asking thousands of times."""
        if self.person in LIKE_OTHERS:
            return []
        queries = list(policy.asked(pattern, self.world))
        if self.person_let_in(policy):
            return queries
        turn = ORDER.index(self.person)
        return queries[turn % 5 :: 5]

    def person_let_in(self, policy):
        return self.person in policy.opens

    def _allowed(self, policy, label):
        if not self.person_let_in(policy):
            return False
        if not (policy.fill and policy.record):
            return True
        return label != MISSING and may(self.person, policy.what, PLACES[label])

    def _door(self, pattern, policy, url, answer, allowed):
        status = answer.status_code
        if allowed and status not in policy.answers:
            self._leak(pattern, f"GET {url}", f"turns away its own: {status}{_why(answer)}")
        if not allowed and status not in TURNED_AWAY:
            self._leak(pattern, f"GET {url}", f"lets in with {status}")
        if not allowed and status in {301, 302} and not _leads_to_a_door(answer):
            self._leak(pattern, f"GET {url}", f"sends on to {answer.headers['Location']}")

    def _totals(self, pattern, policy, url, answer):
        for name, expected in policy.totals.items():
            found = answer.context
            for key in name.split("."):
                found = found[key]
            if found != expected(self.world, self.person):
                self._leak(
                    pattern,
                    f"GET {url}",
                    f"says {name} {found}, not {expected(self.world, self.person)}",
                )

    def _rows(self, pattern, policy, url):
        expected = policy.rows(self.world, self.person)
        answer, _text = self._ask(pattern, "GET", f"{url}?page_size=500")
        if answer.status_code != 200:
            return
        results = json.loads(answer.content)["results"]
        if len(results) != min(expected, 500):
            self._leak(pattern, url, f"lists {len(results)} rows, not {expected}")

    def _foreign_is_missing(self, pattern, policy, answers):
        missing, missing_text = answers[MISSING]
        for label in answers:
            if label == MISSING or self._allowed(policy, label):
                continue
            answer, text = answers[label]
            if (answer.status_code, shape(text)) != (missing.status_code, shape(missing_text)):
                self._leak(
                    pattern,
                    label,
                    f"foreign answers {answer.status_code}, missing {missing.status_code}",
                )

    # --- writing

    def _write(self, pattern, policy, place):
        for turn, method in enumerate(METHODS, start=place):
            if method not in policy.writes and not self._tries_undeclared(policy, turn):
                continue
            if method in {"PUT", "PATCH"} and not pattern.route.startswith("api/"):
                continue  # to Django's own views these are POST without a form
            declared = policy.writes.get(method, (None,))
            for write in declared if isinstance(declared, tuple) else (declared,):
                for label in self._labels_to_write(write):
                    try:
                        bodies = _bodies(write, self.world, PLACES.get(label))
                    except KeyError:  # nothing of a missing place can be named in a body
                        continue
                    for body in bodies:
                        self._send(pattern, policy, method, write, label, body)

    def _tries_undeclared(self, policy, turn):
        """Methods nobody declared: by turns, so that together all are tried; every second one by
        those who may read there, since they are the likeliest to be let in, of the others every
        third."""
        share = 2 if self.person_let_in(policy) else 3
        return turn % share == ORDER.index(self.person) % share

    def _labels_to_write(self, write):
        if write is None or write.what == ANYWHERE:
            return ["own"]
        if self.person not in write.by:
            return DOORS
        return [*PLACES, MISSING]

    def _send(self, pattern, policy, method, write, label, body):
        url = url_of(pattern, policy, self.world, PLACES.get(label))
        as_json = pattern.route.startswith("api/") if write is None else write.json
        desa = PLACES.get(label)
        revealing = write is not None and write.reveals
        before, kept, tried = self.before, None, {}

        def prepare():
            nonlocal before, kept, tried
            if write is not None and write.given:
                write.given(self.world, desa)
                before = fingerprint()
            if write is not None and write.keeps:
                kept = write.keeps(self.world, desa)
            tried = self.written

        def look(answer):
            # Undeclared methods are nearly always refused; then there is nothing to look for.
            if write is None and answer.status_code >= 400:
                return
            # What a request before this one wrote and rolled back is compared once more, no more.
            self.written = writes_so_far()
            written = {table for table, now in self.written.items() if now != tried.get(table)}
            changed = changed_places(
                {key: rows for key, rows in before.items() if key[0] in written},
                fingerprint(written),
            )
            self._check_change(pattern, write, f"{method} {label}", answer, desa, changed)
            if kept is not None and write.keeps(self.world, desa) != kept:
                self._leak(pattern, f"{method} {label}", "assigned what nobody may assign")

        self._ask(
            pattern,
            method,
            url,
            body=body,
            as_json=as_json,
            revealing=revealing,
            look=look,
            prepare=prepare,
        )

    def _check_change(self, pattern, write, label, answer, desa, changed):
        if not self._may_write(write, desa):
            if changed:
                self._leak(pattern, label, f"changed {_named(changed)}")
            if answer.status_code in LET_IN and write is not None and write.json:
                self._leak(pattern, label, f"lets in with {answer.status_code}")
            return
        if write.changes and not changed:
            self._leak(pattern, label, f"{answer.status_code} and changed nothing{_why(answer)}")
        foreign = {
            (table, place)
            for table, place in changed
            if write.what != ANYWHERE
            and place != "99"
            and not may(self.person, write.what, place or "")
        }
        if foreign:
            self._leak(pattern, label, f"changed foreign rows: {_named(foreign)}")

    def _may_write(self, write, desa):
        if write is None or self.person not in write.by:
            return False
        return write.what == ANYWHERE or bool(desa and may(self.person, write.what, desa))

    # --- asking

    def _ask(
        self,
        pattern,
        method,
        url,
        *,
        body=None,
        as_json=False,
        revealing=False,
        look=None,
        prepare=None,
    ):
        self.report.requests += 1
        options = {}
        if as_json and method != "GET":
            options = {"data": json.dumps(body or {}), "content_type": "application/json"}
        elif method == "POST":
            options = {"data": {k: v for k, v in (body or {}).items() if v is not None}}
        with RolledBack():
            if prepare is not None:
                prepare()
            # Signing out, or any other new cookie, must not change who asks the next question.
            self.client.cookies = self.cookies.copy()
            answer = getattr(self.client, method.lower())(url, **options)
            try:
                text = decoded(answer)
            except (Unreadable, UnicodeDecodeError, ValueError) as problem:
                self._leak(pattern, f"{method} {url}", f"cannot be read: {problem}")
                text = ""
            if answer.status_code >= 500 and pattern.key != "readyz":
                self._leak(
                    pattern, f"{method} {url}", f"answers {answer.status_code}{_why(answer)}"
                )
            if connection.needs_rollback:
                self._leak(pattern, f"{method} {url}", "left a broken transaction")
            else:
                self._scan(pattern, f"{method} {url}", str(body) + url, text, revealing)
                self._forms(pattern, f"{method} {url}", text)
                if look is not None:
                    look(answer)
        return answer, text

    def _scan(self, pattern, where, sent, text, revealing):
        for found in set(CANARY.findall(text)):
            if not may_read(self.person, found) and found not in sent:
                self._leak(pattern, where, f"shows {found} ({kind_of(found)})")
        numbers = full_numbers(text, self.world.numbers) - set(NUMBER.findall(sent))
        for number in numbers:
            desa, label, key = self.world.numbers.get(number, ("", "", ""))
            if not desa:
                self._leak(pattern, where, "shows a full number of nobody")
            elif not (self.numbers_open and may(self.person, "numbers", desa)):
                self._leak(pattern, where, f"shows a full number of {label} in {desa}")
            elif not revealing:
                self._leak(pattern, where, f"shows a full number of {label} unasked")
            elif not self._audited(label, key):
                self._leak(pattern, where, f"shows a full number of {label}, not audited")

    def _forms(self, pattern, where, text):
        """The clients of tests send without a token; people's browsers cannot."""
        for form in POSTED_FORM.findall(text):
            if "csrfmiddlewaretoken" not in form:
                self._leak(pattern, where, f"a form without its token: {form[:90]}")

    def _audited(self, label, key):
        return AuditEvent.objects.filter(
            verb="identity.revealed",
            by=self.world.users[self.person],
            target_type=label,
            target_id=key,
        ).exists()

    def _leak(self, pattern, where, what):
        line = f"{pattern.key} as {self.person or 'nobody'}, {where}: {what}"
        self.report.leaks[line] = pattern.key


def _bodies(write, world, desa):
    if write is None or write.body is None:
        return [{}]
    body = write.body(world, desa) if callable(write.body) else write.body
    return body if isinstance(body, list) else [body]


def _leads_to_a_door(answer):
    path = answer.headers.get("Location", "").partition("?")[0]
    return path in {"/", "/admin/"} or path.endswith("/login/") or path.startswith("/akun/")


def _named(changed):
    return ", ".join(sorted(f"{table} of {place}" for table, place in changed))


def _why(answer):
    """What an exception or a form says, so the line can be understood without running it again."""
    if getattr(answer, "exc_info", None):
        kind, problem, _traceback = answer.exc_info
        return f" {kind.__name__}: {str(problem)[:150]}"
    if "json" in answer.headers.get("Content-Type", ""):
        return f" {answer.content.decode()[:200]}"
    context = getattr(answer, "context", None)
    form = context.get("form") if context is not None and hasattr(context, "get") else None
    return f" {dict(form.errors)}" if getattr(form, "errors", None) else ""


__all__ = ["Policy", "Walker", "Write", "check_coverage", "patterns", "replace"]
