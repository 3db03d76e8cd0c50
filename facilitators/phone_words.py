"""Every text of the phone's page, so that it comes from the one catalogue, and what can be chosen.

The page has no gettext of its own: the server writes these into it, in the language of the asker.
`%(name)s` is filled in on the phone. A test holds the keys here and in static/js/phone together.
"""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from beneficiaries.models import Component, Household, Member
from facilitators.findings import takes
from facilitators.forms.visits import SCHOOLS, VisitForm
from facilitators.models import HEALTH, Attendance, ChangeProposal, LearningSession, Purpose

# A village outside the own ones has no code on the phone; its name goes into the note.
_NOT_ASKED = {"village"}


def words() -> dict[str, str]:
    return _frame() | _lists() | _file() | _visit() | _checks() | _session() | _queue() | _leaving()


def choices() -> dict:
    """Lists of [value, label], and which values a finding takes, about whom."""
    return {
        "purposes": _pairs(Purpose.choices),
        "kinds": _pairs(ChangeProposal.Kind.choices),
        "states": _pairs(ChangeProposal.State.choices),
        "sexes": _pairs(Member.Sex.choices),
        "relationships": _pairs(Member.Relationship.choices),
        "levels": _pairs(SCHOOLS),
        "components": _pairs(Component.choices),
        "health": [component.value for component in HEALTH],
        "family_states": _pairs(Household.Status.choices),
        "attendance": _pairs(Attendance.Status.choices),
        "understanding": _pairs(LearningSession.Understanding.choices),
        "fields": [
            [name, str(VisitForm.base_fields[name].label)]
            for name in VisitForm.VALUES
            if name not in _NOT_ASKED
        ],
        "findings": {kind: _takes(kind) for kind in ChangeProposal.Kind.values},
    }


def _pairs(pairs):
    return [[value, str(label)] for value, label in pairs]


def _takes(kind):
    found = {}
    for about in ("member", "household"):
        rule = takes(kind, about_member=about == "member")
        fits = rule.about in {about, "either"}
        found[about] = fits and {
            name: [one for one in getattr(rule, name) if one not in _NOT_ASKED]
            for name in ("needs", "may", "any_of")
        }
    return found


def _frame():
    return {
        "title": _("PKH in the field"),
        "tab_today": _("Today"),
        "tab_families": pgettext("phone", "Families"),
        "tab_groups": _("P2K2"),
        "tab_queue": _("Queue"),
        "menu": _("Account"),
        "back": _("Back"),
        "save": _("Save"),
        "choose": _("Choose …"),
        "not_saved": _("Not saved yet. Press Save once more."),
        "phone_full": _("The phone is full. Free some space, then press Save once more."),
        "status_done": _("Everything has been sent"),
        "status_waiting": _("%(count)s waiting to be sent"),
        "status_sending": _("Sending %(count)s …"),
        "status_no_signal": _("No signal."),
        "status_later": _("The office is not answering just now."),
        "status_failed": _(
            "This phone's storage does not answer. Close the page and open it again; nothing was"
            " deleted."
        ),
        "status_trouble": _("%(count)s in the queue need you"),
        "status_signed_out": _("Your sign-in has ended; nothing is lost."),
        "status_other_owner": _(
            "Another account is signed in on this phone. Your queue waits for you."
        ),
        "door_working": _("Contacting the office …"),
        "door_sign_in": _(
            "Sign in to take your families along. Afterwards this page works without signal."
        ),
        "door_no_signal": _(
            "No signal, and no families are on this phone. Find a signal and sign in."
        ),
        "door_locked": _(
            "Records waiting on this phone, locked: %(count)s. "
            "They are sent when their owner signs in here."
        ),
        "door_not_a_facilitator": _("This page is for facilitators with an account."),
        "try_again": _("Try again"),
        "sign_in": _("Sign in"),
        "to_office": _("To the office's pages"),
        "browser_too_old": _("This page needs a secure address (https) and an up-to-date browser."),
    }


def _lists():
    return {
        "today": _("Today"),
        "today_nothing": _("Nobody is waiting for a visit."),
        "today_asked": _("The office asks"),
        "asked_until": _("until %(day)s"),
        "today_planned": _("Promised next steps"),
        "today_missed": _("Missed the P2K2 session"),
        "today_late": _("Overdue for a visit"),
        "missed_on": _("absent on %(day)s"),
        "never_visited": _("no visit recorded yet"),
        "days_ago": _("%(days)s days ago"),
        "show_all": _("Show all %(count)s"),
        "families": _("Your families"),
        "families_count": _("%(count)s families"),
        "families_found": _("%(count)s families"),
        "families_none": _("No family fits. Try a part of the name."),
        "search": _("Search a family"),
        "search_placeholder": _("Name, address, RT …"),
        "groups": _("P2K2 groups"),
        "groups_lead": _("Choose a group to record its session."),
        "groups_none": _("None of your families is in a group."),
    }


def _file():
    return {
        "no_caretaker": _("Family without a known caretaker"),
        "caretaker": _("caretaker"),
        "members": _("Members"),
        "years": _("%(years)s years"),
        "nik": _("NIK %(number)s"),
        "card": _("Family card %(number)s"),
        "proposals": _("Proposed changes"),
        "last_visits": _("Last visits"),
        "next_said": _("Next step: %(step)s"),
        "waiting_here": _("On this phone"),
        "family_gone": _("Not among your families"),
        "family_gone_why": _("This family is not entrusted to you today."),
        "reason": _("Reason: %(reason)s"),
        "conflict_says": _(
            "The record was changed at the office before your visit arrived. "
            "The office compares both versions and decides."
        ),
        "side_seen": _("As you read it"),
        "side_met": _("At the office meanwhile"),
        "side_register": _("In the register"),
        "side_proposed": _("Your proposal"),
    }


def _visit():
    return {
        "record_visit": _("Record a visit"),
        "purpose": _("Purpose"),
        "purpose_missing": _("Choose the purpose of the visit."),
        "people_met": _("People met"),
        "people_met_tap": _("Tap a name to add it"),
        "note": _("What was found"),
        "note_hint": _("Do not write NIK or card numbers here."),
        "findings": _("Changes in the data"),
        "findings_hint": _("The office decides; the register does not change before."),
        "add_finding": _("Propose a change"),
        "drop_finding": _("Remove this proposal"),
        "finding_kind": _("What has changed?"),
        "finding_kind_missing": _("Say what has changed, or remove the proposal."),
        "finding_person_missing": _("%(kind)s: choose about whom."),
        "finding_value_missing": _("%(kind)s: fill in “%(label)s”."),
        "finding_empty": _("%(kind)s: fill in what has changed."),
        "answers": _("Answers the office's question"),
        "answers_none": _("None of them"),
        "about_whom": _("About whom"),
        "whole_family": _("The whole family"),
        "if_known": _("%(label)s (if known)"),
        "only_changed": _("Fill in only what has changed."),
        "now_is": _("Now: %(now)s"),
        "photos": _("Photos"),
        "photo_add": _("Add a photo"),
        "photo_working": _("Making the photo smaller …"),
        "photo_number": _("Photo %(number)s"),
        "photo_drop": _("Remove %(label)s"),
        "photo_unreadable": _("This photo cannot be read: %(name)s"),
        "photos_taken": _("Photos: %(count)s"),
        "photos_most": _("A visit has at most %(most)s photos."),
        "place_title": _("Position (GPS)"),
        "place_take": _("Take the position"),
        "place_none": _("No position yet. It may stay empty."),
        "place_working": _("Looking for satellites … you can go on filling in."),
        "place_taken": _("Position taken, accurate to ± %(metres)s m."),
        "place_rough": _(
            "Position taken, but only accurate to ± %(metres)s m. Try again under the open sky."
        ),
        "place_forbidden": _("The phone does not allow it: open the location for this page."),
        "place_missing": _("No position found. The visit can be saved without it."),
        "next": _("Next step"),
        "next_step": _("What has to be done"),
        "next_on": _("Day of the next step"),
        "next_missing": _("Say what the next step is."),
        "saved": _("Saved on this phone."),
    }


def _checks():
    return {
        "record_checks": _("Commitment checks: health"),
        "month": _("Month"),
        "came": _("Came"),
        "did_not_come": _("Did not come"),
        "health_post": _("Health post"),
        "checks_missing": _("Say of at least one member whether he or she came."),
        "checks_none": _("Nobody in this family has a health commitment."),
    }


def _session():
    return {
        "record_session": _("Record a session"),
        "topic": _("Topic"),
        "topic_missing": _("Choose the topic."),
        "held_on": _("Held on"),
        "held_on_wrong": _("Choose today or an earlier day."),
        "attendance": _("Attendance"),
        "all_present": _("Everybody is present"),
        "attendance_missing": _("%(count)s families without a mark"),
        "attendance_all": _("Every family has a mark"),
        "attendance_of": _("Say whether %(name)s was there."),
        "guests": _("Guests"),
        "guests_hint": _("People who are not from the group's families; they are only counted."),
        "place": _("Place"),
        "understanding": _("Understanding"),
        "session_note": _("Note"),
    }


def _queue():
    return {
        "queue": _("Queue"),
        "queue_lead": _("What you recorded. It is sent by itself when there is signal."),
        "queue_nothing": _("The queue is empty."),
        "send_now": _("Send now"),
        "sending": _("Sending …"),
        "send_again": _("Send again"),
        "kind_visit": _("Visit"),
        "kind_check": _("Commitment check"),
        "kind_session": _("P2K2 session"),
        "state_waiting": _("waiting"),
        "state_stored": _("photos waiting"),
        "state_photos": _("photos left: %(left)s of %(all)s"),
        "state_sent": _("sent"),
        "state_differs": _("there is a difference"),
        "state_refused": _("refused"),
        "refused_why": _("Refused by the office:"),
        "refused_unknown": _("No reason was given. Send it again, or tell the office."),
        "conflict_elsewhere": _(
            "Differences: %(count)s. Both versions are shown after the next contact."
        ),
        "contents": _("What you wrote"),
        "discard": _("Throw away"),
        "keep": _("Keep"),
        "discard_title": _("Throw this record away?"),
        "discard_text": _("It is then gone from this phone and not at the office either."),
        "discard_waiting": _(
            "It is then gone from this phone and is not sent any more. If an answer was lost on the"
            " way, the office may have it already."
        ),
    }


def _leaving():
    return {
        "facilitator": _("Facilitator"),
        "carried": _("On this phone"),
        "last_contact": _("Last contact with the office"),
        "carried_until": _("Readable without contact until"),
        "carried_why": _(
            "Only your own families are on this phone, locked. "
            "Signing out removes them; what has not been sent stays locked until you sign in again."
        ),
        "sign_out": _("Sign out"),
        "sign_out_title": _("Sign out of this phone?"),
        "sign_out_text": _("Your families are removed from this phone."),
        "sign_out_waiting": _(
            "Not sent yet: %(count)s. It stays locked on this phone and is only sent after you "
            "sign in here again."
        ),
        "send_first": _("Send first"),
        "sign_out_anyway": _("Sign out all the same"),
        "stay": _("Stay signed in"),
        "leave_title": _("Leave without saving?"),
        "leave_text": _("What you filled in has not been saved yet."),
        "leave_stay": _("Go on filling in"),
        "leave_go": _("Leave without saving"),
    }
