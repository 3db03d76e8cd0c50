from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from beneficiaries.models import Household
from beneficiaries.queries import find_households, find_members
from core.errors import Refused
from core.nik import digits
from dashboard import family, queries
from dashboard.forms import FindForm
from dashboard.timeline import timeline
from documents.queries import documents_of
from facilitators.queries.commitments import newest_checks
from facilitators.queries.phone import has_a_phone_page
from facilitators.queries.visits import is_overdue, own_family, requests_of, visits_of

MOST_DOCUMENTS = 60


def home(request):
    """What waits for whoever signs in, every number a link to its rows."""
    user = request.user
    permissions = user.get_all_permissions()
    to_approve, own_waiting = queries.files_for_approval(user, permissions)
    questions = queries.questions_by_file(user, permissions)
    return render(
        request,
        "dashboard/home.html",
        {
            "to_approve": to_approve,
            "own_waiting": own_waiting,
            "questions": questions,
            "questions_total": sum(line["total"] for line in questions),
            "jobs": queries.running_jobs(user, timezone.now()),
            "files": queries.latest_files(user, permissions),
            "families": queries.families(user, permissions),
            "goes_to_the_field": "facilitators.add_visit" in permissions and has_a_phone_page(user),
            "may_upload": "dtks.add_snapshot" in permissions,
            "may_see_files": "dtks.view_snapshot" in permissions,
            "may_see_people": "beneficiaries.view_household" in permissions,
            "may_see_questions": "dtks.view_difference" in permissions,
            "looks_after_accounts": user.is_staff and "accounts.change_user" in permissions,
            "meetings": queries.meetings_for(user, timezone.now()),
        },
    )


@permission_required("beneficiaries.view_household", raise_exception=True)
def households(request):
    """Families by village, or the people who answer to a name."""
    area, name = request.GET.get("wilayah", "")[:13], request.GET.get("nama", "").strip()[:150]
    status = request.GET.get("keadaan", "")
    if digits(name):
        name = ""  # numbers are searched by POST only, and are not said back here
    context = {
        "territory": queries.territory(request.user),
        "statuses": Household.Status.choices,
        "chosen": {"wilayah": area, "keadaan": status, "nama": name},
        "form": FindForm(initial={"cari": name, "wilayah": area}),
    }
    if name:
        try:
            found = find_members(user=request.user, text=name, village=area or None)
        except Refused as reason:
            context["refusal"] = str(reason)
        else:
            context["people"] = queries.people_found(found, request.GET)
    else:
        known = status if status in Household.Status.values else ""
        context["page"] = queries.families_by_village(
            request.user, area=area, status=known, query=request.GET
        )
    return render(request, "dashboard/household_list.html", context)


@require_POST
@permission_required("beneficiaries.view_household", raise_exception=True)
def find(request):
    """A name goes on to a page of its own; a number is answered here and leaves no trace but
    the audit's."""
    form = FindForm(request.POST)
    if not form.is_valid():
        return redirect("dashboard:households")
    text, area = form.cleaned_data["cari"], form.cleaned_data["wilayah"]
    if not digits(text):
        query = urlencode(
            {key: value for key, value in (("nama", text), ("wilayah", area)) if value}
        )
        return redirect(f"{reverse('dashboard:households')}?{query}")
    context = {
        "territory": queries.territory(request.user),
        "statuses": Household.Status.choices,
        "chosen": {"wilayah": area},
        "form": FindForm(initial={"wilayah": area}),
        "by_number": True,
    }
    try:
        found = find_households(
            user=request.user, text=text, village=area or None, channel="web", at=timezone.now()
        )
        context["families"] = queries.families_found(found)
    except Refused as reason:
        context["refusal"] = str(reason)
    return render(request, "dashboard/household_list.html", context)


@permission_required("beneficiaries.view_household", raise_exception=True)
def household(request, pk):
    """One family's file."""
    visible = Household.objects.visible_to(request.user).select_related("desa__parent", "caretaker")
    record = get_object_or_404(visible, pk=pk)
    today = timezone.localdate()
    members = family.members_of(record, today)
    periods = family.periods_of(record)
    page = {
        "household": record,
        "members": members,
        "periods": periods,
        "history": family.status_history(record, members),
        "changes": family.earlier_values(record, members),
        "cards": list(family.former_cards(record)),
        "caseload": family.caseload_of(record, request.user),
        "visits": list(visits_of(record, request.user)),
        "overdue": is_overdue(record, today),
        "requests": list(requests_of(record, request.user)),
        "commitments": newest_checks(record, request.user),
        **family.graduation_of(record, request.user),
        "follow_ups": family.decided_about(record, request.user, today),
        "may_visit": request.user.has_perm("facilitators.add_visit")
        and own_family(request.user, record.pk, today) is not None,
        "sources": family.sources(record, members, periods, request.user),
        "decisions": list(family.decisions_about(members, request.user)),
        "documents": list(documents_of(record, user=request.user)[:MOST_DOCUMENTS]),
        "may_reveal": request.user.has_perm("accounts.reveal_identity"),
        "may_change": Household.objects.changeable_by(request.user).filter(pk=record.pk).exists(),
        "breadcrumb": [(_("Families"), reverse("dashboard:households"))],
    }
    page["timeline"] = timeline(page)
    return render(request, "dashboard/household.html", page)
