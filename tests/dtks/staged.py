"""A ministry file as reading leaves it, made from a few rows: every cell text, keys computed."""

import datetime as dt
import hashlib
import itertools

from django.db import connection

from dtks.matching import compute_keys
from dtks.models import Snapshot
from tests.factories.areas import AreaFactory

NOW = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)
FINAL_CLOSING = (
    "name nik kk_number birth_date pregnancy early_child primary junior senior severe_disability"
    " elderly rights_victim amount status address rt rw village subdistrict"
).split()
MEMBERS = (
    "kk_number nik name component birth_date sex mother_name relationship address rt rw village"
    " subdistrict"
).split()
DTKS = "kk_number nik name birth_date sex mother_name relationship village subdistrict".split()
DTSEN_FAMILIES = "kk_number name village subdistrict".split()
COLUMNS = {
    "final_closing": FINAL_CLOSING,
    "members": MEMBERS,
    "dtks": DTKS,
    "dtsen_families": DTSEN_FAMILIES,
}
_numbers = itertools.count(1)


def village(code="99.01.01.2001", name="Sukamaju", subdistrict="Tanjung"):
    kecamatan = AreaFactory(code=code[:8])
    kecamatan.name = subdistrict
    kecamatan.save()
    desa = AreaFactory(code=code)
    desa.name = name
    desa.save()
    return desa


def stage(source, rows, *, by, period=(2026, 4), rejected=(), area="99.01"):
    """`rows` are dicts of field to text; `rejected` are indexes of rows reading refused."""
    fields = COLUMNS[source]
    number = next(_numbers)
    snapshot = Snapshot.objects.create(
        source=source,
        year=period[0],
        stage=period[1],
        area=AreaFactory(code=area),
        file_name=f"{source}.csv",
        size_bytes=1,
        sha256=hashlib.sha256(str(number).encode()).hexdigest(),
        state="staged",
        columns=[field.upper() for field in fields],
        mapping={field: index for index, field in enumerate(fields)},
        rows_read=len(rows),
        rows_staged=len(rows) - len(rejected),
        rows_rejected=len(rejected),
        uploaded_by=by,
        uploaded_at=NOW,
        staged_at=NOW,
    )
    with connection.cursor() as cursor:
        for table in ("dtks_sourcerow", "dtks_rowproblem"):
            cursor.execute(
                f"CREATE TABLE {table}_{snapshot.pk} PARTITION OF {table}"
                f" FOR VALUES IN ({snapshot.pk})"
            )
        for index, row in enumerate(rows):
            assert set(row) <= set(fields), set(row) - set(fields)
            cursor.execute(
                "INSERT INTO dtks_sourcerow (snapshot_id, row_number, cells) VALUES (%s, %s, %s)",
                [snapshot.pk, index + 2, [str(row.get(field, "")) for field in fields]],
            )
        for index in rejected:
            cursor.execute(
                "INSERT INTO dtks_rowproblem (snapshot_id, row_number, code, severity, field,"
                " column_index, value, params) VALUES (%s, %s, 'nik_length', 'reject', 'nik', 1,"
                " '99**', '{\"digits\": 15}')",
                [snapshot.pk, index + 2],
            )
    compute_keys(snapshot)
    return snapshot


def nik(number):
    return f"990101010190{number:04d}"


def card(number):
    return f"990101020220{number:04d}"


def family(number, **more):
    """A row of Final Closing: the caretaker `number` on the card `number`."""
    return {
        "name": f"IBU {'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[number % 26]}{'AEIOU'[number % 5]}NAH",
        "nik": nik(number),
        "kk_number": card(number),
        "birth_date": f"{number % 28 + 1:02d}/03/1985",
        "village": "Sukamaju",
        "subdistrict": "Tanjung",
        "status": "AKTIF",
        "address": f"JL MELATI {number}",
        "rt": "1",
        "rw": "2",
    } | more


def person(number, of, **more):
    """A row of the members file: the person `number` on the card of family `of`."""
    base = family(number)
    return {
        "name": base["name"] if number == of else f"ANAK KE {number}",
        "nik": nik(number),
        "kk_number": card(of),
        "birth_date": base["birth_date"] if number == of else "05/06/2014",
        "sex": "P",
        "relationship": "ISTRI" if number == of else "ANAK",
        "mother_name": "SUMIATI",
        "village": "Sukamaju",
        "subdistrict": "Tanjung",
        "address": f"JL MELATI {of}",
        "rt": "001",
        "rw": "002",
    } | more
