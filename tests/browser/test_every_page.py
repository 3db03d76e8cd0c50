"""Axe on every page there is, each once, as somebody to whom it shows much.

The addresses are those of the access walk; what Django answers inside the walk's transaction is
laid before a real Chromium, with the style sheets and scripts it asks for. No server and no sign-in
stand between, so a page costs a fraction of a second.
"""

import mimetypes
from itertools import groupby
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from tests.access.policies import POLICIES
from tests.access.stage import world
from tests.access.walk import RolledBack, patterns, url_of
from tests.access.world import (
    ADMIN,
    AUDITOR,
    CASEWORKER,
    COORDINATOR,
    FACILITATOR,
    GUEST,
    HEAD,
    LEAD,
    OPERATOR,
    PLACES,
    TKSK,
    may,
)
from tests.browser.eyes import AXE, DESK

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db,
]
__all__ = ["world"]  # the one of the walk, not the files of a district
NOBODY = object()  # None is whoever has not signed in
HERE = "http://127.0.0.1:9"
# Whoever comes first opens a page; the caseworker plans and records work of his own.
READERS = [CASEWORKER, COORDINATOR, OPERATOR, LEAD, HEAD, FACILITATOR, TKSK, AUDITOR, ADMIN, GUEST]
OF_A_FACILITATOR = {"facilitators:plan_work", "facilitators:record_activity"}
DRAWN_BY_SCRIPTS = {"facilitators:phone"}  # with an office behind it: test_phone looks at it
HOMES = [FACILITATOR, LEAD, OPERATOR, TKSK, HEAD, AUDITOR, ADMIN, GUEST]
# What an answer must hold to be a page; the rest are pieces of one.
WHOLE = b"<html"
QUICKLY = {"resultTypes": ["violations"], "preload": False}


def reader_of(pattern, policy):
    readers = READERS if pattern.key in OF_A_FACILITATOR else [*READERS[1:], CASEWORKER, None]
    for person in readers:
        if person in policy.opens and (
            not (policy.fill and policy.record) or may(person, policy.what, PLACES["own"])
        ):
            return person
    return NOBODY


def asked(world, of_admin):
    """(person, address) of every page, those of admin/ or the others."""
    told = set()
    for pattern in patterns():
        policy = POLICIES.get(pattern.key)
        if policy is None:
            continue  # the walk is red about that
        person = reader_of(pattern, policy)
        if pattern.route.startswith("api/") or pattern.key in DRAWN_BY_SCRIPTS or person is NOBODY:
            continue
        if pattern.route.startswith("admin/") != of_admin:
            continue
        if pattern.key.endswith(("_history", "_delete")):
            # These pages differ in nothing but the name of what they speak of.
            if (what := pattern.key.rpartition("_")[2]) in told:
                continue
            told.add(what)
        yield person, url_of(pattern, policy, world, PLACES["own"])
    if not of_admin:
        yield from ((person, "/") for person in HOMES)


@pytest.fixture
def shelf(browser):
    with browser.new_context(viewport=DESK, locale="id-ID", service_workers="block") as context:
        yield Shelf(context)


class Shelf:
    """A page of Chromium that reads what is laid before it."""

    def __init__(self, context):
        self.page = context.new_page()
        self.answer, self.address, self.missing = None, "", set()
        self.page.route("**/*", self._hand_over)

    def _hand_over(self, route):
        path = urlsplit(route.request.url).path
        if route.request.url == HERE + self.address and route.request.is_navigation_request():
            headers = {name.lower(): value for name, value in self.answer.headers.items()}
            route.fulfill(status=200, headers=headers, body=self.answer.content)
        elif path.startswith("/static/"):
            found = finders.find(path.removeprefix("/static/"))
            if found is None:
                self.missing.add(path)
                route.abort()
                return
            kind = mimetypes.guess_type(found)[0]
            route.fulfill(body=Path(found).read_bytes(), content_type=kind)
        else:
            route.fulfill(status=204)  # photos, and what scripts ask of the office

    def examine(self, address, answer):
        self.address, self.answer = address, answer
        self.page.goto(HERE + address)
        found = AXE.run(self.page, options=QUICKLY)
        return found.generate_report() if found.violations_count else ""


@pytest.mark.parametrize(
    ("of_admin", "at_least"),
    [
        pytest.param(False, 120, marks=pytest.mark.xdist_group("every page"), id="ours"),
        pytest.param(True, 60, marks=pytest.mark.xdist_group("every admin page"), id="admin"),
    ],
)
def test_axe_finds_nothing_on_any_page(world, shelf, of_admin, at_least):
    wrong, seen = [], 0
    asks = sorted(set(asked(world, of_admin)), key=str)
    by_person = groupby(asks, key=lambda ask: ask[0])
    for person, asks in by_person:
        client = Client(raise_request_exception=False)
        if person:
            client.force_login(world.users[person])
            client.get("/")
        cookies = client.cookies.copy()
        for _person, address in asks:
            client.cookies = cookies.copy()
            with RolledBack():
                answer = client.get(address)
                if answer.streaming:
                    answer.getvalue()
                elif answer.status_code == 200 and WHOLE in answer.content:
                    report = shelf.examine(address, answer)
                    seen += 1
                    if report:
                        wrong.append(f"{address} as {person or 'nobody'}: {report}")
    assert shelf.missing == set()
    assert seen >= at_least
    assert not wrong, "\n\n".join(wrong)
