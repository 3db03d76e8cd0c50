"""Letterhead, letters and what is printed."""

from django.utils import timezone

from graduation.models import CaseStep, State
from tests.access.graduation import COUNTED, SEES, stands_at
from tests.access.graduation_cases import case
from tests.access.walk import Policy, Write
from tests.access.world import SEES as EVERYTHING
from tests.access.world import holding as people_holding

SHAPES = ("?kertas=f4", "?format=pdf", "?format=pdf&kertas=f4", "?kertas=%00&format=xlsx")


def holding(word):
    return people_holding(*SEES[word])


def village_day(world, desa):
    return {"desa": desa or "99.09.09.2009", "day": timezone.localdate().isoformat()}


def decree_of(world, desa):
    return {"tahap": str(COUNTED), "wilayah": desa[:8] if desa else "99.09.09"}


def verified_today(world, desa):
    stands_at(State.VERIFIED)(world, desa)
    if desa in world.cases:
        CaseStep.objects.create(
            case=world.cases[desa],
            earlier=State.VISITED,
            state=State.VERIFIED,
            on=timezone.localdate(),
            at=timezone.now(),
        )


def number(what, body=None, given=None):
    return {"POST": Write(by=holding(what), what=what, body=body, given=given)}


POLICIES: dict[str, Policy] = {
    "graduation:papers": Policy(opens=holding("cases"), what="cases"),
    "graduation:statement": Policy(
        opens=holding("cases"),
        fill=case,
        what="cases",
        queries=SHAPES,
        writes={
            "POST": tuple(
                Write(
                    by=people_holding(*(SEES["cases"] & EVERYTHING["numbers"])),
                    what="numbers",
                    body={"reason": "untuk surat pernyataan", "format": shape, "nik": "1"},
                    changes=False,
                    reveals=True,
                )
                for shape in ("", "pdf")
            )
        },
    ),
    "graduation:minutes": Policy(
        opens=holding("draws lists"),
        fill=case,
        what="draws lists",
        queries=SHAPES,
        writes=number("draws lists", given=verified_today),
    ),
    "graduation:village_minutes": Policy(
        opens=holding("draws lists"),
        fill=village_day,
        what="draws lists",
        queries=SHAPES,
        writes=number("draws lists", given=verified_today),
    ),
    "graduation:decree": Policy(
        opens=holding("draws lists"),
        queries=(
            "?format=pdf",
            "?kertas=f4",
            f"?tahap={COUNTED}&wilayah=99.01.01",
            f"?tahap={COUNTED}&wilayah=99.01&format=pdf",
            f"?tahap={COUNTED}&wilayah=99.02",
            "?tahap=lama",
            "?wilayah=%00",
        ),
        writes=number("numbers decrees", decree_of, stands_at(State.APPROVED)),
    ),
}
