"""What a database holds, in numbers that fit on a page: rows and a checksum for every table.

A row's checksum is the MD5 of its text under fixed settings; a table's is the sum over its rows,
so the order does not matter and memory stays the same at a million rows. It finds damage and
changes; it is no signature against somebody who can choose the rows.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass, field

from psycopg2 import sql

# Kept out of every backup: signed-in sessions, and what can be computed again.
TABLES_LEFT_EMPTY = ("public.core_cache", "public.django_session")
_HALF = 1 << 64

# The text of a row must not depend on who asks.
_SAME_TEXT = """
SET search_path = ''; SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD';
SET IntervalStyle = 'iso_8601'; SET extra_float_digits = 3; SET bytea_output = 'hex';
SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0;
"""
# Leaves only: a partitioned table has no rows of its own. Tables of extensions come with them.
_TABLES = """
SELECT n.nspname, c.relname, coalesce(root.relname, ''), (
    SELECT md5(coalesce(string_agg(
        attname || ' ' || pg_catalog.format_type(atttypid, atttypmod) || ' ' || attnotnull,
        ',' ORDER BY attnum
    ), ''))
    FROM pg_catalog.pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
)
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_class AS root
    ON c.relispartition AND root.oid = pg_catalog.pg_partition_root(c.oid)
WHERE c.relkind = 'r' AND c.relpersistence <> 't'
    AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend
        WHERE classid = 'pg_catalog.pg_class'::regclass AND objid = c.oid AND deptype = 'e'
    )
ORDER BY 1, 2
"""
_ROWS = """
SELECT count(*),
    coalesce(sum(('x' || substr(h, 1, 16))::bit(64)::bigint::numeric), 0),
    coalesce(sum(('x' || substr(h, 17))::bit(64)::bigint::numeric), 0)
FROM (SELECT md5(t::text) AS h FROM ONLY {table} AS t OFFSET 0) AS hashed
"""
_SEQUENCES = "SELECT schemaname || '.' || sequencename, coalesce(last_value, 0) FROM pg_sequences"
# Only what we made: an extension's functions come and go with its version.
_STRUCTURE = """
WITH ours AS (
    SELECT oid FROM pg_catalog.pg_namespace
    WHERE nspname <> 'information_schema' AND nspname !~ '^pg_'
), of_extensions AS (
    SELECT objid FROM pg_catalog.pg_depend WHERE deptype = 'e'
    AND classid IN ('pg_catalog.pg_class'::regclass, 'pg_catalog.pg_proc'::regclass)
)
SELECT 'constraints', count(*) FROM pg_catalog.pg_constraint
    WHERE connamespace IN (SELECT oid FROM ours) AND contype IN ('c', 'f', 'p', 'u', 'x')
    AND conparentid = 0
UNION ALL SELECT 'indexes', count(*) FROM pg_catalog.pg_class
    WHERE relnamespace IN (SELECT oid FROM ours) AND relkind IN ('i', 'I')
UNION ALL SELECT 'triggers', count(*) FROM pg_catalog.pg_trigger AS t
    JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
    WHERE c.relnamespace IN (SELECT oid FROM ours) AND NOT tgisinternal AND tgparentid = 0
UNION ALL SELECT 'views', count(*) FROM pg_catalog.pg_class
    WHERE relnamespace IN (SELECT oid FROM ours) AND relkind IN ('v', 'm')
    AND oid NOT IN (SELECT objid FROM of_extensions)
UNION ALL SELECT 'functions', count(*) FROM pg_catalog.pg_proc
    WHERE pronamespace IN (SELECT oid FROM ours)
    AND oid NOT IN (SELECT objid FROM of_extensions)
UNION ALL SELECT 'extensions', count(*) FROM pg_catalog.pg_extension
"""


@dataclass(frozen=True)
class Table:
    rows: int
    checksum: str
    columns: str  # a checksum of their names, types and order
    part_of: str = ""  # the partitioned table, for whoever wants one line for all its parts


@dataclass
class Census:
    tables: dict[str, Table] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
    structure: dict[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    def as_json(self) -> dict:
        return asdict(self)

    @classmethod
    def from_json(cls, said: dict) -> "Census":
        tables = {name: Table(**table) for name, table in said["tables"].items()}
        return cls(tables, dict(said["sequences"]), dict(said["structure"]))


def settle(connection) -> None:
    """Fix the settings of a psycopg2 connection, before the transaction that counts."""
    with connection.cursor() as cursor:
        cursor.execute(_SAME_TEXT)
    connection.commit()


def table_names(connection) -> list[tuple[str, str]]:
    """(schema, name) of every table that holds rows."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        return [(schema, name) for schema, name, _root, _columns in cursor.fetchall()]


def start_census(connection) -> Census:
    """Sequences and structure. Sequences know no snapshot, so they are read before the dump:
    what is restored later may be ahead of them, never behind."""
    census = Census()
    with connection.cursor() as cursor:
        cursor.execute(_SEQUENCES)
        census.sequences = dict(sorted(cursor.fetchall()))
        cursor.execute(_STRUCTURE)
        census.structure = dict(cursor.fetchall())
    return census


def count_tables(connection, census: Census, *, left_empty: Collection[str] = ()) -> Census:
    """Add every table, one statement each; those of `left_empty` as they will be restored."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        for schema, name, root, columns in cursor.fetchall():
            full = f"{schema}.{name}"
            if full in left_empty:
                census.tables[full] = Table(0, "0" * 32, columns)
                continue
            cursor.execute(sql.SQL(_ROWS).format(table=sql.Identifier(schema, name)))
            rows, first, second = cursor.fetchone()
            checksum = f"{int(first) % _HALF:016x}{int(second) % _HALF:016x}"
            census.tables[full] = Table(rows, checksum, columns, root)
    return census


def take_census(connection) -> Census:
    """All of it, of a database nobody works in."""
    settle(connection)
    return count_tables(connection, start_census(connection))
