"""Visits to look at again: those with a mark, and a sample nobody can choose."""

import calendar
import datetime as dt

from django.db.models import (
    BinaryField,
    CharField,
    Count,
    Exists,
    F,
    FloatField,
    Func,
    OuterRef,
    Prefetch,
    Value,
    Window,
)
from django.db.models.functions import Cast, Ceil, Concat, RowNumber
from django.utils import timezone
from django.utils.crypto import salted_hmac

from facilitators.models import Visit, VisitCheck, VisitMark, VisitSettings

ORDER = ("recorded_at", "pk")


def marked(user, month: dt.date):
    """Visits that arrived in the month and have a mark. `month` is its first day."""
    marks = VisitMark.objects.filter(visit_id=OuterRef("pk")).order_by()
    return _seen(user, month).filter(Exists(marks))


def sample(user, month: dt.date):
    """So many percent of what each facilitator sent in the month, rounded up.

    Drawn over all his visits, whoever asks, by a fingerprint of the visit's key and a secret of
    this office: the same for everybody, and neither the phone that makes the key nor the lead who
    looks can choose. While a month runs it may still change; what was checked stays noted.
    """
    secret = salted_hmac("facilitators.sample", "visits").hexdigest()
    text = Concat(Value(secret), Cast("pk", CharField()), output_field=CharField())
    drawn = Func(
        Func(text, Value("UTF8"), function="convert_to", output_field=BinaryField()),
        function="sha256",
        output_field=BinaryField(),
    )
    share = VisitSettings.on(_last_day(month)).sample_percent / 100
    chosen = (
        Visit.objects.filter(recorded_at__range=_span(month))
        .order_by()
        .annotate(
            place=Window(RowNumber(), partition_by=F("facilitator"), order_by=drawn),
            number=Window(Count("pk"), partition_by=F("facilitator")),
        )
        .filter(place__lte=Ceil(Cast("number", FloatField()) * Value(share)))
    )
    return _seen(user, month).filter(pk__in=chosen.values("pk"))


def with_findings(visits):
    """Each with its marks and checks, in two statements more."""
    checks = VisitCheck.objects.select_related("by")
    return (
        visits.for_listing()
        .select_related("household__caretaker")
        .prefetch_related("marks", Prefetch("checks", checks))
    )


def progress(visits) -> dict[str, int]:
    """{"all", "checked"} of a sample or of marked visits."""
    checked = Exists(VisitCheck.objects.filter(visit_id=OuterRef("pk")).order_by())
    return visits.order_by().aggregate(all=Count("pk"), checked=Count("pk", filter=checked))


def _seen(user, month):
    return Visit.objects.visible_to(user).filter(recorded_at__range=_span(month))


def _span(month):
    """From the first moment of the month to its last, by the office's clock."""
    first = timezone.make_aware(dt.datetime.combine(month, dt.time()))
    last = timezone.make_aware(dt.datetime.combine(_last_day(month), dt.time.max))
    return first, last


def _last_day(month):
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])
