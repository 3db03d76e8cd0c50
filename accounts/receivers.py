"""News from the floors below."""

from django.dispatch import receiver

from accounts import audit
from areas.signals import areas_imported


@receiver(areas_imported)
def keep_the_import_of_areas(*, by, at, result, **kwargs):
    audit.record("areas.imported", by=by, at=at, **result)
