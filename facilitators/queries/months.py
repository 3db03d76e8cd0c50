"""A month as a range of days and of moments, and who worked where in it."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import CharField, Exists, OuterRef, Q, Subquery
from django.utils import timezone

from accounts.scope import in_scope
from areas.models import Area
from areas.models.querysets import below
from facilitators.models import CaseloadAssignment, Facilitator, Posting
from facilitators.models.work_querysets import KEEP_WORK, VIEW_WORK


@dataclass(frozen=True)
class Month:
    """`first` day of the month and the day `after` its last one."""

    first: dt.date

    @property
    def after(self):
        return (self.first + dt.timedelta(days=32)).replace(day=1)

    @property
    def last(self):
        return self.after - dt.timedelta(days=1)

    @property
    def year_first(self):
        return self.first.replace(month=1)

    def is_over(self, today: dt.date) -> bool:
        return self.last < today


def midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def people_of(user, month: Month, area: str = ""):
    """Facilitators of the territory who accompanied families in the month, each with the code
    of the place of his posting as `area_code`. A team lead counts while he has families."""
    entrusted = CaseloadAssignment.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=month.first),
        facilitator_id=OuterRef("pk"),
        starts_on__lt=month.after,
    )
    people = (
        Facilitator.objects.accompanying()
        .filter(_at_work(month), Exists(_posted(user, month)))
        .filter(Q(position=Facilitator.Position.FACILITATOR) | Exists(entrusted))
        .annotate(area_code=_area(month))
    )
    return people.filter(below("area_code", [area])) if area else people


def seen_by(user, month: Month):
    """Those whose work of the month the user may see: of the territory, and himself."""
    seen = Q(Exists(_posted(user, month)))
    if user.has_perm(KEEP_WORK):
        seen |= Q(user_id=user.pk)
    return Facilitator.objects.filter(seen).annotate(area_code=_area(month))


def own(user):
    """The facilitator behind the account, None for everybody else."""
    if not user.has_perm(KEEP_WORK):
        return None
    return Facilitator.objects.filter(user_id=user.pk).first()


def areas_of(people) -> dict[str, Area]:
    return Area.objects.select_related("parent").in_bulk({p.area_code for p in people} - {None})


def _at_work(month):
    return Q(Q(ends_on__isnull=True) | Q(ends_on__gte=month.first), starts_on__lt=month.after)


def _posted(user, month):
    return Posting.objects.filter(
        _at_work(month), in_scope(user, "area", VIEW_WORK), facilitator_id=OuterRef("pk")
    )


def _area(month):
    posted = Posting.objects.filter(_at_work(month), facilitator_id=OuterRef("pk"))
    return Subquery(posted.order_by("-starts_on").values("area_id")[:1], output_field=CharField())
