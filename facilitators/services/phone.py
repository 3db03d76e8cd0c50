"""The key a phone locks its store with: made again at every sign-in, kept nowhere here."""

import datetime as dt
import uuid

from django.conf import settings
from django.utils.crypto import salted_hmac

from accounts import audit

_KEY, _NAME, _OWNER = "facilitators.phone.key", "facilitators.phone.name", "facilitators.phone.of"


def owner_tags(user) -> list[str]:
    """What the phone calls the owner of a queue; says nothing to whoever reads the phone.

    Today's first; those of earlier secrets follow, so that a queue from before a change of
    SECRET_KEY is still known as this person's.
    """
    return [
        salted_hmac(_OWNER, str(user.pk), secret=secret, algorithm="sha256").hexdigest()[:20]
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ]


def give_keys(*, device: uuid.UUID, by, at: dt.datetime) -> list[tuple[str, bytes]]:
    """[(name, 32 bytes)] for this person on this phone, the one to lock with first.

    Derived, not stored: the same person on the same phone is given the same key again, so a
    queue that waited through a sign-out opens; nobody else ever is. Earlier secrets of the
    office follow, so that a queue locked before a change of SECRET_KEY opens as well.
    """
    audit.record("phone.key_given", target=by, by=by, at=at, device=str(device))
    said = f"{by.pk}:{device}"
    return [
        (
            salted_hmac(_NAME, said, secret=secret, algorithm="sha256").hexdigest()[:12],
            salted_hmac(_KEY, said, secret=secret, algorithm="sha256").digest(),
        )
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ]
