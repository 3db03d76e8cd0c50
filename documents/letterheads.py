"""The head of a paper and its number, ready to be printed."""

import base64
import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from areas.models import Area
from core.errors import Refused
from documents import storage
from documents.models import Document, IssuedNumber, Letterhead, NumberCounter, NumberPattern
from documents.services import keep_document


@dataclass(frozen=True)
class PaperHead:
    """What a template prints; empty words where the office has not written any yet."""

    government: str
    agency: str
    address: str
    contact: str
    city: str
    logo_data: str  # data: URI, empty without a coat of arms
    head_name: str
    head_title: str
    head_nip: str
    paper: str  # what this office prints on unless asked otherwise


def letterhead_of(code: str) -> PaperHead:
    """The head for papers about any area of a kabupaten; its names alone when nobody filled it."""
    kabupaten = code[:5]
    kept = Letterhead.objects.select_related("logo").filter(area_id=kabupaten).first()
    name = Area.objects.filter(code=kabupaten).values_list("name", flat=True).first() or ""
    said = kept or Letterhead()
    return PaperHead(
        government=said.government
        or (_("Government of %(area)s") % {"area": name} if name else ""),
        agency=said.agency or settings.PKH_OFFICE_NAME,
        address=said.address,
        contact=" · ".join(
            part
            for part in (
                said.phone and _("Telephone %(number)s") % {"number": said.phone},
                said.email,
            )
            if part
        ),
        city=said.city,
        logo_data=_as_data(said.logo) if said.logo_id else "",
        head_name=said.head_name,
        head_title=said.head_title,
        head_nip=said.head_nip,
        paper=said.paper,
    )


def _as_data(logo: Document) -> str:
    try:
        picture = storage.path_of(logo.stored_as).read_bytes()
    except FileNotFoundError:  # check_integrity counts these; a letter without it is still one
        return ""
    return f"data:{logo.media_type};base64,{base64.b64encode(picture).decode()}"


@transaction.atomic
def set_logo(*, letterhead: Letterhead, file, name: str, by, at: dt.datetime) -> Document:
    """The picture is checked and drawn anew like every other; see keep_document for refusals."""
    letterhead.logo = keep_document(
        owner=letterhead, file=file, name=name, kind=Document.Kind.PHOTO, by=by, at=at
    )
    letterhead.save(update_fields=["logo"])
    return letterhead.logo


def number_of(kind: str, subject: str) -> IssuedNumber | None:
    """The number a paper was given, None as long as it has none."""
    return IssuedNumber.objects.filter(pattern__kind=kind, subject=subject).first()


@transaction.atomic
def issue_number(*, kind: str, subject: str, on: dt.date, by, at: dt.datetime) -> IssuedNumber:
    """Give the paper `subject` the next number of its kind; the same paper keeps the one it has.

    The pattern and the counter of the year are locked, so of two at once the second gets the
    next number, or the same one when both asked for the same paper. Refused (`no_number_pattern`)
    where the office has no pattern for this kind.
    """
    pattern = NumberPattern.objects.select_for_update().filter(kind=kind).first()
    if pattern is None:
        raise Refused(
            "no_number_pattern",
            _("This kind of paper has no number pattern yet. Ask the administrator to add one."),
        )
    earlier = number_of(kind, subject)
    if earlier is not None:
        return earlier
    year = on.year if pattern.yearly else 0
    NumberCounter.objects.get_or_create(pattern=pattern, year=year)
    counter = NumberCounter.objects.select_for_update().get(pattern=pattern, year=year)
    counter.last += 1
    # After the pattern changed, an earlier paper may bear what would come next.
    while pattern.issued.filter(text=pattern.written(counter.last, on)).exists():
        counter.last += 1
    counter.save(update_fields=["last"])
    issued = IssuedNumber.objects.create(
        pattern=pattern,
        year=year,
        number=counter.last,
        text=pattern.written(counter.last, on),
        subject=subject,
        on=on,
        issued_by=by,
        issued_at=at,
    )
    audit.record("number.issued", target=issued, by=by, at=at, kind=kind, number=counter.last)
    return issued
