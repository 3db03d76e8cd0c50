"""What waits for somebody: read from the floors below, always through `visible_to`."""

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from accounts.scope import area_codes
from areas.models.querysets import below
from areas.queries import kecamatan_and_villages
from beneficiaries.models import Household, Member
from beneficiaries.models.querysets import VIEW_HOUSEHOLD
from core.paging import PAGE_SIZE, Slice, pack, page_of, unpack
from dtks.models import Difference, Snapshot
from dtks.queries import open_questions, reconciled_files, sent_to_the_field
from jobs.models import Job
from jobs.presentation import progress_of
from jobs.queries import worker_seen_within
from meetings.models import Meeting, Reminder
from meetings.queries.follow_ups import my_open

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
    asked = sent_to_the_field(user, snapshots)
    queue = reverse("dtks:queue")
    return [
        {
            "snapshot": snapshot,
            "total": sum(numbers[snapshot.pk].values()),
            "asked": asked.get(snapshot.pk, 0),
            "asked_url": f"{queue}?berkas={snapshot.pk}&hasil=asked",
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


def running_jobs(user, at):
    """(job, its progress in words) of the work that is under way."""
    jobs = list(Job.objects.visible_to(user).open().order_by("-created_at")[:_SHOWN_FILES])
    alive = worker_seen_within(30) if jobs else True
    return [(job, progress_of(job, at=at, worker_alive=alive)) for job in jobs]


def meetings_for(user, now):
    """Meetings to come to which the user is invited, own unfinished follow-ups with how late they
    are, and days with reminders not read yet."""
    invited = (
        Meeting.objects.visible_to(user)
        .filter(
            state=Meeting.State.INVITED,
            ends_at__gte=now,
            invitations__user=user,
            invitations__withdrawn_at__isnull=True,
        )
        .distinct()
        .order_by("starts_at", "pk")[:_SHOWN_FILES]
    )
    mine = my_open(user).select_related("decision__issue__meeting").order_by("due_on", "pk")
    shown = list(mine[:_SHOWN_FILES])
    today = timezone.localdate(now)
    for one in shown:
        one.days_late = max(0, (today - one.due_on).days)
    unread = Reminder.objects.visible_to(user).filter(seen_at__isnull=True).count()
    return {"invited": list(invited), "follow_ups": shown, "unread": unread}


def families(user, permissions):
    """How many families the user accompanies or looks after, or None when that is not his work."""
    if "beneficiaries.view_household" not in permissions:
        return None
    return Household.objects.visible_to(user).exclude(status=Household.Status.EXITED).count()


def territory(user):
    """[(kecamatan, [village, …]), …] in which the user sees families, as choices."""
    return kecamatan_and_villages(area_codes(user, VIEW_HOUSEHOLD))


def families_by_village(user, *, area, status, query):
    """A page of families in the order of their villages; `area` and `status` may be empty."""
    found = Household.objects.visible_to(user).select_related("desa__parent", "caretaker")
    if area:
        found = found.filter(below("desa__code", [area]))
    if status:
        found = found.filter(status=status)
    page = page_of(found, ("desa_id", "pk"), query)
    _count_members(page.rows)
    return page


def _count_members(households):
    numbers = dict(
        Member.objects.filter(household_id__in=[h.pk for h in households], status="active")
        .values_list("household_id")
        .annotate(number=Count("pk"))
        .order_by()
    )
    for household in households:
        household.number_of_members = numbers.get(household.pk, 0)


def people_found(user, hits, query):
    """A page of the people who answer to a name, in the order of the hits, each with its `how`.

    The cursor is a place in that order: the hits are few and asked for anew with every page.
    """
    backwards = "sebelum" in query
    at = unpack(query.get("sebelum") or query.get("setelah") or "", 1)
    at = at[0] if at and isinstance(at[0], int) and 0 <= at[0] <= len(hits) else 0
    start = max(0, at - PAGE_SIZE) if backwards else at
    shown = hits[start : start + PAGE_SIZE]
    people = Member.objects.visible_to(user).select_related("household__desa__parent")
    person_of = people.in_bulk([hit.pk for hit in shown])
    rows = [person_of[hit.pk] for hit in shown if hit.pk in person_of]
    for person, hit in zip(rows, (hit for hit in shown if hit.pk in person_of), strict=True):
        person.how = hit.how
    end = start + len(shown)
    return Slice(rows, pack([end]) if end < len(hits) else None, pack([start]) if start else None)
