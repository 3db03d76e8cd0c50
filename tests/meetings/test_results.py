"""Results: every number is its rows, and the share of what came due is said with its rule."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.roles import Role
from meetings.models import FollowUp
from meetings.queries.results import NUMBERS, results_of
from meetings.results_chart import chart_of
from meetings.services import postpone_follow_up, publish_minutes
from tests.english import english_in
from tests.factories.accounts import person
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory
from tests.factories.meetings import follow_up_of, institution, meeting_of, planner

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
FIRST = dt.datetime(2026, 2, 10, 2, 0, tzinfo=dt.UTC)
SECOND = dt.datetime(2026, 7, 1, 2, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 9, 1)


def end(one, state, on):
    FollowUp.objects.filter(pk=one.pk).update(
        state=state, closed_on=on, closed_by=one.decision.issue.meeting.made_by
    )


@pytest.fixture
def world():
    """Of the first meeting one on time, one late, one dropped, one overdue; of the second one done
    before it is due, and one open."""
    health, school = institution("Dinas Kesehatan"), institution("Dinas Pendidikan")
    first = meeting_of(at=FIRST, state="held")
    due = FIRST.date() + 10 * DAY
    made = [
        follow_up_of(first, days=10, needs_evidence=False, institution=one, description=f"K-{nth}")
        for nth, one in enumerate((health, health, school, school))
    ]
    end(made[0], "done", due)
    end(made[1], "done", due + DAY)
    end(made[2], "cancelled", due)
    publish_minutes(meeting=first, by=first.made_by, at=FIRST + DAY)
    second = meeting_of(at=SECOND, state="held")
    early = follow_up_of(second, days=200, needs_evidence=False, institution=health)
    end(early, "done", SECOND.date() + DAY)
    follow_up_of(second, days=200, institution=school)
    publish_minutes(meeting=second, by=second.made_by, at=SECOND + DAY)
    follow_up_of(meeting_of(at=SECOND, state="held"), days=1)  # never published: no promise
    return first, second


def numbers(figures, *names):
    return tuple(figures.numbers[name] for name in names)


def test_the_numbers(world):
    found = results_of(planner(), today=TODAY, year=2026)

    names = (
        "agreed",
        "done",
        "on_time",
        "late",
        "unfinished",
        "overdue",
        "cancelled",
        "due",
        "kept",
    )
    assert numbers(found.total, *names) == (6, 3, 2, 1, 2, 1, 1, 4, 2)
    assert found.total.share == Decimal("50.00")
    assert [(one.label, *numbers(one, "agreed", "kept", "due")) for one in found.institutions] == [
        ("Dinas Kesehatan", 3, 2, 2), ("Dinas Pendidikan", 3, 0, 2),
    ]  # fmt: skip
    assert [(one.label, one.share) for one in found.quarters] == [
        ("2026-1", Decimal("50.00")), ("2026-3", None),
    ]  # fmt: skip
    assert [numbers(one, "agreed")[0] for one in found.meetings] == [2, 4]


def test_the_share_is_rounded_half_up(world):
    first, _second = world
    more = [follow_up_of_published(first, f"L-{nth}") for nth in range(4)]
    assert len(more) == 4

    found = results_of(planner(), today=TODAY, year=2026)

    assert numbers(found.total, "kept", "due") == (2, 8)
    assert found.total.share == Decimal("25.00")
    end(more[0], "done", FIRST.date())
    FollowUp.objects.filter(pk=more[1].pk).update(due_on=TODAY)  # due today: not late yet
    found = results_of(planner(), today=TODAY, year=2026)
    assert numbers(found.total, "kept", "due") == (3, 7)
    assert found.total.share == Decimal("42.86")


def follow_up_of_published(meeting, description):
    """Straight into published minutes: how it came there is not what is asked here."""
    decision = meeting.issues.first().decisions.first()
    return FollowUp.objects.create(
        decision=decision,
        number=50,
        description=description,
        institution=institution("Bappeda"),
        owner_name="Siapa",
        due_on=FIRST.date() + 10 * DAY,
        needs_evidence=False,
        made_at=FIRST,
    )


def test_a_postponed_one_leaves_what_is_due_and_is_counted_apart(world):
    late = FollowUp.objects.get(description="K-3")
    postpone_follow_up(
        follow_up=late, due_on=TODAY + 30 * DAY, reason="Anggaran", by=planner(), at=SECOND
    )

    found = results_of(planner(), today=TODAY, year=2026)

    assert numbers(found.total, "due", "overdue", "postponed") == (3, 0, 1)


def test_a_meeting_before_seven_on_new_years_day_counts_where_its_clock_says():
    """Half past midnight on 1 January in WIT is still December in WIB and in UTC."""
    at = dt.datetime(2025, 12, 31, 15, 30, tzinfo=dt.UTC)
    meeting = meeting_of(at=at, state="held", time_zone="Asia/Jayapura")
    follow_up_of(meeting)
    publish_minutes(meeting=meeting, by=meeting.made_by, at=at + DAY)

    assert [one.label for one in results_of(planner(), today=TODAY).quarters] == ["2026-1"]


def test_what_concerns_a_family_counts_only_for_who_may_see_it(world):
    meeting = meeting_of(at=SECOND + DAY, state="held")
    household = HouseholdFactory(desa=AreaFactory(code="99.01.01.2001"))
    follow_up_of(meeting, household=household)
    publish_minutes(meeting=meeting, by=meeting.made_by, at=SECOND + 2 * DAY)
    sees = person("satu", Role.FACILITATOR, "99.01.01")
    not_his = person("dua", Role.FACILITATOR, "99.01.02")

    assert results_of(sees, today=TODAY).total.numbers["agreed"] == 7
    assert results_of(not_his, today=TODAY).total.numbers["agreed"] == 6


def shown(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_number_of_the_page_opens_its_rows(client, world):
    client.force_login(planner())
    text = shown(client, "/rapat/hasil/?tahun=2026")
    assert english_in(text) == []
    links = set(re.findall(r'href="(/tindak-lanjut/\?[^"]+)"[^>]*>(\d+)</a>', text))
    links |= set(
        re.findall(r'href="(/tindak-lanjut/\?[^"]+)"><span class="tile-figure">(\d+)<', text)
    )
    assert len(links) > 25

    for url, number in links:
        rows = shown(client, url.replace("&amp;", "&"))
        assert rows.count('<tr>\n<th scope="row">') == int(number), url


def test_the_page_says_how_it_counts(client, world):
    client.force_login(planner())
    text = shown(client, "/rapat/hasil/?tahun=2026")

    for said in (
        "penyebut",
        "dua desimal",
        "angka 5 dibulatkan ke atas",
        "jatuh tempo sebelum hari ini",
    ):
        assert said in text, said


@pytest.mark.parametrize("query", [
    "", "?tahun=semua", "?tahun=1999", "?tahun=x", "?wilayah=99.02", "?wilayah=%00", "?tahun=٢٠٢٦",
])  # fmt: skip
def test_odd_addresses(client, world, query):
    client.force_login(planner())
    shown(client, f"/rapat/hasil/{query}")


def test_nothing_agreed_is_no_percentage(client):
    client.force_login(planner())

    assert "Belum ada tindak lanjut yang jatuh tempo" in shown(client, "/rapat/hasil/")


def test_the_page_costs_the_same_with_more_rows(client, world, django_assert_num_queries):
    client.force_login(planner())
    shown(client, "/rapat/hasil/?tahun=2026")
    for more in (0, 3):
        for nth in range(more):
            follow_up_of_published(world[0], f"M-{nth}")
        with django_assert_num_queries(7):
            shown(client, "/rapat/hasil/?tahun=2026")


def test_rest_says_the_same(client, world):
    client.force_login(planner())
    found = results_of(planner(), today=timezone.localdate(), year=2026)

    said = client.get("/api/v1/meeting-results/?year=2026").json()

    assert said["total"]["numbers"] == {name: found.total.numbers[name] for name in NUMBERS}
    assert [one["label"] for one in said["institutions"]] == ["Dinas Kesehatan", "Dinas Pendidikan"]


def test_the_chart_is_the_table():
    class Quarter:
        label, share = "2026-1", None

        def __init__(self, kept, due):
            self.numbers = {"kept": kept, "due": due}

    pairs = chart_of([Quarter(1, 4), Quarter(2, 2), Quarter(0, 0)])

    assert [(one.due_height, one.kept_height) for one in pairs] == [(172, 43), (86, 86), (0, 0)]
    assert all(one.x >= 20 and one.x + one.width <= 620 for one in pairs)
    assert chart_of([Quarter(0, 0)]) == []
    assert len(chart_of([Quarter(1, 1)] * 30)) == 8
