"""The code on the wall of the hall, and what a telephone in the hall is given for it.

Whoever reads the wall is in the hall. The code changes three times while it holds and is worthless
`hall_seconds` after it first appeared, so a photo sent home comes too late. It is made from the
meeting's own secret and the clock and stands in no table.
"""

import datetime as dt
import hmac
import re
import secrets
import uuid
from dataclasses import dataclass

from django.core import signing

from meetings.models.meetings import CODE_LENGTH, LETTERS

HALL_LENGTH = 8
CHANGES = 3  # so often a code changes while it holds: the last one shown can still be typed
PASS_SECONDS = 300  # to type an own code or a name after the wall was scanned
OWN_SECONDS = 3600  # from the letter at the gate to the wall of the hall
PROOF_SECONDS = 24 * 3600
MOST_ON_ONE_PHONE = 30
_PASS, _OWN, _PROOF = "meetings.hall", "meetings.own_code", "meetings.proof"
_BETWEEN = re.compile(r"[\s.\-–_]+")


def _slot(seconds: int, at: dt.datetime) -> int:
    return int(at.timestamp() * CHANGES // seconds)


def _code_of(meeting, slot: int) -> str:
    digest = hmac.digest(meeting.hall_secret.encode(), f"{meeting.pk}:{slot}".encode(), "sha256")
    return "".join(LETTERS[byte % len(LETTERS)] for byte in digest[:HALL_LENGTH])


def code_now(meeting, seconds: int, at: dt.datetime) -> str:
    """What the wall shows at the moment, when a code holds so many seconds."""
    return _code_of(meeting, _slot(seconds, at))


def changes_in(seconds: int, at: dt.datetime) -> int:
    """Whole seconds until the wall shows another code, at least one."""
    return max(1, int((_slot(seconds, at) + 1) * seconds / CHANGES - at.timestamp()))


def is_code_of(meeting, code: str, seconds: int, at: dt.datetime) -> bool:
    now = _slot(seconds, at)
    said = code.encode()
    fits = [
        hmac.compare_digest(_code_of(meeting, slot).encode(), said)
        for slot in range(now - CHANGES + 1, now + 1)
    ]
    return any(fits)


def typed(text: str) -> str:
    """A code as somebody typed it: `k7m4-qx2p` and `K7M4 QX2P` are the same."""
    return _BETWEEN.sub("", text).upper()[:40]


def is_hall_code(text: str) -> bool:
    return len(text) == HALL_LENGTH and set(text) <= set(LETTERS)


def is_own_code(text: str) -> bool:
    return len(text) == CODE_LENGTH and set(text) <= set(LETTERS)


def grouped(code: str) -> str:
    """As it is read from paper and wall: `K7M4-QX2P`, `ABCDE-FGHJK`."""
    half = len(code) // 2
    return f"{code[:half]}-{code[half:]}"


# --- what the telephone keeps, signed: nobody writes one for himself


@dataclass(frozen=True)
class HallPass:
    """Somebody stood before the wall of this meeting a moment ago. `id` is another every time."""

    meeting: uuid.UUID
    id: str


def sign_pass(meeting, at: dt.datetime) -> str:
    return signing.dumps([str(meeting.pk), secrets.token_hex(8), int(at.timestamp())], salt=_PASS)


def read_pass(text: str, at: dt.datetime) -> HallPass | None:
    """None for what we did not sign, and for what is older than PASS_SECONDS."""
    said = _read(text, _PASS, PASS_SECONDS, at)
    return HallPass(uuid.UUID(said[0]), said[1]) if said else None


def sign_own_code(code: str, at: dt.datetime) -> str:
    return signing.dumps([code, int(at.timestamp())], salt=_OWN)


def read_own_code(text: str, at: dt.datetime) -> str:
    said = _read(text, _OWN, OWN_SECONDS, at)
    return said[0] if said else ""


def sign_proof(attendances: list[str], at: dt.datetime) -> str:
    """Those whom this telephone checked in: it may hear again that they are on the list."""
    kept = attendances[-MOST_ON_ONE_PHONE:]
    return signing.dumps([*kept, int(at.timestamp())], salt=_PROOF)


def read_proof(text: str, at: dt.datetime) -> list[str]:
    return _read(text, _PROOF, PROOF_SECONDS, at) or []


def _read(text: str, salt: str, longest: int, at: dt.datetime) -> list | None:
    try:
        *said, signed_at = signing.loads(text, salt=salt)
    except signing.BadSignature:
        return None
    return said if -1 <= at.timestamp() - signed_at <= longest else None
