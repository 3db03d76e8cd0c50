"""Two people at one record: the first writes, the second hears what changed and by whom."""

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from core.errors import Refused

# Fields that never travel in a message: the page shows them masked from the record itself.
IDENTITY = {"nik", "kk_number", "mother_name"}


class ChangedMeanwhile(Refused):
    """Somebody changed the record after it was read; pages and API answer 409.

    `changes` is a list of {field, label, before, now} since the version that was read; identity
    numbers and the mother's name are left out of `before` and `now`. `changed_by` is the last
    person to change it, or None when a file or a program did.
    """

    def __init__(self, *, changes, changed_by, changed_at):
        who = changed_by.get_full_name() if changed_by else _("an approved ministry file")
        super().__init__(
            "changed_meanwhile",
            _(
                "%(who)s changed this record after you opened it (%(fields)s). "
                "Look at the new values, then save again."
            )
            % {"who": who, "fields": ", ".join(str(change["label"]) for change in changes) or "-"},
            fields={change["field"]: str(change["label"]) for change in changes},
        )
        self.changes = changes
        self.changed_by = changed_by
        self.changed_at = changed_at


def check_version(record, version, *, events):
    """Raise ChangedMeanwhile unless the locked record still has the version that was read.

    `events` is its history model: each of its rows is the record as it stood before a change,
    so the oldest one with the read version is what the reader saw.
    """
    if record.version == version:
        return
    since = list(
        events.objects.filter(pgh_obj_id=record.pk, version__gte=version)
        .select_related("pgh_context")
        .order_by("pgh_id")
    )
    changes = []
    if since:
        for field in record._meta.concrete_fields:
            if field.generated or field.name in {"id", "version", "kept_fields"}:
                continue
            before, now = getattr(since[0], field.attname), getattr(record, field.attname)
            if before != now:
                hidden = field.name in IDENTITY
                changes.append(
                    {
                        "field": field.name,
                        "label": field.verbose_name,
                        "before": None if hidden else before,
                        "now": None if hidden else now,
                    }
                )
    last = since[-1] if since else None
    user_id = last.pgh_context.metadata.get("user") if last and last.pgh_context else None
    changed_by = get_user_model()._default_manager.filter(pk=user_id).first() if user_id else None
    raise ChangedMeanwhile(
        changes=changes, changed_by=changed_by, changed_at=last.pgh_created_at if last else None
    )
