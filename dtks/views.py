from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from core.paging import page_of
from dtks import queries, questions, queue
from dtks.models import Difference, Snapshot


@permission_required("dtks.view_snapshot", raise_exception=True)
def snapshots(request):
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


@permission_required("dtks.view_snapshot", raise_exception=True)
def snapshot(request, pk):
    visible = Snapshot.objects.visible_to(request.user).select_related("area", "uploaded_by")
    return render(
        request, "dtks/snapshot_detail.html", {"snapshot": get_object_or_404(visible, pk=pk)}
    )


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
        query = request.GET.copy()
        for name in ("setelah", "sebelum", "terakhir"):
            query.pop(name, None)
        query["berkas"] = str(chosen_file.pk)
        context |= {
            "chosen": chosen,
            "counts": queue.counts(waiting, chosen),
            "page": page,
            "query": query.urlencode(),
            "lookups": queue.LOOKUPS,
        }
    return render(request, "dtks/queue.html", context)


@permission_required("dtks.view_difference", raise_exception=True)
def difference(request, snapshot_pk, pk):
    """One question: both records side by side, why they were brought together, the decision."""
    found = get_object_or_404(
        Difference.objects.visible_to(request.user).select_related(
            "snapshot", "member__household__desa__parent", "village__parent", "decision__by"
        ),
        snapshot_id=snapshot_pk,
        id=pk,
    )
    return render(request, "dtks/difference.html", difference_context(request, found))


def difference_context(request, found):
    candidates = questions.candidates_of(found, request.user)
    wanted = request.GET.get("baris", "")
    shown = next((c for c in candidates if str(c.row_number) == wanted), None)
    shown = shown or next(iter(candidates), None)
    member = found.member
    query = request.GET.copy()
    for name in ("baris", "terakhir"):
        query.pop(name, None)
    return {
        "difference": found,
        "kind": queue.kind_of(found),
        "member": member,
        "household": member.household if member else None,
        "candidates": candidates,
        "shown": shown,
        "lines": questions.lines_for(found, member, shown) if member and shown else [],
        "relatives": questions.relatives_in_register(member) if member else [],
        "relatives_in_file": questions.relatives_in_file(found, shown) if shown else [],
        "earlier": questions.earlier_decisions(member, request.user) if member else [],
        "query": query.urlencode(),
        "breadcrumb": [
            (_("Question queue"), f"{reverse('dtks:queue')}?{query.urlencode()}"),
        ],
    }
