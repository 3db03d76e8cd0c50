"""Forecast, assessment and what comes after the exit."""

import uuid

from django.utils import timezone

from graduation.models import Questionnaire
from tests.access.graduation import has_left, has_left_for_the_office, has_no_case
from tests.access.walk import Policy, Write
from tests.access.world import SEES, SIZES, desa_of, holding

MISSING_UUID = "00000000-0000-4000-8000-000000000000"
READERS = holding(*SEES["cases"])
CARERS = holding(*SEES["cares after exits"])
KEEPERS = holding(*SEES["submits"])
ONLY_POST = frozenset({405})
PROPOSERS = holding(*SEES["proposes"])


def case(world, desa):
    return {"pk": world.cases[desa].pk if desa else MISSING_UUID}


def assessment(world, desa):
    return {"pk": world.cases[desa].assessments.get().pk if desa else MISSING_UUID}


def answers(world, desa):
    """With what the service counts itself."""
    return {
        "id": str(uuid.uuid4()),
        "questionnaire": str(Questionnaire.objects.get(version=1).pk),
        "jawaban_siap": "ya",
        "score_percent": "100",
        "satisfied": "on",
        "by": "1",
    }


def candidate(world, desa):
    return {"pk": world.households[desa][0].pk if desa else 987_654_321}


def families_seen(world, person):
    return sum(SIZES[desa] for desa in desa_of(person, "cases"))


def left(world, desa):
    return {"pk": world.exits[desa].pk if desa else MISSING_UUID}


def monitoring(world, desa):
    return {"pk": world.monitorings[desa].pk if desa else 987_654_321}


def today():
    return f"{timezone.localdate():%d-%m-%Y}"


def fares(world, desa):
    """With what the service fills in itself."""
    return {"condition": "same", "done_on": today(), "note": "", "by": "1", "exit": MISSING_UUID}


def fares_by_api(world, desa):
    return fares(world, desa) | {"done_on": f"{timezone.localdate()}"}


def came_back(world, desa):
    return {"on": today(), "note": "musibah", "by": "1", "household": "1"}


def monitorings_seen(world, person):
    return 2 * len(desa_of(person, "cases"))


CHOOSES = (
    "?jenis=ends",
    "?jenis=choice&wilayah=99.02",
    "?tahap=2026-4",
    "?tahap=%00",
    "?wilayah=%00",
    "?setelah=x",
)
POLICIES: dict[str, Policy] = {
    "graduation:assess": Policy(
        opens=PROPOSERS,
        fill=case,
        what="proposes",
        writes={"POST": Write(by=PROPOSERS, body=answers, what="proposes")},
    ),
    "graduation:assessment": Policy(opens=READERS, fill=assessment, what="cases"),
    "graduation:candidates": Policy(
        opens=READERS, queries=CHOOSES, totals={"together": families_seen}
    ),
    "graduation:after": Policy(
        opens=READERS,
        queries=(
            "?keadaan=done",
            "?keadaan=due&wilayah=99.02",
            "?keadaan=zzz",
            "?wilayah=%00",
            "?setelah=x",
            "?keadaan=done&sebelum=x",
        ),
        totals={"totals.done": lambda world, person: len(desa_of(person, "cases"))},
    ),
    "graduation:after_exit": Policy(opens=READERS, fill=left, what="cases"),
    "graduation:record_monitoring": Policy(
        fill=monitoring,
        what="cares after exits",
        answers=ONLY_POST,
        writes={"POST": Write(by=CARERS, body=fares, what="cares after exits", given=has_left)},
    ),
    "graduation:keep_support": Policy(
        fill=left,
        what="cares after exits",
        answers=ONLY_POST,
        writes={
            "POST": Write(
                by=CARERS,
                body={"programme": "Sembako", "recorded_by": "1", "exit": MISSING_UUID},
                what="cares after exits",
                given=has_left,
            )
        },
    ),
    "graduation:reenter": Policy(
        fill=left,
        what="submits",
        answers=ONLY_POST,
        writes={
            "POST": Write(by=KEEPERS, body=came_back, what="submits", given=has_left_for_the_office)
        },
    ),
    "api:v1:graduation-candidate-list": Policy(
        opens=READERS,
        rows=families_seen,
        queries=(
            "?village=99.02",
            "?kind=choice",
            ("?quarter=2026-4", {200}),
            ("?quarter=zzz", {400}),
            ("?kind=zzz", {400}),
            ("?ordering=household__kk_number", {400}),
            ("?member__nik=1", {400}),
            "?household=1",
            "?cursor=x",
        ),
    ),
    "api:v1:monitoring-list": Policy(
        opens=READERS,
        rows=monitorings_seen,
        queries=(
            "?village=99.02",
            ("?done=true", {200}),
            ("?done=perhaps", {400}),
            "?due_from=2020-01-01&due_to=2030-01-01",
            ("?ordering=note", {400}),
            ("?by__username=x", {400}),
            "?household=1",
        ),
    ),
    "api:v1:monitoring-detail": Policy(opens=READERS, fill=monitoring, what="cases"),
    "api:v1:monitoring-record": Policy(
        fill=monitoring,
        what="cares after exits",
        answers=ONLY_POST,
        writes={
            "POST": Write(
                by=CARERS, body=fares_by_api, what="cares after exits", given=has_left, json=True
            )
        },
    ),
    "graduation:open_candidate": Policy(
        fill=candidate,
        what="proposes",
        answers=ONLY_POST,
        writes={
            "POST": Write(
                by=PROPOSERS,
                body={"jenis": "natural", "state": "approved", "by": "1", "household": "1"},
                what="proposes",
                given=has_no_case,
            )
        },
    ),
}
