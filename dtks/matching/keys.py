"""Row keys: what each row of a file says once cleaned."""

from django.db import connection

from core.sql import run_sql
from dtks.matching.workroom import publish, workroom

FIELDS = (
    "nik",
    "kk_number",
    "name",
    "birth_date",
    "sex",
    "mother_name",
    "relationship",
    "village",
    "subdistrict",
    "village_code",
    "status_note",
)


def compute_keys(snapshot) -> int:
    """Make or rebuild `dtks_rowkey_<snapshot>`; returns the number of rows keyed.

    The child is unlogged: after a crash of the database it is empty and is made again from the
    rows, which are logged. Safe to run twice.
    """
    places = {field: snapshot.mapping.get(field) for field in FIELDS}
    with workroom(f"dtks_keys_{snapshot.pk}"):
        with connection.cursor() as cursor:
            # The partition itself: the planner knows its figures, those of the parent it guesses.
            cursor.execute(f"CREATE VIEW raw AS SELECT * FROM public.dtks_sourcerow_{snapshot.pk}")
        run_sql(
            "dtks/matching/keys.sql",
            snapshot=snapshot.pk,
            area=snapshot.area_id,
            latest_year=snapshot.year,
            **{field: None if place is None else place + 1 for field, place in places.items()},
        )
        publish("rowkey", parent="dtks_rowkey", snapshot=snapshot.pk)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM dtks_rowkey WHERE snapshot_id = %s", [snapshot.pk])
            return cursor.fetchone()[0]


def ensure_keys(snapshot) -> None:
    """Make the keys again where a crash of the database took them: all come at once, and all go,
    because their partition is unlogged."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM dtks_rowkey WHERE snapshot_id = %s)", [snapshot.pk]
        )
        (there,) = cursor.fetchone()
    if not there:
        compute_keys(snapshot)
