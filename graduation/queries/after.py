"""What follows an exit: who is to be looked after again, and by when."""

import datetime as dt

from django.db.models import Count, Q
from django.db.models.functions import Left

from areas.models import Area
from graduation.models import Monitoring

SOON = 30  # days ahead that count as due

WAITING = Q(done_on__isnull=True)


def states_on(today: dt.date) -> dict[str, Q]:
    """Conditions of the three lists; what is due later than `SOON` days stands in none."""
    return {
        "overdue": WAITING & Q(due_on__lt=today),
        "due": WAITING & Q(due_on__gte=today, due_on__lte=today + dt.timedelta(days=SOON)),
        "done": Q(done_on__isnull=False),
    }


def watched(user):
    """Monitorings the user sees. Nobody waits for a family that came back or never left."""
    gone = Q(exit__withdrawn_at__isnull=True, exit__reentered_on__isnull=True)
    return Monitoring.objects.visible_to(user).filter(Q(done_on__isnull=False) | gone)


def counted_by_kecamatan(monitorings, today: dt.date):
    """([{area, overdue, due, done}], the same together), by the village of the day of the exit."""
    states = states_on(today)
    rows = (
        monitorings.order_by()
        .annotate(kecamatan=Left("exit__desa_id", 8))
        .values("kecamatan")
        .annotate(**{name: Count("pk", filter=state) for name, state in states.items()})
        .order_by("kecamatan")
    )
    lines = [row for row in rows if any(row[name] for name in states)]
    areas = Area.objects.in_bulk([row["kecamatan"] for row in lines])
    for row in lines:
        row["area"] = areas.get(row["kecamatan"], row["kecamatan"])
    return lines, {name: sum(row[name] for row in lines) for name in states}
