from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from beneficiaries.models import Household
from beneficiaries.queries import MOST_HITS
from core.errors import Refused
from core.nik import digits
from dashboard import family, first_day, guides, queries, services
from dashboard import search as finding
from dashboard.forms import FindForm
from dashboard.timeline import timeline
from documents.queries import documents_of
from facilitators.queries.commitments import newest_checks
from facilitators.queries.phone import has_a_phone_page
from facilitators.queries.visits import is_overdue, own_family, requests_of, visits_of
from meetings.views.guards import is_guest

MOST_DOCUMENTS = 60
PARTS = {"pengurus": gettext_lazy("Caretakers"), "anggota": gettext_lazy("Other members")}


def home(request):
    """What waits for whoever signs in, what is late and what changed; every number opens its
    rows."""
    user, now = request.user, timezone.now()
    permissions = user.get_all_permissions()
    return render(
        request,
        "dashboard/home.html",
        {
            **queries.home_for(user, now),
            "first_day": first_day.first_day(user, now, permissions),
            "jobs": queries.running_jobs(user, now),
            "files": queries.latest_files(user, permissions),
            "goes_to_the_field": "facilitators.add_visit" in permissions and has_a_phone_page(user),
            "may_upload": "dtks.add_snapshot" in permissions,
            "may_see_files": "dtks.view_snapshot" in permissions,
            "looks_after_accounts": user.is_staff and "accounts.change_user" in permissions,
            "idle": not permissions and not is_guest(user),
            "meetings": queries.meetings_for(user, now),
        },
    )


def overview(request):
    """The tables of one's territory: a page, and what a home fetches when it is there."""
    found = queries.overview_for(request.user, timezone.now())
    if found is None:
        raise PermissionDenied
    way = [(_("Home page"), reverse("dashboard:home"))]
    return render(request, "dashboard/overview.html", found | {"breadcrumb": way})


@require_POST
def put_first_day_away(request):
    if not first_day.may_see(request.user):
        raise PermissionDenied
    away = request.POST.get("tampil") != "1"
    services.put_first_day_away(by=request.user, at=timezone.now(), away=away)
    if away:
        messages.success(
            request, _("The list of the first day is put away. A button below brings it back.")
        )
    return redirect("dashboard:home")


def guide(request, name=None):
    """How the work is done, page by page for one role; everybody may read all of them."""
    name = name or guides.own_guide(request.user, timezone.localdate())
    if name not in guides.GUIDES:
        raise Http404
    return render(
        request,
        "dashboard/guide.html",
        {
            "guide": guides.read_guide(name),
            "tabs": [
                {
                    "label": label,
                    "url": reverse("dashboard:guide_page", args=[other]),
                    "here": other == name,
                }
                for other, label in guides.GUIDES.items()
            ],
        },
    )


def guide_picture(request, name):
    """A page of an invented office, drawn by the browser tests."""
    path = guides.picture_file(name)
    if not path.is_file():
        raise Http404
    answer = FileResponse(path.open("rb"), content_type="image/png")
    patch_cache_control(answer, private=True, max_age=24 * 60 * 60)
    return answer


@permission_required("beneficiaries.view_household", raise_exception=True)
def households(request):
    """Families by village, or the people who answer to a name."""
    area, name = request.GET.get("wilayah", "")[:13], request.GET.get("nama", "").strip()[:150]
    status, part = request.GET.get("keadaan", ""), request.GET.get("sebagai", "")
    if digits(name):
        name = ""  # numbers are searched by POST only, and are not said back here
    part = part if part in PARTS else ""
    context = {
        "territory": queries.territory(request.user),
        "statuses": Household.Status.choices,
        "chosen": {"wilayah": area, "keadaan": status, "nama": name, "sebagai": part},
        "parts": PARTS.items(),
        "searched": name,
    }
    if name:
        try:
            hits, and_more = finding.named_people(request.user, name, area, part)
        except Refused as reason:
            context["refusal"] = str(reason)
        else:
            page = queries.people_found(request.user, hits, request.GET)
            for person in page:
                person.why = finding.why_found(person.how)
            context |= {
                "people": page,
                "number_found": len(hits),
                "most": MOST_HITS if and_more else 0,
            }
    else:
        known = status if status in Household.Status.values else ""
        context["page"] = queries.families_by_village(
            request.user, area=area, status=known, query=request.GET
        )
    return render(request, "dashboard/household_list.html", context)


@permission_required("beneficiaries.view_household", raise_exception=True)
def search(request):
    """The search box of every page.

    A name or a village goes on to an address of its own. Whatever holds a digit is answered here,
    in answer to the POST, and is neither said back nor searched while somebody still types.
    """
    if request.method != "POST":
        text = _typed(request.GET.get("cari", ""))
        return _found(request, "" if digits(text) else text, request.GET)
    text = _typed(request.POST.get("cari", ""))
    if request.htmx:
        return _found_while_typing(request, "" if digits(text) else text)
    if digits(text):
        return _found(request, text, request.POST, by_number=True)
    asked = {"cari": text, "wilayah": request.POST.get("wilayah", "")[:13]}
    query = urlencode({key: value for key, value in asked.items() if value})
    return redirect(f"{reverse('dashboard:search')}?{query}")


def _typed(text):
    return " ".join(text.replace("\x00", "").split())[:150]


def _found(request, text, asked, by_number=False):
    """The page of results; `text` is what to look for, empty for the bare page."""
    user, area = request.user, asked.get("wilayah", "").replace("\x00", "")[:13]
    whole = asked.get("kelompok", "") if not by_number else ""
    shown_again = "" if by_number else text
    context = {
        "territory": queries.territory(user),
        "form": FindForm(initial={"cari": shown_again}),
        "chosen": {"wilayah": area},
        "searched": shown_again,
        "asked": bool(text),
    }
    try:
        if by_number and (len(digits(text)) > 3 or not any(c.isalpha() for c in text)):
            context["groups"] = finding.by_number(
                user, digits(text), village=area, at=timezone.now()
            )
            context["numbered"] = True
        elif text:
            groups = finding.by_name(
                user, text, village=area, today=timezone.localdate(), whole=whole
            )
            # A name with a digit in it has no address: what there is stands here.
            context["groups"] = (
                [replace(group, url="") for group in groups] if by_number else groups
            )
    except Refused as reason:
        context["refusal"] = str(reason)
    return render(request, "dashboard/search.html", context)


def _found_while_typing(request, text):
    groups, refusal = [], ""
    try:
        if text:
            groups = finding.by_name(
                request.user,
                text,
                today=timezone.localdate(),
                shown=finding.SHOWN_WHILE_TYPING,
            )
    except Refused as reason:
        refusal = str(reason)
    return render(
        request,
        "dashboard/_search_typing.html",
        {
            "groups": groups,
            "refusal": refusal,
            "searched": text,
            "query": urlencode({"cari": text}),
            "lines": sum(len(group.lines) for group in groups),
        },
    )


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
    page["other_aid"] = family.other_aid(members, page["sources"], page["decisions"])
    page["timeline"] = timeline(page)
    return render(request, "dashboard/household.html", page)
