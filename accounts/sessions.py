"""When a session began and was last used; its limits are kept by accounts.middleware."""

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.utils import timezone

STARTED = "signed_in_at"
SEEN = "seen_at"


@receiver(user_logged_in)
def remember_the_beginning(*, request, **kwargs):
    """Written together with the sign-in, so the first page costs no write of its own."""
    if hasattr(request, "session"):
        now = int(timezone.now().timestamp())
        request.session[STARTED] = request.session[SEEN] = now
