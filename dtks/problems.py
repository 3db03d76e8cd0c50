"""Everything that can be wrong with a row of a ministry file, as typed problems.

A problem is found set-wise (`sql/staging/problems_*.sql`) or by the reader, is kept as a code with
its column, its masked value and details, and becomes a sentence when somebody looks. Nothing is
ever repaired by guessing: what was put in order (apostrophes, spaces, dots) is said as well.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, gettext_noop

from core.sheets import column_letters
from core.sheets.refusals import shown, words_of

REJECT, WARN, NOTE = "reject", "warn", "note"
# Spelled out, because a problem has to be said without the models.
STRICT_SOURCES = ("final_closing", "members", "education_checks")


@dataclass(frozen=True)
class Kind:
    """One kind of problem.

    `severity` in files that load something, `in_registry` in registry files (DTKS, DTSEN), where
    a row is matched by whatever else it says. `message` may use %(value)s and the problem's own
    details; `advice` says what to do. `by_reader`: found while reading, before there are keys.
    """

    code: str
    severity: str
    in_registry: str
    message: str
    advice: str
    by_reader: bool = False

    def severity_in(self, source: str) -> str:
        return self.severity if source in STRICT_SOURCES else self.in_registry


_ = gettext_noop

CORRECT = _("Correct the cell in the file, then upload the file again.")
ASK_NUMBER = _("Look the number up on the family card, correct it, then upload the file again.")
AS_TEXT = _("Set the column to Text, type the number again from its source, then upload again.")
CHECK = _("Check it with the family; nothing has to be done for the file.")
NOTHING = _("Nothing has to be done.")

KINDS = {
    kind.code: kind
    for kind in (
        # --- the row as the reader found it
        Kind(
            "wrong_field_count", REJECT, REJECT,
            _("%(found)s columns, should be %(expected)s."),
            _("Look for a delimiter or a line break inside a cell of this row."), True,
        ),
        Kind(
            "unclosed_quote", REJECT, REJECT,
            _("A quotation mark in this row is not closed."),
            _("Close or remove the quotation mark, then upload the file again."), True,
        ),
        Kind(
            "nul_byte", REJECT, REJECT,
            _("The row holds a forbidden character (NUL)."), CORRECT, True,
        ),
        Kind(
            "broken_letter", REJECT, WARN,
            _("A letter cannot be read (byte %(offset)s of the file)."),
            _("Save the file again as CSV UTF-8, then upload it again."), True,
        ),
        Kind(
            "control_character", WARN, WARN,
            _("The cell holds invisible control characters."), CHECK, True,
        ),
        Kind(
            "direction_marks", WARN, WARN,
            _("The cell holds marks that turn the direction of writing."), CHECK, True,
        ),
        Kind(
            "formula_text", WARN, WARN,
            _("The text begins like a formula. It is kept as text."), CHECK, True,
        ),
        Kind(
            "excel_error", REJECT, WARN,
            _("The cell holds an Excel error (%(value)s)."), CORRECT, True,
        ),
        Kind(
            "formula_without_value", REJECT, WARN,
            _("The cell holds a formula without a result."),
            _("Copy the column and paste it as Values, then upload the file again."), True,
        ),
        # --- NIK
        Kind("nik_empty", REJECT, WARN, _("There is no NIK."), ASK_NUMBER),
        Kind(
            "nik_length", REJECT, WARN, _("A NIK has 16 digits (found %(digits)s)."), ASK_NUMBER
        ),
        Kind("nik_letters", REJECT, WARN, _("The NIK holds letters or signs."), ASK_NUMBER),
        Kind(
            "nik_masked", REJECT, WARN,
            _("The NIK is masked. A masked number is not stored."),
            _("Ask the sender for the file with the full numbers."),
        ),
        Kind(
            "nik_scientific", REJECT, WARN,
            _("The NIK is in scientific notation; its 16 digits are lost."), AS_TEXT,
        ),
        Kind(
            "nik_truncated", REJECT, WARN,
            _("The NIK was stored as a number, and its 16th digit may have been rounded to 0."),
            AS_TEXT,
        ),
        Kind("nik_repeated_digits", REJECT, WARN, _("The NIK is one digit repeated."), ASK_NUMBER),
        Kind(
            "nik_cleaned", NOTE, NOTE,
            _("Apostrophes, spaces or dots were removed from the NIK."), NOTHING,
        ),
        Kind(
            "nik_duplicate_in_file", REJECT, WARN,
            _("The same NIK stands in rows %(rows)s."),
            _("Find out whose number it is and correct the other rows."),
        ),
        Kind(
            "nik_date_impossible", WARN, WARN,
            _("The birth date inside the NIK does not exist."), CHECK,
        ),
        Kind(
            "nik_birth_mismatch", WARN, WARN,
            _("The NIK says another birth date than the birth date column."), CHECK,
        ),
        Kind("nik_sex_mismatch", WARN, WARN, _("The NIK says %(sex)s."), CHECK),
        Kind(
            "nik_kk_swapped", REJECT, WARN,
            _("NIK and family-card number seem to be swapped in this row."),
            _("Exchange the two cells, then upload the file again."),
        ),
        Kind(
            "nik_is_kk", WARN, WARN,
            _("The NIK is the family-card number (%(value)s)."),
            _("Look the person's own NIK up on the family card, correct the cell, then upload the"
              " file again."),
        ),
        # --- family-card number
        Kind("kk_empty", WARN, WARN, _("There is no family-card number."), ASK_NUMBER),
        Kind(
            "kk_length", WARN, WARN,
            _("A family-card number has 16 digits (found %(digits)s)."), ASK_NUMBER,
        ),
        Kind(
            "kk_letters", WARN, WARN,
            _("The family-card number holds letters or signs."), ASK_NUMBER,
        ),
        Kind(
            "kk_masked", WARN, WARN,
            _("The family-card number is masked. A masked number is not stored."),
            _("Ask the sender for the file with the full numbers."),
        ),
        Kind(
            "kk_scientific", WARN, WARN,
            _("The family-card number is in scientific notation; its 16 digits are lost."), AS_TEXT,
        ),
        Kind(
            "kk_truncated", WARN, WARN,
            _("The family-card number was stored as a number, and its 16th digit may be lost."),
            AS_TEXT,
        ),
        Kind(
            "kk_repeated_digits", WARN, WARN,
            _("The family-card number is one digit repeated."), ASK_NUMBER,
        ),
        Kind(
            "kk_cleaned", NOTE, NOTE,
            _("Apostrophes, spaces or dots were removed from the family-card number."), NOTHING,
        ),
        Kind(
            "kk_duplicate_in_file", WARN, WARN,
            _("The same family card (%(value)s) stands in rows %(rows)s; a Final Closing has one"
              " row per family."),
            _("Compare the rows: if they are one family, it would be paid twice, so ask for a"
              " corrected file; if they are two, correct the wrong card number."),
        ),
        # --- name
        Kind("name_empty", REJECT, WARN, _("There is no name."), CORRECT),
        Kind("name_not_a_name", REJECT, WARN, _("This is not a name."), CORRECT),
        Kind(
            "name_too_long", REJECT, WARN,
            _("The name has %(letters)s letters (at most 150)."), CORRECT,
        ),
        Kind("name_odd_signs", WARN, WARN, _("The name holds signs that no name has."), CHECK),
        # --- dates and sex
        Kind("birth_date_empty", WARN, NOTE, _("There is no birth date."), CHECK),
        Kind(
            "birth_date_unreadable", REJECT, WARN,
            _("The date “%(value)s” cannot be read."),
            _("Write it as day/month/year, then upload the file again."),
        ),
        Kind(
            "birth_date_impossible", REJECT, WARN, _("The date %(value)s does not exist."), CORRECT
        ),
        Kind("birth_date_future", REJECT, WARN, _("The birth date lies in the future."), CORRECT),
        Kind("birth_date_too_old", WARN, WARN, _("The person would be over 120 years old."), CHECK),
        Kind("sex_unknown", WARN, WARN, _("“%(value)s” is not a sex (L or P)."), CORRECT),
        # --- place
        Kind(
            "village_unknown", REJECT, WARN,
            _("“%(value)s” is not known in this territory.%(meant)s"),
            _("Correct the name, or add the village with the area list, then upload again."),
        ),
        Kind("village_empty", WARN, WARN, _("There is no village."), CORRECT),
        Kind(
            "bps_code", REJECT, WARN,
            _("“%(value)s” is a BPS code; the Kemendagri code is needed."), CORRECT,
        ),
        Kind(
            "out_of_territory", REJECT, REJECT,
            _("The row belongs to another kabupaten or kota."),
            _("Leave rows of other districts out of the file."),
        ),
        # --- what the family is paid for
        Kind(
            "component_unknown", WARN, WARN,
            _("“%(value)s” is not a PKH component. No component is noted."), CORRECT,
        ),
        Kind("count_unreadable", WARN, WARN, _("“%(value)s” is not a number."), CORRECT),
        Kind(
            "component_count_mismatch", WARN, WARN,
            _("The number of components (%(value)s) is not their sum (%(sum)s)."), CHECK,
        ),
        Kind("amount_unreadable", WARN, WARN, _("“%(value)s” is not an amount."), CORRECT),
        Kind("amount_negative", WARN, WARN, _("The amount is negative."), CORRECT),
        Kind(
            "amount_mismatch", WARN, WARN,
            _("The amount Rp%(value)s does not follow from the components (Rp%(computed)s)."),
            CHECK,
        ),
        # --- school attendance
        Kind(
            "pupil_unknown", WARN, WARN,
            _("Nobody of the register in this kabupaten has this NIK; the attendance is not"
              " taken over."),
            _("Compare the NIK with the family card. Where the school is right, propose a"
              " correction of the register; where it is not, ask for a corrected file."),
        ),
        Kind(
            "pupil_name_differs", WARN, WARN,
            _("The register knows this NIK under another name; the attendance is not taken over."),
            _("Find out whose number it is, then correct the file or the register."),
        ),
        Kind(
            "pupil_twice_in_register", WARN, WARN,
            _("Two members of the register have this NIK and name; the attendance is not taken"
              " over."),
            _("Have the members merged or one of them corrected, then approve the file."),
        ),
        Kind(
            "pupil_level_unknown", WARN, WARN,
            _("Neither the register nor the file says whether this is SD, SMP or SMA."),
            _("Fill in the column BENTUK, then upload the file again."),
        ),
        Kind(
            "attendance_unreadable", REJECT, REJECT,
            _("“%(value)s” is not a number of days."), CORRECT,
        ),
        Kind(
            "attendance_impossible", REJECT, REJECT,
            _("%(days)s days in %(month)s are more than a month can have."), CORRECT,
        ),
        Kind(
            "attendance_empty", WARN, WARN,
            _("The row holds no figures for any month."),
            _("Ask the school. Until then there is no evidence for this child."),
        ),
        Kind(
            "attendance_sum_differs", WARN, WARN,
            _("In %(month)s the numbers of days do not add up (%(value)s, expected %(expected)s)."),
            _("Check it with the school; ALPA, IZIN and SAKIT are what counts."),
        ),
        Kind(
            "attendance_percent_differs", WARN, WARN,
            _("In %(month)s the percentage %(value)s does not follow from the days"
              " (%(computed)s %%)."),
            _("Check it with the school; the days are what counts."),
        ),
        # --- the row as a whole
        Kind(
            "row_repeated", REJECT, WARN,
            _("This row is exactly the same as row %(row)s."),
            _("Nothing has to be done; the first of them counts."),
        ),
    )
}  # fmt: skip

READER_CODES = tuple(code for code, kind in KINDS.items() if kind.by_reader)
MASKED_FIELDS = ("nik", "kk_number", "caretaker_nik")

# What reading did to the file as a whole, and what it noticed; kept on the snapshot.
NOTES = {
    "read_as": _("The file was read as %(encoding)s."),
    "two_row_header": _("The header takes two rows, from row %(row)s on."),
    "column_numbers_skipped": _("The row of column numbers (row %(row)s) was skipped."),
    "title_rows_skipped": _("The rows above the header (row %(row)s) were skipped."),
    "headers_doubled": _("These headers appear more than once: %(columns)s."),
    "header_misspelt": _("The header “%(column)s” was read as %(field)s."),
    "unknown_columns": _("These columns are kept but not used: %(columns)s."),
    "sheet_chosen": _("The sheet “%(sheet)s” was read; left aside: %(others)s."),
    "external_links": _("External links were ignored."),
    "embedded_objects": _("Pictures and embedded objects were ignored."),
    "blank_rows_skipped": _("%(count)s empty rows were skipped."),
    "hidden_rows_read": _("%(count)s hidden rows were read as well."),
    "repeated_headers_skipped": _("The header repeated in rows %(rows)s was skipped."),
    "total_rows_skipped": _("Rows %(rows)s were skipped (rows of totals)."),
    "sheet_full": _("The sheet is full; data may have been cut off. Use CSV."),
    "dates_mixed": _(
        "%(count)s dates seem to have the month before the day. All dates are read as"
        " day/month/year; check the column."
    ),
    "period_differs": _("The file says %(said)s, but it was imported for another period."),
    "far_fewer_rows": _(
        "The file has %(share)s %% fewer rows than the last one of this kind (%(before)s rows)."
    ),
    "older_period": _("A file of a later period of this kind is already there."),
    "mostly_same_rows": _("%(share)s %% of the rows are the same as in an earlier file."),
    "school_said": _("School: %(school)s, NPSN %(npsn)s."),
    "school_not_said": _("No NPSN stands above the table; the pupils are noted without a school."),
    "sum_is_present": _("JML was read as days present: with the absences it gives effective days."),
    "sum_is_absent": _(
        "JML was read as days absent. The file does not say the effective days, so the school's"
        " percentage counts."
    ),
}
FIELD_TITLES = {
    "village": _("village"),
    "subdistrict": _("kecamatan"),
    "regency": _("kabupaten"),
    "province": _("province"),
    "birth_date": _("birth date"),
    "name": _("name"),
    "mother_name": _("mother's name"),
    "relationship": _("relationship"),
    "address": _("address"),
    "component": _("component"),
}
SEXES = {"L": _("male"), "P": _("female")}


def sentence(code: str, value: str = "", params: dict[str, Any] | None = None) -> str:
    """What is wrong, without the place: `A NIK has 16 digits (found 15).`"""
    words: dict[str, Any] = dict(words_of(params or {}))
    words["value"] = value
    words.setdefault("meant", "")
    if words["meant"]:
        words["meant"] = " " + gettext("Do you mean “%(name)s”?") % {"name": words["meant"]}
    if code == "nik_sex_mismatch":
        words["sex"] = gettext(SEXES.get(words.get("sex", ""), ""))
    if code in ("amount_mismatch",) and value.lstrip("-").isdigit():
        words["value"] = shown(int(value))
    return gettext(KINDS[code].message) % words


def advice(code: str) -> str:
    return gettext(KINDS[code].advice)


def place(*, row: int, sheet: str = "", columns: list[str] | None = None, index: int | None = None):
    """`Sheet ART, row 231, column K (NIK)`, as the spreadsheet program counts."""
    parts = []
    if sheet:
        parts.append(gettext("sheet %(sheet)s") % {"sheet": sheet})
    parts.append(gettext("row %(row)s") % {"row": row})
    if index is not None:
        title = columns[index] if columns and index < len(columns) else ""
        letters = column_letters(index)
        parts.append(
            gettext("column %(letters)s (%(title)s)") % {"letters": letters, "title": title}
            if title
            else gettext("column %(letters)s") % {"letters": letters}
        )
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]


def message(problem, snapshot) -> str:
    """The whole sentence of a RowProblem: place, what is wrong, what to do."""
    where = place(
        row=problem.row_number,
        sheet=snapshot.sheet,
        columns=snapshot.columns,
        index=problem.column_index,
    )
    return (
        f"{where}: {sentence(problem.code, problem.value, problem.params)} {advice(problem.code)}"
    )


def title(code: str) -> str:
    """A kind of problem as a heading for its rows."""
    return gettext(TITLES[code])


def note_message(note: dict[str, Any]) -> str:
    words = words_of({key: each for key, each in note.items() if key != "code"})
    if note["code"] == "header_misspelt":
        words["field"] = gettext(FIELD_TITLES.get(note["field"], note["field"]))
    return gettext(NOTES[note["code"]]) % words


TITLES = {
    "wrong_field_count": _("Wrong number of columns"),
    "unclosed_quote": _("Quotation mark not closed"),
    "nul_byte": _("Forbidden character"),
    "broken_letter": _("Unreadable letter"),
    "control_character": _("Control characters"),
    "direction_marks": _("Direction marks"),
    "formula_text": _("Text that begins like a formula"),
    "excel_error": _("Excel error"),
    "formula_without_value": _("Formula without a result"),
    "nik_empty": _("NIK missing"),
    "nik_length": _("NIK without 16 digits"),
    "nik_letters": _("NIK with letters"),
    "nik_masked": _("NIK masked"),
    "nik_scientific": _("NIK in scientific notation"),
    "nik_truncated": _("NIK rounded by the spreadsheet"),
    "nik_repeated_digits": _("NIK of one digit"),
    "nik_cleaned": _("NIK put in order"),
    "nik_duplicate_in_file": _("NIK several times in the file"),
    "nik_date_impossible": _("NIK with an impossible date"),
    "nik_birth_mismatch": _("NIK and birth date differ"),
    "nik_sex_mismatch": _("NIK and sex differ"),
    "nik_kk_swapped": _("NIK and family card swapped"),
    "nik_is_kk": _("Family-card number in the NIK column"),
    "kk_empty": _("Family card missing"),
    "kk_length": _("Family card without 16 digits"),
    "kk_letters": _("Family card with letters"),
    "kk_masked": _("Family card masked"),
    "kk_scientific": _("Family card in scientific notation"),
    "kk_truncated": _("Family card rounded by the spreadsheet"),
    "kk_repeated_digits": _("Family card of one digit"),
    "kk_cleaned": _("Family card put in order"),
    "kk_duplicate_in_file": _("Family card in several rows"),
    "name_empty": _("Name missing"),
    "name_not_a_name": _("Not a name"),
    "name_too_long": _("Name too long"),
    "name_odd_signs": _("Odd signs in the name"),
    "birth_date_empty": _("Birth date missing"),
    "birth_date_unreadable": _("Birth date unreadable"),
    "birth_date_impossible": _("Birth date does not exist"),
    "birth_date_future": _("Birth date in the future"),
    "birth_date_too_old": _("Birth date very long ago"),
    "sex_unknown": _("Sex unknown"),
    "village_unknown": _("Village unknown"),
    "village_empty": _("Village missing"),
    "bps_code": _("BPS code"),
    "out_of_territory": _("Outside the territory"),
    "component_unknown": _("Component unknown"),
    "count_unreadable": _("Count unreadable"),
    "component_count_mismatch": _("Component count differs"),
    "amount_unreadable": _("Amount unreadable"),
    "amount_negative": _("Amount negative"),
    "amount_mismatch": _("Amount differs from the components"),
    "pupil_unknown": _("Pupil not in the register"),
    "pupil_name_differs": _("Pupil under another name"),
    "pupil_twice_in_register": _("Pupil twice in the register"),
    "pupil_level_unknown": _("School level unknown"),
    "attendance_unreadable": _("Attendance unreadable"),
    "attendance_impossible": _("More days than a month has"),
    "attendance_empty": _("No attendance"),
    "attendance_sum_differs": _("Days do not add up"),
    "attendance_percent_differs": _("Percentage differs from the days"),
    "row_repeated": _("Row repeated"),
}
