"""Who may open a page of meetings. Rows are narrowed by `visible_to` besides."""

from functools import wraps

from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef

from accounts.held import recalled
from meetings.models import FollowUp, Invitation, Representative
from meetings.models.querysets import CHANGE_MEETING, PUBLISH_MINUTES, VIEW_MEETING

keeps = permission_required(CHANGE_MEETING, raise_exception=True)
publishes = permission_required(PUBLISH_MINUTES, raise_exception=True)
plans = permission_required("meetings.add_meeting", raise_exception=True)
staff = permission_required(VIEW_MEETING, raise_exception=True)


def sees_meetings(view):
    """Staff, and whoever was invited, speaks for an institution or answers for a follow-up: a
    guest has no permission."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not (request.user.has_perm(VIEW_MEETING) or is_guest(request.user)):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def is_guest(user) -> bool:
    """Somebody who sees meetings without any permission; asked once in a request."""
    if not user.is_authenticated:
        return False
    own = Exists(Representative.objects.filter(user=OuterRef("pk"), active=True))
    invited = Exists(
        Invitation.objects.filter(user=OuterRef("pk"), withdrawn_at__isnull=True).exclude(
            meeting__state="draft"
        )
    )
    promised = Exists(FollowUp.objects.agreed().filter(owner=OuterRef("pk")))
    people = get_user_model().objects.filter(own | invited | promised, pk=user.pk)
    return recalled(("meetings.guest", user.pk), people.exists)
