import datetime as dt
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts import second_factor
from accounts.held import remembered
from accounts.sessions import NOT_SAVED, SEEN, STARTED, not_saved

# How stale the last sign of life may be: a session row is not written at every request.
SEEN_EVERY = dt.timedelta(minutes=10)


class HeldTodayMiddleware:
    """Whatever a request asks about its people's roles and territories is asked once."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with remembered():
            return self.get_response(request)


class SignInMiddleware(LoginRequiredMiddleware):
    """Default deny. After the sign-in people stand on a page: the one they asked for, or, when a
    button or a fragment of a page found no session any more, the page it belongs to."""

    def handle_no_permission(self, request, view_func):
        fragment = "HX-Request" in request.headers
        if request.method in {"GET", "HEAD"} and not fragment:
            return super().handle_no_permission(request, view_func)
        page = _page_before(request) or resolve_url(settings.LOGIN_REDIRECT_URL)
        answer = redirect_to_login(page, self.get_login_url(view_func))
        if fragment:
            # Followed out of sight, a redirect would put the sign-in page into the fragment.
            return HttpResponse(status=401, headers={"HX-Redirect": answer.url})
        if _is_a_form(request):
            messages.warning(request, not_saved())
            request.session[NOT_SAVED] = True  # said once more by accounts.sessions
        return answer


def _page_before(request) -> str:
    """Path and query of the page a request came from; empty unless it is one of ours."""
    came_from = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(
        came_from, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return ""
    return urlsplit(came_from)._replace(scheme="", netloc="", fragment="").geturl()


def _is_a_form(request) -> bool:
    """Sent by a page as a whole; what a script sends (the phone) it keeps and sends again."""
    return request.method == "POST" and (
        request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    )


class SessionLimitMiddleware:
    """A session ends after twelve idle hours, and in any case after seven days.

    The idle limit is the age of the session row; this keeps it alive while somebody works.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            now = int(timezone.now().timestamp())
            session = request.session
            if now - session.get(STARTED, now) > settings.PKH_SESSION_LONGEST.total_seconds():
                logout(request)  # and SignInMiddleware turns the nobody away
            elif now - session.get(SEEN, 0) > SEEN_EVERY.total_seconds():
                session[SEEN] = now
        return self.get_response(request)


class SecondFactorMiddleware:
    """Whose role needs a second factor sets it up first and can do nothing else before."""

    OPEN = frozenset(
        {"mfa_activate_totp", "account_reauthenticate", "account_logout", "healthz", "readyz"}
    )

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if request.resolver_match.view_name in self.OPEN or not second_factor.is_missing(
            request.user
        ):
            return None
        if request.path.startswith("/api/"):
            message = _("Your role signs in with a second factor. Set it up first.")
            error = {"code": "second_factor_needed", "message": message, "fields": {}}
            return JsonResponse({"error": error}, status=403)
        return redirect("mfa_activate_totp")
