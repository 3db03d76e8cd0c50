import datetime as dt

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import second_factor
from accounts.held import remembered
from accounts.sessions import SEEN, STARTED

# How stale the last sign of life may be: a session row is not written at every request.
SEEN_EVERY = dt.timedelta(minutes=10)


class HeldTodayMiddleware:
    """Whatever a request asks about its people's roles and territories is asked once."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with remembered():
            return self.get_response(request)


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
                logout(request)
                return redirect_to_login(request.get_full_path())
            if now - session.get(SEEN, 0) > SEEN_EVERY.total_seconds():
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
