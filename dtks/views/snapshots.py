"""Ministry files: the list and one file."""

from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from core.paging import page_of
from dtks.models import Snapshot

_sees_files = permission_required("dtks.view_snapshot", raise_exception=True)


@_sees_files
def listing(request):
    """Ministry files, the newest first."""
    visible = Snapshot.objects.visible_to(request.user).select_related("area", "uploaded_by")
    chosen = {
        "keadaan": request.GET.get("keadaan", ""),
        "sumber": request.GET.get("sumber", ""),
    }
    if chosen["keadaan"] in Snapshot.State.values:
        visible = visible.filter(state=chosen["keadaan"])
    if chosen["sumber"] in Snapshot.Source.values:
        visible = visible.filter(source=chosen["sumber"])
    return render(
        request,
        "dtks/snapshot_list.html",
        {
            "page": page_of(visible, ("pk",), request.GET, size=25, newest_first=True),
            "chosen": chosen,
            "states": Snapshot.State.choices,
            "sources": Snapshot.Source.choices,
            "may_upload": request.user.has_perm("dtks.add_snapshot"),
        },
    )


@_sees_files
def detail(request, pk):
    visible = Snapshot.objects.visible_to(request.user).select_related("area", "uploaded_by")
    context = {
        "snapshot": get_object_or_404(visible, pk=pk),
        "breadcrumb": [(_("Ministry files"), reverse("dtks:snapshots"))],
    }
    return render(request, "dtks/snapshot_detail.html", context)
