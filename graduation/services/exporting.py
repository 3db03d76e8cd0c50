"""Cases by name as a file that leaves the office: asked with a reason, counted, audited."""

import datetime as dt
import uuid
from pathlib import Path

from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts import audit
from core.errors import Refused
from core.exports import write_csv, write_xlsx
from graduation.models.querysets import CaseQuerySet

FORMATS = ("xlsx", "csv")
MOST_ROWS = 5_000  # about two seconds of a web worker
SHORTEST_REASON = 5


@transaction.atomic
def export_cases(
    *, cases: CaseQuerySet, path: Path, file_format: str, reason: str, by, at: dt.datetime
) -> int:
    """Write the cases to `path`; returns the number of rows.

    Names and villages, never a NIK or card number. `cases` is already narrowed to what the asker
    may export. The audit event says why and how many, and carries the number that is printed in
    the file. Refusals: `reason_needed`, `invalid` (the format), `too_many`.
    """
    reason = " ".join(reason.split())[:300]
    if len(reason) < SHORTEST_REASON:
        said = _("Say what the data is needed for.")
        raise Refused("reason_needed", said, fields={"reason": said})
    if file_format not in FORMATS:
        raise Refused("invalid", _("This kind of export does not exist."))
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
    number = uuid.uuid4().hex[:8].upper()
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
    if file_format == "csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            write_csv(file, header, map(_cells, found), bom=True)
    else:
        moment = formats.date_format(timezone.localtime(at), "j F Y H:i")
        write_xlsx(
            path,
            header,
            map(_cells, found),
            sheet=_("Data"),
            cover=[
                (_("Export"), _("Cases of graduation")),
                (_("Number"), number),
                (_("Made for"), str(by)),
                (_("Made at"), moment),
                (_("Reason"), reason),
                (
                    _("Mind"),
                    _(
                        "This file holds personal data of poor families. Do not pass it on; "
                        "delete it when it is no longer needed."
                    ),
                ),
            ],
            cover_title=_("Cover"),
            footer=f"{by} · {moment} · {number}",
            widths=(30, 22, 22, 28, 34, 20, 14, 12, 14, 14, 26),
        )
    audit.record(
        "case.exported",
        by=by,
        at=at,
        reason=reason,
        rows=len(found),
        format=file_format,
        number=number,
    )
    return len(found)


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
