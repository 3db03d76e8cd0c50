"""The same creating request again answers the same record; the same key for something else, 409."""

import hashlib
import json

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import SentRequest
from core.errors import Refused


def body_digest(*parts: str) -> str:
    """SHA-256 over the parts; each is preceded by its length, so none runs into another."""
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode()
        whole.update(f"{len(data)}:".encode() + data)
    return whole.hexdigest()


@transaction.atomic
def once(*, user, key: str, path: str, digest: str, make):
    """(id of the record, True when this call made it). `make()` returns the new record's id.

    Without a key `make` is simply called. Two equal requests at once wait for each other.
    """
    if not key:
        return make(), True
    if len(key) > 100 or not key.isprintable():
        raise Refused(
            "invalid",
            _("The Idempotency-Key has at most 100 printable characters."),
            fields={"Idempotency-Key": _("at most 100 printable characters")},
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [key, user.pk])
    sent = SentRequest.objects.filter(user=user, key=key).first()
    if sent is None:
        made = make()
        SentRequest.objects.create(
            user=user,
            key=key,
            path=path,
            body_sha256=digest,
            made_id=str(made),
            at=timezone.now(),
        )
        return made, True
    if (sent.path, sent.body_sha256) != (path, digest):
        raise Refused(
            "idempotency_key_reused",
            _("This Idempotency-Key was already used for another request."),
        )
    return sent.made_id, False


def created_once(*, request, path: str, make):
    """(id of the record, True when this request made it) for a request that may carry a key.

    `make()` answers (id, is_new): what knows its records by a client-made id may find one there
    without any key.
    """
    made = []

    def remember():
        pk, is_new = make()
        made.append(is_new)
        return pk

    key = request.headers.get("Idempotency-Key", "")
    digest = body_digest(json.dumps(request.data, sort_keys=True)) if key else ""
    pk, _first = once(user=request.user, key=key, path=path, digest=digest, make=remember)
    return pk, bool(made and made[0])
