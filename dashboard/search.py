"""What the search box of every page answers: groups of lines, each of them a way on.

Names and villages may stand in an address: they are what the list of families has always been
asked by, and an address can be handed to a colleague who sees only what is his. Numbers never do;
they come by POST, are answered at once and masked, and only the audit knows that somebody asked.

Every group starts from `visible_to` or from the user's own villages. A group counts exactly the
rows its link opens; the number of statements does not depend on how many are found.
"""

from dataclasses import dataclass, field
from difflib import SequenceMatcher

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from areas.models.querysets import below
from beneficiaries.models import Household, Member
from beneficiaries.queries import MOST_HITS, find_by_number, find_names
from core.names import area_key, clean_name, name_key
from core.nik import mask_nik
from dashboard.queries import territory
from dtks.models import Snapshot
from facilitators.models import Facilitator, Posting
from meetings.models import Meeting

SHOWN, SHOWN_WHILE_TYPING = 8, 4
# Of a short list (villages, staff) a name this much alike is meant: a letter or two went wrong.
ALIKE = 0.8
# Groups that have no page of their own with the same filter; the page of results shows them whole.
SHORT_LISTS = ("wilayah", "pendamping", "rapat", "berkas")


@dataclass(frozen=True)
class Line:
    """One way on; `state` is (kind for its colour, word), `why` says what the name itself does
    not show."""

    url: str
    title: str
    about: str = ""
    place: str = ""
    state: tuple[str, str] | None = None
    why: str = ""


@dataclass(frozen=True)
class Group:
    """`total` rows, of which `lines` are the first; `and_more`: there are more than anybody
    lists. `url` opens all of them, empty when they are all here."""

    key: str
    title: str
    icon: str
    total: int
    lines: list[Line] = field(default_factory=list)
    and_more: bool = False
    url: str = ""


def by_name(user, text, *, village="", today, shown=SHOWN, whole=""):
    """Groups in the order of a clerk's work, those without a line left out.

    `whole` names the one group to be shown to its end. Meetings and files are left to the page
    of results: while somebody types he means a person or a place.
    """
    permissions = user.get_all_permissions()
    whole = whole if whole in SHORT_LISTS else ""
    groups = [] if whole else _people(user, text, village, shown)
    if not village:
        groups += [_areas(user, text, shown, whole)]
        if "facilitators.view_facilitator" in permissions:
            groups += [_staff(user, text, today, shown, whole)]
        if shown == SHOWN and "meetings.view_meeting" in permissions:
            groups += [_meetings(user, text, shown, whole)]
        if shown == SHOWN and "dtks.view_snapshot" in permissions:
            groups += [_files(user, text, shown, whole)]
    return [group for group in groups if group.total and whole in ("", group.key)]


def by_number(user, text, *, village="", at):
    """Families and members that carry a number; Refused as find_by_number says."""
    families, members = find_by_number(
        user=user, text=text, village=village or None, channel="web", at=at
    )
    # Sorted here: a handful fits, and asked for an order the planner would walk through everybody.
    found = families.select_related("desa__parent", "caretaker")[:MOST_HITS]
    carrying = [
        _family_line(one, about=mask_nik(one.kk_number))
        for one in sorted(found, key=lambda one: (one.desa_id, one.pk))
    ]
    bearers = members.select_related("household__desa__parent")[:MOST_HITS]
    people = [
        _member_line(one, about=mask_nik(one.nik))
        for one in sorted(bearers, key=lambda one: (one.household.desa_id, one.pk))
    ]
    groups = [
        Group("keluarga", _("Families with this card number"), "users", len(carrying), carrying),
        Group("anggota", _("Members with this NIK"), "user", len(people), people),
    ]
    return [group for group in groups if group.total]


# --- families and members


def named_people(user, text, village, part):
    """(hits of the part, whether there are more than MOST_HITS): "pengurus" or "anggota"."""
    hits = find_names(user=user, text=text, village=village or None)
    chosen = [
        hit for hit in hits[:MOST_HITS] if not part or hit.is_caretaker == (part == "pengurus")
    ]
    return chosen, len(hits) > MOST_HITS


def why_found(how):
    """What a line says when the name on it is not the name that was typed."""
    return {"respelt": _("another spelling"), "similar": _("looks alike")}.get(how, "")


def _people(user, text, village, shown):
    hits, and_more = named_people(user, text, village, "")
    caretakers = [hit for hit in hits if hit.is_caretaker]
    others = [hit for hit in hits if not hit.is_caretaker]
    families = Household.objects.visible_to(user).select_related("desa__parent", "caretaker")
    family_of = families.in_bulk([hit.household_id for hit in caretakers[:shown]])
    people = Member.objects.visible_to(user).select_related(
        "household__desa__parent", "household__caretaker"
    )
    person_of = people.in_bulk([hit.pk for hit in others[:shown]])
    list_of = reverse("dashboard:households")

    def url(part):
        asked = {"nama": text, "wilayah": village, "sebagai": part}
        return f"{list_of}?{urlencode({key: value for key, value in asked.items() if value})}"

    return [
        Group(
            "keluarga",
            _("Families, by caretaker"),
            "users",
            len(caretakers),
            [
                _family_line(family_of[hit.household_id], why=why_found(hit.how))
                for hit in caretakers[:shown]
                if hit.household_id in family_of
            ],
            and_more,
            url("pengurus"),
        ),
        Group(
            "anggota",
            _("Members of families"),
            "user",
            len(others),
            [
                _member_line(person_of[hit.pk], why=why_found(hit.how))
                for hit in others[:shown]
                if hit.pk in person_of
            ],
            and_more,
            url("anggota"),
        ),
    ]


_STATE_KINDS = {"active": "good", "suspended": "warn"}


def _state(household):
    return _STATE_KINDS.get(household.status, ""), household.get_status_display()


def _place(household):
    return _in_kecamatan(household.desa)


def _in_kecamatan(desa):
    return _("%(village)s, kec. %(kecamatan)s") % {"village": desa, "kecamatan": desa.parent}


def _family_line(household, about="", why=""):
    name = household.caretaker.name if household.caretaker else _("No caretaker known")
    return Line(
        household.get_absolute_url(),
        name,
        about or "",
        _place(household),
        _state(household),
        why,
    )


def _member_line(member, about=None, why=""):
    household = member.household
    said = [member.get_relationship_display()]
    if about is not None:
        said.append(about)
    elif household.caretaker:
        said.append(_("family of %(name)s") % {"name": household.caretaker})
    state = _state(household)
    if member.status != Member.Status.ACTIVE:
        state = "", member.get_status_display()
    return Line(
        f"{household.get_absolute_url()}#art-{member.pk}",
        member.name,
        " · ".join(filter(None, said)),
        _place(household),
        state,
        why,
    )


# --- short lists: compared here, one by one, by the same keys


def _rank(wanted, name):
    """0 the whole, 1 its beginning, 2 a part, None no part; both are keys."""
    if wanted == name:
        return 0
    if name.startswith(wanted):
        return 1
    return 2 if wanted in name else None


def _best(wanted, keyed):
    """[(thing, how)] of [(thing, key as written, key as spelt today)], best first.

    `wanted` is the same pair of keys of what was typed; nothing for less than three letters.
    """
    written, spelt = wanted
    if max(len(written), len(spelt)) < 3:
        return []
    found, alike = [], []
    for thing, name, key in keyed:
        place = _rank(written, name) if len(written) > 2 else None
        how = ""
        if place is None and len(spelt) > 2:
            place, how = _rank(spelt, key), "respelt"
        if place is not None:
            found.append((place, how, name, thing))
        elif not found and _alike(spelt, key):
            alike.append((-_alike(spelt, key), "similar", name, thing))
    rows = sorted(found or alike, key=lambda row: row[:3])
    return [(thing, how) for _place_, how, _name, thing in rows]


def _alike(wanted, key):
    """How much two keys are alike when they nearly are one, else 0; cheap refusals first."""
    matcher = SequenceMatcher(None, wanted, key, autojunk=False)
    if matcher.real_quick_ratio() < ALIKE or matcher.quick_ratio() < ALIKE:
        return 0
    ratio = matcher.ratio()
    return ratio if ratio >= ALIKE else 0


def _place_keys(text):
    """A place as it is written and as it is spelt today, without DESA, KEL, KEC and spaces."""
    key = area_key(text) or ""
    return key, (name_key(key) or "").replace(" ", "")


def _name_keys(text):
    return clean_name(text) or "", name_key(text) or ""


def _whole_url(text, key):
    return f"{reverse('dashboard:search')}?{urlencode({'cari': text, 'kelompok': key})}"


def _group(key, title, icon, text, found, lines_of, shown, whole):
    """A group of a short list: only what is shown is read and dressed."""
    lines = lines_of(found if whole == key else found[:shown])
    return Group(key, title, icon, len(found), lines, url=_whole_url(text, key))


def _areas(user, text, shown, whole):
    """Villages and kecamatan in which the user sees families; each opens the families in it."""
    areas = [area for kecamatan, villages in territory(user) for area in (kecamatan, *villages)]
    found = _best(_place_keys(text), [(area, *_place_keys(area.name)) for area in areas])

    def lines_of(rows):
        numbers = _families_in(user, [area.pk for area, _how in rows])
        return [
            Line(
                f"{reverse('dashboard:households')}?{urlencode({'wilayah': area.pk})}",
                area.name,
                ngettext("%(count)s family", "%(count)s families", numbers[area.pk])
                % {"count": number_format(numbers[area.pk], use_l10n=True, force_grouping=True)},
                _("kecamatan")
                if area.level == area.Level.KECAMATAN
                else _("village in kec. %(kecamatan)s") % {"kecamatan": area.parent},
                None,
                why_found(how),
            )
            for area, how in rows
        ]

    return _group(
        "wilayah",
        _("Villages and kecamatan"),
        "map-pin",
        text,
        found,
        lines_of,
        shown,
        whole,
    )


def _families_in(user, codes):
    """{code: families the list opens for it}, one statement for all of them."""
    if not codes:
        return {}
    villages = dict(
        Household.objects.visible_to(user)
        .filter(below("desa__code", codes))
        .values_list("desa_id")
        .annotate(number=Count("pk"))
        .order_by()
    )
    return {
        code: sum(n for desa, n in villages.items() if desa == code or desa.startswith(f"{code}."))
        for code in codes
    }


def _staff(user, text, today, shown, whole):
    everybody = Facilitator.objects.visible_to(user).only("pk", "name", "position", "ends_on")
    found = _best(_name_keys(text), [(one, *_name_keys(one.name)) for one in everybody])

    def lines_of(rows):
        posted = {
            posting.facilitator_id: posting.area
            for posting in Posting.objects.visible_to(user)
            .held_on(today)
            .filter(facilitator_id__in=[one.pk for one, _how in rows])
            .select_related("area")
        }
        return [
            Line(
                one.get_absolute_url(),
                one.name,
                one.get_position_display(),
                str(posted.get(one.pk, "")),
                None if one.ends_on is None or one.ends_on >= today else ("", _("Left")),
                why_found(how),
            )
            for one, how in rows
        ]

    return _group(
        "pendamping", _("Facilitators"), "users-group", text, found, lines_of, shown, whole
    )


def _containing(queryset, path, text, order):
    """Rows whose text holds every word; a few hundred rows, so no index is asked."""
    words = (clean_name(text) or "").split()
    if not any(len(word) > 2 for word in words):
        return []
    for word in words:
        queryset = queryset.filter(**{f"{path}__icontains": word})
    return [(one, "") for one in queryset.order_by(*order)[:MOST_HITS]]


def _meetings(user, text, shown, whole):
    meetings = Meeting.objects.visible_to(user).only("pk", "theme", "starts_at")
    found = _containing(meetings, "theme", text, ("-starts_at", "pk"))

    def lines_of(rows):
        return [
            Line(one.get_absolute_url(), one.theme, date_format(timezone.localdate(one.starts_at)))
            for one, _how in rows
        ]

    return _group("rapat", _("Meetings"), "message-question", text, found, lines_of, shown, whole)


def _files(user, text, shown, whole):
    files = Snapshot.objects.visible_to(user).only("pk", "file_name", "source")
    found = _containing(files, "file_name", text, ("-uploaded_at", "pk"))

    def lines_of(rows):
        return [
            Line(one.get_absolute_url(), one.file_name, one.get_source_display())
            for one, _how in rows
        ]

    return _group(
        "berkas", _("Ministry files"), "file-spreadsheet", text, found, lines_of, shown, whole
    )
