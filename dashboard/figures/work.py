"""Figures about field work: visits, proposals, P2K2, commitments, plans and caseloads."""

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from areas.models.querysets import below
from beneficiaries.models import Household
from beneficiaries.models.querysets import VIEW_HOUSEHOLD
from beneficiaries.scope import families_in_scope
from dashboard.figures.base import Figure
from facilitators.models import (
    CaseloadAssignment,
    ChangeProposal,
    CommitmentCheck,
    Facilitator,
    LearningGroup,
    LearningSession,
    Outcome,
    Visit,
    VisitCheck,
    VisitRequest,
    WorkPlan,
)
from facilitators.queries import review
from facilitators.queries.caseloads import at_work, with_numbers
from facilitators.queries.months import people_of
from facilitators.queries.visits import open_proposals

SEES_VISITS = ("facilitators.view_visit",)
SEES_GROUPS = ("facilitators.view_learninggroup",)
SEES_CASELOADS = ("facilitators.view_facilitator",)
CASELOADS = _("caseloads")

PROPOSALS = Figure(
    key="usulan-perubahan",
    label=_("Proposed changes to decide"),
    definition=_("Changes that visits propose, not your own, and nobody has decided."),
    source=_("visits"),
    kind="proposal",
    base=lambda asked: open_proposals(asked.user),
    place="visit__household__desa_id",
    permissions=("facilitators.decide_changeproposal", *SEES_VISITS),
    shown_on=lambda asked, area: None if area else reverse("facilitators:proposals"),
)


def _to_check(asked):
    """As the page of visits to look at again finds them, without what was looked at already."""
    user, here, before = asked.user, asked.month.first, asked.last_month.first
    wanted = [review.marked(user, here), review.marked(user, before), review.sample(user, before)]
    # Together first: the few are then looked up, and not every visit of two months asked thrice.
    first, *others = (visits.order_by().values("pk") for visits in wanted)
    checked = Exists(VisitCheck.objects.filter(visit_id=OuterRef("pk")).order_by())
    found = Visit.objects.visible_to(user).filter(~Q(checked), pk__in=first.union(*others))
    return found.exclude(recorded_by=user)


TO_CHECK = Figure(
    key="kunjungan-dicek-ulang",
    label=_("Visits to look at again"),
    definition=_(
        "With a mark, of %(last_month)s and %(month)s, or in the sample of %(last_month)s; not "
        "your own, and nobody has looked at them again."
    ),
    source=_("visits"),
    kind="visit",
    base=_to_check,
    place="household__desa_id",
    permissions=("facilitators.check_visit", *SEES_VISITS),
)
LATE_ANSWERS = Figure(
    key="permintaan-lewat-waktu",
    label=_("Visit requests past their day"),
    definition=_("A visit was asked for, the day has passed, and no visit has answered."),
    source=_("visit requests"),
    kind="request",
    base=lambda asked: (
        VisitRequest.objects.visible_to(asked.user).open().filter(due_on__lt=asked.today)
    ),
    place="household__desa_id",
    permissions=SEES_VISITS,
)
VISITED = Figure(
    key="kunjungan-masuk",
    label=_("Visits that came in"),
    definition=_("Visits that arrived in the last %(lately)s days."),
    source=_("visits"),
    kind="visit",
    base=lambda asked: Visit.objects.visible_to(asked.user).filter(recorded_at__gte=asked.lately),
    place="household__desa_id",
    permissions=SEES_VISITS,
)
OWN_DECIDED = Figure(
    key="usulan-saya-diputuskan",
    label=_("Your proposed changes that were decided"),
    definition=_("Accepted or not accepted by the office in the last %(lately)s days."),
    source=_("visits"),
    kind="proposal",
    base=lambda asked: ChangeProposal.objects.visible_to(asked.user).filter(
        proposed_by=asked.user, decided_at__gte=asked.lately
    ),
    place="visit__household__desa_id",
    permissions=SEES_VISITS,
)


# --- P2K2


def _behind(asked):
    met = LearningSession.objects.filter(
        group_id=OuterRef("pk"), held_on__gte=asked.last_month.first
    )
    return (
        LearningGroup.objects.visible_to(asked.user)
        .held_on(asked.today)
        .filter(~Exists(met.order_by()), starts_on__lte=asked.last_month.first)
    )


BEHIND = Figure(
    key="kelompok-belum-bertemu",
    label=_("P2K2 groups behind"),
    definition=_(
        "Groups that exist since before %(last_month)s and have not met since it began; P2K2 is "
        "monthly."
    ),
    source=_("P2K2 sessions"),
    kind="group",
    base=_behind,
    place="village_id",
    permissions=SEES_GROUPS,
)
MET = Figure(
    key="sesi-p2k2",
    label=_("P2K2 sessions recorded"),
    definition=_("Sessions that were recorded in the last %(lately)s days."),
    source=_("P2K2 sessions"),
    kind="session",
    base=lambda asked: LearningSession.objects.visible_to(asked.user).filter(
        recorded_at__gte=asked.lately
    ),
    place="group__village_id",
    permissions=("facilitators.view_learningsession",),
)


# --- commitments


def _unverified_page(asked, area):
    chosen = {
        "tahap": str(asked.quarter_to_check),
        "hasil": Outcome.NO_EVIDENCE.value,
        "wilayah": area,
    }
    query = urlencode({name: value for name, value in chosen.items() if value})
    return f"{reverse('facilitators:commitment_list')}?{query}"


UNVERIFIED = Figure(
    key="komitmen-belum-terverifikasi",
    label=_("Commitments without evidence"),
    definition=_(
        "Commitments of members in the quarter %(quarter)s of which nobody has brought evidence."
    ),
    source=_("verification of commitments"),
    kind="check",
    base=lambda asked: (
        CommitmentCheck.objects.visible_to(asked.user)
        .of_period(asked.quarter_to_check)
        .filter(outcome=Outcome.NO_EVIDENCE)
    ),
    place="household__desa_id",
    permissions=("facilitators.view_commitmentcheck",),
    shown_on=_unverified_page,
)


# --- plans and caseloads


def _without_plan(asked):
    plans = WorkPlan.objects.filter(month=asked.month.first, facilitator_id=OuterRef("pk"))
    return people_of(asked.user, asked.month).filter(~Exists(plans.order_by()))


WITHOUT_PLAN = Figure(
    key="pendamping-tanpa-rencana",
    label=_("Facilitators without a work plan"),
    definition=_("They accompany families, and no work plan of %(month)s has been submitted."),
    source=_("work plans"),
    kind="plan",
    base=_without_plan,
    place="area_code",
    permissions=("facilitators.view_workplan", *SEES_CASELOADS),
)


def _own_plan(asked):
    plans = WorkPlan.objects.filter(month=asked.month.first, facilitator_id=OuterRef("pk"))
    return (
        Facilitator.objects.filter(user=asked.user)
        .accompanying()
        .held_on(asked.today)
        .filter(~Exists(plans.order_by()))
    )


OWN_PLAN = Figure(
    key="rencana-kerja-saya",
    label=_("Your work plan is missing"),
    definition=_("You have not submitted a work plan for %(month)s."),
    source=_("work plans"),
    kind="own_plan",
    base=_own_plan,
    permissions=("facilitators.add_workplan",),
    shown_on=lambda asked, area: None,
)


def _workers(asked):
    return with_numbers(at_work(asked.user, asked.today), asked.today)


def _with_more_than(asked, families):
    """Who accompanies more families today than so many, counted once for everybody."""
    left = Household.objects.filter(status=Household.Status.EXITED).order_by()
    held = (
        CaseloadAssignment.objects.held_on(asked.today)
        .exclude(household_id__in=left.values("pk"))
        .order_by()
        .values("facilitator_id")
        .annotate(number=Count("pk"))
        .filter(number__gt=families)
    )
    return Q(pk__in=held.values("facilitator_id"))


def _few(asked):
    # Who has none at all stands in no group.
    few = asked.caseloads.few_below
    return ~_with_more_than(asked, few - 1) if few else Q(pk__in=[])


def _many(asked):
    return _with_more_than(asked, asked.caseloads.many_above)


def _load(key, label, definition, where=None):
    return Figure(
        key=key,
        label=label,
        definition=definition,
        source=CASELOADS,
        kind="facilitator",
        base=_workers,
        where=where,
        place="area_code",
        permissions=SEES_CASELOADS,
    )


WORKERS = _load(
    "pendamping",
    _("Facilitators at work"),
    _("Who accompanies families today, by the kecamatan of the posting."),
)
FEW = _load(
    "pendamping-sedikit",
    _("Fewer than the norm"),
    _("Facilitators with fewer than %(few)s families, the office's own norm."),
    _few,
)
MANY = _load(
    "pendamping-banyak",
    _("More than the norm"),
    _("Facilitators with more than %(many)s families, the office's own norm."),
    _many,
)


def _holding(asked, inside=None):
    """Caseloads of today of families that stay, each of a family the user sees."""
    held = (
        CaseloadAssignment.objects.visible_to(asked.user)
        .held_on(asked.today)
        .filter(families_in_scope(asked.user, "household", VIEW_HOUSEHOLD))
        .exclude(household__status=Household.Status.EXITED)
        .filter(facilitator_id=OuterRef("pk"))
    )
    return Exists((held if inside is None else held.filter(inside)).order_by())


def _accompanying(asked):
    """Also who is posted elsewhere: the family's page names him too. `opens`: so does his own."""
    at_home = Facilitator.objects.visible_to(asked.user).filter(pk=OuterRef("pk")).order_by()
    return Facilitator.objects.filter(_holding(asked)).annotate(opens=Exists(at_home))


ACCOMPANYING = Figure(
    key="pendamping-di-wilayah",
    label=_("Facilitators of the families living here"),
    definition=_(
        "Who has an active or suspended family of the area in the caseload today, wherever the "
        "posting is. Who has families in two areas stands in both."
    ),
    source=CASELOADS,
    kind="accompanies",
    base=_accompanying,
    reach=lambda asked, codes: Q(_holding(asked, below("household__desa__code", codes))),
    permissions=("beneficiaries.view_household", "facilitators.view_caseloadassignment"),
)

FIGURES = (
    PROPOSALS,
    TO_CHECK,
    LATE_ANSWERS,
    VISITED,
    OWN_DECIDED,
    BEHIND,
    MET,
    UNVERIFIED,
    WITHOUT_PLAN,
    OWN_PLAN,
    WORKERS,
    FEW,
    MANY,
    ACCOMPANYING,
)
