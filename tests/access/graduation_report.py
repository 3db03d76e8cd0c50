"""Targets and the quarterly report."""

from django.utils import timezone

from graduation.models import GraduationTarget
from graduation.services import shares_of
from tests.access.graduation import COUNTED, SEES
from tests.access.walk import ANYWHERE, Policy, Write
from tests.access.world import holding

REPORT_READERS = holding(*SEES["graduation reports"])
REPORT_LOCKERS = holding(*SEES["locks reports"])
COUNTED_QUARTER = f"?tahun={COUNTED.year}&triwulan={COUNTED.stage}"
# An area outside the territory answers like one that does not exist.
ASKED = (
    f"{COUNTED_QUARTER}&hitungan=tahun",
    COUNTED_QUARTER,
    "?tahun=9999&triwulan=x",
    ("?wilayah=99.02", {404}),
    ("?wilayah=99", {404}),
    ("?wilayah=%00", {400}),
)


def a_quarter(world, desa):
    return {"quarter": str(COUNTED) if desa else "2007-1"}


REPORT = {
    "graduation:report": Policy(opens=REPORT_READERS, queries=ASKED),
    "graduation:report_xlsx": Policy(opens=REPORT_READERS, queries=ASKED),
    "graduation:report_pdf": Policy(opens=REPORT_READERS, queries=ASKED),
    "graduation:lock_report": Policy(
        opens=REPORT_LOCKERS,
        queries=(COUNTED_QUARTER, "?tahun=2099", ("?wilayah=99.02", {404})),
        writes={
            "POST": Write(
                by=REPORT_LOCKERS,
                body={"tahun": str(COUNTED.year), "triwulan": "1"}
                if COUNTED.stage > 1
                else {"tahun": str(COUNTED.year - 1), "triwulan": "4"},
                what=ANYWHERE,
            )
        },
    ),
    "api:v1:graduation-report-detail": Policy(
        opens=REPORT_READERS,
        fill=a_quarter,
        record=False,
        queries=(
            "?cumulative=true",
            ("?area=99.02", {404}),
            ("?cumulative=x", {400}),
            ("?foo=1", {400}),
        ),
    ),
}

TARGET_READERS = holding(*SEES["cases"])  # a facilitator the own ones
TARGET_SETTERS = holding(*SEES["sets targets"])
MISSING_PK = 987_654_321


def target(world, desa):
    """That of the kecamatan the desa lies in."""
    return {"pk": world.targets[desa[:8]].pk if desa else MISSING_PK}


def another_number(world, desa):
    pk = world.targets[desa[:8]].pk if desa else MISSING_PK
    version = GraduationTarget.objects.filter(pk=pk).values_list("version", flat=True).first()
    return {"version": version or 1, "number": 77, "reason": "Uji"}


def shares(world, desa):
    found = GraduationTarget.objects.filter(pk=target(world, desa)["pk"]).first()
    if found is None:
        return {"version": 1, "fingerprint": "0" * 32}
    return {
        "version": found.version,
        "fingerprint": shares_of(found, at=timezone.now()).fingerprint,
    }


def a_new_target(world, desa):
    return {
        "year": timezone.localdate().year + 1,
        "type": "natural",
        "area": desa[:8] if desa else "99.77.77",
        "number": 5,
    }


TARGETS = {
    "graduation:targets": Policy(
        opens=TARGET_READERS,
        queries=(
            "?tahun=2099&jenis=natural&kec=99.02.01",
            "?tahun=x&jenis=%27",
        ),
    ),
    "graduation:set_target": Policy(
        opens=TARGET_SETTERS,
        queries=("?tahun=2099&wilayah=99.02",),
        writes={
            "POST": Write(by=TARGET_SETTERS, body=a_new_target, what="sets targets"),
        },
    ),
    "graduation:change_target": Policy(
        opens=TARGET_SETTERS,
        fill=target,
        what="sets targets",
        writes={"POST": Write(by=TARGET_SETTERS, body=another_number, what="sets targets")},
    ),
    "graduation:split_target": Policy(
        opens=TARGET_SETTERS,
        fill=target,
        what="sets targets",
        writes={"POST": Write(by=TARGET_SETTERS, body=shares, what="sets targets")},
    ),
    "api:v1:graduation-target-list": Policy(
        opens=TARGET_READERS,
        queries=(
            "?year=2026",
            "?type=natural",
            "?area=99.02",
            "?facilitator=1",
            ("?year=x", {400}),
            ("?set_by=1", {400}),
            ("?ordering=set_by__username", {400}),
        ),
        writes={
            "POST": Write(by=TARGET_SETTERS, body=a_new_target, what="sets targets", json=True),
        },
    ),
    "api:v1:graduation-target-detail": Policy(
        opens=TARGET_READERS,
        fill=target,
        what="graduation reports",
        writes={
            "PATCH": Write(by=TARGET_SETTERS, body=another_number, what="sets targets", json=True)
        },
    ),
}

POLICIES: dict[str, Policy] = REPORT | TARGETS
