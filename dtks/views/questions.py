"""The work queue and the decision."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.scope import area_codes
from core.dates import clean_date
from core.errors import Refused
from core.paging import page_of
from dtks import queries, questions, queue, services
from dtks.comparison import FIELDS
from dtks.matching import explain
from dtks.matching.rules import RULES
from dtks.models import Decision, Difference
from dtks.waterfall import waterfall

# What belongs to one page of the queue and not to its filters.
_PASSING = ("setelah", "sebelum", "terakhir", "baris")


@permission_required("dtks.view_difference", raise_exception=True)
def question_queue(request):
    """Questions that wait in one's territory; or, by `hasil`, outcomes to look up."""
    files = list(queries.reconciled_files(request.user)[:50])
    wanted = request.GET.get("berkas", "")
    chosen_file = next((file for file in files if str(file.pk) == wanted), None)
    chosen_file = chosen_file or next(iter(files), None)
    context = {"files": files, "file": chosen_file}
    if chosen_file is not None:
        chosen = queue.Chosen.of(request.GET)
        waiting = queue.questions(request.user, chosen_file, chosen)
        page = page_of(
            queue.filtered(waiting, chosen).select_related("member__household", "village__parent"),
            queue.ORDER,
            request.GET,
        )
        queue.describe(page.rows)
        query = _filters(request.GET)
        query["berkas"] = str(chosen_file.pk)
        context |= {
            "chosen": chosen,
            "counts": queue.counts(waiting, chosen),
            "page": page,
            "query": query.urlencode(),
            "lookups": queue.LOOKUPS,
            "in_the_field": queue.in_the_field(request.user, chosen_file),
            "last_decision": _last_decision(request),
        }
    return render(request, "dtks/queue.html", context)


@never_cache
@permission_required("dtks.view_difference", raise_exception=True)
def difference(request, snapshot_pk, pk):
    """One question: both records side by side, why they were brought together, the decision."""
    found = _visible(request, snapshot_pk, pk)
    return render(request, "dtks/difference.html", difference_context(request, found))


def _visible(request, snapshot_pk, pk):
    visible = Difference.objects.visible_to(request.user).select_related(
        "snapshot",
        "member__household__desa__parent",
        "village__parent",
        "decision__by",
        "decision__visit_request",
    )
    return get_object_or_404(visible, snapshot_id=snapshot_pk, id=pk)


def difference_context(request, found, refusal=""):
    user = request.user
    candidates = questions.candidates_of(found, user)
    wanted = request.POST.get("baris") or request.GET.get("baris", "")
    shown = next((c for c in candidates if str(c.row_number) == wanted), None)
    shown = shown or next(iter(candidates), None)
    member = found.member
    query = _filters(request.GET)
    why, rule_words = _explained(found)
    may_decide = member is not None and _may_decide(user, found)
    return {
        "difference": found,
        "kind": queue.kind_of(found),
        "member": member,
        "about": member.name if member else (shown.name if shown else ""),
        "household": member.household if member else None,
        "candidates": candidates,
        "shown": shown,
        "lines": questions.lines_for(found, member, shown) if member and shown else [],
        "relatives": questions.relatives_in_register(member) if member else [],
        "relatives_in_file": questions.relatives_in_file(found, shown, user) if shown else [],
        "earlier": questions.earlier_decisions(member, user) if member else [],
        "query": query.urlencode(),
        "why": why,
        "rule_words": rule_words,
        "percent": None if found.probability is None else queue.percent(found.probability),
        "may_decide": may_decide and _waits(found),
        "answer": questions.answer_of(found, user),
        "may_undo": may_decide and found.decision_id is not None,
        "next_url": _next_url(user, found, query) if _asks(found) or query else "",
        "last_decision": _last_decision(request),
        "refusal": refusal,
        "note": request.POST.get("catatan", "")[:500],
        "due": request.POST.get("sampai", "")[:40],
        "breadcrumb": [
            (_("Question queue"), f"{reverse('dtks:queue')}?{query.urlencode()}"),
        ],
    }


def _asks(found):
    return found.outcome in Difference.QUESTIONS and _waits(found)


def _waits(found):
    """Undecided, or sent to the field and not answered yet."""
    return found.decision is None or found.decision.verdict == Decision.Verdict.ASK_FIELD


def _filters(query):
    kept = query.copy()
    for name in _PASSING:
        kept.pop(name, None)
    return kept


def _may_decide(user, found):
    codes = area_codes(user, "dtks.decide_difference")
    village = found.village_id or ""
    return any(village == code or village.startswith(f"{code}.") for code in codes)


def _explained(found):
    """The stored score as a waterfall, and the rule in a sentence."""
    words = "" if found.rule == "nobody" else str(RULES.get(found.rule, ""))
    reasons = explain(found)
    if not reasons or found.score is None:
        return None, words
    bars = [(_label(reason.field), reason.sentence, int(reason.bits * 100)) for reason in reasons]
    return waterfall(bars, found.score), words


_LABELS = {
    "start": gettext_lazy("Before looking"),
    "card": gettext_lazy("Family card"),
    **FIELDS,
}


def _label(name):
    return str(_LABELS.get(name, name))


def _next_url(user, found, query):
    chosen = queue.Chosen.of(query)
    waiting = queue.filtered(queue.questions(user, found.snapshot, chosen), chosen)
    return _url_of(queue.following(waiting, found), query)


def _url_of(found, query):
    if found is None:
        return ""
    address = reverse("dtks:difference", args=[found.snapshot_id, found.id])
    return f"{address}?{query.urlencode()}"


def _last_decision(request):
    """One's own decision of a moment ago, to be taken back at once."""
    wanted = request.GET.get("terakhir", "")
    if not (wanted.isdecimal() and len(wanted) < 18):
        return None
    return (
        Decision.objects.visible_to(request.user)
        .standing()
        .filter(pk=int(wanted), by=request.user)
        .select_related("member")
        .first()
    )


@require_POST
@permission_required("dtks.decide_difference", raise_exception=True)
def decide(request, snapshot_pk, pk):
    """Take the decision, then go on to the next question of the same filters."""
    found = _visible(request, snapshot_pk, pk)
    query = _filters(request.GET)
    row = request.POST.get("baris", "")
    following = _next_url(request.user, found, query)
    try:
        row_number = _row(row)
        due_on = _day(request.POST.get("sampai", "").strip()[:40])
        decision = services.decide(
            difference=found,
            verdict=request.POST.get("keputusan", ""),
            fields=request.POST.getlist("nilai"),
            note=request.POST.get("catatan", "").strip()[:500],
            row_number=row_number,
            due_on=due_on,
            by=request.user,
            at=timezone.now(),
        )
    except Refused as reason:
        found = _visible(request, snapshot_pk, pk)
        context = difference_context(request, found, refusal=str(reason))
        return render(request, "dtks/difference.html", context, status=409)
    target = following.partition("?")[0] or reverse("dtks:queue")
    query["terakhir"] = str(decision.pk)
    return redirect(f"{target}?{query.urlencode()}")


def _row(text):
    """The row chosen among several; None when the page asked for none."""
    if not text:
        return None
    if not (text.isdecimal() and len(text) < 10):
        raise Refused("invalid", _("This is no row of the file. Choose the row again."))
    return int(text)


def _day(text):
    """A day as people write it, None for an empty field."""
    if not text:
        return None
    day = clean_date(text)
    if day is None:
        raise Refused("invalid", _("This is no day. Write it like 17-08-1990 or 17 Agustus 1990."))
    return day


@require_POST
@permission_required("dtks.decide_difference", raise_exception=True)
def undo(request, pk):
    """Take a decision back and stand before its question again."""
    decision = get_object_or_404(Decision.objects.visible_to(request.user), pk=pk)
    query = _filters(request.GET)
    try:
        services.withdraw_decision(decision=decision, by=request.user, at=timezone.now())
    except Refused as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("The decision was taken back. The question is open again."))
    question = (
        Difference.objects.visible_to(request.user)
        .filter(snapshot_id=decision.snapshot_id, member_id=decision.member_id)
        .first()
    )
    return redirect(_url_of(question, query) or f"{reverse('dtks:queue')}?{query.urlencode()}")
