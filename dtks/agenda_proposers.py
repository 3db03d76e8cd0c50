"""Ministry files whose questions nobody has answered yet, for the agenda of a meeting."""

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from areas.models.querysets import below
from dtks.queries import open_questions, reconciled_files
from meetings.proposals import MOST, Proposal, figure, proposer


def _files(area: str, user, today: dt.date):
    """The newest files about the area, the one with most open questions first."""
    files = list(reconciled_files(user).filter(below("area__code", [area[:5]]))[: 2 * MOST])
    counted = {pk: sum(found.values()) for pk, found in open_questions(user, files).items()}
    left = sorted((one for one in files if counted[one.pk]), key=lambda one: -counted[one.pk])
    for one in left[:MOST]:
        yield Proposal(
            source=f"files:{one.pk}",
            title=_("%(file)s: differences nobody has decided") % {"file": one},
            detail=ngettext(
                "%(number)s question waits for a decision.",
                "%(number)s questions wait for a decision.",
                counted[one.pk],
            )
            % {"number": figure(counted[one.pk])},
            url=reverse("dtks:queue"),
        )


proposer("files", label=gettext_lazy("Ministry files"), propose=_files)
