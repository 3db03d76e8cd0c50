"""Set-wise work lives in named .sql files beside the code that orders it."""

from functools import cache
from pathlib import Path

from django.apps import apps
from django.db import connection


@cache
def load_sql(name: str) -> str:
    """Text of `app/path.sql`, looked up in `<app>/sql/path.sql`."""
    app, _, rest = name.partition("/")
    return (Path(apps.get_app_config(app).path) / "sql" / rest).read_text(encoding="utf-8")


def run_sql(name: str, /, **params) -> int:
    """Run a named file with `%(name)s` parameters; returns the rows its last statement touched."""
    with connection.cursor() as cursor:
        cursor.execute(load_sql(name), params)
        return cursor.rowcount
