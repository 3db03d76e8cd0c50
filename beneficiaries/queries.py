"""Finding people: by the full number, by its last digits near home, or by name."""

import datetime as dt
import re
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.conf import settings
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import transaction
from django.db.models import Case, F, Q, When
from django.db.models.functions import Right, Upper
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEvent
from accounts.scope import area_codes
from areas.models import Area
from areas.models.querysets import below
from beneficiaries.models import FormerCard, Household, Member
from beneficiaries.models.querysets import VIEW_HOUSEHOLD
from core.errors import Refused
from core.names import clean_name, name_key, names_begun
from core.nik import clean_nik, digits

MOST_HITS = 1_000
MOST_ALIKE = 20
SEARCHED_BY_NUMBER = "identity.searched"


class Hit(NamedTuple):
    """Somebody who answers to a name: `how` is "", "respelt" or "similar"."""

    pk: int
    household_id: int
    is_caretaker: bool
    how: str


def find_members(*, user, text, village=None, channel="", at=None):
    """Members the user may see that answer to `text`, at most MOST_HITS of them.

    Sixteen digits are a NIK and must be equal; four digits are its end, and are looked for in
    `village` or in the user's own villages only; anything else is a name or a part of one, in
    any order of its words and in any of its spellings: see find_names. Raises Refused for a
    number that cannot be searched, and when somebody looks up more numbers in an hour than work
    needs (reliability.md B).
    """
    if _number(text) is None:
        people = _people_in(user, village)
        found = find_names(user=user, text=text, village=village)
        return people.filter(pk__in=[hit.pk for hit in found[:MOST_HITS]])
    return find_by_number(user=user, text=text, village=village, channel=channel, at=at)[1]


def find_households(*, user, text, village=None, channel="", at=None):
    """Households by card number (present or former), by its last four digits, or by a member."""
    families = _families_in(user, village)
    if _number(text) is None:
        members = find_members(user=user, text=text, village=village, channel=channel, at=at)
        return families.filter(pk__in=set(members.values_list("household_id", flat=True)))
    carrying, members = find_by_number(
        user=user, text=text, village=village, channel=channel, at=at
    )
    of_members = list(members.values_list("household_id", flat=True)[:MOST_HITS])
    return families.filter(pk__in={*carrying.values_list("pk", flat=True)[:MOST_HITS], *of_members})


def find_by_number(*, user, text, village=None, channel="", at=None):
    """(families that carry the card number now or did before, members that carry the NIK).

    One question, written down once. What is refused and where four digits are looked for: see
    find_members. `text` must be a number.
    """
    families, people = _families_in(user, village), _people_in(user, village)
    number = _number(text)
    if len(number) == 4:
        _only_near_home(user, village)
        return (
            families.annotate(card_end=Right("kk_number", 4)).filter(card_end=number),
            people.annotate(nik_end=Right("nik", 4)).filter(nik_end=number),
        )
    _record_number_search(user=user, channel=channel, at=at or timezone.now())
    # Read first: "this number or one of a subquery" would read every family of the office.
    carried = FormerCard.objects.filter(kk_number=number).values_list("household_id", flat=True)
    return (
        families.filter(Q(kk_number=number) | Q(pk__in=list(carried[:MOST_HITS]))),
        people.filter(nik=number),
    )


def _families_in(user, village):
    families = Household.objects.visible_to(user)
    return families.filter(below("desa__code", [village])) if village else families


def _people_in(user, village):
    people = Member.objects.visible_to(user)
    return people.filter(below("household__desa__code", [village])) if village else people


def _number(text: str) -> str | None:
    """The digits meant by `text`, or None when it is a name."""
    found = digits(text)
    if any(character.isalpha() for character in text) or not found:
        return None
    if len(found) == 4:
        return found
    cleaned, state = clean_nik(text)
    if state != "ok":
        raise Refused(
            "number_incomplete",
            _("Type all 16 digits of the NIK or family card, or only the last four."),
            fields={"search": _("16 or 4 digits")},
        )
    return cleaned


def _fitting(people, text):
    """(people who bear the name in one of its spellings, with `place` and `respelt`; its key).

    `place` says where the words were found, `respelt` is 1 when only the key has them. A word of
    one or two letters must begin a word: alone it would fit everybody, so it only narrows.
    """
    wanted, key = clean_name(text) or "", name_key(text) or ""
    if not any(_can_be_looked_up(word) for word in [*wanted.split(), *key.split()]):
        raise Refused(
            "search_too_short",
            _("Type at least three letters of the name."),
            fields={"search": _("at least three letters")},
        )
    as_typed = Q()
    for word in wanted.split():
        as_typed &= _has("upper_name", word)
    if not any(_can_be_looked_up(word) for word in wanted.split()):
        as_typed = Q(pk__in=[])
    respelt = begins = Q()
    for word in key.split():
        spellings = [word, *sorted(names_begun(word))] if len(word) > 2 else [word]
        respelt &= reduce(or_, (_has("name_key", spelling) for spelling in spellings))
        begins &= reduce(or_, (_begins("name_key", spelling) for spelling in spellings))
    if not any(_can_be_looked_up(word) for word in key.split()):
        respelt = begins = Q(pk__in=[])
    people = people.annotate(upper_name=Upper("name"))
    # Judged by the key: it is stored, while the name in capitals is made anew by each condition,
    # for every one of the thousands called SITI.
    first = Q(name_key__startswith=key or "-")
    if wanted != key:
        first |= Q(upper_name__startswith=wanted)
    fitting = people.filter(as_typed | respelt).annotate(
        place=Case(
            When(name_key=key or "-", then=0),
            When(first, then=1),
            When(begins, then=2),
            default=3,
        ),
        respelt=Case(When(as_typed, then=0), default=1),
    )
    return fitting, key


def _can_be_looked_up(word):
    """Three letters in a row are a trigram; with less the index cannot begin."""
    return any(len(part) > 2 for part in re.split(r"[^\w]+", word))


def _has(field, word):
    return Q(**{f"{field}__contains": word}) if len(word) > 2 else _begins(field, word)


def _begins(field, word):
    return Q(**{f"{field}__startswith": word}) | Q(**{f"{field}__contains": f" {word}"})


def find_names(*, user, text, village=None):
    """The people the user may see who answer to a name: the best MOST_HITS, best first.

    Best is the whole name, then its beginning, then words begun in any order, then any part of
    words; within each the spelling as it was typed before another spelling of the same name
    (core.names.name_key: MUH and MOCH, OE and U, double letters, titles), people who are still
    members before those who died or left, and last the alphabet. Only when nobody has all the
    words, MOST_ALIKE whose name looks alike by its trigrams, the most alike first: `similar`.
    Every word then has to look like one of the name, but for words of three letters, which
    have too few trigrams to lose one.

    One more than MOST_HITS is answered when there are more, so that nobody counts a full list
    as the whole truth. Raises Refused for less than three letters.

    The statement sorts what the trigram index found. No index holds names in order: with one,
    the planner would walk it to find a frequent name (performance.md, the frequent-name trap).
    """
    people = _people_in(user, village)
    fitting, key = _fitting(people, text)
    answer = fitting.annotate(
        gone=Case(When(status=Member.Status.ACTIVE, then=0), default=1),
        caretaker_of=F("household__caretaker_id"),
    ).order_by("place", "respelt", "gone", "name_key", "pk")
    hits = [
        Hit(pk, household, caretaker_of == pk, "respelt" if respelt else "")
        for pk, household, caretaker_of, respelt in answer.values_list(
            "pk", "household_id", "caretaker_of", "respelt"
        )[: MOST_HITS + 1]
    ]
    if hits or len(key) < 4:
        return hits
    alike = people
    for word in [word for word in key.split() if len(word) > 3] or [key]:
        alike = alike.filter(name_key__trigram_word_similar=word)
    alike = alike.annotate(alike=TrigramWordSimilarity(key, "name_key")).order_by(
        "-alike", "name_key", "pk"
    )
    return [
        Hit(pk, household, caretaker == pk, "similar")
        for pk, household, caretaker in alike.values_list(
            "pk", "household_id", "household__caretaker_id"
        )[:MOST_ALIKE]
    ]


def _only_near_home(user, village):
    """Four digits fit thousands of people in a district: one must say which village is meant."""
    near = [village] if village else area_codes(user, VIEW_HOUSEHOLD)
    if not near or Area.objects.filter(code__in=near).exclude(level=Area.Level.DESA).exists():
        raise Refused(
            "village_needed",
            _("Choose a village first; four digits fit too many people in a larger area."),
            fields={"village": _("needed to search by four digits")},
        )


def _record_number_search(*, user, channel, at):
    """Written at once, also for a search that finds nobody: the question is what is audited."""
    since = at - dt.timedelta(hours=1)
    with transaction.atomic():
        asked = AuditEvent.objects.filter(
            by=user, verb=SEARCHED_BY_NUMBER, at__gt=since, at__lte=at
        ).count()
        if asked >= settings.PKH_NUMBER_SEARCHES_AN_HOUR:
            raise Refused(
                "too_many_searches",
                _("You have searched for %(count)d numbers within an hour. Try again later.")
                % {"count": asked},
            )
        audit.record(SEARCHED_BY_NUMBER, by=user, channel=channel, at=at)
