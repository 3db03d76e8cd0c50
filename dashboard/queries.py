"""What waits for somebody: read from the floors below, always through `visible_to`."""

from django.urls import reverse

from beneficiaries.models import Household
from dtks.models import Difference, Snapshot
from dtks.queries import open_questions, reconciled_files
from jobs.models import Job

_SHOWN_FILES = 5


def questions_by_file(user, permissions):
    """The newest reconciled file of each source with its open questions, linked to the queue."""
    if "dtks.view_difference" not in permissions:
        return []
    newest = {}
    for snapshot in reconciled_files(user)[:50]:
        newest.setdefault(snapshot.source, snapshot)
    snapshots = list(newest.values())
    numbers = open_questions(user, snapshots)
    queue = reverse("dtks:queue")
    return [
        {
            "snapshot": snapshot,
            "total": sum(numbers[snapshot.pk].values()),
            "url": f"{queue}?berkas={snapshot.pk}",
            "outcomes": [
                {
                    "label": Difference.Outcome(outcome).label,
                    "number": numbers[snapshot.pk].get(outcome, 0),
                    "url": f"{queue}?berkas={snapshot.pk}&hasil={outcome}",
                }
                for outcome in Difference.QUESTIONS
            ],
        }
        for snapshot in snapshots
    ]


def files_for_approval(user, permissions):
    """(files somebody else brought in and the user may approve, the user's own that wait)."""
    if "dtks.view_snapshot" not in permissions:
        return [], []
    staged = list(
        Snapshot.objects.visible_to(user)
        .filter(state=Snapshot.State.STAGED)
        .select_related("uploaded_by", "area")
    )
    own = [snapshot for snapshot in staged if snapshot.uploaded_by_id == user.pk]
    others = [snapshot for snapshot in staged if snapshot.uploaded_by_id != user.pk]
    return (others if "dtks.approve_snapshot" in permissions else []), own


def latest_files(user, permissions):
    if "dtks.view_snapshot" not in permissions:
        return []
    return list(
        Snapshot.objects.visible_to(user).select_related("uploaded_by", "area")[:_SHOWN_FILES]
    )


def running_jobs(user):
    return list(Job.objects.visible_to(user).open().order_by("-created_at")[:_SHOWN_FILES])


def families(user, permissions):
    """How many families the user accompanies or looks after, or None when that is not his work."""
    if "beneficiaries.view_household" not in permissions:
        return None
    return Household.objects.visible_to(user).exclude(status=Household.Status.EXITED).count()
