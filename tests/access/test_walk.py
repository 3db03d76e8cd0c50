"""Nobody sees or changes what the matrix of reliability.md C.1 does not give them."""

import datetime as dt
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Assignment, User
from accounts.scopes import Scope
from accounts.services import close_account, set_password
from areas.models import Area
from core.errors import Refused
from dtks.models import Export, SourceRow
from dtks.services.exporting import make_export, request_export
from tests.access import rogues
from tests.access.policies import POLICIES
from tests.access.walk import CANARY, NOBODY, Report, RolledBack, Walker, check_coverage
from tests.access.world import (
    ADMIN,
    COORDINATOR,
    FACILITATOR,
    GUEST,
    HEAD,
    LEAD,
    OPERATOR,
    OWN_DESA,
    PEOPLE,
    WHERE_IT_LIES,
    desa_of,
    fingerprint,
    place_of,
    tables_of_our_floors,
    token_for,
    writes_so_far,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_the_fingerprint_covers_every_table():
    assert tables_of_our_floors() == set(WHERE_IT_LIES)


def test_a_write_is_noticed_before_any_row_is_compared(world):
    """Also one in a partition, one that changes nothing, and one that was undone again."""
    writes = {
        "areas_area": lambda: Area.objects.filter(pk=OWN_DESA).update(code=OWN_DESA),
        "dtks_sourcerow": lambda: SourceRow.objects.filter(row_number=3).delete(),
    }
    for table, write in writes.items():
        before, rows = writes_so_far(), fingerprint({table})
        write()
        after = writes_so_far()
        assert {name for name in after if after[name] != before[name]} == {table}
        assert fingerprint({table}) != rows

    before, rows = writes_so_far(), fingerprint()
    with RolledBack():
        Area.objects.filter(pk=OWN_DESA).update(name="Lain")
    assert writes_so_far() != before
    assert fingerprint() == rows


def test_every_pattern_has_a_policy_and_every_placeholder_is_filled(world, record_walk):
    report = check_coverage(POLICIES, world)
    record_walk(report)

    assert report.unfilled == []


@pytest.mark.parametrize("person", [*PEOPLE, None], ids=lambda person: person or "nobody")
def test_walk(world, person, record_walk):
    report = Walker(world, POLICIES, person).walk()
    record_walk(report)

    assert sorted(report.leaks) == []


WRITE_BY_TOKEN = {FACILITATOR, OPERATOR, COORDINATOR, GUEST}


def of_the_api(pattern):
    return pattern.route.startswith("api/v1/")


@pytest.mark.parametrize("person", PEOPLE)
def test_walk_with_a_token(world, person, record_walk):
    """A token with every scope opens what its owner's session opens, and nothing more. What may be
    written was tried by the sessions; that a token is no other door is tried by four."""
    walker = Walker(world, POLICIES, person, token_scopes=Scope.values)
    report = walker.walk(of_the_api, briefly=person not in WRITE_BY_TOKEN)
    record_walk(report)

    assert sorted(report.leaks) == []


def narrowed(may_read):
    """The policies of a token that changes nothing and reads only some resources."""
    return {
        key: replace(
            policy,
            opens=policy.opens if may_read(key) else NOBODY,
            writes={
                method: tuple(
                    replace(write, by=NOBODY)
                    for write in (writes if isinstance(writes, tuple) else (writes,))
                )
                for method, writes in policy.writes.items()
            },
        )
        for key, policy in POLICIES.items()
    }


@pytest.mark.parametrize(
    ("scopes", "may_read"),
    [
        (["read"], lambda key: True),
        (["areas:read"], lambda key: ":area-" in key),
        (["register:read"], lambda key: ":household-" in key or ":member-" in key),
        (["snapshots:read"], lambda key: ":snapshot-" in key),
        (["jobs:read"], lambda key: ":job-" in key),
        (["meetings:read"], lambda key: ":meeting-" in key or ":follow-up-" in key),
        (
            ["field:read"],
            lambda key: any(
                f":{name}" in key
                for name in (
                    "facilitator-",
                    "assignment-",
                    "visit-",
                    "learning-",
                    "commitment-",
                    "work-",
                    "activity-",
                    "performance-",
                )
            ),
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_walk_with_a_narrow_token(world, scopes, may_read, record_walk):
    """Scopes narrow a data operator's token; none of these writes or shows a full number."""
    walker = Walker(world, narrowed(may_read), OPERATOR, token_scopes=scopes)
    report = walker.walk(of_the_api, briefly=scopes != ["read"])
    record_walk(report)

    assert sorted(report.leaks) == []


def test_planted_rogues_are_all_found_and_nothing_else(world, record_walk):
    """The test of the test: without a policy they are red, and with what their programmers would
    have claimed, the walk finds all three and accuses nobody else."""
    with rogues.let_in():
        unknown = check_coverage(POLICIES, world).unfilled
        report = Report()
        for person in (FACILITATOR, HEAD, ADMIN):
            Walker(world, POLICIES | rogues.CLAIMS, person, report=report).walk(briefly=True)
    found = set(report.leaking())
    record_walk(rogues=f"{len(found & set(rogues.CLAIMS))}/{len(rogues.CLAIMS)}")

    assert all("rogue" in line or "beneficiaries/member/" in line for line in unknown)
    assert {line.partition(":")[0] for line in unknown} >= {"rogue_detail", "rogue_export"}
    assert any(line.startswith("admin:beneficiaries_member_change:") for line in unknown)
    assert found == set(rogues.CLAIMS)


# --- what ends, ends at the next request


def _fresh(world, person):
    """As the database knows them: an earlier test may have changed the object, not the row."""
    return User.objects.get(pk=world.users[person].pk)


def _pages_of(world, person):
    """A session and a token of the person, both working now."""
    user = _fresh(world, person)
    session = Client()
    session.force_login(user)
    token = token_for(user, *Scope.values)
    program = Client(headers={"authorization": f"Bearer {token}"})
    family = world.households[OWN_DESA][0].pk
    page, resource = f"/kpm/{family}/", f"/api/v1/households/{family}/"
    ask = {
        "page": lambda: session.get(page).status_code,
        "session": lambda: session.get(resource).status_code,
        "token": lambda: program.get(resource).status_code,
    }
    assert {name: answer() for name, answer in ask.items()} == dict.fromkeys(ask, 200)
    return ask


def _end(world, person):
    today = timezone.localdate()
    for assignment in world.users[person].assignments.all():
        Assignment.objects.filter(pk=assignment.pk).update(
            starts_on=today - dt.timedelta(days=9), ends_on=today - dt.timedelta(days=1)
        )


def test_an_ended_assignment_opens_nothing_at_the_next_request(world):
    ask = _pages_of(world, FACILITATOR)

    _end(world, FACILITATOR)

    assert {name: answer() for name, answer in ask.items()} == {
        "page": 403,
        "session": 403,
        "token": 403,
    }


def test_another_role_counts_at_the_next_request(world):
    ask = _pages_of(world, OPERATOR)

    world.users[OPERATOR].assignments.update(role=GUEST)

    assert {answer() for answer in ask.values()} == {403}


def test_another_area_counts_at_the_next_request(world):
    ask = _pages_of(world, FACILITATOR)

    world.users[FACILITATOR].assignments.update(area="99.01.01.2002")

    assert {answer() for answer in ask.values()} == {404}


def test_a_new_password_ends_sessions_opened_with_the_old_one(world):
    ask = _pages_of(world, LEAD)

    set_password(
        user=_fresh(world, LEAD), password="gunung-merbabu-3145", by=None, at=timezone.now()
    )

    assert (ask["page"](), ask["session"]()) == (302, 401)


def test_a_closed_account_opens_nothing_at_the_next_request(world):
    ask = _pages_of(world, LEAD)

    close_account(user=_fresh(world, LEAD), by=None, at=timezone.now())

    assert (ask["page"](), ask["session"](), ask["token"]()) == (302, 401, 401)


def _export(world):
    return request_export(
        snapshot=world.snapshots["99.01"],
        kind="outcomes",
        file_format="csv",
        reason="rapat bulanan",
        by=world.users[OPERATOR],
        at=timezone.now(),
    )


def _download(world, export):
    client = Client()
    client.force_login(world.users[OPERATOR])
    return client.post(reverse("dtks:download", args=[export.pk]))


def test_an_export_is_fetched_by_who_asked_for_it_while_the_role_lasts(world):
    export = _export(world)
    make_export(export=export, at=timezone.now())

    text = _download(world, export).getvalue().decode("utf-8-sig")

    assert {place_of(found) for found in CANARY.findall(text)} == set(desa_of(OPERATOR, "people"))


def test_an_export_made_before_the_role_ended_is_not_fetched_after(world):
    export = _export(world)
    make_export(export=export, at=timezone.now())
    _end(world, OPERATOR)

    assert _download(world, export).status_code == 403


def test_an_export_of_a_role_that_ended_meanwhile_is_not_made(world):
    export = _export(world)
    _end(world, OPERATOR)

    with pytest.raises(Refused) as refused:
        make_export(export=Export.objects.get(pk=export.pk), at=timezone.now())

    assert refused.value.code == "not_allowed"
    assert Export.objects.get(pk=export.pk).ready_at is None
