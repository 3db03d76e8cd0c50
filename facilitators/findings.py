"""What a visit may propose, kind by kind, and which values each takes. Pure: no database.

Identity numbers and the mother's name are not among them: they are corrected at the office from
the paper itself, so that no phone carries them.
"""

import datetime as dt
import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from beneficiaries.models import Member
from core.errors import Refused
from core.free_text import mask_identity_numbers
from core.names import clean_name
from facilitators.models import ChangeProposal

Kind = ChangeProposal.Kind
PERSON = ("name", "birth_on", "birth_place", "sex", "relationship")
PLACE = ("village", "address", "hamlet", "rt", "rw")
LEVELS = ("early_child", "primary", "junior", "senior", "none")
VILLAGE = re.compile(r"\d{2}\.\d{2}\.\d{2}\.\d{4}")
LONGEST = {"name": 150, "birth_place": 100, "school": 150, "address": 300, "hamlet": 100}


@dataclass(frozen=True)
class Takes:
    """`about`: "member", "household" or "either"; `needs` must be there, `may` can be."""

    about: str
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()  # at least one of them


def takes(kind: str, about_member: bool) -> Takes:
    if kind == Kind.MOVE:
        return (
            Takes("either", ("on",)) if about_member else Takes("either", (), (*PLACE, "on"), PLACE)
        )
    if kind == Kind.CORRECTION:
        fields = PERSON if about_member else PLACE[1:]
        return Takes("either", (), fields, fields)
    return {
        Kind.BIRTH: Takes("household", (*PERSON[:2], "sex"), ("birth_place", "relationship")),
        Kind.PREGNANCY: Takes("member", (), ("expected_on",)),
        Kind.SCHOOL_CHANGE: Takes("member", ("level",), ("school", "on")),
        Kind.DEATH: Takes("member", ("on",)),
        Kind.NEW_CARETAKER: Takes("member"),
    }[kind]


def checked(*, kind: str, about_member: bool, values: dict, today: dt.date) -> dict:
    """The values as they are stored: text trimmed, days as ISO text. Raises Refused (`invalid`),
    naming every wrong field."""
    if kind not in Kind.values:
        raise Refused("invalid", _("Unknown kind of change."), fields={"kind": str(kind)[:40]})
    if not isinstance(values, dict):
        raise Refused("invalid", _("The values are a list of names."), fields={"values": "{}"})
    rule = takes(kind, about_member)
    wrong: dict[str, str] = {}
    if rule.about == "member" and not about_member:
        wrong["member"] = _("Say which member it is about.")
    if rule.about == "household" and about_member:
        wrong["member"] = _("This is about the whole family.")
    clean = {}
    for name, value in values.items():
        if name not in {*rule.needs, *rule.may}:
            known = isinstance(name, str) and name.isidentifier() and len(name) <= 40
            wrong[name if known else "values"] = _("does not belong here")
            continue
        try:
            clean[name] = _clean(name, value, today)
        except ValueError as problem:
            wrong[name] = str(problem)
    for name in rule.needs:
        if name not in wrong and clean.get(name) in (None, ""):
            wrong[name] = _("is needed")
    if rule.any_of and not wrong and not any(name in clean for name in rule.any_of):
        wrong["values"] = _("Say what changes.")
    if wrong:
        raise Refused("invalid", _("A proposed change is not complete."), fields=wrong)
    return clean


def _clean(name, value, today):
    if not isinstance(value, str) or not value.isprintable():
        raise ValueError(_("must be text"))
    value = " ".join(value.split())
    if len(value) > LONGEST.get(name, 40):
        raise ValueError(_("is too long"))
    if name in {"on", "birth_on", "expected_on"}:
        return _day(name, value, today)
    if name == "village" and not VILLAGE.fullmatch(value):
        raise ValueError(_("is no code of a village"))
    if (
        name in {"rt", "rw"}
        and value
        and not (value.isascii() and value.isdigit() and len(value) <= 3)
    ):
        raise ValueError(_("has at most three digits"))
    if name == "name":
        return mask_identity_numbers(clean_name(value) or "")
    choices = {
        "sex": Member.Sex.values,
        "relationship": Member.Relationship.values,
        "level": LEVELS,
    }.get(name)
    if choices is not None and value not in choices:
        raise ValueError(_("is not one of the choices"))
    return mask_identity_numbers(value) if name in LONGEST else value


def _day(name, value, today):
    try:
        day = dt.date.fromisoformat(value)
    except ValueError:
        raise ValueError(_("is no day")) from None
    if name != "expected_on" and day > today:
        raise ValueError(_("lies in the future"))
    if day.year < 1900 or day.year > today.year + 1:
        raise ValueError(_("is no day"))
    return day.isoformat()


def as_model_values(values: dict) -> dict:
    """Values for beneficiaries.services: days as dates, the village by its column."""
    out = dict(values)
    if "birth_on" in out:
        out["birth_on"] = dt.date.fromisoformat(out["birth_on"])
    if "village" in out:
        out["desa_id"] = out.pop("village")
    out.pop("on", None)
    return out
