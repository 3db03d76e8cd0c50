import datetime as dt

from django.db import connection, transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.scope import holds_everywhere
from beneficiaries.models import Household, Member
from beneficiaries.scope import families_in_scope
from beneficiaries.services import (
    change_card_number,
    change_household,
    change_member,
    restore_household,
    restore_member,
)
from core.errors import Refused
from core.sql import load_sql, run_sql
from dtks.models import Decision, Difference, RowKey, Snapshot
from facilitators.services import ask_for_visit, withdraw_request

# Values a decision may take from a row, and where they are written.
OF_MEMBER = ("nik", "name", "birth_on", "sex", "mother_name")
OF_HOUSEHOLD = ("kk_number", "village")
TAKEABLE = (*OF_MEMBER, *OF_HOUSEHOLD)


@transaction.atomic
def decide(*, difference, verdict, by, at, fields=(), note="", row_number=None, due_on=None):
    """Answer a question: the same person, not the same, take these values, or ask for a visit.

    `row_number` chooses among the candidates; without it the best row is meant. The question is
    locked first: of two officers at once the second hears who was first. Only `take_fields`
    changes the register, through its services. "Not the same" is kept with a fingerprint of the
    compared values and holds while they stay the same. "Ask for a visit" makes a visit request
    of the note, to be answered until `due_on`; any other decision afterwards ends it.
    """
    difference = (
        Difference.objects.select_for_update(of=("self",))
        .in_scope_of(by, "dtks.decide_difference")
        .filter(snapshot_id=difference.snapshot_id, id=difference.id)
        .first()
    )
    if difference is None:
        raise Refused("not_found", _("This question no longer exists. Open the list again."))
    if difference.decision_id:
        _answer_the_field(difference.decision_id, verdict, by=by, at=at)
    if difference.member_id is None:
        raise Refused("no_member", _("This row speaks of nobody in the register."))
    if verdict not in Decision.Verdict.values:
        raise Refused("invalid", _("Choose a decision."), fields={"verdict": str(verdict)})
    row = difference.row_number if row_number is None else row_number
    if row not in {difference.row_number, *difference.candidates}:
        raise Refused("invalid", _("This row is not among the candidates."))
    if row is None and verdict != Decision.Verdict.ASK_FIELD:
        raise Refused("no_row", _("The file has no row for this person. Ask the field."))
    snapshot = Snapshot.objects.get(pk=difference.snapshot_id)
    if snapshot.state in Snapshot.DEAD_STATES:
        raise Refused("wrong_state", _("This file was withdrawn or refused."))
    fields = sorted(set(fields)) if verdict == Decision.Verdict.TAKE_FIELDS else []
    decision = Decision(
        snapshot=snapshot,
        member_id=difference.member_id,
        row_number=row,
        verdict=verdict,
        fields=fields,
        note=note,
        by=by,
        at=at,
    )
    if verdict == Decision.Verdict.TAKE_FIELDS:
        decision.before = _take(decision, snapshot, fields, by=by, at=at)
    if verdict == Decision.Verdict.NOT_SAME:
        from dtks.matching import fingerprint

        decision.fingerprint = fingerprint(
            member_id=difference.member_id, snapshot=snapshot, row_number=row
        )
    if verdict == Decision.Verdict.ASK_FIELD:
        decision.visit_request = _ask_for_visit(difference.member_id, note, due_on, by=by, at=at)
    decision.save()
    Difference.objects.filter(snapshot_id=snapshot.pk, id=difference.id).update(
        decision_id=decision.pk
    )
    audit.record(
        "difference.decided",
        target=decision,
        by=by,
        at=at,
        verdict=verdict,
        fields=fields,
        snapshot=snapshot.pk,
        row=row,
    )
    return decision


@transaction.atomic
def withdraw_decision(*, decision, by, at, reason=""):
    """Undo a decision as one act, while nothing later depends on it.

    Taken values go back to what they were, unless the record was changed since. The question is
    open again at once; "not the same" is forgotten.
    """
    decision = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    allowed = Member.objects.filter(
        families_in_scope(by, "household", "dtks.decide_difference"), pk=decision.member_id
    )
    if not allowed.exists():
        raise Refused("not_allowed", _("Your role does not allow this for this family."))
    if decision.withdrawn_at:
        raise Refused("withdrawn", _("This decision has been withdrawn already."))
    later = (
        Decision.objects.standing()
        .filter(member_id=decision.member_id, pk__gt=decision.pk, verdict="take_fields")
        .order_by("pk")
        .first()
    )
    if decision.verdict == Decision.Verdict.TAKE_FIELDS:
        if later:
            raise Refused(
                "later_decision",
                _("A later decision depends on this one. Withdraw that one first."),
            )
        _give_back(decision, by=by, at=at)
    decision.withdrawn_by, decision.withdrawn_at = by, at
    decision.save(update_fields=["withdrawn_by", "withdrawn_at"])
    # The same may have been asked about another file: then the field still has to answer.
    asked = decision.visit_request
    if asked and not Decision.objects.standing().filter(visit_request=asked).exists():
        withdraw_request(request=asked, by=by, at=at)
    Difference.objects.filter(snapshot_id=decision.snapshot_id, decision_id=decision.pk).update(
        decision_id=None
    )
    audit.record("decision.withdrawn", target=decision, by=by, at=at, reason=reason)
    return decision


def refill_decisions(*, snapshot) -> int:
    """Tie standing decisions to the questions a new reconciliation has made; returns how many."""
    return run_sql("dtks/refill_decisions.sql", snapshot=snapshot.pk)


def row_values(*, snapshot, row_number) -> dict:
    """What a row of the file would give to the register: field to value, only what is usable."""
    place = snapshot.mapping.get("mother_name")
    with connection.cursor() as cursor:
        cursor.execute(
            load_sql("dtks/row_values.sql"),
            {
                "snapshot": snapshot.pk,
                "row_number": row_number,
                "mother_name": place + 1 if place is not None else None,
            },
        )
        found = cursor.fetchone()
    if found is None:
        return {}
    return {name: value for name, value in zip(TAKEABLE, found, strict=True) if value}


def _take(decision, snapshot, fields, *, by, at) -> dict:
    """Write the chosen values; returns what is needed to undo it."""
    unknown = sorted(set(fields) - set(TAKEABLE))
    if not fields or unknown:
        raise Refused(
            "invalid",
            _("Choose at least one value to take."),
            fields={name: _("cannot be taken") for name in unknown},
        )
    row = RowKey.objects.filter(snapshot_id=snapshot.pk, row_number=decision.row_number).first()
    if row is None:
        raise Refused("no_row", _("The rows of this file are no longer stored."))
    # Taking unseen values would show them, and a family would go where its sender cannot follow.
    if row.village_id and not holds_everywhere(by, "dtks.decide_difference", row.village_id):
        raise Refused(
            "outside_territory",
            _("This row lies outside your territory. The coordinator can take its values."),
        )
    values = row_values(snapshot=snapshot, row_number=decision.row_number)
    empty = sorted(set(fields) - set(values))
    if empty:
        raise Refused(
            "no_value",
            _("The row has no usable value for: %(fields)s.") % {"fields": ", ".join(empty)},
            fields={name: _("no usable value") for name in empty},
        )
    # The household first, then the member: the order every other service locks them in.
    household_id = Member.objects.values_list("household_id", flat=True).get(pk=decision.member_id)
    household = Household.objects.select_for_update(of=("self",)).get(pk=household_id)
    member = Member.objects.select_for_update(of=("self",)).get(pk=decision.member_id)
    before = {
        "member_kept": member.kept_fields,
        "household_kept": household.kept_fields,
        "household": household.pk,
        "values": {},
    }
    reason = decision.note
    of_member = {name: values[name] for name in fields if name in OF_MEMBER}
    if of_member:
        before["values"] |= {name: _json(getattr(member, name)) for name in of_member}
        member = change_member(member=member, values=of_member, by=by, at=at, reason=reason)
    if "kk_number" in fields:
        before["values"]["kk_number"] = household.kk_number
        household = change_card_number(
            household=household,
            kk_number=values["kk_number"],
            on=timezone.localdate(at),
            by=by,
            at=at,
            reason=reason,
        )
    if "village" in fields:
        before["values"]["village"] = household.desa_id
        household = change_household(
            household=household, values={"desa_id": values["village"]}, by=by, at=at, reason=reason
        )
    return before | {"member_version": member.version, "household_version": household.version}


def _ask_for_visit(member_id, note, due_on, *, by, at):
    member = Member.objects.select_related("household").get(pk=member_id)
    return ask_for_visit(
        household=member.household,
        member=member,
        wanted=note.strip()
        or _("Look at the identity card and the family card, and write down what they say."),
        due_on=due_on,
        by=by,
        at=at,
    )


def _give_back(decision, *, by, at):
    before = decision.before
    household = Household.objects.select_for_update(of=("self",)).get(pk=before["household"])
    member = Member.objects.select_for_update(of=("self",)).get(pk=decision.member_id)
    of_member = {
        name: _value(name, value) for name, value in before["values"].items() if name in OF_MEMBER
    }
    of_household = {
        name: before["values"][name] for name in OF_HOUSEHOLD if name in before["values"]
    }
    if (of_member and member.version != before["member_version"]) or (
        of_household and household.version != before["household_version"]
    ):
        raise Refused(
            "changed_since",
            _("The record was changed after this decision. Correct it by hand instead."),
        )
    if of_member:
        restore_member(
            member=member, values=of_member, kept_before=before["member_kept"], by=by, at=at
        )
    if of_household:
        restore_household(
            household=household,
            values={
                {"village": "desa_id"}.get(name, name): value
                for name, value in of_household.items()
            },
            kept_before=before["household_kept"],
            by=by,
            at=at,
        )


def _answer_the_field(decision_id, verdict, *, by, at):
    """A question sent to the field waits for its answer; any other decision is refused."""
    asked = Decision.objects.filter(pk=decision_id, verdict=Decision.Verdict.ASK_FIELD).first()
    if asked is None or verdict == Decision.Verdict.ASK_FIELD:
        raise Refused("already_decided", _who_was_first(decision_id))
    withdraw_decision(decision=asked, by=by, at=at)


def _who_was_first(decision_id) -> str:
    first = Decision.objects.select_related("by").get(pk=decision_id)
    return _("%(who)s decided this on %(day)s: %(verdict)s.") % {
        "who": first.by,
        "day": formats.date_format(timezone.localtime(first.at), "j F Y H:i"),
        "verdict": first.get_verdict_display(),
    }


def _json(value):
    return value.isoformat() if isinstance(value, dt.date) else value


def _value(name, value):
    return dt.date.fromisoformat(value) if name == "birth_on" and value else value
