"""A file looked at before anything is stored of it: its sheet, its columns, its first rows."""

import re
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from core.nik import mask_nik
from core.sheets import FileRefused, column_letters, open_sheet
from dtks import attendance, layouts
from dtks.comparison import initials

PREVIEW_ROWS = 20
# Fields the office cares about, as an officer calls them; the rest is kept and not asked about.
FIELD_TITLES = {
    "nik": _("NIK"),
    "kk_number": _("Family card number"),
    "name": _("Name"),
    "birth_date": _("Date of birth"),
    "birth_place": _("Place of birth"),
    "sex": _("Sex"),
    "mother_name": _("Mother's maiden name"),
    "relationship": _("Relationship"),
    "component": _("Component"),
    "pregnancy": _("Pregnant"),
    "early_child": _("Early childhood"),
    "primary": _("Primary school"),
    "junior": _("Junior secondary school"),
    "senior": _("Senior secondary school"),
    "severe_disability": _("Severe disability"),
    "elderly": _("Elderly"),
    "rights_victim": _("Victim of gross rights violation"),
    "component_count": _("Number of components"),
    "amount": _("Amount"),
    "status": _("Status"),
    "decile": _("Decile"),
    "matched_note": _("Note on matching"),
    "subdistrict": _("Kecamatan"),
    "village": _("Village"),
    "village_code": _("Village code"),
    "address": _("Address"),
    "hamlet": _("Hamlet"),
    "rt": _("RT"),
    "rw": _("RW"),
}
# Whatever column it stands in: a run of this many digits may be somebody's number.
_LONG_NUMBER = re.compile(r"\d{11,}")


@dataclass
class Inspection:
    """`fields` maps a field to the position of its column; `refusal` says why it cannot go on."""

    columns: list[str]
    sheet: str
    sheets: list[str]
    header_row: int
    notes: list[dict]
    layout: str = ""
    required: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    fields: dict[str, int] = field(default_factory=dict)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    refusal: FileRefused | None = None

    def letters(self, index):
        return column_letters(index)


def inspect(*, path, name, source, sheet="", chosen=None, period=None) -> Inspection:
    """Read the header and the first rows in the child process. Raises FileRefused when there is
    no table to show; a table whose columns do not suffice comes back with its refusal."""
    with open_sheet(
        path,
        name=name,
        sheet=sheet or None,
        source_aliases=layouts.words_of(source),
        date_aliases=layouts.date_words_of(source),
    ) as table:
        seen = Inspection(
            columns=table.columns,
            sheet=table.sheet,
            sheets=[each["name"] if isinstance(each, dict) else each for each in table.sheets],
            header_row=table.header_row,
            notes=list(table.notes),
        )
        known = layouts.layouts_of(source)
        seen.known = tuple(dict.fromkeys(name for layout in known for name in layout.fields))
        try:
            found = layouts.recognise(table.columns, source, chosen=chosen)
            if period is not None and source == "education_checks":
                attendance.check_months(found.mapping, period)
        except FileRefused as refusal:
            seen.refusal = refusal
            seen.fields = dict(chosen or {})
            seen.required = known[-1].required
        else:
            seen.layout, seen.required = found.layout.id, found.layout.required
            seen.fields = {key: at for key, at in found.mapping.items() if key != "status_note"}
            seen.notes += found.notes
        for row in table:
            seen.rows.append((row.number, row.cells))
            if len(seen.rows) == PREVIEW_ROWS:
                break
    return seen


def shown_cells(cells, mapping):
    """Cells fit to be looked at: numbers masked wherever they stand, the mother's name initials."""
    mothers = mapping.get("mother_name")
    return [
        initials(cell) if at == mothers else mask_numbers(cell) for at, cell in enumerate(cells)
    ]


def mask_numbers(text):
    """The text with every run of digits that may be a NIK, card or account number masked."""
    return _LONG_NUMBER.sub(lambda found: mask_nik(found[0]), text)
