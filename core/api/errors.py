"""One shape for every refusal: {"error": {"code", "message", "fields"}}, in the asker's words."""

import re
from json import JSONDecodeError

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import exceptions, status

from core.errors import Refused

# What a service's refusal means over HTTP; a state that does not allow it is a conflict.
STATUS_OF = {
    "not_allowed": status.HTTP_403_FORBIDDEN,
    "not_found": status.HTTP_404_NOT_FOUND,
    "too_many_searches": status.HTTP_429_TOO_MANY_REQUESTS,
    "too_many_reveals": status.HTTP_429_TOO_MANY_REQUESTS,
    "too_large": status.HTTP_413_REQUEST_ENTITY_TOO_LARGE,
}

_NAMING_A_TYPE = (
    "Invalid data. Expected a dictionary, but got {datatype}.",
    'Expected a list of items but got type "{input_type}".',
    'Expected a dictionary of items but got type "{input_type}".',
)
_TYPES = {
    "list": gettext_lazy("a list"),
    "dict": gettext_lazy("an object"),
    "str": gettext_lazy("a text"),
    "int": gettext_lazy("a number"),
    "float": gettext_lazy("a number"),
    "bool": gettext_lazy("true or false"),
    "NoneType": gettext_lazy("nothing"),
}


class RefusedByService(exceptions.APIException):
    def __init__(self, refusal: Refused):
        super().__init__(str(refusal), code=refusal.code)
        wrong_input = status.HTTP_400_BAD_REQUEST if refusal.fields else status.HTTP_409_CONFLICT
        self.status_code = STATUS_OF.get(refusal.code, wrong_input)
        if getattr(refusal, "changes", None) is not None:
            self.status_code = status.HTTP_409_CONFLICT
        self.refusal = refusal


class OfficeExceptionHandler(ExceptionHandler):
    def convert_known_exceptions(self, exc):
        if isinstance(exc, Refused):
            return RefusedByService(exc)
        if isinstance(exc, exceptions.ParseError) and isinstance(exc.__context__, JSONDecodeError):
            # The library says it in English, with words of its parser.
            exc = exceptions.ParseError(
                _("The body is not valid JSON: line %(line)d, column %(column)d.")
                % {"line": exc.__context__.lineno, "column": exc.__context__.colno}
            )
        return super().convert_known_exceptions(exc)


class OfficeErrorFormatter(ExceptionFormatter):
    def run(self):
        return sayable(self._error())

    def _error(self):
        refusal = getattr(self.exc, "refusal", None)
        if refusal is not None:
            error = {"code": refusal.code, "message": str(refusal), "fields": refusal.fields}
            if getattr(refusal, "changes", None) is not None:
                error |= conflict_details(refusal)
            return {"error": error}
        return super().run()

    def format_error_response(self, error_response):
        """Wrong fields are listed by name; a message that belongs to none stands alone."""
        fields: dict[str, str] = {}
        for error in error_response.errors:
            if error.attr and error.attr != "non_field_errors":
                fields.setdefault(error.attr, _said(error))
        first = error_response.errors[0]
        if error_response.type == "validation_error":
            loose = [e for e in error_response.errors if e.attr in (None, "non_field_errors")]
            code = loose[0].code if loose else "invalid"
            message = _said(loose[0]) if loose else _("Some values are not valid; see each field.")
        else:
            code, message = first.code, _said(first)
        return {"error": {"code": code, "message": message, "fields": fields}}


def sayable(said):
    """The same answer as UTF-8 can carry it.

    JSON may name half a character ("\\ud800"), and many a refusal repeats what was sent. Mended
    here and not where a body is read: one such value in the outbox of a phone blocks no other.
    """
    if isinstance(said, str):
        return said.encode("utf-8", "replace").decode()
    if isinstance(said, dict):
        return {sayable(name): sayable(value) for name, value in said.items()}
    if isinstance(said, list):
        return [sayable(one) for one in said]
    return said


def _said(error) -> str:
    """In the asker's words also where the library left its own English."""
    return _in_words(_(str(error.detail))) if error.detail else ""


def _in_words(said: str) -> str:
    """Where the library names what it got by the word of its programming language."""
    for message in map(_, _NAMING_A_TYPE):
        before, after = re.split(r"\{\w+\}", message)
        kind = said.removeprefix(before).removesuffix(after)
        if kind in _TYPES and said == before + kind + after:
            return before + str(_TYPES[kind]) + after
    return said


def conflict_details(refusal) -> dict:
    """What changed since the reader's version, and who changed it (interfaces.md, PATCH)."""
    changed_by = refusal.changed_by
    return {
        "changes": [
            {
                "field": change["field"],
                "label": str(change["label"]),
                "before": change["before"],
                "now": change["now"],
            }
            for change in refusal.changes
        ],
        "changed_by": changed_by.get_full_name() if changed_by else None,
        "changed_at": refusal.changed_at,
    }
