"""A P2K2 group after it was formed: another name, and its end."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from core.errors import Refused
from facilitators.models import LearningGroup
from facilitators.services.learning import leave_group


@transaction.atomic
def rename_group(*, group: LearningGroup, name: str, by, at: dt.datetime) -> LearningGroup:
    """The name it had before stays in the audit trail."""
    group = LearningGroup.objects.select_for_update().get(pk=group.pk)
    name = " ".join(name.split())
    if name == group.name:
        return group
    others = LearningGroup.objects.filter(village=group.village_id, name=name, ends_on=None)
    if others.exclude(pk=group.pk).exists():
        text = _("Another group of this village has this name.")
        raise Refused("name_taken", text, fields={"name": text})
    before, group.name = group.name, name
    group.save(update_fields=["name"])
    audit.record("learning.group_renamed", target=group, by=by, at=at, before=before, after=name)
    return group


@transaction.atomic
def end_group(*, group: LearningGroup, ends_on: dt.date, by, at: dt.datetime) -> LearningGroup:
    """`ends_on` is its last day; its families are free for another group from the next day on.

    Refused (`mixed`) to who does not see all of its families: half a group cannot end.
    """
    group = LearningGroup.objects.select_for_update().get(pk=group.pk)
    if group.ends_on is not None:
        raise Refused("group_closed", _("This group has ended."))
    if ends_on < group.starts_on:
        text = _("The group began on %(day)s.") % {"day": group.starts_on.strftime("%d-%m-%Y")}
        raise Refused("too_early", text, fields={"ends_on": text})
    last = group.sessions.order_by("-held_on").first()
    if last is not None and last.held_on > ends_on:
        text = _("The group met on %(day)s.") % {"day": last.held_on.strftime("%d-%m-%Y")}
        raise Refused("session_after", text, fields={"ends_on": text})
    held = group.memberships.held_from(ends_on)
    if held.count() > held.visible_to(by).count():
        raise Refused(
            "mixed",
            _("Some families of this group are not entrusted to you. Ask the team lead to end it."),
        )
    households = [one.household for one in held.select_related("household")]
    leave_group(group=group, households=households, ends_on=ends_on, by=by, at=at)
    group.refresh_from_db()
    group.ends_on = ends_on
    group.save(update_fields=["ends_on"])
    audit.record("learning.group_ended", target=group, by=by, at=at, ends_on=ends_on.isoformat())
    return group
