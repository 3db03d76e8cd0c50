"""Errors outside any view: a page for people, the one JSON shape for programs."""

from django.db import DataError
from django.http import JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views import defaults


def _for_programs(request, code, message, status):
    return JsonResponse(
        {"error": {"code": code, "message": message, "fields": {}}},
        status=status,
        json_dumps_params={"ensure_ascii": False},
    )


def bad_request(request, exception):
    if request.path.startswith("/api/"):
        return _for_programs(request, "parse_error", _("The request cannot be read."), 400)
    return defaults.bad_request(request, exception)


def permission_denied(request, exception):
    if request.path.startswith("/api/"):
        return _for_programs(request, "permission_denied", _("You may not do this."), 403)
    return defaults.permission_denied(request, exception)


def not_found(request, exception):
    if request.path.startswith("/api/"):
        return _for_programs(request, "not_found", _("Not found."), 404)
    return defaults.page_not_found(request, exception)


def server_error(request):
    if request.path.startswith("/api/"):
        message = _("Something went wrong on our side. Nothing half-finished was kept.")
        return _for_programs(request, "error", message, 500)
    return defaults.server_error(request)


class WrongMethodMiddleware:
    """Django answers a wrong method with an empty page, which browsers fill with their English.

    People meet it when they reload a button's address or come back to one from the sign-in page.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        answer = self.get_response(request)
        if answer.status_code != 405 or answer.content or request.path.startswith("/api/"):
            return answer
        page = render(request, "405.html", status=405)
        page.headers["Allow"] = answer.headers["Allow"]
        return page


class UnreadableTextMiddleware:
    """PostgreSQL keeps no NUL character, and nobody types one: what holds it is a bad request."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if isinstance(exception, (ValueError, DataError)) and "NUL (0x00)" in str(exception):
            return bad_request(request, exception)
        return None
