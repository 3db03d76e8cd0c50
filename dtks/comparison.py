"""A member of the register and a row of a file, field by field, as an officer reads them.

Numbers stay masked; where two of them differ in a digit or three, just those digits are shown.
The mother's maiden name is a banking secret: initials only. A row of a village outside the
reader's territory shows its values only where they equal the member's own.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.names import clean_name, name_key
from core.nik import mask_nik

FIELDS = {
    "nik": gettext_lazy("NIK"),
    "kk_number": gettext_lazy("Family card number"),
    "name": gettext_lazy("Name"),
    "birth_on": gettext_lazy("Date of birth"),
    "sex": gettext_lazy("Sex"),
    "mother_name": gettext_lazy("Mother's maiden name"),
    "village": gettext_lazy("Village"),
}
SAME, SIMILAR, DIFFERENT, UNKNOWN = "same", "similar", "different", "unknown"
_MOST_DIGITS_SHOWN = 3


@dataclass(frozen=True)
class Line:
    field: str
    label: str
    register: str
    source: str
    state: str
    words: str
    takeable: bool

    @property
    def is_number(self):
        return self.field in {"nik", "kk_number"}


def side_by_side(*, member, household, row, raw, hidden, row_village):
    """Lines for one member and one row.

    `row` is a RowKey (cleaned), `raw` maps field to the cell as it came, `row_village` is the
    Area of the row or None; `hidden` says that the row lies outside the reader's territory.
    """
    pairs = {
        "nik": (member.nik, row.nik),
        "kk_number": (household.kk_number, row.kk_number),
        "name": (member.name, row.name),
        "birth_on": (member.birth_on, row.birth_on),
        "sex": (member.sex, row.sex),
        "mother_name": (member.mother_name, clean_name(raw.get("mother_name") or "")),
        "village": (household.desa_id, row.village_id),
    }
    lines = []
    for field, (ours, theirs) in pairs.items():
        state, words = _compared(field, ours, theirs)
        left, right = _shown(field, ours, theirs)
        if field == "village":
            left = str(household.desa)
            right = str(row_village) if row_village else raw.get("village") or ""
        if not theirs and field in {"nik", "kk_number"}:
            state_name = getattr(row, "nik_state" if field == "nik" else "kk_state")
            words = NUMBER_STATES.get(state_name, words)
        if hidden and state != SAME:
            right, words = "", _("not in your territory")
        takeable = state in {SIMILAR, DIFFERENT} or (state == UNKNOWN and theirs and not ours)
        lines.append(
            Line(
                field=field,
                label=str(FIELDS[field]),
                register=left,
                source=right,
                state=state,
                words=str(words),
                takeable=bool(takeable and theirs and not hidden),
            )
        )
    return lines


NUMBER_STATES = {
    "empty": gettext_lazy("not in the file"),
    "masked": gettext_lazy("masked by the sender"),
    "scientific": gettext_lazy("lost: scientific notation"),
    "truncated": gettext_lazy("may be rounded by the spreadsheet"),
    "short": gettext_lazy("too few digits in the file"),
    "long": gettext_lazy("too many digits in the file"),
    "letters": gettext_lazy("letters in the number"),
    "repeated": gettext_lazy("one digit repeated"),
}


def _compared(field, ours, theirs):
    if not ours and not theirs:
        return UNKNOWN, _("unknown on both sides")
    if not ours or not theirs:
        return UNKNOWN, _("not in the register") if theirs else _("not in the file")
    if ours == theirs:
        return SAME, _("same")
    if field in {"nik", "kk_number"}:
        digits = sum(a != b for a, b in zip(ours, theirs, strict=False))
        if digits <= _MOST_DIGITS_SHOWN:
            words = ngettext("%(n)d digit differs", "%(n)d digits differ", digits) % {"n": digits}
            return SIMILAR, words
        return DIFFERENT, _("another number")
    if field in {"name", "mother_name"}:
        if name_key(ours) == name_key(theirs):
            return SIMILAR, _("same name, other spelling")
        return DIFFERENT, _("differs")
    if field == "birth_on":
        if (ours.day, ours.month) == (theirs.month, theirs.day) and ours.year == theirs.year:
            return SIMILAR, _("day and month exchanged")
        parts = (ours.day == theirs.day, ours.month == theirs.month, ours.year == theirs.year)
        if sum(parts) == 2:
            return SIMILAR, _("only one part differs")
        return DIFFERENT, _("differs")
    if field == "village" and ours[:8] == theirs[:8]:
        return DIFFERENT, _("another village of the same kecamatan")
    return DIFFERENT, _("differs")


def _shown(field, ours, theirs):
    if field in {"nik", "kk_number"}:
        return masked_pair(ours, theirs)
    if field == "mother_name":
        return initials(ours), initials(theirs)
    if field == "birth_on":
        return tuple(f"{day:%d-%m-%Y}" if day else "" for day in (ours, theirs))
    if field == "sex":
        words = {"L": _("Male"), "P": _("Female")}
        return words.get(ours, ""), words.get(theirs, "")
    return ours or "", theirs or ""


def masked_pair(ours, theirs):
    """Both numbers masked; digits in which they differ are shown when they are few."""
    left, right = (mask_nik(number) if number else "" for number in (ours, theirs))
    if not (ours and theirs) or len(ours) != len(theirs):
        return left, right
    places = [at for at, (a, b) in enumerate(zip(ours, theirs, strict=True)) if a != b]
    if not 0 < len(places) <= _MOST_DIGITS_SHOWN:
        return left, right
    return tuple(
        "".join(number[at] if at in places else sign for at, sign in enumerate(mask))
        for number, mask in ((ours, left), (theirs, right))
    )


def initials(name):
    """`S*** A*****`: enough to compare, too little to be used elsewhere."""
    return " ".join(word[0] + "*" * (len(word) - 1) for word in (name or "").split())
