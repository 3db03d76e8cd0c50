"""What is asked of the report: a year, a quarter, an area, and whether the year counts as one."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q

from accounts.scope import area_codes
from areas.models import Area
from core.periods import Period
from graduation.models import ExitEntry
from graduation.models.querysets import VIEW_REPORT
from graduation.queries.report import KABUPATEN

EARLIEST_YEAR = 2007  # the programme began


@dataclass(frozen=True)
class Asked:
    area: str
    period: Period
    cumulative: bool

    @property
    def query(self) -> dict[str, str]:
        return {
            "tahun": str(self.period.year),
            "triwulan": str(self.period.stage),
            "wilayah": self.area,
            "hitungan": "tahun" if self.cumulative else "triwulan",
        }


def year_of(text: str, default: int) -> int:
    """A year the programme can have; the default for anything else."""
    fine = text.isascii() and text.isdigit() and len(text) == 4
    return int(text) if fine and EARLIEST_YEAR <= int(text) <= 2100 else default


def asked_report(query, default: Period, areas: list[Area]) -> Asked:
    quarter = query.get("triwulan", "")
    area = query.get("wilayah", "")[:13]
    return Asked(
        area=area or (areas[0].pk if areas else ""),
        period=Period(
            year_of(query.get("tahun", ""), default.year),
            int(quarter) if quarter in {"1", "2", "3", "4"} else default.stage,
        ),
        cumulative=query.get("hitungan") == "tahun",
    )


def areas_of(user, permission: str = VIEW_REPORT) -> list[Area]:
    """Kabupaten and kecamatan the user holds wholly, the office's kabupaten first."""
    codes = area_codes(user, permission)
    held = (
        Area.objects.within(*codes)
        .filter(Q(level=Area.Level.KABUPATEN) | Q(level=Area.Level.KECAMATAN))
        .order_by("code")
    )
    above = [code for code in codes if len(code) < KABUPATEN]
    if above:  # a whole province: the office's own kabupaten, or where somebody was counted
        held = held.filter(
            Q(code=settings.PKH_OFFICE_AREA)
            | Q(code__startswith=f"{settings.PKH_OFFICE_AREA}.")
            | Q(code__in=[code for code in codes if len(code) >= KABUPATEN])
        )
    return sorted(held, key=lambda area: (area.pk[:KABUPATEN] != settings.PKH_OFFICE_AREA, area.pk))


def years_of(user, *more: int) -> list[int]:
    """Years with counted exits, and those named, the newest first."""
    counted = ExitEntry.objects.visible_to(user).order_by().values_list("year", flat=True)
    return sorted({*counted.distinct(), *more}, reverse=True)
