"""What changing a household and changing a member have in common."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from beneficiaries.services.conflicts import check_version
from core.errors import Refused


def locked(record, version, *, events):
    """The record under a row lock; refused when it is no longer the version that was read.

    `version=None` means the caller holds no earlier reading (a decision, a repair).
    """
    # `of`: the caretaker and the village are not ours to lock.
    fresh = type(record)._base_manager.select_for_update(of=("self",)).get(pk=record.pk)
    if version is not None:
        check_version(fresh, version, events=events)
    return fresh


def write(record, values, *, keep=(), release=()):
    """Set values, check them, save with the next version. Nothing is written when all are equal.

    `keep` are fields an officer decided: files will not write over them; `release` gives fields
    back to the files. Returns the values as they stood before, by attribute name.
    """
    before = {}
    for name, value in values.items():
        if getattr(record, name) != value:
            before[name] = getattr(record, name)
            setattr(record, name, value)
    kept = sorted((set(record.kept_fields) | set(keep)) - set(release))
    if not before and kept == record.kept_fields:
        return before
    record.kept_fields = kept
    checked(record, values)
    record.version += 1
    record.save(update_fields=[*values, "kept_fields", "version"])
    return before


def checked(record, values):
    """Refuse values the model or the database would not take, each by its name."""
    try:
        record.clean_fields(exclude={field.name for field in record._meta.fields} - set(values))
        record.validate_constraints(
            exclude={"caretaker"} if hasattr(record, "caretaker_id") else set()
        )
    except ValidationError as error:
        fields = (
            {name: " ".join(texts) for name, texts in error.message_dict.items()}
            if hasattr(error, "error_dict")
            else {}
        )
        raise Refused(
            "invalid", " ".join(error.messages) or _("A value is not valid."), fields=fields
        ) from None


def only(values, allowed):
    """Refuse fields this verb does not change, so that no door can widen it."""
    foreign = sorted(set(values) - set(allowed))
    if foreign:
        raise Refused(
            "unknown_field",
            _("These fields cannot be changed here: %(fields)s.") % {"fields": ", ".join(foreign)},
            fields={name: _("cannot be changed here") for name in foreign},
        )
