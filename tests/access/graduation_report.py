"""Targets and the quarterly report."""

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

POLICIES: dict[str, Policy] = REPORT
