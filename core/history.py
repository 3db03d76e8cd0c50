"""Earlier states of a record, kept by trigger: one way for every floor."""

import pghistory

# The columns pghistory adds to the record's own.
EVENT_FIELDS = frozenset({"pgh_id", "pgh_created_at", "pgh_label", "pgh_context"})


def earlier_states(model, exclude=()):
    """The event model of `model`: the row as it stood before each update or delete.

    The record itself is the latest state. Statement triggers: one insert for a bulk update of
    290,000 members. `exclude` names columns the database derives from others.
    """
    return pghistory.create_event_model(
        model,
        pghistory.UpdateEvent(row=pghistory.Old),
        pghistory.DeleteEvent(row=pghistory.Old),
        append_only=True,
        level=pghistory.Statement,
        exclude=list(exclude) or None,
    )
