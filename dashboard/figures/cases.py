"""Figures about graduation: cases, exits and what follows them."""

from django.db.models import Q, Sum
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from dashboard.figures.base import Figure
from graduation.models import Exit, ExitEntry, ExitType, GraduationCase
from graduation.queries.after import states_on, watched
from graduation.queries.cases import waiting_for

SEES_CASES = ("graduation.view_graduationcase",)
CASES = _("graduation cases")


def _cases(asked):
    return GraduationCase.objects.visible_to(asked.user)


def _waiting_page(asked, area):
    chosen = {"menunggu": "1", "wilayah": area}
    query = urlencode({name: value for name, value in chosen.items() if value})
    return f"{reverse('graduation:cases')}?{query}"


WAITING = Figure(
    key="usulan-graduasi-menunggu",
    label=_("Graduation cases that wait for you"),
    definition=_("Open cases of which you may take the next step today."),
    source=CASES,
    kind="case",
    base=_cases,
    where=lambda asked: waiting_for(asked.user),
    place="household__desa_id",
    permissions=SEES_CASES,
    shown_on=_waiting_page,
)
OPEN = Figure(
    key="usulan-graduasi",
    label=_("Open graduation cases"),
    definition=_("Potential, proposed, visited, verified, approved or submitted."),
    source=CASES,
    kind="case",
    base=_cases,
    where=lambda asked: Q(state__in=GraduationCase.OPEN),
    place="household__desa_id",
    permissions=SEES_CASES,
)
STILL = Figure(
    key="usulan-graduasi-lama",
    label=_("Graduation cases that stand still"),
    definition=_("Open cases without a step for more than %(still)s days."),
    source=CASES,
    kind="case",
    base=_cases,
    where=lambda asked: Q(state__in=GraduationCase.OPEN, moved_at__lt=asked.still),
    place="household__desa_id",
    permissions=SEES_CASES,
)
MOVED = Figure(
    key="usulan-graduasi-bergerak",
    label=_("Graduation cases that moved"),
    definition=_("Cases with a step in the last %(lately)s days, open or closed."),
    source=CASES,
    kind="case",
    base=_cases,
    where=lambda asked: Q(moved_at__gte=asked.lately),
    place="household__desa_id",
    permissions=SEES_CASES,
)


def _after_page(asked, area):
    chosen = {"keadaan": "overdue", "wilayah": area}
    query = urlencode({name: value for name, value in chosen.items() if value})
    return f"{reverse('graduation:after')}?{query}"


TO_MONITOR = Figure(
    key="pemantauan-lewat-waktu",
    label=_("Monitoring after graduation past its day"),
    definition=_(
        "Monitoring of families that graduated that should have been done by now; a family may "
        "wait for several."
    ),
    source=_("monitoring after the exit"),
    kind="monitoring",
    base=lambda asked: watched(asked.user).filter(states_on(asked.today)["overdue"]),
    place="exit__desa_id",
    permissions=SEES_CASES,
    shown_on=_after_page,
)
LEFT = Figure(
    key="keluar",
    label=_("Families that left"),
    definition=_(
        "Exits recorded in the last %(lately)s days and not withdrawn: graduations and those that "
        "are none, such as death or moving away."
    ),
    source=_("exits"),
    kind="exit",
    base=lambda asked: Exit.objects.visible_to(asked.user).filter(
        recorded_at__gte=asked.lately, withdrawn_at__isnull=True
    ),
    place="desa_id",
    permissions=SEES_CASES,
)


def _graduated(asked):
    """Exits that the book counts in the year of today, as the targets do."""
    book = (
        ExitEntry.objects.filter(year=asked.today.year)
        .order_by()
        .values("exit_id")
        .annotate(times=Sum("sign"))
        .filter(times__gt=0)
    )
    return (
        Exit.objects.visible_to(asked.user)
        .exclude(type__headline="")
        .filter(pk__in=book.values("exit_id"))
    )


def _way(code):
    return ExitType.objects.filter(code=code).values_list("name", flat=True).first() or code


GRADUATED = Figure(
    key="graduasi-tahun-ini",
    label=_("Graduated this year"),
    definition=_(
        "Families that left in %(year)s in a way that counts as graduation. Death, moving away "
        "and other administrative exits are never graduation."
    ),
    source=_("the book of counted exits"),
    kind="exit",
    base=_graduated,
    place="desa_id",
    part="type__code",
    part_name=_way,
    permissions=SEES_CASES,
)

FIGURES = (WAITING, OPEN, STILL, MOVED, TO_MONITOR, LEFT, GRADUATED)
