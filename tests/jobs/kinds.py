"""Job kinds that exist only in tests. A worker under test is told to import this module."""

import os
import time

from django.db import connection, transaction

from core.errors import Refused
from jobs.registry import job_kind

TABLE = "CREATE TABLE IF NOT EXISTS tests_jobrow (job uuid, number integer, at_fence bigint)"


def make_table():
    """No unique key on purpose: a row written twice must show."""
    with connection.cursor() as cursor:
        cursor.execute(TABLE)


def forget_rows(job):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM tests_jobrow WHERE job = %s", [job.pk])


def numbers_of(job):
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM tests_jobrow WHERE job = %s ORDER BY number", [job.pk])
        return [number for (number,) in cursor.fetchall()]


@job_kind("tests.rows", queue="import", label="Menulis baris", cleanup=forget_rows)
def write_rows(run):
    """arguments: rows, chunk, and how long a chunk takes."""
    rows, chunk = run.arguments["rows"], run.arguments.get("chunk", 10)
    start = run.checkpoint.get("written", 0)
    for first in range(start, rows, chunk):
        last = min(first + chunk, rows)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO tests_jobrow"
                    " SELECT %s, number, %s FROM generate_series(%s, %s) AS number",
                    [run.job.pk, run.job.fence, first + 1, last],
                )
            time.sleep(run.arguments.get("pause", 0))
            run.save_checkpoint({"written": last}, done=last, total=rows, step="Writing rows")
    return {"rows": rows}


@job_kind("tests.poison", queue="import", label="Racun", cleanup=forget_rows)
def abort(run):
    """Takes its whole process along, as a parser that runs out of memory does."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO tests_jobrow VALUES (%s, 1, 1)", [run.job.pk])
    os.abort()


@job_kind("tests.wrong", queue="fast", label="Keliru")
def fail(run):
    if run.arguments.get("refuse"):
        raise Refused("no_rows", "Berkas tidak memuat baris data.")
    number = run.arguments.get("number", "")
    raise ValueError(f"member {number}")


@job_kind("tests.statement", queue="fast", label="Pernyataan panjang")
def one_statement(run):
    with run.estimating(seconds=run.arguments["seconds"], upto=100, step="Matching"):
        run.progress(total=100)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(%s)", [run.arguments["seconds"]])
