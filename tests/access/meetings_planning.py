"""Meetings: list, plan, agenda, invitations, institutions, minutes."""

from django.utils import timezone

from meetings.models import Meeting
from tests.access.meetings import SEES, stands_at
from tests.access.walk import ANYWHERE, Policy, Write
from tests.access.world import OWN_DESA
from tests.access.world import holding as people_holding

MISSING_PK = 987_654_321
MISSING_UUID = "00000000-0000-4000-8000-000000000000"
KEEPS = "keeps meetings"


def holding(word):
    return people_holding(*SEES[word])


def one(table):
    """The record of the desa's kecamatan in a table of the world."""

    def fill(world, desa):
        found = getattr(world, table).get(desa[:8]) if desa else None
        missing = MISSING_PK if table in COUNTED else MISSING_UUID
        return {"pk": found.pk if found else missing}

    return fill


COUNTED = {"items", "issues", "decisions_of", "institutions", "representatives"}


def family_follow_up(world, desa):
    return {"pk": world.family_follow_ups[desa].pk if desa else MISSING_UUID}


def plan(world, desa):
    day = timezone.localdate()
    return {
        "kind": "coordination",
        "theme": "Tema",
        "place": "Aula",
        "day": f"28-12-{day.year + 1}",
        "begins": "09.00",
        "ends": "12.00",
        "time_zone": "Asia/Jakarta",
        "chair": "Kepala Dinas",
        "version": 1,
        "state": "closed",
        "made_by": 1,
    }


def new_plan(world, desa):
    return plan(world, desa) | {"area": (desa or OWN_DESA)[:8]}


def keeps(fill, body=None, given=None, opens=frozenset(), **more):
    """Something only whoever keeps meetings in the whole kecamatan may send."""
    return Policy(
        opens=opens,
        fill=fill,
        what=KEEPS,
        writes={"POST": Write(by=holding(KEEPS), what=KEEPS, body=body or {}, given=given, **more)},
    )


def form(fill, body, given=None):
    return keeps(fill, body, given, opens=holding(KEEPS))


def publishes(fill, body=None, given=None):
    return Policy(
        fill=fill,
        what="meetings",
        writes={
            "POST": Write(
                by=holding("publishes minutes"),
                what="publishes minutes",
                body=body or {},
                given=given,
            )
        },
    )


def draft_step(world, desa):
    return one("drafts")(world, desa) | {"name": "undang"}


def chosen(world, desa):
    return {"orang": [world.representatives[desa[:8]].pk] if desa else []}


def follow_up_body(world, desa):
    return {
        "description": "Memadankan data",
        "institution": world.institutions[desa[:8]].pk if desa else 1,
        "owner_name": "Ratna",
        "due_on": timezone.localdate().strftime("%d-%m-%Y"),
        "priority": 2,
        "concerns": "",
        "state": "done",
    }


def other_institution(world, desa):
    return {
        "name": "Bank Contoh",
        "short_name": "Bank",
        "kind": "partner",
        "area": (desa or OWN_DESA)[:5],
    }


ISSUE = {"category": "data", "title": "Masalah lain", "discussion": ""}
ITEM = {"title": "Lain-lain", "minutes": 10, "speaker": "", "detail": ""}
HELD = stands_at(Meeting.State.HELD)

POLICIES: dict[str, Policy] = {
    "meetings:meetings": Policy(
        opens=holding("meetings"),
        queries=(
            "?jenis=coordination",
            "?jenis=x",
            "?status=draft",
            "?status=x",
            "?wilayah=99.02",
            "?setelah=omong-kosong",
            "?sebelum=WzEsMl0",
        ),
    ),
    "meetings:meeting": Policy(opens=holding("meetings"), fill=one("meetings"), what="meetings"),
    "meetings:plan": Policy(
        opens=holding("plans meetings"),
        writes={"POST": Write(by=holding("plans meetings"), what=ANYWHERE, body=new_plan)},
    ),
    "meetings:change": form(one("drafts"), plan),
    "meetings:step": keeps(draft_step, {"version": 1}),
    "meetings:cancel": keeps(one("drafts"), {"reason": "Gedung dipakai"}),
    "meetings:agenda": form(one("drafts"), ITEM),
    "meetings:take_proposal": keeps(one("drafts"), {"source": "x:1"}, changes=False),
    "meetings:change_item": form(one("items"), ITEM),
    "meetings:move_item": keeps(one("items"), {"arah": "turun"}, changes=False),
    "meetings:remove_item": keeps(one("items")),
    "meetings:invitations": form(
        one("drafts"),
        lambda world, desa: {
            "institution": world.institutions[desa[:8]].pk if desa else MISSING_PK,
            "name": "Ani",
        },
    ),
    "meetings:invite_people": keeps(one("drafts"), chosen),
    "meetings:withdraw_invitation": keeps(one("invitations")),
    "meetings:institutions": Policy(opens=holding("meetings")),
    "meetings:add_institution": Policy(
        opens=holding("keeps institutions"),
        writes={
            "POST": Write(by=holding("keeps institutions"), what=ANYWHERE, body=other_institution)
        },
    ),
    "meetings:add_person": Policy(
        opens=holding("keeps institutions"),
        fill=one("institutions"),
        what="keeps institutions",
        writes={
            "POST": Write(
                by=holding("keeps institutions"),
                what="keeps institutions",
                body={"name": "Budi", "position": "Staf"},
            )
        },
    ),
    # Those who do not write them are led to the last version that was published.
    "meetings:minutes": Policy(
        opens=holding("meetings"),
        fill=one("meetings"),
        what="meetings",
        answers=frozenset({200, 302}),
    ),
    "meetings:minutes_version": Policy(
        opens=holding("meetings"),
        fill=lambda world, desa: one("meetings")(world, desa) | {"number": 1},
        what="meetings",
    ),
    "meetings:add_issue": form(one("meetings"), ISSUE),
    "meetings:change_issue": form(one("issues"), ISSUE),
    "meetings:remove_issue": keeps(one("issues"), changes=False),
    "meetings:add_decision": form(one("issues"), {"text": "Disepakati"}),
    "meetings:change_decision": form(one("decisions_of"), {"text": "Lain"}),
    "meetings:remove_decision": keeps(one("decisions_of"), changes=False),
    "meetings:add_follow_up": form(one("decisions_of"), follow_up_body),
    "meetings:change_follow_up": form(one("follow_ups"), follow_up_body),
    "meetings:remove_follow_up": keeps(one("follow_ups"), changes=False),
    "meetings:publish": publishes(one("meetings")),
    "meetings:open_revision": publishes(
        one("meetings"),
        {"reason": "Salah tulis"},
        stands_at(Meeting.State.MINUTES_PUBLISHED),
    ),
    "meetings:give_up_revision": Policy(
        fill=one("meetings"),
        what="meetings",
        writes={
            "POST": Write(
                by=holding("publishes minutes"), what="publishes minutes", body={}, changes=False
            )
        },
    ),
}
