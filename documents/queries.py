"""Questions other floors ask about documents."""

from django.db.models import Q

from documents.models import Document


def documents_of(owner, *, user):
    """Documents of one record that the user may see, the newest first."""
    return Document.objects.of(owner).visible_to(user).for_listing()


def reused(document):
    """Earlier documents with the same content, the first sent first: a photo used again.

    The same pixels count, whatever the metadata or the name says, and whoever sent them: the
    answer covers every territory, so a page shows only `reused(…).visible_to(user)` and counts
    the rest. It informs, it does not accuse: one photo may rightly serve two records.
    """
    earlier = Q(received_at__lt=document.received_at) | Q(
        received_at=document.received_at, pk__lt=document.pk
    )
    return (
        Document.objects.filter(earlier, content_sha256=document.content_sha256)
        .exclude(pk=document.pk)
        .order_by("received_at", "pk")
    )
