"""Bringing in a file, in four steps: choose, look at it, let it be read, see the result."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from areas.models import Area
from core.errors import Refused
from core.periods import Period
from core.sheets import FileRefused
from dtks import layouts, problems, services, waiting
from dtks.forms import UploadForm
from dtks.inspection import FIELD_TITLES, inspect, shown_cells
from dtks.models import Snapshot
from dtks.services.snapshots import already_imported

SESSION_KEY = "waiting_file"
_may_upload = permission_required("dtks.add_snapshot", raise_exception=True)


@never_cache
@_may_upload
def choose(request):
    """Step 1."""
    form = UploadForm(request.POST or None, request.FILES or None, today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        earlier = request.session.pop(SESSION_KEY, None)
        if earlier:
            waiting.release(earlier["token"])
        request.session[SESSION_KEY] = {
            "token": waiting.hold(chosen["berkas"]),
            "name": chosen["berkas"].name,
            "source": chosen["sumber"],
            "year": chosen["tahun"],
            "stage": chosen["tahap"],
        }
        return redirect("dtks:inspect")
    return render(request, "dtks/upload.html", {"form": form, "step": 1}, status=_status(form))


def _status(form):
    return 422 if form.is_bound and form.errors else 200


@never_cache
@_may_upload
def look(request):
    """Step 2: what was recognised, before anything is stored. Changing the sheet or a column
    looks again; confirming hands the file over to be read."""
    held = request.session.get(SESSION_KEY)
    path = waiting.path_of(held["token"]) if held else None
    if path is None:
        request.session.pop(SESSION_KEY, None)
        messages.info(request, _("Choose the file again; it is not waiting here any more."))
        return redirect("dtks:upload")
    asked = request.POST if request.method == "POST" else request.GET
    sheet = asked.get("lembar", "")
    chosen = _columns_chosen(asked)
    context = {"step": 2, "held": held, "source": Snapshot.Source(held["source"]).label}
    context["period"] = Period(held["year"], held["stage"])
    try:
        seen = inspect(
            path=path,
            name=held["name"],
            source=held["source"],
            sheet=sheet,
            chosen=chosen,
            period=context["period"],
        )
    except FileRefused as refusal:
        context["refusal"] = str(refusal)
        if refusal.code == "choose_sheet":
            context["sheets"] = refusal.params["sheets"]
        return render(request, "dtks/inspect.html", context, status=422)
    if request.method == "POST" and "mulai" in request.POST and seen.refusal is None:
        return _confirm(request, held, path, sheet, chosen)
    context |= {
        "seen": seen,
        "refusal": str(seen.refusal) if seen.refusal else "",
        "fields": _fields(seen),
        "unused": layouts.unknown_columns(seen.columns, seen.fields),
        "notes": [problems.note_message(note) for note in seen.notes],
        "rows": [(number, shown_cells(cells, seen.fields)) for number, cells in seen.rows],
    }
    return render(request, "dtks/inspect.html", context)


def _columns_chosen(asked):
    """Columns somebody settled by hand: `kolom-nik=3`. What cannot be a position is left out."""
    return {
        key.removeprefix("kolom-"): int(value)
        for key, value in asked.items()
        if key.startswith("kolom-") and value.isdecimal() and len(value) < 5
    }


def _fields(seen):
    """(field, its title, needed, position, column) of the fields this kind of file may have."""
    return [
        {
            "name": name,
            "title": FIELD_TITLES[name],
            "needed": name in seen.required,
            "at": seen.fields.get(name),
            "column": seen.columns[seen.fields[name]]
            if seen.fields.get(name) is not None and seen.fields[name] < len(seen.columns)
            else "",
        }
        for name in seen.known
        if name in FIELD_TITLES
    ]


def _confirm(request, held, path, sheet, chosen):
    area = Area.objects.filter(pk=settings.PKH_OFFICE_AREA).first()
    if area is None:
        raise Http404
    try:
        snapshot, created = services.register_upload(
            file=path,
            file_name=held["name"],
            source=held["source"],
            period=Period(held["year"], held["stage"]),
            area=area,
            by=request.user,
            at=timezone.now(),
            sheet=sheet,
            mapping=chosen,
            channel="web",
        )
    except Refused as reason:
        messages.error(request, str(reason))
        return redirect("dtks:upload")
    waiting.release(held["token"])
    request.session.pop(SESSION_KEY, None)
    if not created:
        messages.info(request, already_imported(snapshot))
    return redirect(snapshot)
