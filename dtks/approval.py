"""What forbids approving a file, and what whoever approves it must have seen first."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from areas.models.querysets import below
from beneficiaries.models import Household
from dtks.models import Snapshot


def nothing_to_load(snapshot) -> str:
    """Why a register file has nothing the register could take; empty when it has something.

    Once approved, such a file could not be withdrawn any more and would stand in the way of the
    right one.
    """
    if not snapshot.loads_register or snapshot.rows_staged:
        return ""
    if snapshot.problem_counts.get("out_of_territory", 0) * 2 > snapshot.rows_read:
        return _(
            "No row of this file lies in the territory of the office, so there is nothing to load."
            " Was the right file chosen? Is the list of villages loaded (import_areas)? Withdraw"
            " this file, and bring in the right one."
        )
    return _(
        "No row of this file can be used, so there is nothing to load. Look at the problems of the"
        " rows, withdraw this file, and bring in a corrected one."
    )


def doubts(snapshot) -> list[str]:
    """What makes it likely that a register file is the wrong one, in words with its figures.

    A page has it confirmed before it approves.
    """
    if not snapshot.loads_register or snapshot.state != Snapshot.State.STAGED:
        return []
    said = []
    if snapshot.load_preview.get("members_in_file") == 0:
        said.append(_("Nobody of this file would be loaded: see below why rows are left out."))
    last = (
        Snapshot.objects.filter(
            source=snapshot.source, area_id=snapshot.area_id, state=Snapshot.State.APPROVED
        )
        .order_by("-decided_at")
        .first()
    )
    if last is not None and snapshot.rows_staged * 2 < last.rows_staged:
        said.append(
            ngettext(
                "This file has %(now)s usable row, the last approved one of this kind (%(file)s)"
                " has %(before)s.",
                "This file has %(now)s usable rows, the last approved one of this kind (%(file)s)"
                " has %(before)s.",
                snapshot.rows_staged,
            )
            % {
                "now": _grouped(snapshot.rows_staged),
                "before": _grouped(last.rows_staged),
                "file": last,
            }
        )
    absent = snapshot.load_preview.get("absent", 0)
    if absent:
        families = Household.objects.filter(below("desa__code", [snapshot.area_id]))
        known = families.exclude(status=Household.Status.EXITED).count()
        if absent * 2 > known:
            said.append(
                _("Of the %(known)s families of the register %(absent)s are not in this file.")
                % {"known": _grouped(known), "absent": _grouped(absent)}
            )
    return said


def _grouped(number: int) -> str:
    return number_format(number, use_l10n=True, force_grouping=True)
