"""When a session began and was last used; its limits are kept by accounts.middleware."""

from django.contrib import messages
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _

STARTED = "signed_in_at"
SEEN = "seen_at"
NOT_SAVED = "not_saved"


def not_saved():
    return _("What you sent last was not saved; fill it in once more.")


@receiver(user_logged_in)
def remember_the_beginning(*, request, **kwargs):
    """Written together with the sign-in, so the first page costs no write of its own."""
    if hasattr(request, "session"):
        now = int(timezone.now().timestamp())
        request.session[STARTED] = request.session[SEEN] = now


@receiver(user_logged_in)
def say_what_was_not_saved(*, request, **kwargs):
    """A form was sent after its session had ended; now its author is back on its page."""
    if hasattr(request, "session") and request.session.pop(NOT_SAVED, False):
        messages.warning(request, not_saved())
