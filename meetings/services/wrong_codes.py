"""Whoever types wrong codes at the door waits; whoever types a right one never does.

A guess is hopeless even without this. An own code has ten of 32 letters, 2**50 of them: where 1,000
people are invited, a million guesses find one with a chance of one in a million, and each counts
only in the minutes in which its guesser holds a pass of the hall. A hall code has 2**40, of which
three hold at a time. The limits keep the noise out of the database, and they are wide: all people
in a hall share one address, so only wrong codes are counted, in the office's own cache, by
address and by meeting. A code of another shape is refused without counting, because it can be
nobody's. Who is stopped here is still ticked on the list by the officer at the desk.
"""

import datetime as dt
import ipaddress

from django.core.cache import cache
from django.db import connection, transaction

WINDOW = 600  # seconds
BY_ADDRESS = 100  # two hundred people, and every second one mistypes
BY_MEETING = 1_000


def must_wait(*, address: str, at: dt.datetime, meeting=None) -> int:
    """Seconds until another code may be tried; 0 when one may be tried now."""
    counted = cache.get_many([key for key, _most in _keys(address, meeting, at)])
    for key, most in _keys(address, meeting, at):
        if counted.get(key, 0) >= most:
            return WINDOW - int(at.timestamp()) % WINDOW
    return 0


@transaction.atomic
def note_wrong_code(*, address: str, at: dt.datetime, meeting=None) -> None:
    """Of two at once both are counted: the cache alone would lose one."""
    for key, _most in _keys(address, meeting, at):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtext('meetings.wrong_codes'), hashtext(%s))",
                [key],
            )
        cache.set(key, cache.get(key, 0) + 1, 2 * WINDOW)


def _keys(address: str, meeting, at: dt.datetime) -> list[tuple[str, int]]:
    window = int(at.timestamp()) // WINDOW
    keys = [(f"door:{_neighbours(address)}:{window}", BY_ADDRESS)]
    if meeting is not None:
        keys.append((f"door:{meeting}:{window}", BY_MEETING))
    return keys


def _neighbours(address: str) -> str:
    """Who has one address of IPv6 has 2**64 of them: they count as one."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if known.version == 6:
        return str(ipaddress.ip_network((known, 64), strict=False).network_address)
    return str(known)
