"""News from the floors below and from admin/."""

import json

from allauth.account.signals import password_changed
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils import timezone

from accounts import audit, demo, held
from accounts.models import Assignment, AuditEvent
from areas.services import ensure_office_area
from areas.signals import areas_imported, map_loaded


@receiver([post_save, post_delete], sender=Assignment)
def ask_afresh(**kwargs):
    held.forget()


@receiver(areas_imported)
def keep_the_import_of_areas(*, by, at, result, **kwargs):
    audit.record("areas.imported", by=by, at=at, **result)


@receiver(map_loaded)
def keep_the_loading_of_a_map(*, by, at, result, **kwargs):
    audit.record("areas.map_loaded", by=by, at=at, **result)


@receiver(areas_imported)
def place_demo_accounts_in_new_villages(*, at, **kwargs):
    """An office over an unknown kabupaten learns its villages after its accounts were made."""
    if (settings.PKH_HOME / demo.FILE_NAME).exists():
        demo.place_demo_accounts(
            office_area=ensure_office_area(settings.PKH_OFFICE_AREA),
            on=timezone.localdate(at),
            at=at,
        )


@receiver(post_save, sender=LogEntry)
def keep_what_was_changed_in_admin(*, instance, created, **kwargs):
    """Master data have no services of their own; the trail still says who changed which row."""
    if created:
        model = instance.content_type.model_class()
        AuditEvent.objects.create(
            at=instance.action_time,
            by_id=instance.user_id,
            verb="admin.added" if instance.is_addition() else "admin.changed",
            target_type=model._meta.label_lower,
            target_id=instance.object_id,
            channel="admin",
            data={"fields": _changed_fields(instance)},
        )


def _changed_fields(entry):
    """Labels of the fields, never their values."""
    message = entry.change_message
    changes = json.loads(message) if message.startswith("[") else []
    return [name for change in changes for name in change.get("changed", {}).get("fields", [])]


@receiver(password_changed)
def keep_a_changed_password(*, user, **kwargs):
    audit.record("account.password_changed", target=user, by=user)


# allauth's own signals come after the commit; the trail belongs inside it.
@receiver(post_save, sender=Authenticator)
def keep_a_new_second_factor(*, instance, created, **kwargs):
    if created:
        user = instance.user
        audit.record("second_factor.added", target=user, by=user, kind=instance.type)


@receiver(post_delete, sender=Authenticator)
def keep_a_removed_second_factor(*, instance, **kwargs):
    user = instance.user
    audit.record("second_factor.removed", target=user, by=user, kind=instance.type)
