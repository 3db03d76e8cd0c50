"""Figures about families and their members: coverage, the four targets, quality of data."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Count,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    Value,
)
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.scope import in_scope
from beneficiaries.models import (
    Household,
    HouseholdStatusChange,
    Member,
    MemberComponent,
)
from core.lookups import holds
from dashboard.figures.base import Figure, Share
from facilitators.models import CaseloadAssignment
from facilitators.models.querysets import VIEW_FACILITATOR
from facilitators.queries import today as visits_due
from facilitators.queries.visits import unvisited

SEES_FAMILIES = ("beneficiaries.view_household",)
SEES_MEMBERS = ("beneficiaries.view_member",)
SEES_VISITS = ("facilitators.view_visit",)
SEES_CASELOADS = (*SEES_FAMILIES, VIEW_FACILITATOR)
REGISTER = _("the office's register of families")
STAYS = ~Q(status=Household.Status.EXITED)


def _families(asked):
    return Household.objects.visible_to(asked.user)


def _stays(asked):
    return STAYS


def _beside_closing(asked, families):
    """Each with `is_listed`, in the newest Final Closing, and whether the amount there is right.
    A family stands once in a closing."""
    if asked.closing is None:
        return families.annotate(is_listed=Value(False), is_right=Value(False))
    year, stage = asked.closing.year, asked.closing.stage
    row = FilteredRelation("periods", condition=Q(periods__year=year, periods__stage=stage))
    computed = F("in_closing__computed_amount")
    return families.annotate(
        in_closing=row,
        is_listed=holds(Q(in_closing__isnull=False)),
        is_right=holds(Q(in_closing__stated_amount=computed)),
    )


def _beside_caseload(asked, families):
    """Each with `is_held`, in somebody's caseload today; nobody shares a family on a day."""
    today = asked.today
    held = Q(caseload__starts_on__lte=today) & (
        Q(caseload__ends_on__isnull=True) | Q(caseload__ends_on__gte=today)
    )
    row = FilteredRelation("caseload", condition=held)
    return families.annotate(in_caseload=row, is_held=holds(Q(in_caseload__isnull=False)))


def _listed(asked):
    return Q(is_listed=True)


def _by_status(status):
    def page(asked, area):
        chosen = {"wilayah": area, "keadaan": status}
        query = urlencode({name: value for name, value in chosen.items() if value})
        return f"{reverse('dashboard:households')}?{query}"

    return page


FAMILIES = Figure(
    key="keluarga",
    label=_("Families in PKH"),
    definition=_("Families of the register that have not left: active or suspended."),
    source=REGISTER,
    kind="household",
    base=_families,
    shared=(_stays,),
    place="desa_id",
    permissions=SEES_FAMILIES,
)
ACTIVE = Figure(
    key="keluarga-aktif",
    label=_("Active"),
    definition=_("Families whose state is active."),
    source=REGISTER,
    kind="household",
    base=_families,
    where=lambda asked: Q(status=Household.Status.ACTIVE),
    place="desa_id",
    permissions=SEES_FAMILIES,
    shown_on=_by_status("active"),
)
SUSPENDED = Figure(
    key="keluarga-ditangguhkan",
    label=_("Suspended"),
    definition=_("Families whose state is suspended."),
    source=REGISTER,
    kind="household",
    base=_families,
    where=lambda asked: Q(status=Household.Status.SUSPENDED),
    place="desa_id",
    permissions=SEES_FAMILIES,
    shown_on=_by_status("suspended"),
)
LISTED = Figure(
    key="keluarga-di-final-closing",
    label=_("In the Final Closing"),
    definition=_("Families that stand in the newest Final Closing, %(closing)s."),
    source=_("Final Closing"),
    kind="household",
    base=_families,
    shared=(_listed,),
    beside=(_beside_closing,),
    place="desa_id",
    permissions=SEES_FAMILIES,
)
ABSENT = Figure(
    key="keluarga-tidak-di-final-closing",
    label=_("Not in the Final Closing"),
    definition=_("Active or suspended families that are not in the Final Closing %(closing)s."),
    source=_("Final Closing beside the register"),
    kind="household",
    base=_families,
    shared=(_stays,),
    unless=(_listed,),
    beside=(_beside_closing,),
    place="desa_id",
    permissions=SEES_FAMILIES,
)


def _held(asked):
    return Q(is_held=True)


def _overseen(asked):
    return in_scope(asked.user, "desa", VIEW_FACILITATOR)


# As facilitators.queries.caseloads.unassigned counts them.
UNASSIGNED = Figure(
    key="keluarga-tanpa-pendamping",
    label=_("Without a facilitator"),
    definition=_("Active or suspended families that are in nobody's caseload today."),
    source=_("caseloads"),
    kind="household",
    base=_families,
    shared=(_stays, _overseen),
    unless=(_held,),
    beside=(_beside_caseload,),
    place="desa_id",
    permissions=SEES_CASELOADS,
)
ASSIGNED = Figure(
    key="keluarga-didampingi",
    label=_("Accompanied"),
    definition=_("Active or suspended families that are in somebody's caseload today."),
    source=_("caseloads"),
    kind="household",
    base=_families,
    shared=(_stays, _overseen, _held),
    beside=(_beside_caseload,),
    place="desa_id",
    permissions=SEES_CASELOADS,
)
COVERAGE = Share(
    key="cakupan",
    label=_("Families with a facilitator"),
    definition=_("Accompanied families of all that are active or suspended today."),
    source=_("register and caseloads"),
    part=ASSIGNED,
    rest=UNASSIGNED,
    whole=FAMILIES,
)


# --- whom to visit


def _due(reason):
    return lambda asked: visits_due.due(asked.user, asked.today, reason)


def _ruled(asked):
    """The office has a rule after how many days a family is visited."""
    return Q(pk__in=[]) if asked.visit_days is None else ~Q(pk__in=[])


def _visited(asked):
    if asked.visit_days is None:
        return Q(pk__in=[])
    return ~unvisited(asked.today, asked.visit_days)


def _page_of_due(word):
    def page(asked, area):
        return None if area else f"{reverse('facilitators:overdue')}?alasan={word}"

    return page


ASKED_FOR = Figure(
    key="kunjungan-diminta",
    label=_("Families somebody asks to visit"),
    definition=_("Families with an open question that only a visit can answer."),
    source=_("visit requests"),
    kind="household",
    base=_due(visits_due.ASKED),
    place="desa_id",
    permissions=SEES_VISITS,
    shown_on=_page_of_due("pertanyaan"),
)
MISSED = Figure(
    key="kunjungan-absen",
    label=_("Families absent from the last P2K2"),
    definition=_(
        "Absent without being ill when their group last met, and not visited since; as long as "
        "the settings give to a follow-up."
    ),
    source=_("attendance of P2K2 and visits"),
    kind="household",
    base=_due(visits_due.ABSENT),
    place="desa_id",
    permissions=SEES_VISITS,
    shown_on=_page_of_due("absen"),
)
OVERDUE = Figure(
    key="kunjungan-terlambat",
    label=_("Families not visited in time"),
    definition=_("No visit has arrived for %(days)s days: the office's visit rule of today."),
    source=_("visits and the visit rule"),
    kind="household",
    base=_families,
    shared=(_stays, _ruled),
    unless=(_visited,),
    place="desa_id",
    permissions=SEES_VISITS,
    shown_on=_page_of_due("terlambat"),
)


# --- the four targets: all of them of the families of the newest Final Closing


def _entitled(asked):
    if asked.closing is None:
        return Q(pk__in=[])
    counts = MemberComponent.objects.filter(year=asked.closing.year, stage=asked.closing.stage)
    people = Member.objects.active().filter(pk__in=counts.order_by().values("member_id"))
    return STAYS & Q(pk__in=people.order_by().values("household_id"))


def _amount(asked):
    return Q(is_right=True)


def _complete(asked):
    damaged = Member.objects.filter(
        INCOMPLETE, household_id=OuterRef("pk"), status=Member.Status.ACTIVE
    )
    return Q(kk_number__isnull=False, caretaker__isnull=False) & ~Q(Exists(damaged.order_by()))


INCOMPLETE = Q(nik__isnull=True) | Q(birth_on__isnull=True)


def _share(key, label, definition, source, condition, permissions=SEES_FAMILIES):
    common = {
        "definition": definition,
        "source": source,
        "kind": "household",
        "base": _families,
        "beside": (_beside_closing,),
        "place": "desa_id",
        "permissions": permissions,
    }
    part = Figure(key=key, label=label, shared=(_listed, condition), **common)
    not_yet = format_lazy(
        "{} {}", _("In the Final Closing %(closing)s, and this does not hold:"), definition
    )
    rest = Figure(
        key=f"{key}-belum",
        label=NOT_YET[key],
        shared=(_listed,),
        unless=(condition,),
        **common | {"definition": not_yet},
    )
    return Share(
        key=key,
        label=label,
        definition=definition,
        source=source,
        part=part,
        rest=rest,
        whole=LISTED,
    )


NOT_YET = {
    "tepat-sasaran": _("Right target: not yet"),
    "tepat-waktu": _("Right time: not yet"),
    "tepat-jumlah": _("Right amount: not yet"),
    "tepat-administrasi": _("Right administration: not yet"),
}
TARGET = _share(
    "tepat-sasaran",
    _("Right target"),
    _(
        "The family has not left and at least one active member counts for a component in the "
        "members file of %(closing)s. Deciles are not judged: which of them is entitled is for "
        "the ministry to say."
    ),
    _("Final Closing, members file and register"),
    _entitled,
)
TIME = _share(
    "tepat-waktu",
    _("Right time"),
    _(
        "A visit arrived within the last %(days)s days, the office's visit rule. The day of "
        "payment stands in none of the files brought in, so accompaniment is measured."
    ),
    _("Final Closing, visits and the visit rule"),
    _visited,
    (*SEES_FAMILIES, *SEES_VISITS),
)
AMOUNT = _share(
    "tepat-jumlah",
    _("Right amount"),
    _(
        "The amount in the Final Closing %(closing)s equals the amount computed from its "
        "components by the benefit indexes that hold."
    ),
    _("Final Closing and benefit indexes"),
    _amount,
)
ADMINISTRATION = _share(
    "tepat-administrasi",
    _("Right administration"),
    _(
        "Family card and caretaker are known, and every active member has a readable NIK and a "
        "date of birth."
    ),
    _("Final Closing and register"),
    _complete,
)
FOUR = (TARGET, TIME, AMOUNT, ADMINISTRATION)


# --- quality of data


def _members(asked):
    """Active members of families that have not left."""
    return (
        Member.objects.visible_to(asked.user)
        .active()
        .exclude(household__status=Household.Status.EXITED)
    )


def _quality(key, label, definition, base, where=None):
    return Figure(
        key=key,
        label=label,
        definition=definition,
        source=REGISTER,
        kind="member",
        base=base,
        where=where,
        place="household__desa_id",
        permissions=SEES_MEMBERS,
    )


def _same_nik(asked):
    # Numbers that stand twice at all are read off an index, once, and are few.
    twice = Member.objects.filter(nik__isnull=False).order_by().values("nik")
    twice = twice.annotate(rows=Count("*")).filter(rows__gt=1).values("nik")
    # Among those of the territory only: a number tells nothing about people elsewhere.
    numbers = _members(asked).filter(nik__among=ArraySubquery(twice)).order_by().values("nik")
    numbers = numbers.annotate(people=Count("pk")).filter(people__gt=1).values("nik")
    return _members(asked).filter(nik__among=ArraySubquery(numbers))


def _incomplete(asked):
    """An index of its own leads to the few."""
    return _members(asked).filter(INCOMPLETE)


MEMBERS = _quality(
    "anggota",
    _("Members"),
    _("Active members of families that have not left."),
    _members,
)
NO_NIK = _quality(
    "anggota-tanpa-nik",
    _("Without NIK"),
    _("No NIK is known: the file had none, or one so damaged that it was left empty."),
    _incomplete,
    lambda asked: Q(nik__isnull=True),
)
NO_BIRTH = _quality(
    "anggota-tanpa-tanggal-lahir",
    _("Without date of birth"),
    _("No date of birth is known, or the file's could not be read."),
    _incomplete,
    lambda asked: Q(birth_on__isnull=True),
)
SAME_NIK = _quality(
    "anggota-nik-sama",
    _("NIK of two people"),
    _("The NIK stands with more than one active member of your territory."),
    _same_nik,
)
# Of members, as the map counts them: whoever lacks several of these is one.
MEMBERS_NO_CARD = _quality(
    "anggota-tanpa-kk",
    _("Members without a card number"),
    _("Of their family no family card number is known."),
    _members,
    lambda asked: Q(household__kk_number__isnull=True),
)
MEMBERS_INCOMPLETE = _quality(
    "anggota-belum-lengkap",
    _("Members incomplete"),
    _("NIK, date of birth or the family's card number is not known; whoever lacks several is one."),
    _members,
    lambda asked: INCOMPLETE | Q(household__kk_number__isnull=True),
)
NO_CARD = Figure(
    key="keluarga-tanpa-kk",
    label=_("Families without a card number"),
    definition=_("Active or suspended families of which no family card number is known."),
    source=REGISTER,
    kind="household",
    base=_families,
    shared=(_stays,),
    where=lambda asked: Q(kk_number__isnull=True),
    place="desa_id",
    permissions=SEES_FAMILIES,
)
NO_CARETAKER = Figure(
    key="keluarga-tanpa-pengurus",
    label=_("Families without a caretaker"),
    definition=_("Active or suspended families of which no caretaker is known."),
    source=REGISTER,
    kind="household",
    base=_families,
    shared=(_stays,),
    where=lambda asked: Q(caretaker__isnull=True),
    place="desa_id",
    permissions=SEES_FAMILIES,
)
QUALITY = (NO_NIK, NO_BIRTH, SAME_NIK, NO_CARD, NO_CARETAKER)


# --- what changed


STATUS_CHANGED = Figure(
    key="perubahan-status",
    label=_("Changes of a family's state"),
    definition=_(
        "Families that became active, were suspended or left, written in the last %(lately)s days."
    ),
    source=REGISTER,
    kind="status",
    base=lambda asked: HouseholdStatusChange.objects.visible_to(asked.user).filter(
        recorded_at__gte=asked.lately
    ),
    place="household__desa_id",
    permissions=SEES_FAMILIES,
)
HANDED_OVER = Figure(
    key="serah-terima",
    label=_("Families given to a facilitator"),
    definition=_("Families that began with a facilitator or changed in the last %(lately)s days."),
    source=_("caseloads"),
    kind="caseload",
    base=lambda asked: CaseloadAssignment.objects.visible_to(asked.user).filter(
        recorded_at__gte=asked.lately
    ),
    place="household__desa_id",
    permissions=("facilitators.view_caseloadassignment", *SEES_FAMILIES),
)

FIGURES = (
    FAMILIES,
    ACTIVE,
    SUSPENDED,
    LISTED,
    ABSENT,
    UNASSIGNED,
    ASSIGNED,
    ASKED_FOR,
    MISSED,
    OVERDUE,
    *(figure for share in FOUR for figure in (share.part, share.rest)),
    MEMBERS,
    *QUALITY,
    MEMBERS_NO_CARD,
    MEMBERS_INCOMPLETE,
    STATUS_CHANGED,
    HANDED_OVER,
)
