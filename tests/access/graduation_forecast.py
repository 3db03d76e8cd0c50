"""Forecast, assessment and what comes after the exit."""

import uuid

from graduation.models import Questionnaire
from tests.access.graduation import has_no_case
from tests.access.walk import Policy, Write
from tests.access.world import SEES, SIZES, desa_of, holding

MISSING_UUID = "00000000-0000-4000-8000-000000000000"
READERS = holding(*SEES["cases"])
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
        "jawaban_will": "yes",
        "score_percent": "100",
        "satisfied": "on",
        "by": "1",
    }


def candidate(world, desa):
    return {"pk": world.households[desa][0].pk if desa else 987_654_321}


def families_seen(world, person):
    return sum(SIZES[desa] for desa in desa_of(person, "cases"))


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
