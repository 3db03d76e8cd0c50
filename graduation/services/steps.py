"""One door for every step of a case, for pages and the API alike."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from beneficiaries.models import Household
from core.errors import Refused
from graduation.models import Exit
from graduation.queries import cases as queries
from graduation.services import cases as services
from graduation.services.corrections import refuse_locked

_TAKEN_BY = {
    "propose": services.propose_case,
    "visit": services.note_visit,
    "verify": services.verify_case,
    "approve": services.approve_case,
    "submit": services.submit_case,
    "confirm": services.confirm_case,
    "reject": services.reject_case,
    "cancel": services.cancel_case,
    "reactivate": services.reactivate_case,
}


@transaction.atomic
def take_step(*, name: str, case, said: dict, version: int, by, at: dt.datetime):
    """`case` comes from `queries.with_rights`. Whoever lacks the right where the case stands gets
    the refusal `not_allowed`, a locked quarter is left to who may correct it (`quarter_locked`);
    the rest is the word of the service behind the step.

    The family is locked first, as every service does, so the case stays where it is read here. A
    version that is no longer current is the service's to answer, whoever's the step is by now.
    """
    Household.objects.select_for_update(of=("self",)).get(pk=case.household_id)
    case.refresh_from_db(fields=["state", "version"])
    known = any(getattr(case, f"may_{right}") for right in queries.STEPS[name])
    if not known or (version == case.version and not queries.may_take(name, case)):
        raise Refused("not_allowed", _("This step is not yours to take."))
    if name == "confirm":
        may_correct = queries.may_correct(by, case.household.desa_id)
        refuse_locked(
            household=case.household_id,
            desa=case.household.desa_id,
            days=[said["on"]],
            may_correct=may_correct,
        )
        said = said | {"basis": Exit.Basis.DECREE}
        if not may_correct:
            said = said | {"correction_reason": ""}
    return _TAKEN_BY[name](case=case, **said, version=version, by=by, at=at)
