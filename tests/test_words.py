"""No English on an Indonesian screen: every page a role can open, read as its reader would."""

import json

import pytest
from django.template.loader import render_to_string
from django.test import Client

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
from tests.english import english_in, texts_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

PERSONS = [OPERATOR, ADMIN, FACILITATOR, AUDITOR, HEAD, COORDINATOR, GUEST, None]
NOBODY_HERE = object()


def said_in(answer):
    if answer.streaming:
        answer.getvalue()  # a file: read to its end, so that it is closed
        return set()
    kind = answer.headers.get("Content-Type", "")
    if "text/html" in kind:
        return texts_of(answer.content.decode())
    if "json" in kind and answer.status_code >= 400:
        said = json.loads(answer.content)
        error = said.get("error", {}) if isinstance(said, dict) else {}
        return {error.get("message", ""), *map(str, error.get("fields", {}).values())} - {""}
    return set()


def pages(world, person):
    """Every answer of every pattern to this person: asked, and for the first of PERSONS who may,
    asked oddly and sent an empty form; the words of these are the same for everybody."""
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
        if _first_in(policy.opens) == person:
            asks += [("get", url + q, {}) for q in _plain_queries(pattern, policy, world)]
            asks += [("get", url_of(pattern, policy, world, None), {})]
        for write in _writes(policy):
            if _first_in(write.by) == person and not write.json:
                bodies = _bodies(write, world, PLACES["own"])
                asks += [("post", url, {}), *(("post", url, dict(body)) for body in bodies)]
        for method, address, body in asks:
            client.cookies = cookies.copy()
            with RolledBack():
                answer = getattr(client, method)(address, body, follow=method == "post")
                yield pattern.key, method, address, answer


def _first_in(persons):
    return next((person for person in PERSONS if person in persons), NOBODY_HERE)


def _plain_queries(pattern, policy, world):
    for query in policy.asked(pattern, world):
        query = query[0] if isinstance(query, tuple) else query
        yield query(world, PLACES["own"]) if callable(query) else query


def _writes(policy):
    writes = policy.writes.get("POST", ())
    return writes if isinstance(writes, tuple) else (writes,)


@pytest.mark.parametrize("person", PERSONS, ids=lambda person: person or "nobody")
def test_no_english_on_an_indonesian_screen(world, person):
    seen = {user.username for user in world.users.values()}  # one is called facilitator
    wrong = {}
    for key, method, address, answer in pages(world, person):
        new = said_in(answer) - seen
        seen |= new
        wrong |= dict.fromkeys(english_in(new), f"{key} {method} {address}")

    assert len(seen) > len(world.users) + 10
    assert not wrong, "\n".join(
        f"{text[:90]!r} on {where}" for text, where in sorted(wrong.items())
    )


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "405", "500", "account/lockout"])
def test_error_pages_hold_no_english(name):
    said = texts_of(render_to_string(f"{name}.html", {"minutes": 15}))

    assert english_in(said) == []
    assert len(said) > 4


def test_english_is_found_where_it_stands():
    page = """<title>Beranda</title><p>Bring in a <b>row</b> please</p><p>Tersimpan.</p>
        <button aria-label="Sign out">Keluar</button><script>the</script><p>Select a row</p>
        <p>Berkas the-data.csv dari KNR9901012001NAMA</p><p>SITI AND</p><p lang="en">the</p>"""

    assert english_in(texts_of(page)) == ["Select a row", "Sign out", "please", "row"]
