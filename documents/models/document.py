import uuid
from pathlib import PurePath

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from documents.models.querysets import DocumentQuerySet

EXTENSIONS = {"image/jpeg": ".jpg", "application/pdf": ".pdf"}


class Document(models.Model):
    """A photo, a letter or a scan that belongs to something: a family, a visit, a meeting.

    The row and its file are never changed. What was received is kept only as its fingerprint:
    the file itself is a copy drawn anew, without whatever else the sender's program put in it.
    """

    class Kind(models.TextChoices):
        PHOTO = "photo", _("Photo")
        LETTER = "letter", _("Letter")
        SCAN = "scan", _("Scan")
        SIGNATURE = "sign", _("Signature")

    # Made by the sender when it has one, so that sending again makes no second document.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    # A link upward: the label of the owner's model and its key; see documents.owners.
    owner_type = models.CharField(_("belongs to"), max_length=60)
    owner_id = models.CharField(_("record"), max_length=64)
    name = models.CharField(_("file name"), max_length=120)
    media_type = models.CharField(_("media type"), max_length=30)
    stored_as = models.CharField(_("stored as"), max_length=40, unique=True)
    size_bytes = models.PositiveIntegerField(_("size"))  # of the stored copy
    thumbnail_bytes = models.PositiveIntegerField(_("size of the thumbnail"), null=True)
    width = models.PositiveIntegerField(_("width"), null=True)
    height = models.PositiveIntegerField(_("height"), null=True)
    received_bytes = models.PositiveIntegerField(_("size as received"))
    sha256 = models.CharField(_("fingerprint"), max_length=64)  # of the bytes as received
    # Of the picture itself: the same photo with other metadata has the same. A PDF's is its
    # sha256. No likeness is measured: a cropped photo is another photo.
    content_sha256 = models.CharField(_("fingerprint of the content"), max_length=64)
    # What the camera said; a claim, to be read beside received_at.
    taken_at = models.DateTimeField(_("taken at"), null=True)
    received_at = models.DateTimeField(_("received at"))
    uploaded_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["owner_type", "owner_id"], name="document_owner"),
            models.Index(fields=["content_sha256", "received_at"], name="document_content"),
        ]
        constraints = [
            models.CheckConstraint(
                name="document_image_has_measures",
                condition=Q(
                    media_type="image/jpeg",
                    width__gt=0,
                    height__gt=0,
                    thumbnail_bytes__gt=0,
                )
                | Q(
                    media_type="application/pdf",
                    width__isnull=True,
                    height__isnull=True,
                    thumbnail_bytes__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="document_photo_is_an_image",
                condition=~Q(kind__in=["photo", "sign"]) | Q(media_type="image/jpeg"),
            ),
            models.CheckConstraint(
                name="document_is_not_empty", condition=Q(size_bytes__gt=0, received_bytes__gt=0)
            ),
        ]

    class Privacy:
        personal = {
            "owner_id",
            "name",
            "sha256",
            "content_sha256",
            "taken_at",
            "uploaded_by",
        }
        ordinary = {
            "id",
            "kind",
            "owner_type",
            "media_type",
            "stored_as",
            "size_bytes",
            "thumbnail_bytes",
            "width",
            "height",
            "received_bytes",
            "received_at",
        }

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("documents:document", args=[self.pk])

    @property
    def is_image(self):
        return self.media_type.startswith("image/")

    @property
    def file_name(self):
        """The sender's name for it, with the ending of what it now is."""
        return PurePath(self.name).stem + EXTENSIONS[self.media_type]
