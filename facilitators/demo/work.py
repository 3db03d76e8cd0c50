"""Work plans and activities of the demo office: last quarter's and those of this one so far."""

import datetime as dt
import io

from django.db import transaction
from django.utils import timezone
from PIL import Image, ImageDraw

from core.sql import run_sql
from documents.services import keep_document
from facilitators.models import Activity, LearningSession, WorkPlan

PHOTOS = 2  # of a facilitator: drawing them takes longer than everything else together


@transaction.atomic
def make_demo_work(*, starts_on: dt.date, by, at: dt.datetime) -> int:
    """Plans and activities from `starts_on`, the first day of a month, until this month; returns
    the plans made, 0 when there are any already. Three statements for everybody, and some photos,
    so that what is claimed without evidence stands beside what is shown.
    """
    if WorkPlan.objects.exists():
        return 0
    by_id, today = by.pk if by is not None else None, timezone.localdate(at)
    months = []
    day = starts_on
    while day <= today:
        months.append(day)
        day = (day + dt.timedelta(days=32)).replace(day=1)
    plans = run_sql("facilitators/demo_plans.sql", months=months, by=by_id)
    run_sql("facilitators/demo_planned.sql")
    run_sql("facilitators/demo_activities.sql", months=months, by=by_id, today=today)
    if by is not None:
        _photos(months[-1], by, at)
    return plans


def _photos(month: dt.date, by, at):
    """The newest sessions and activities of everybody get a photo."""
    newest: dict[int, list] = {}
    records = [
        *Activity.objects.filter(held_on__gte=month).order_by("-held_on", "pk"),
        *LearningSession.objects.exclude(facilitator=None).order_by("-held_on", "pk")[:2000],
    ]
    for record in records:
        theirs = newest.setdefault(record.facilitator_id, [])
        if len(theirs) < PHOTOS:
            theirs.append(record)
    for number, record in enumerate(r for theirs in newest.values() for r in theirs):
        keep_document(
            owner=record,
            file=_picture(number, record.held_on),
            name=f"Dokumentasi {record.held_on:%d-%m-%Y}.jpg",
            kind="photo",
            by=by,
            at=at,
        )


def _picture(number: int, day: dt.date) -> bytes:
    """A hall with people in front of it, each time in other colours: nobody's photo."""
    wall = (150 + number * 7 % 90, 170 + number * 11 % 70, 160 + number * 5 % 80)
    image = Image.new("RGB", (480, 320), wall)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 230, 480, 320), fill=(120, 100, 80))
    draw.rectangle((90, 40, 390, 110), fill=(250, 250, 245))
    draw.text((150, 68), f"Contoh - {day:%d-%m-%Y}", fill=(40, 60, 70))
    for seat in range(5 + number % 6):
        x = 40 + seat * 42
        shade = (60 + seat * 30 % 150, 70 + number * 13 % 120, 110 + seat * 17 % 100)
        draw.ellipse((x + 6, 165, x + 30, 190), fill=(190, 150, 120))
        draw.rectangle((x, 190, x + 36, 262), fill=shade)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70)
    return out.getvalue()
