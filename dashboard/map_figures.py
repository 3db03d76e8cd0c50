"""What the map can show: each figure is one grouped statement over what the user may see.

`numbers` gives {code of the area: the row's numbers}; the same rows make the table and the map.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, FilteredRelation, Q, Sum
from django.db.models.functions import Left
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from areas.models.querysets import below
from beneficiaries.models import Household
from beneficiaries.models.querysets import VIEW_HOUSEHOLD
from beneficiaries.scope import families_in_scope
from core.figures import percent
from dashboard.figures.families import INCOMPLETE, MEMBERS, NO_BIRTH, NO_NIK, STAYS
from facilitators.models.querysets import VIEW_ASSIGNMENT
from graduation.models import Exit, ExitEntry
from graduation.models.querysets import VIEW_CASE

_ONE = Decimal("0.1")
KECAMATAN_LENGTH = 8


@dataclass(frozen=True)
class Asked:
    """Whose map: the areas in its rows, and how long their codes are."""

    user: object
    today: object
    codes: tuple[str, ...]

    def grouped(self, rows, path: str):
        """Rows inside the areas with the code of theirs as `place`, ready to be counted."""
        length = len(self.codes[0]) if self.codes else KECAMATAN_LENGTH
        inside = rows.filter(below(f"{path}__code", self.codes)).order_by()
        return inside.annotate(place=Left(f"{path}_id", length)).values("place")


@dataclass(frozen=True)
class Column:
    """`state` or `rows` name the page that shows exactly what is counted: the list of families
    in that state, or the page of that figure of the home."""

    key: str
    label: object
    state: str = ""
    rows: str = ""

    def url(self, area: str) -> str:
        """Where the rows of the area are; all of one's territory when it is empty."""
        if self.state:
            address = reverse("dashboard:households")
        elif self.rows:
            address = reverse("dashboard:figure", args=[self.rows])
        else:
            return ""
        chosen = {"wilayah": area, "keadaan": self.state}
        query = urlencode({name: value for name, value in chosen.items() if value})
        return f"{address}?{query}" if query else address


@dataclass(frozen=True)
class Figure:
    key: str
    label: object
    unit: object
    definition: object
    numbers: Callable
    value: Callable
    columns: tuple[Column, ...]
    permissions: tuple[str, ...] = (VIEW_HOUSEHOLD,)
    rows_of_whole: str = ""
    label_of_whole: object = ""
    sign: str = ""
    together: Callable | None = None  # (asked) -> the row of all areas, where it is no sum

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """The denominator stands last."""
        return (*self.columns, Column("whole", self.label_of_whole, rows=self.rows_of_whole))

    def sum_of(self, asked: Asked, numbers: dict) -> dict[str, int]:
        if self.together is not None:
            return self.together(asked)
        keys = [column.key for column in self.all_columns]
        rows = [numbers.get(code, {}) for code in asked.codes]
        return {key: sum(row.get(key, 0) for row in rows) for key in keys}

    def shown(self, value) -> str:
        """`1.234`, `12,3%`, or a dash where there is nothing to count."""
        if value is None:
            return "-"
        places = 1 if isinstance(value, Decimal) else 0
        return number_format(value, decimal_pos=places, force_grouping=True) + self.sign


def _by_place(rows) -> dict[str, dict[str, int]]:
    return {row.pop("place"): row for row in rows}


def _families(asked):
    rows = asked.grouped(Household.objects.visible_to(asked.user).filter(STAYS), "desa")
    return _by_place(
        rows.annotate(
            active=Count("pk", filter=Q(status=Household.Status.ACTIVE)),
            suspended=Count("pk", filter=Q(status=Household.Status.SUSPENDED)),
            whole=Count("pk"),
        )
    )


def _graduated(asked):
    # As the book of the report counts them, not by the day of leaving.
    counted = (
        ExitEntry.objects.filter(year=asked.today.year)
        .order_by()
        .values("exit_id")
        .annotate(times=Sum("sign"))
        .filter(times__gt=0)
    )
    exits = (
        Exit.objects.visible_to(asked.user)
        .exclude(type__headline="")
        .filter(pk__in=counted.values("exit_id"))
    )
    found = _by_place(asked.grouped(exits, "desa").annotate(graduated=Count("pk")))
    for place, row in _families(asked).items():
        found.setdefault(place, {})["whole"] = row["whole"]
    return found


def _quality(asked):
    no_card = Q(household__kk_number__isnull=True)
    return _by_place(
        asked.grouped(MEMBERS.base(asked), "household__desa").annotate(
            incomplete=Count("pk", filter=INCOMPLETE | no_card),
            no_nik=Count("pk", filter=NO_NIK.where(asked)),
            no_birth=Count("pk", filter=NO_BIRTH.where(asked)),
            no_card=Count("pk", filter=no_card),
            whole=Count("pk"),
        )
    )


def _held(asked):
    today = asked.today
    held = Q(caseload__starts_on__lte=today) & (
        Q(caseload__ends_on__isnull=True) | Q(caseload__ends_on__gte=today)
    )
    return (
        Household.objects.visible_to(asked.user)
        .filter(STAYS, families_in_scope(asked.user, "", VIEW_ASSIGNMENT))
        .annotate(held=FilteredRelation("caseload", condition=held))
    )


_LOADS = {
    "accompanied": Count("held__pk"),
    "alone": Count("pk", filter=Q(held__pk__isnull=True)),
    "whole": Count("held__facilitator_id", distinct=True),
}


def _load(asked):
    return _by_place(asked.grouped(_held(asked), "desa").annotate(**_LOADS))


def _load_together(asked):
    """Not the sum of the rows: who accompanies families in two areas is one facilitator."""
    return _held(asked).filter(below("desa__code", asked.codes)).aggregate(**_LOADS)


def _share(part):
    def value(row):
        found = percent(row.get(part, 0), row.get("whole"))
        return None if found is None else found.quantize(_ONE, ROUND_HALF_UP)

    return value


def _share_of_both(row):
    """Of those that graduated and those that are still there, together."""
    graduated = row.get("graduated", 0)
    return _share("graduated")(row | {"whole": graduated + row.get("whole", 0)})


def _per_facilitator(row):
    if not row.get("whole"):
        return None
    return (Decimal(row["accompanied"]) / row["whole"]).quantize(_ONE, ROUND_HALF_UP)


FAMILIES = Figure(
    key="keluarga",
    label=_("Families"),
    unit=_("families"),
    definition=_("Families of the register that have not left: active and suspended together."),
    numbers=_families,
    value=lambda row: row.get("whole", 0),
    columns=(
        Column("active", _("Active"), Household.Status.ACTIVE),
        Column("suspended", _("Suspended"), Household.Status.SUSPENDED),
    ),
    label_of_whole=_("Families in PKH"),
    rows_of_whole="keluarga",
)
GRADUATED = Figure(
    key="graduasi",
    label=_("Graduated this year"),
    unit=_("of the families graduated"),
    definition=_(
        "Exits that the book of the report counts as graduation in this year, by the village on "
        "the day of leaving; in percent of these and the families that are in PKH today. Death, "
        "moving away and other administrative exits are no graduation."
    ),
    numbers=_graduated,
    value=_share_of_both,
    columns=(Column("graduated", _("Graduated"), rows="graduasi-tahun-ini"),),
    permissions=(VIEW_HOUSEHOLD, VIEW_CASE),
    label_of_whole=_("Families in PKH"),
    rows_of_whole="keluarga",
    sign="%",
)
QUALITY = Figure(
    key="mutu",
    label=_("Data quality"),
    unit=_("of the members incomplete"),
    definition=_(
        "Active members of families that have not left, of whom no NIK or no date of birth is "
        "known, or whose family has no card number; in percent of all such members. Who lacks "
        "several is counted once."
    ),
    numbers=_quality,
    value=_share("incomplete"),
    columns=(
        Column("no_nik", _("Without NIK"), rows="anggota-tanpa-nik"),
        Column("no_birth", _("Without date of birth"), rows="anggota-tanpa-tanggal-lahir"),
        Column("no_card", _("Family without a card number"), rows="anggota-tanpa-kk"),
        Column("incomplete", _("Any of these"), rows="anggota-belum-lengkap"),
    ),
    permissions=(VIEW_HOUSEHOLD, "beneficiaries.view_member"),
    label_of_whole=_("Members"),
    rows_of_whole="anggota",
    sign="%",
)
LOAD = Figure(
    key="beban",
    label=_("Facilitator load"),
    unit=_("families per facilitator"),
    definition=_(
        "Active or suspended families living here that are in somebody's caseload today, divided "
        "by the facilitators who accompany them. A facilitator with families in two areas counts "
        "in both."
    ),
    numbers=_load,
    value=_per_facilitator,
    columns=(
        Column("accompanied", _("Accompanied"), rows="keluarga-didampingi"),
        Column("alone", _("Without a facilitator"), rows="keluarga-tanpa-pendamping"),
    ),
    permissions=(VIEW_HOUSEHOLD, VIEW_ASSIGNMENT),
    label_of_whole=_("Facilitators"),
    rows_of_whole="pendamping-di-wilayah",
    together=_load_together,
)
FIGURES = (FAMILIES, GRADUATED, QUALITY, LOAD)


def figures_for(user) -> list[Figure]:
    return [figure for figure in FIGURES if user.has_perms(figure.permissions)]
