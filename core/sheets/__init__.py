"""Spreadsheets and delimited text that come from outside, read safely and kept as they are.

`open_sheet` reads in a child process with limits; `FileRefused` says why a file cannot come in.
No table, no model, no knowledge of what a column means.
"""

from core.sheets.cells import column_letters
from core.sheets.headers import closest, explained, plain, word_of
from core.sheets.refusals import FileRefused
from core.sheets.rows import CELL, ROW, Problem, Row
from core.sheets.sheet import Batch, Sheet, open_sheet

__all__ = [
    "CELL",
    "ROW",
    "Batch",
    "FileRefused",
    "Problem",
    "Row",
    "Sheet",
    "closest",
    "column_letters",
    "explained",
    "open_sheet",
    "plain",
    "word_of",
]
