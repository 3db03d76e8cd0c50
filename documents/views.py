"""The only way to a stored file: whoever may not see its owner finds nothing here."""

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.errors import Refused
from documents import services, storage
from documents.models import Document


@require_safe
def document(request, pk):
    """The file itself; every look is in the audit trail."""
    found = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    try:
        path = services.open_document(
            document=found, by=request.user, at=timezone.now(), channel="web"
        )
    except Refused:  # the role ended between the two questions
        raise Http404 from None
    return _handed_out(path, found)


@require_safe
def thumbnail(request, pk):
    """A picture too small to read a number on; shown in lists, so not recorded one by one."""
    pictures = Document.objects.visible_to(request.user).filter(thumbnail_bytes__isnull=False)
    found = get_object_or_404(pictures, pk=pk)
    return _handed_out(storage.path_of(found.stored_as, thumbnail=True), found)


def _handed_out(path, found):
    """Never cached, never guessed at, never run: a PDF is downloaded, a picture is shown."""
    try:
        file = path.open("rb")
    except FileNotFoundError:  # check_integrity counts these
        raise Http404 from None
    response = FileResponse(
        file,
        as_attachment=not found.is_image,
        filename=found.file_name,
        content_type=found.media_type,
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
