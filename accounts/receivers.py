"""News from the floors below."""

from django.conf import settings
from django.dispatch import receiver
from django.utils import timezone

from accounts import audit, demo
from areas.services import ensure_office_area
from areas.signals import areas_imported


@receiver(areas_imported)
def keep_the_import_of_areas(*, by, at, result, **kwargs):
    audit.record("areas.imported", by=by, at=at, **result)


@receiver(areas_imported)
def place_demo_accounts_in_new_villages(*, at, **kwargs):
    """An office over an unknown kabupaten learns its villages after its accounts were made."""
    if (settings.PKH_HOME / demo.FILE_NAME).exists():
        demo.place_demo_accounts(
            office_area=ensure_office_area(settings.PKH_OFFICE_AREA),
            on=timezone.localdate(at),
            at=at,
        )
