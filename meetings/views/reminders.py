"""What somebody was reminded of, in the words of that day."""

from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from meetings.models import Reminder
from meetings.services import read_reminders
from meetings.views.guards import sees_meetings

MOST = 30


@sees_meetings
def reminders(request):
    """One's own of the last days, the newest first."""
    found = list(Reminder.objects.visible_to(request.user)[:MOST])
    return render(
        request,
        "meetings/reminders.html",
        {
            "reminders": found,
            "unread": any(one.seen_at is None for one in found),
            "today": timezone.localdate(),
        },
    )


@require_POST
@sees_meetings
def read(request):
    read_reminders(by=request.user, at=timezone.now())
    return redirect("meetings:reminders")
