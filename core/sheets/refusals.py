"""Why a whole file is refused, said so that the person who sent it knows what to do.

A refusal is a code and its parameters; the sentence is made when somebody reads it, in that
reader's language. The child process that reads files knows only codes, so it needs no Django.
"""

from typing import Any

from core.errors import Refused


def _(message: str) -> str:
    """Mark for translation; the translation itself happens in `message_of`."""
    return message


MESSAGES = {
    "empty_file": _("The file is empty (0 bytes). Download it again, then upload it again."),
    "not_a_sheet": _(
        "The content of this file is neither Excel nor CSV. "
        "Choose the spreadsheet itself (.xlsx or .csv)."
    ),
    "old_excel": _(
        "This is the old Excel format (.xls). Open it and use Save As with the type .xlsx."
    ),
    "html": _(
        "The content of this file is an HTML page, not a spreadsheet. "
        "Open it in Excel and use Save As with the type .xlsx."
    ),
    "csv_named_xlsx": _("The content of this file is CSV; change the ending of its name to .csv."),
    "encrypted": _("The file is protected by a password. Remove the password, then upload again."),
    "unsupported_kind": _(
        "Files of type %(kind)s are not supported. Save it as .xlsx or .csv, then upload again."
    ),
    "damaged": _(
        "The file is damaged or its download was cut short. Download it again from the source."
    ),
    "ratio": _(
        "The compression ratio is not plausible (%(ratio)s:1). "
        "Remove empty formatted rows and columns, save again, or use CSV."
    ),
    "inflated": _(
        "Unpacked, the file would be %(size)s MB, above the limit of %(limit)s MB. "
        "Use CSV or divide it by kecamatan."
    ),
    "too_large": _(
        "The size of %(size)s MB is above the limit of %(limit)s MB. "
        "Use CSV or divide it by kecamatan."
    ),
    "columns": _("Cells out of bounds (column %(column)s). Delete the empty columns on the right."),
    "rows_out_of_bounds": _("Row %(row)s is beyond the last row a spreadsheet can have."),
    "shared_strings": _("The file is damaged: its text table is not valid."),
    "forbidden_xml": _("The file contains a forbidden XML declaration. Save it again from Excel."),
    "structure": _("The structure of the file is not plausible. Save it again from Excel."),
    "choose_sheet": _("Choose the sheet that holds the data: %(sheets)s (hidden: %(hidden)s)."),
    "sheet_missing": _("There is no sheet “%(sheet)s”. The sheets are: %(sheets)s."),
    "no_rows": _("There are no data rows. Check that the right file was chosen."),
    "unclosed_quote": _(
        "A quotation mark is not closed from row %(row)s on. Correct that row, then upload again."
    ),
    "long_line": _("Row %(row)s is longer than 1 MB. Check that the file is a table."),
    "broken_encoding": _(
        "The text of the file cannot be read as %(encoding)s. Save it again as CSV UTF-8."
    ),
    "reader_memory": _(
        "The file cannot be read: it needs more memory than is allowed. "
        "Save it as CSV, then upload again."
    ),
    "reader_time": _(
        "The file cannot be read: it takes longer than is allowed. "
        "Save it as CSV, then upload again."
    ),
    "reader_stopped": _(
        "The file cannot be read: its content makes the reader stop. "
        "Save it again from Excel or as CSV, then upload again."
    ),
    "cancelled": _("Reading was cancelled. Upload the file again if it is still needed."),
    "file_missing": _("The stored file cannot be found. Upload it again."),
    "column_missing": _("Column %(column)s was not found. The columns are: %(columns)s."),
    "column_twice": _(
        "Column %(column)s appears %(times)s times (%(letters)s). "
        "Keep one of them, then upload again."
    ),
    "columns_swapped": _(
        "The columns NIK and KK seem to be swapped (%(share)s %%). "
        "Correct the column titles, then upload again."
    ),
    "many_truncated": _(
        "The last digit of the NIK or family-card number was lost in %(share)s %% of the rows "
        "because the column was stored as a number. Ask for the file with these columns as text."
    ),
    "month_outside": _(
        "The file speaks of %(months)s, but quarter %(period)s has %(expected)s. "
        "Choose the quarter of the file, then upload again."
    ),
    "months_missing": _(
        "No column with attendance in %(expected)s was found. "
        "The header needs month names above ALPA, IZIN and SAKIT."
    ),
}


class FileRefused(Refused):
    """A file that cannot come in at all. `code` and `params` say why, `str()` says it to people.

    `params` are numbers, texts and lists of texts, so a refusal can be stored as JSON and said
    again later in another language.
    """

    def __init__(self, code: str, **params: Any):
        self.params = params
        super().__init__(code, Sentence(code, params))


class Sentence:
    """A refusal's words, in the language of whoever turns it into text."""

    def __init__(self, code: str, params: dict[str, Any]):
        self.code = code
        self.params = params

    def __str__(self) -> str:
        return message_of(self.code, self.params)


def message_of(code: str, params: dict[str, Any]) -> str:
    from django.utils.translation import gettext

    return gettext(MESSAGES[code]) % words_of(params)


def words_of(params: dict[str, Any]) -> dict[str, str]:
    """What fills a sentence. Rows are named as the spreadsheet program does: 1024, not 1.024."""
    return {
        key: ", ".join(map(str, value if isinstance(value, list) else [value]))
        if key in ("row", "rows")
        else shown(value)
        for key, value in params.items()
    }


def shown(value: Any) -> str:
    """Numbers grouped as the reader's language groups them, lists joined by commas."""
    from django.utils.formats import number_format

    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        return str(number_format(value, use_l10n=True, force_grouping=True))
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value) or "-"
    return str(value)
