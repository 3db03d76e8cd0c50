"""Walk every URL the product knows as every kind of person, and look for what must not be seen."""

import io
import json
import re
import uuid
import zipfile
from collections import defaultdict
from dataclasses import dataclass, field

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.access.world import (
    OTHER_KABUPATEN,
    OTHER_KECAMATAN,
    OWN_DESA,
    PEOPLE,
    SAME_KECAMATAN,
    SEES_PEOPLE_OF,
    desa_of,
    token_for,
)

CANARY = re.compile(r"KNR\d{10}[A-Z]+")
NUMBER = re.compile(r"(?<!\d)99\d{14}(?!\d)")
PLACES = {
    "own": OWN_DESA,
    "same_kecamatan": SAME_KECAMATAN,
    "other_kecamatan": OTHER_KECAMATAN,
    "other_kabupaten": OTHER_KABUPATEN,
}
MISSING_PK = 987_654_321
MISSING_UUID = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Pattern:
    name: str  # namespace:name, or the route when it has none
    route: str
    parameters: tuple[str, ...]
    callback: object


def patterns(resolver=None, prefix="", namespaces=()):
    """Every pattern of the URLconf, includes and the admin among them."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from patterns(entry, route, inner)
        elif isinstance(entry, URLPattern):
            name = ":".join([*namespaces, entry.name]) if entry.name else route
            regex = entry.pattern.regex
            parameters = _parameters_of(route, regex)
            yield Pattern(name, route, parameters, entry.callback)


def _parameters_of(route, regex):
    found = re.findall(r"<(?:\w+:)?(\w+)>", route) + list(regex.groupindex)
    return tuple(dict.fromkeys(name for name in found if name != "format"))


@dataclass
class Policy:
    """What a URL may show. `roles`: who is let in at all; everybody else gets 302, 403 or 404.

    `scoped` URLs name a record: foreign must answer like missing. `fill` makes the keyword
    arguments for a record of one of PLACES, or of a missing one when the place is None.
    `identity` says the page may show a full number to those roles (a reveal).
    """

    kind: str  # public, signed_in, scoped, listing, closed
    roles: tuple[str, ...] = ()
    fill: object = None
    post: dict | None = None
    query: tuple[str, ...] = ("",)
    token: bool = False
    # Whose rows a whole-territory page shows although it is not about one desa.
    identity: tuple[str, ...] = ()
    accepts: str = "*/*"


@dataclass
class Report:
    patterns: int = 0
    covered: int = 0
    unfilled: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    requests: int = 0

    def __str__(self):
        return (
            f"PATTERNS={self.patterns} COVERED={self.covered} UNFILLED={len(self.unfilled)} "
            f"LEAKS={len(self.leaks)} REQUESTS={self.requests}"
        )


def decoded(response) -> str:
    """Everything in an answer a person or program could read, archives opened."""
    body = response.getvalue() if hasattr(response, "getvalue") else response.content
    parts = [str(dict(response.headers)), str(response.cookies)]
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            parts += [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
    else:
        parts.append(body.decode("utf-8", "replace"))
        if "json" in response.headers.get("Content-Type", "") and body:
            parts.append(json.dumps(json.loads(body), ensure_ascii=False))
    return "\n".join(parts)


_VOLATILE = re.compile(
    r"csrfmiddlewaretoken\"? value=\"[^\"]+\"|csrftoken=[^;]+|sessionid=[^;]+|expires=[^;]+|"
    r"\b\d{1,20}\b|[0-9a-f]{8}-[0-9a-f-]{27}|KNR\w+"
)


def shape(text: str) -> str:
    """An answer without what differs anyway: tokens and the ids of the request itself."""
    return _VOLATILE.sub("#", text)


class Walker:
    def __init__(self, world, policies):
        self.world = world
        self.policies = policies
        self.report = Report()
        self.by_pattern = defaultdict(list)

    def walk(self, only=None):
        for pattern in patterns():
            if only and pattern.name not in only:
                continue
            self.report.patterns += 1
            policy = self.policies.get(pattern.name)
            if policy is None:
                self.report.unfilled.append(f"{pattern.name}: no policy ({pattern.route})")
                continue
            if pattern.parameters and policy.fill is None and policy.kind != "closed":
                self.report.unfilled.append(f"{pattern.name}: {pattern.parameters} not filled")
                continue
            self.report.covered += 1
            for person in (*PEOPLE, None):
                self._visit(pattern, policy, person)
        unused = set(self.policies) - {pattern.name for pattern in patterns()}
        if not only and unused:
            self.report.unfilled += [f"{name}: policy without a pattern" for name in sorted(unused)]
        return self.report

    def _visit(self, pattern, policy, person):
        client = Client(raise_request_exception=True)
        if person is not None:
            client.force_login(self.world.users[person])
        places = dict(PLACES) if policy.fill else {"": None}
        answers = {}
        for label, desa in places.items():
            url = self._url(pattern, policy, desa)
            for query in policy.query:
                answer = self._ask(client, pattern, policy, person, url + query, label)
                answers.setdefault(label, answer)
        if policy.fill:
            missing = self._ask(
                client, pattern, policy, person, self._url(pattern, policy, None), "missing"
            )
            if policy.kind == "scoped":
                self._foreign_is_missing(pattern, policy, person, answers, missing)

    def _url(self, pattern, policy, desa):
        values = policy.fill(self.world, desa) if policy.fill else {}
        route = pattern.route.replace("^", "").replace("$", "").replace("\\Z", "")
        for name, value in values.items():
            route = re.sub(rf"<(?:\w+:)?{name}>", str(value), route)
            route = re.sub(rf"\(\?P<{name}>[^)]*\)", str(value), route)
        return "/" + route.replace("\\.", ".").replace("/?", "/").replace("\\", "")

    def _ask(self, client, pattern, policy, person, url, label):
        self.report.requests += 1
        headers = {"accept": policy.accepts}
        if policy.post is not None:
            body = {
                key: value(self.world, PLACES.get(label)) if callable(value) else value
                for key, value in policy.post.items()
            }
            answer = client.post(url, body, headers=headers)
        else:
            answer = client.get(url, headers=headers)
        self._check(pattern, policy, person, url, answer)
        return answer

    def _leak(self, pattern, person, url, what):
        line = f"{pattern.name} as {person or 'nobody'} at {url}: {what}"
        if line not in self.report.leaks:
            self.report.leaks.append(line)
            self.by_pattern[pattern.name].append(line)

    def _check(self, pattern, policy, person, url, answer):
        if answer.status_code >= 500:
            self._leak(pattern, person, url, f"answers {answer.status_code}")
        let_in = answer.status_code in {200, 201, 202, 204, 206}
        expected = policy.kind == "public" or (
            person is not None and (policy.kind == "signed_in" or person in policy.roles)
        )
        if let_in and not expected:
            self._leak(pattern, person, url, f"let in with {answer.status_code}")
        text = decoded(answer)
        visible = set(SEES_PEOPLE_OF.get(person, []))
        for found in set(CANARY.findall(text)):
            if desa_of(found).endswith("00.0000"):
                seen = any(desa[:5] == desa_of(found)[:5] for desa in visible)
            else:
                seen = desa_of(found) in visible
            if not seen:
                self._leak(pattern, person, url, f"shows {found}")
        for number in set(NUMBER.findall(text)):
            owner = self.world.numbers.get(number)
            if person not in policy.identity or owner not in visible:
                self._leak(pattern, person, url, f"shows a full number {number[:4]}…")

    def _foreign_is_missing(self, pattern, policy, person, answers, missing):
        visible = set(SEES_PEOPLE_OF.get(person, []))
        for label, desa in PLACES.items():
            allowed = desa in visible and person in policy.roles
            answer = answers[label]
            if allowed:
                if answer.status_code in {403, 404}:
                    self._leak(pattern, person, label, f"refuses its own: {answer.status_code}")
                continue
            if answer.status_code != missing.status_code or shape(decoded(answer)) != shape(
                decoded(missing)
            ):
                self._leak(
                    pattern,
                    person,
                    label,
                    f"foreign answers {answer.status_code}, missing {missing.status_code}",
                )


def as_token(world, person, *scopes):
    return {"authorization": f"Bearer {token_for(world.users[person], *scopes)}"}


def missing_of(value):
    return MISSING_UUID if isinstance(value, uuid.UUID) else MISSING_PK
