"""Figures about meetings: invitations, follow-ups and reminders. Guests have these and no other."""

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dashboard.figures.base import Figure
from meetings.models import FollowUp, Invitation, Meeting, Reminder
from meetings.queries.follow_ups import MEETING, mine, my_open, standing
from meetings.views.guards import is_guest

AGREED = _("published minutes")
SEES_MEETINGS = "meetings.view_meeting"


def _invited(asked):
    standing_invitation = Invitation.objects.standing().filter(
        user=asked.user, meeting_id=OuterRef("pk")
    )
    return Meeting.objects.visible_to(asked.user).filter(
        Exists(standing_invitation.order_by()),
        state=Meeting.State.INVITED,
        ends_at__gte=asked.at,
    )


INVITED = Figure(
    key="undangan",
    label=_("Meetings you are invited to"),
    definition=_("Meetings to come with an invitation in your name."),
    source=_("invitations"),
    kind="meeting",
    base=_invited,
)


def _list(status, own):
    def page(asked, area):
        # Who neither reads meetings nor has a part in one is not let in there.
        if area or not (SEES_MEETINGS in asked.permissions or is_guest(asked.user)):
            return None
        return f"{reverse('meetings:follow_ups')}?status={status}{'&punya=saya' if own else ''}"

    return page


MINE = Figure(
    key="tindak-lanjut-saya",
    label=_("Your follow-ups"),
    definition=_("Unfinished; you or your institution answer for them."),
    source=AGREED,
    kind="follow_up",
    base=lambda asked: my_open(asked.user),
    shown_on=_list("unfinished", own=True),
)
MINE_OVERDUE = Figure(
    key="tindak-lanjut-saya-terlambat",
    label=_("Your follow-ups past their day"),
    definition=_("Unfinished and due before today; you or your institution answer for them."),
    source=AGREED,
    kind="follow_up",
    base=lambda asked: my_open(asked.user).filter(standing("overdue", asked.today)),
    shown_on=_list("overdue", own=True),
)
UNREAD = Figure(
    key="pengingat",
    label=_("Reminders you have not read"),
    definition=_("Daily reminders of meetings and follow-ups."),
    source=_("reminders"),
    kind="reminder",
    base=lambda asked: Reminder.objects.visible_to(asked.user).filter(seen_at__isnull=True),
)


def _agreed(asked):
    return FollowUp.objects.visible_to(asked.user).agreed()


UNFINISHED = Figure(
    key="tindak-lanjut",
    label=_("Unfinished follow-ups"),
    definition=_("Agreed in published minutes, not done and not dropped."),
    source=AGREED,
    kind="follow_up",
    base=_agreed,
    where=lambda asked: standing("unfinished", asked.today),
    permissions=(SEES_MEETINGS,),
    shown_on=_list("unfinished", own=False),
)
OVERDUE = Figure(
    key="tindak-lanjut-terlambat",
    label=_("Follow-ups past their day"),
    definition=_("Unfinished and due before today, of whatever institution."),
    source=AGREED,
    kind="follow_up",
    base=_agreed,
    where=lambda asked: standing("overdue", asked.today),
    permissions=(SEES_MEETINGS,),
    shown_on=_list("overdue", own=False),
)
CLOSED = Figure(
    key="tindak-lanjut-selesai",
    label=_("Follow-ups done"),
    definition=_("Closed as done in the last %(lately)s days."),
    source=AGREED,
    kind="follow_up",
    base=_agreed,
    where=lambda asked: Q(state=FollowUp.State.DONE, closed_on__gte=asked.lately.date()),
    permissions=(SEES_MEETINGS,),
)
NEW_MINE = Figure(
    key="tindak-lanjut-saya-baru",
    label=_("New follow-ups of yours"),
    definition=_("Agreed at a meeting of the last 30 days; you or your institution answer."),
    source=AGREED,
    kind="follow_up",
    base=lambda asked: _agreed(asked).filter(
        mine(asked.user), **{f"{MEETING}__starts_at__gte": asked.still}
    ),
)

FIGURES = (INVITED, MINE, MINE_OVERDUE, UNREAD, UNFINISHED, OVERDUE, CLOSED, NEW_MINE)
