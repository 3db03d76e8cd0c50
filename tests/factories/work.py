import datetime as dt

from facilitators.models import Activity, PlannedWork, Visit, WorkPlan

AT = dt.datetime(2026, 11, 2, 3, 0, tzinfo=dt.UTC)


def a_plan(facilitator, month, *, visits=(), sessions=(), activities=(), version=1):
    """A plan as it was submitted; `activities` are (kind, level)."""
    plan = WorkPlan.objects.create(
        facilitator=facilitator,
        month=month,
        version=version,
        reason="cuaca buruk" if version > 1 else "",
        content_sha256="a",
        submitted_at=AT,
    )
    PlannedWork.objects.bulk_create(
        [
            *(PlannedWork(plan=plan, kind="visit", household=one) for one in visits),
            *(PlannedWork(plan=plan, kind="session", group=one) for one in sessions),
            *(
                PlannedWork(plan=plan, kind=kind, level=level, place="Balai desa")
                for kind, level in activities
            ),
        ]
    )
    return plan


def an_activity(facilitator, held_on, kind="mediation", level="village", **more):
    return Activity.objects.create(
        facilitator=facilitator,
        held_on=held_on,
        kind=kind,
        level=level,
        place="Balai desa",
        sent_sha256="a",
        recorded_at=AT,
        **more,
    )


def a_visit(facilitator, household, day, by, purpose="data_update", **more):
    """At eight in the morning of the day, in the office's own time."""
    return Visit.objects.create(
        facilitator=facilitator,
        household=household,
        purpose=purpose,
        device_at=dt.datetime.combine(day, dt.time(1, 0), dt.UTC),
        recorded_at=AT,
        content_sha256="a",
        recorded_by=by,
        **more,
    )
