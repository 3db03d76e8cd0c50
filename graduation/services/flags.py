"""What happened to families with a case or an exit: found by one statement, settled by people."""

import datetime as dt

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts import audit
from beneficiaries.models import Household
from core.errors import Refused
from core.sql import load_sql
from graduation.models import CaseFlag


@transaction.atomic
def raise_flags(*, at: dt.datetime, household: Household | None = None) -> int:
    """Flag open cases whose family changed since they were opened: somebody died, the family
    moved, members went elsewhere, it left in another way. All families, or one.

    Safe to repeat: the same thing is flagged once. Returns how many flags are new.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            load_sql("graduation/raise_flags.sql"),
            {"at": at, "household": household.pk if household is not None else None},
        )
        return cursor.rowcount


@transaction.atomic
def settle_flag(*, flag: CaseFlag, note: str, by, at: dt.datetime) -> CaseFlag:
    """Somebody looked, and says what was found out. Refusals: `settled`, `reason_needed`."""
    flag = CaseFlag.objects.select_for_update(of=("self",)).get(pk=flag.pk)
    note = " ".join(note.split())[:500]
    if not note:
        raise Refused(
            "reason_needed",
            _("Say what was found out."),
            fields={"note": _("Say what was found out.")},
        )
    if flag.settled_at is not None:
        raise Refused("settled", _("%(who)s settled this flag already.") % {"who": flag.settled_by})
    flag.settled_at, flag.settled_by, flag.note = at, by, note
    flag.save(update_fields=["settled_at", "settled_by", "note"])
    audit.record("flag.settled", target=flag, by=by, at=at, reason=note, kind=flag.kind)
    return flag
