"""Questions about files and their outcomes that pages of several floors ask."""

from django.db.models import Count, Q

from accounts.scope import area_codes
from areas.models.querysets import below
from dtks.models import Decision, Difference, Snapshot


def reconciled_files(user):
    """Live reconciled files in which the user may answer questions, the newest first.

    A facilitator does not see whole files, yet must know from which one a question comes: the
    source and period are enough, so this gives files whose area touches his territory.
    """
    codes = area_codes(user, "dtks.view_difference")
    above = {".".join(code.split(".")[:depth]) for code in codes for depth in (1, 2, 3, 4)}
    return (
        Snapshot.objects.live()
        .filter(below("area__code", codes) | Q(area_id__in=above), reconciled_at__isnull=False)
        .order_by("-year", "-stage", "-reconciled_at")
    )


def open_questions(user, snapshots):
    """{snapshot id: {outcome: number}} of undecided questions in the user's territory."""
    counted = (
        Difference.objects.visible_to(user)
        .undecided()
        .filter(snapshot_id__in=[s.pk for s in snapshots], outcome__in=Difference.QUESTIONS)
        .values_list("snapshot_id", "outcome")
        .annotate(number=Count("id"))
        .order_by()
    )
    numbers = {snapshot.pk: {} for snapshot in snapshots}
    for snapshot_id, outcome, number in counted:
        numbers[snapshot_id][outcome] = number
    return numbers


def sent_to_the_field(user, snapshots):
    """{snapshot id: number} of questions that wait for an answer from the user's territory."""
    return dict(
        Difference.objects.visible_to(user)
        .filter(
            snapshot_id__in=[s.pk for s in snapshots],
            decision__verdict=Decision.Verdict.ASK_FIELD,
        )
        .values_list("snapshot_id")
        .annotate(number=Count("id"))
        .order_by()
    )
