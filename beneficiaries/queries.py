"""Finding people: by the full number, by its last digits near home, or by name."""

import datetime as dt

from django.conf import settings
from django.db import transaction
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
from core.names import clean_name
from core.nik import clean_nik, digits

MOST_HITS = 1_000
SEARCHED_BY_NUMBER = "identity.searched"


def find_members(*, user, text, village=None, channel="", at=None):
    """Members the user may see that answer to `text`, at most MOST_HITS of them.

    Sixteen digits are a NIK and must be equal; four digits are its end, and are looked for in
    `village` or in the user's own villages only; anything else is a name or a part of one, in
    any order of its words. Raises Refused for a number that cannot be searched, and when
    somebody looks up more numbers in an hour than work needs (reliability.md B).
    """
    people = Member.objects.visible_to(user)
    if village:
        people = people.filter(below("household__desa__code", [village]))
    number = _number(text)
    if number is None:
        return _by_name(people, text)
    if len(number) == 4:
        _only_near_home(user, village)
        return people.annotate(nik_end=Right("nik", 4)).filter(nik_end=number)
    _record_number_search(user=user, channel=channel, at=at or timezone.now())
    return people.filter(nik=number)


def find_households(*, user, text, village=None, channel="", at=None):
    """Households by card number (present or former), by its last four digits, or by a member."""
    families = Household.objects.visible_to(user)
    if village:
        families = families.filter(below("desa__code", [village]))
    number = _number(text)
    if number is None or len(number) == 4:
        members = find_members(user=user, text=text, village=village, channel=channel, at=at)
        found = set(members.values_list("household_id", flat=True)[:MOST_HITS])
        if number is not None:
            found |= set(
                families.annotate(card_end=Right("kk_number", 4))
                .filter(card_end=number)
                .values_list("pk", flat=True)[:MOST_HITS]
            )
        return families.filter(pk__in=found)
    _record_number_search(user=user, channel=channel, at=at or timezone.now())
    carried = FormerCard.objects.filter(kk_number=number).values("household_id")
    people = Member.objects.filter(nik=number).values("household_id")
    return (
        families.filter(kk_number=number)
        | families.filter(pk__in=carried)
        | families.filter(pk__in=people)
    )


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


def _by_name(people, text):
    """The hits are fenced first: with ORDER BY and LIMIT the planner would walk the whole
    name index to find a frequent name (performance.md, the frequent-name trap)."""
    wanted = clean_name(text) or ""
    if len(wanted) < 3:
        raise Refused(
            "search_too_short",
            _("Type at least three letters of the name."),
            fields={"search": _("at least three letters")},
        )
    people = people.annotate(upper_name=Upper("name"))
    hits = people
    for word in wanted.split():
        hits = hits.filter(upper_name__contains=word)
    found = list(hits.values_list("pk", flat=True)[:MOST_HITS])
    if not found:
        similar = people.filter(upper_name__trigram_word_similar=wanted)
        found = list(similar.values_list("pk", flat=True)[:MOST_HITS])
    return people.filter(pk__in=found)


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
