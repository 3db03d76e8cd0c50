"""Forecast, assessment and what comes after the exit."""

import uuid

from graduation.models import Questionnaire
from tests.access.walk import Policy, Write
from tests.access.world import SEES, holding

MISSING_UUID = "00000000-0000-4000-8000-000000000000"
READERS = holding(*SEES["cases"])
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


POLICIES: dict[str, Policy] = {
    "graduation:assess": Policy(
        opens=PROPOSERS,
        fill=case,
        what="proposes",
        writes={"POST": Write(by=PROPOSERS, body=answers, what="proposes")},
    ),
    "graduation:assessment": Policy(opens=READERS, fill=assessment, what="cases"),
}
