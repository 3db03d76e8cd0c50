"""The outbox of a phone: many records in one request, each standing for itself."""

from collections.abc import Callable
from typing import cast

from django.utils.translation import gettext as _
from drf_standardized_errors.types import ExceptionHandlerContext
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.errors import OfficeExceptionHandler
from core.errors import Refused

MOST_IN_A_BATCH = 100


def asked_batch(request: Request, name: str) -> list:
    """What the body holds under `name`; an error for anything but a list that is short enough."""
    sent = request.data.get(name) if isinstance(request.data, dict) else None
    if not isinstance(sent, list) or len(sent) > MOST_IN_A_BATCH:
        raise ValidationError(
            {name: _("A list of at most %(most)d records.") % {"most": MOST_IN_A_BATCH}}
        )
    return sent


def answer_each(view: APIView, sent: list, record: Callable[[object], dict]) -> Response:
    """`record(one)` keeps one and says what became of it; a refused one blocks no other.

    Every answer names the sender's own `id` and carries the status that the record would have
    had alone: 201 new, 200 known already, 4xx refused with its `error`.
    """
    results = []
    for one in sent:
        try:
            said = record(one)
        except (APIException, Refused) as problem:
            handler = OfficeExceptionHandler(
                problem, cast(ExceptionHandlerContext, view.get_exception_handler_context())
            )
            answer = handler.run()
            assert answer is not None  # only what it does not know has no answer
            said = {"status": answer.status_code, **answer.data}
        results.append({"id": _said_id(one), **said})
    return Response({"results": results})


def _said_id(one):
    """What the phone called it, so that it finds the answer; nothing else is said back."""
    said = one.get("id") if isinstance(one, dict) else None
    return said if isinstance(said, str) and said.isascii() and len(said) <= 45 else None
