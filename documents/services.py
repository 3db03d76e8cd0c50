"""Keeping a document, opening it, and clearing away what nobody knows."""

import contextlib
import errno
import hashlib
import uuid
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import audit
from core.errors import Refused
from documents import images, owners, pdfs, storage
from documents.models import Document
from documents.names import clean_name

# What a file is, by how it begins. The name and what the sender's program says do not count.
_BEGINNINGS = (
    ("image/jpeg", b"\xff\xd8\xff"),
    ("image/png", b"\x89PNG\r\n\x1a\n"),
    ("application/pdf", b"%PDF-"),
)
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# A file without a row may belong to a document that is being kept right now.
ORPHAN_AFTER_SECONDS = 60 * 60


def keep_document(*, owner, file, name, kind, client_id=None, by, at) -> Document:
    """Check the file, draw or look through it, store it, and say so in one row.

    `file` is an upload, an open binary file or bytes; `name` what the sender called it; `kind` a
    Document.Kind. Whether `by` may add something to `owner` is the owner's floor to decide, and
    that floor must have registered who sees its documents (raises UnknownOwner otherwise).

    With a `client_id` (UUID) it may run again: the same content for the same owner by the same
    person answers the document kept before; anything else under that id is refused
    (`document_id_taken`). Refusals: empty, too_large, type_not_allowed, too_many_pixels,
    image_broken, pdf_broken, pdf_encrypted, pdf_active, storage_full.

    The file is there before its row: when everything stops between them, or the transaction
    around this call rolls back, a file remains that nobody sees, and remove_orphans takes it.
    """
    owners.kind_of(owner)
    kind = Document.Kind(kind)
    content = _received(file)
    client_id = _as_uuid(client_id)
    document = Document(
        kind=kind,
        owner_type=owner._meta.label_lower,
        owner_id=str(owner.pk),
        name=clean_name(name),
        received_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        received_at=at,
        uploaded_by=by,
    )
    if client_id is not None:
        document.id = client_id
        if earlier := _kept_before(document):
            return earlier
    kept, thumbnail = _checked(document, content)
    document.size_bytes = len(kept)
    document.thumbnail_bytes = None if thumbnail is None else len(thumbnail)
    try:
        document.stored_as = storage.write(kept, thumbnail)
    except OSError as problem:
        if problem.errno in _FULL:
            raise Refused(
                "storage_full",
                _("The office's storage is full; the file was not saved. Tell the administrator."),
            ) from None
        raise
    try:
        with transaction.atomic():
            document.save(force_insert=True)
            audit.record(
                "document.kept",
                target=document,
                by=by,
                at=at,
                kind=document.kind,
                owner_type=document.owner_type,
                owner_id=document.owner_id,
            )
    except IntegrityError:
        storage.remove(document.stored_as)
        earlier = _kept_before(document) if client_id else None
        if earlier is None:
            raise
        return earlier  # the same request, sent twice at once
    except BaseException:
        storage.remove(document.stored_as)
        raise
    return document


def _received(file):
    try:
        content = storage.read(file, max(limit["bytes"] for limit in _types().values()))
    except storage.TooLarge:
        raise _too_large(max(limit["bytes"] for limit in _types().values())) from None
    if not content:
        raise Refused("empty", _("The file is empty. Choose it again."))
    return content


def _as_uuid(client_id):
    if client_id is None or isinstance(client_id, uuid.UUID):
        return client_id
    try:
        return uuid.UUID(str(client_id))
    except ValueError:
        raise Refused("invalid_id", _("The id of a document is a UUID.")) from None


def _kept_before(document):
    """The document of this id when it is the same one; None when there is none yet."""
    earlier = Document.objects.filter(pk=document.pk).first()
    if earlier is None:
        return None
    same = ("sha256", "kind", "owner_type", "owner_id", "uploaded_by_id")
    if any(getattr(earlier, field) != getattr(document, field) for field in same):
        raise Refused("document_id_taken", _("Another file has already been saved under this id."))
    return earlier


def _checked(document, content):
    """(bytes to keep, thumbnail or None); fills in what the content says about itself."""
    media_type = type_of(content)
    limits = _types().get(media_type)
    photo = document.kind in (Document.Kind.PHOTO, Document.Kind.SIGNATURE)
    if limits is None or (photo and media_type == "application/pdf"):
        raise Refused(
            "type_not_allowed",
            _("A photo must be JPEG, PNG or WebP.")
            if photo
            else _("The file must be a PDF, or a JPEG, PNG or WebP picture."),
        )
    if len(content) > limits["bytes"]:
        raise _too_large(limits["bytes"])
    if media_type == "application/pdf":
        _check_pdf(content)
        document.media_type = media_type
        document.content_sha256 = document.sha256
        return content, None
    picture = _draw(content, media_type, limits["pixels"], document.kind)
    document.media_type = "image/jpeg"
    document.content_sha256 = picture.content_sha256
    document.width, document.height = picture.width, picture.height
    document.taken_at = picture.taken_at
    return picture.jpeg, picture.thumbnail


def type_of(content: bytes) -> str:
    """The media type the content shows, "" for one we do not know."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for kind, start in _BEGINNINGS if content.startswith(start)), "")


def _draw(content, media_type, pixels, kind):
    try:
        return images.draw_anew(
            content,
            media_type=media_type,
            pixels=pixels,
            longest_side=settings.PKH_IMAGE_LONGEST_SIDE[kind],
        )
    except images.TooManyPixels as problem:
        raise Refused(
            "too_many_pixels",
            _("The picture is too large (%(megapixels)d million pixels); %(most)d are allowed.")
            % {"megapixels": round(problem.pixels / 1e6), "most": pixels // 1_000_000},
        ) from None
    except images.BrokenImage:
        raise Refused("image_broken", _("The picture is damaged. Take it again.")) from None


def _check_pdf(content):
    try:
        pdfs.check_pdf(content)
    except pdfs.NotQuiet as problem:
        said = {
            "pdf_broken": _("The PDF is damaged or incomplete. Make it again."),
            "pdf_encrypted": _("The PDF has a password. Save it without one, then send it again."),
            "pdf_active": _(
                "The PDF holds a program or another file. Print it to PDF, then send that one."
            ),
        }
        raise Refused(problem.code, said[problem.code]) from None


def _too_large(most):
    return Refused(
        "too_large",
        _("The file is too large; at most %(most)d MB are allowed.") % {"most": most >> 20},
    )


def _types():
    return settings.PKH_DOCUMENT_TYPES


def open_document(*, document, by, at, channel="") -> Path:
    """Where the file lies, for somebody who may see it now; the look is recorded first.

    Refused (`not_found`) like a document that does not exist when the owner's floor says no.
    """
    if not owners.may_see(by, document):
        raise Refused("not_found", _("This document does not exist."))
    audit.record(
        "document.opened",
        target=document,
        by=by,
        at=at,
        channel=channel,
        owner_type=document.owner_type,
        owner_id=document.owner_id,
    )
    return storage.path_of(document.stored_as)


def remove_orphans() -> int:
    """Delete files without a row that are older than an hour; safe to run twice, or two at once.

    They are what a killed process or a rolled-back transaction left. Returns how many.
    """
    from documents.integrity import orphans

    gone = 0
    for shelf, file_name in orphans(ORPHAN_AFTER_SECONDS):
        if Document.objects.filter(stored_as=file_name.partition(".")[0]).exists():
            continue  # committed since the shelf was read, after an hour in its transaction
        with contextlib.suppress(OSError):
            storage.remove_file(shelf, file_name)
            gone += 1
    return gone
