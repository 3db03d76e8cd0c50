"""Where set-wise work happens: a schema of its own per snapshot, and sessions set for big joins.

The `.sql` files name their tables plainly (`member`, `pair`, `weight`), because the search path
leads into the snapshot's own schema. Its tables are unlogged and not temporary: parallel workers
cannot see temporary ones. A crash leaves a schema behind that the next run drops.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection, transaction

from core.sql import run_sql

# The work is long, seldom and bounded: more memory per sort than a web request may have, workers
# even for middling tables, no compilation of expressions that run for seconds.
SESSION = {
    "work_mem": "64MB",
    "maintenance_work_mem": "128MB",
    "max_parallel_workers_per_gather": "2",
    "min_parallel_table_scan_size": "1MB",
    "parallel_setup_cost": "100",
    "parallel_tuple_cost": "0.01",
    "jit": "off",
    "enable_mergejoin": "off",  # sorting a million names to join a few thousand is never better
    # Several conditions at once are estimated as one row, and a nested loop over a million follows.
    "enable_nestloop": "off",
    "synchronous_commit": "off",
}


@contextmanager
def workroom(name: str, **settings: str):
    """A fresh schema first on the search path, gone afterwards; the session is put back.

    `settings` are the session's too, beside those of every workroom.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")
        cursor.execute(f"CREATE SCHEMA {name}")
    _enter(name, settings)
    try:
        yield
    finally:
        # In a broken transaction nothing can be said; its end undoes SET and CREATE alike.
        if not (connection.in_atomic_block and connection.needs_rollback):
            with connection.cursor() as cursor:
                for setting in (*SESSION, *settings, "search_path"):
                    cursor.execute(f"RESET {setting}")
                cursor.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")


def _enter(name: str, settings: dict[str, str]):
    with connection.cursor() as cursor:
        for setting, value in (SESSION | settings).items():
            cursor.execute(f"SET {setting} = '{value}'")
        cursor.execute(f"SET search_path = {name}, public")


def run_beside(first: str, second: str, *, room: str):
    """Run two named files of a workroom at the same time, the second on a connection of its own.

    Inside a transaction nobody else sees the tables yet: then one after the other.
    """
    if connection.in_atomic_block:
        run_sql(first)
        run_sql(second)
        return
    with ThreadPoolExecutor(max_workers=1) as pool:
        beside = pool.submit(_run_in, room, second)
        run_sql(first)
        beside.result()


def _run_in(room: str, name: str):
    """In a thread of its own, which Django gives a connection of its own."""
    try:
        _enter(room, {})
        run_sql(name)
    finally:
        connection.close()


@transaction.atomic
def publish(table: str, *, parent: str, snapshot: int):
    """Move a finished table of the workroom into its place as the snapshot's partition.

    The old partition, if any, is dropped in the same short transaction: readers see the old
    rows or the new ones, never none.
    """
    partition = f"{parent}_{snapshot}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS public.{partition}")
        # Index names are unique per schema: rowkey_nik_idx becomes dtks_rowkey_7_nik_idx.
        cursor.execute(
            "SELECT relname FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid"
            " WHERE indrelid = %s::regclass",
            [table],
        )
        for (index,) in cursor.fetchall():
            cursor.execute(f"ALTER INDEX {index} RENAME TO {partition}{index.removeprefix(table)}")
        # A partition carries its parent's checks under the same names.
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = %s::regclass AND contype = 'c' AND conname NOT IN"
            " (SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass)",
            [f"public.{parent}", table],
        )
        for name, definition in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        cursor.execute(f"ALTER TABLE {table} RENAME TO {partition}")
        cursor.execute(f"ALTER TABLE {partition} SET SCHEMA public")
        cursor.execute(
            f"ALTER TABLE public.{parent} ATTACH PARTITION public.{partition}"
            f" FOR VALUES IN ({snapshot})"
        )
