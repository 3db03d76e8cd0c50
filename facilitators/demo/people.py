"""The people of the demo office: 75 facilitators, each with some 284 families of few villages."""

import datetime as dt
import random
from collections import Counter

from django.db import transaction

from accounts.models import User
from areas.models import Area
from areas.models.querysets import below
from beneficiaries.models import Household
from core.synthetic.names import Namer
from facilitators.models import Facilitator
from facilitators.services import add_facilitator, give_families

FACILITATORS = 75
REASON = "Pembagian awal data contoh"


@transaction.atomic
def make_demo_facilitators(*, office_area: Area, starts_on: dt.date, by, at) -> int:
    """Facilitators of a demo district with all its families; 0 when there are any already.

    Every kecamatan gets its share of them by its families, and each of these a stretch of
    villages that lie one after the other in the list. The demo accounts of facilitators are
    those whose stretch begins in the villages they were given.
    """
    if Facilitator.objects.exists():
        return 0
    families: dict[str, list[tuple[int, str]]] = {}
    for pk, village in (
        Household.objects.filter(below("desa__code", [office_area.pk]))
        .exclude(status=Household.Status.EXITED)
        .order_by("desa_id", "rw", "rt", "pk")
        .values_list("pk", "desa_id")
    ):
        families.setdefault(village[:8], []).append((pk, village))
    if not families:
        return 0
    accounts = _accounts_by_village()
    areas = Area.objects.in_bulk([*families, *{v for rows in families.values() for _, v in rows}])
    chance = random.Random(2026)  # noqa: S311 - made-up people
    namer = Namer(chance)
    moves, number = [], 0
    for kecamatan, count in _shares({k: len(rows) for k, rows in families.items()}).items():
        rows = families[kecamatan]
        for part in range(count):
            stretch = rows[part * len(rows) // count : (part + 1) * len(rows) // count]
            villages = Counter(village for _pk, village in stretch)
            user = next((accounts.pop(v) for v in villages if v in accounts), None)
            number += 1
            permanent = chance.random() < 0.8
            facilitator = add_facilitator(
                name=user.full_name if user else _name(namer, chance),
                area=areas[kecamatan],
                base_village=areas[villages.most_common(1)[0][0]],
                employment=(
                    Facilitator.Employment.PPPK if permanent else Facilitator.Employment.CONTRACT
                ),
                nip=f"99{number:016d}" if permanent else "",
                user=user,
                starts_on=starts_on,
                by=by,
                at=at,
            )
            moves += [(pk, facilitator.pk) for pk, _village in stretch]
    give_families(moves=moves, on=starts_on, by=by, at=at, reason=REASON)
    return number


def _name(namer: Namer, chance: random.Random) -> str:
    return namer.name(namer.pool(), "P" if chance.random() < 0.6 else "L").title()


def _shares(sizes: dict[str, int]) -> dict[str, int]:
    """75 divided in proportion; the largest remainders get what is left, everybody at least one."""
    total = sum(sizes.values())
    exact = {key: FACILITATORS * size / total for key, size in sizes.items()}
    shares = {key: max(1, int(value)) for key, value in exact.items()}
    for key in sorted(exact, key=lambda key: (int(exact[key]) - exact[key], key)):
        if sum(shares.values()) >= FACILITATORS:
            break
        shares[key] += 1
    return shares


def _accounts_by_village() -> dict[str, User]:
    """The first village of each demo facilitator's account."""
    found = {}
    for user in User.objects.filter(username__startswith="pendamping").order_by("username"):
        villages = user.assignments.order_by("area_id").values_list("area_id", flat=True)
        if villages:
            found[villages[0]] = user
    return found
