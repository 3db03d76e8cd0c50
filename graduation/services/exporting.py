"""Cases by name as a file that leaves the office: asked with a reason, counted, audited."""

import datetime as dt
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Refused
from documents.exports import Sheet, TakenOut, reason_of, take_out
from graduation.models.querysets import CaseQuerySet

MOST_ROWS = 5_000  # about two seconds of a web worker


@transaction.atomic
def export_cases(
    *, cases: CaseQuerySet, path: Path, file_format: str, reason: str, by, at: dt.datetime
) -> TakenOut:
    """Write the cases to `path`.

    Names and villages, never a NIK or card number. `cases` is already narrowed to what the asker
    may export. The audit event says why and how many, and carries the number that is printed in
    the file. Refusals: `reason_needed`, `invalid` (the format), `too_many`.
    """
    reason = reason_of(reason)
    found = list(
        cases.select_related("type", "reason", "household__desa__parent", "household__caretaker")
        .order_by("household__desa_id", "household__caretaker__name", "pk")[: MOST_ROWS + 1]
    )  # fmt: skip
    if len(found) > MOST_ROWS:
        raise Refused(
            "too_many",
            _("More than %(most)s cases. Choose a smaller territory or one state.")
            % {"most": MOST_ROWS},
        )
    header = [
        _("Family"),
        _("Village"),
        _("Kecamatan"),
        _("Way to leave"),
        _("Reason"),
        _("State"),
        _("Last step"),
        _("Planned for"),
        _("Approved on"),
        _("Submitted on"),
        _("Number of the submission"),
    ]
    return take_out(
        sheet=Sheet(
            title=_("Cases of graduation"),
            header=header,
            rows=map(_cells, found),
            widths=(30, 22, 22, 28, 34, 20, 14, 12, 14, 14, 26),
        ),
        path=path,
        file_format=file_format,
        verb="case.exported",
        reason=reason,
        by=by,
        at=at,
    )


def _cells(case):
    home = case.household
    return (
        home.caretaker.name if home.caretaker else "",
        home.desa.name,
        home.desa.parent.name if home.desa.parent else "",
        case.type.name,
        case.reason.name if case.reason else "",
        str(case.get_state_display()),
        _day(timezone.localdate(case.moved_at)),
        case.target_year or "",
        _day(case.approved_on),
        _day(case.submitted_on),
        case.submitted_as,
    )


def _day(day: dt.date | None) -> str:
    return f"{day:%d-%m-%Y}" if day else ""
