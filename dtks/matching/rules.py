"""The fields that are compared, the levels each comparison may have, and what is said of them.

The numbers are those of `dtks/sql/matching/levels.sql`; the two move together. `START` says, for
each level, how often it is seen between two records of one person and of two people: the little
that is known before a file has spoken. It weighs as much as `STRENGTH` pairs, so a few hundred
known pairs of the file outweigh it; with fewer the file is not trusted to decide (`weights.py`).
"""

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

STRENGTH = 20.0

FIELDS = ("start", "card", "nik", "name", "birth_on", "mother_name", "village", "sex")
"""The order of `weights` and `levels` in dtks_difference. `start` is no field: it is how likely
any pair is before it is looked at, and its level is always 0."""

COMPARED = ("name", "birth_on", "mother_name", "village", "sex")
NIK_EQUAL = 8


class Level(NamedTuple):
    """One level: shares among pairs of one person, of strangers, of relatives; its sentence."""

    same: float
    stranger: float
    relative: float
    sentence: str


LEVELS: dict[str, dict[int, Level]] = {
    "start": {0: Level(0, 0, 0, _("Before looking: any person of the file could be meant"))},
    "card": {
        0: Level(0, 0, 0, _("Family cards differ or one is unknown")),
        1: Level(0, 0, 0, _("Same family card")),
    },
    "nik": {
        0: Level(0, 0, 0, _("NIK unknown on one side")),
        1: Level(0.03, 0.90, 0.90, _("Both NIKs are sound and differ")),
        2: Level(0.12, 0.04, 0.04, _("Both NIKs are sound and differ in one or two digits")),
        3: Level(0.12, 0.03, 0.03, _("NIKs differ, and one does not fit its own birth date")),
        4: Level(0.33, 0.004, 0.004, _("NIKs differ in one or two digits, one looks mistyped")),
        5: Level(0.02, 0.024, 0.024, _("The NIK is damaged, and what is left does not fit")),
        6: Level(0.22, 0.001, 0.001, _("The NIK is damaged, what is left fits")),
        7: Level(0.16, 0.0005, 0.0005, _("The same NIK with its last digit lost or misplaced")),
        8: Level(0, 0, 0, _("Same NIK")),
    },
    "name": {
        0: Level(0, 0, 0, _("Name unknown on one side")),
        1: Level(0.004, 0.91, 0.86, _("Names differ")),
        2: Level(0.008, 0.08, 0.13, _("Names share a word")),
        3: Level(0.008, 0.003, 0.004, _("Names resemble each other")),
        4: Level(0.025, 0.003, 0.003, _("One name is a shorter form of the other")),
        5: Level(0.035, 0.001, 0.001, _("Names differ by a slip of the finger")),
        6: Level(0.05, 0.0006, 0.0006, _("Same name, spelled or ordered differently")),
        7: Level(0.29, 0.0006, 0.0005, _("Same name, a common one")),
        8: Level(0.29, 0.0002, 0.0005, _("Same name")),
        9: Level(0.29, 0.00003, 0.0005, _("Same name, a rare one")),
    },
    "birth_on": {
        0: Level(0, 0, 0, _("Birth date unknown on one side")),
        1: Level(0.004, 0.93, 0.88, _("Birth dates differ")),
        2: Level(0.003, 0.04, 0.07, _("Birth dates are at most two years apart")),
        3: Level(0.006, 0.011, 0.01, _("Birth dates are close or of the same year")),
        4: Level(0.006, 0.0005, 0.0005, _("A stand-in date of the same year")),
        5: Level(0.02, 0.006, 0.006, _("Birth dates agree in two of three parts")),
        6: Level(0.008, 0.0002, 0.0002, _("Day and month are swapped")),
        7: Level(0.95, 0.00005, 0.004, _("Same birth date")),
    },
    "mother_name": {
        0: Level(0, 0, 0, _("Mother's name unknown on one side")),
        1: Level(0.006, 0.92, 0.5, _("Mothers' names differ")),
        2: Level(0.006, 0.07, 0.03, _("Mothers' names share a word")),
        3: Level(0.05, 0.004, 0.02, _("Mothers' names resemble each other")),
        4: Level(0.31, 0.0006, 0.15, _("Same mother's name, a common one")),
        5: Level(0.31, 0.0002, 0.15, _("Same mother's name")),
        6: Level(0.31, 0.00003, 0.15, _("Same mother's name, a rare one")),
    },
    "village": {
        0: Level(0, 0, 0, _("Village unknown on one side")),
        1: Level(0.015, 0.88, 0.02, _("Other kecamatan")),
        2: Level(0.015, 0.11, 0.01, _("Other village of the same kecamatan")),
        3: Level(0.97, 0.01, 0.97, _("Same village")),
    },
    "sex": {
        0: Level(0, 0, 0, _("Sex unknown on one side")),
        1: Level(0.006, 0.5, 0.5, _("Sexes differ")),
        2: Level(0.994, 0.5, 0.5, _("Same sex")),
    },
}  # fmt: skip

# What a number looks like beside another person's of the same or nearly the same birth date.
NIK_OF_TWIN = {1: 0.10, 2: 0.83, 3: 0.02, 4: 0.02, 5: 0.02, 6: 0.005, 7: 0.005}
NIK_OF_SAME_DAY = {1: 0.70, 2: 0.22, 3: 0.03, 4: 0.02, 5: 0.024, 6: 0.004, 7: 0.002}

RULES = {
    "decided": _("An officer has decided this."),
    "nik_verified": _("The NIK is the same, and name and birth date or mother confirm it."),
    "nik_and_evidence": _("The NIK is the same; the other data speak for it only in part."),
    "card_and_name": _("The family card and the name agree, the NIK does not."),
    "evidence": _("Neither NIK nor family card agree; the other data do."),
    "nik_shared": _("The NIK stands at other data in the file."),
    "nobody": _("No record fits."),
}

KINDS = {
    "": "",
    "shared_nik": _("One NIK, different data"),
    "look_alike": _("Look-alike or twin"),
    "moved": _("Moved, or other family card"),
    "duplicate_rows": _("Several rows of one person"),
    "damaged_nik": _("Damaged NIK"),
    "few_teachers": _("File too small to decide alone"),
    "unsure": _("Not sure enough"),
}
