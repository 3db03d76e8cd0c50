"""Synthetic districts loaded straight into the tables, to measure matching against the truth."""

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from areas.models import Area
from core.dates import clean_date
from core.names import area_key, clean_sex
from core.nik import clean_nik
from core.synthetic.files import Layout
from core.synthetic.world import make_world
from dtks.matching import compute_keys, reconcile_snapshot
from dtks.models import Snapshot
from tests.dtks.staged import NOW

FIELDS = {
    "nik": "NIK",
    "kk_number": "NOKK",
    "name": "NAMA",
    "birth_date": "TANGGAL LAHIR",
    "sex": "JENIS KELAMIN",
    "mother_name": "NAMA IBU KANDUNG",
    "relationship": "HUB KELUARGA",
    "village": "DESA/KELUARAHAN",
    "subdistrict": "KECAMATAN",
    "status_note": "KETERANGAN PADAN",
}


@dataclass
class World:
    folder: Path
    expected: dict

    def load_register(self) -> None:
        """Areas, households and members as the files have them; one member per row."""
        with (self.folder / "areas.csv").open(encoding="utf-8") as file:
            areas = list(csv.DictReader(file))
        kecamatan = {a["code"]: area_key(a["name"]) for a in areas if a["code"].count(".") == 2}
        village = {
            (kecamatan[a["code"][:8]], area_key(a["name"])): a["code"]
            for a in areas
            if a["code"].count(".") == 3
        }
        households: dict[str, list] = {}
        members = []
        with (self.folder / "members.csv").open(encoding="latin-1", newline="") as file:
            for number, row in enumerate(csv.DictReader(file, delimiter="|"), start=2):
                place = village[area_key(row["KECAMATAN"]), area_key(row["DESA"])]
                card = row["NO KK"]
                home = households.setdefault(card, [len(households) + 1, clean_nik(card)[0], place])
                members.append(
                    [
                        number, home[0], clean_nik(row["NIK"])[0], row["NAMA"],
                        clean_date(row["TGL LAHIR"]), clean_sex(row["JENIS KELAMIN"]) or "",
                        row["NAMA IBU KANDUNG"],
                    ]
                )  # fmt: skip
        Area.objects.bulk_create(
            [
                Area(
                    code=area["code"],
                    name=area["name"],
                    level=area["code"].count(".") + 1,
                    parent_id=area["code"].rpartition(".")[0] or None,
                    code_system="local",
                )
                for area in areas
            ],
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["name", "level", "parent", "code_system"],
        )
        _copy("beneficiaries_household (id, kk_number, desa_id)", households.values())
        _copy(
            "beneficiaries_member (id, household_id, nik, name, birth_on, sex, mother_name)",
            members,
        )

    def load_registry(self, by) -> Snapshot:
        """The registry as one more file, its keys computed; rows numbered as in the file."""
        with (self.folder / "dtks.csv").open(encoding="latin-1", newline="") as file:
            rows = csv.reader(file, delimiter="|")
            header = next(rows)
            snapshot = Snapshot.objects.create(
                source="dtks",
                year=2026,
                stage=4,
                area_id="99.01",
                file_name="dtks.csv",
                size_bytes=1,
                sha256=f"world {Snapshot.objects.count()}",
                state="staged",
                mapping={field: header.index(column) for field, column in FIELDS.items()},
                uploaded_by=by,
                uploaded_at=NOW,
            )
            with connection.cursor() as cursor:
                cursor.execute(
                    f"CREATE TABLE dtks_sourcerow_{snapshot.pk} PARTITION OF dtks_sourcerow"
                    f" FOR VALUES IN ({snapshot.pk})"
                )
            _copy(
                "dtks_sourcerow (snapshot_id, row_number, cells)",
                ([snapshot.pk, number, _array(row)] for number, row in enumerate(rows, start=2)),
            )
        compute_keys(snapshot)
        return snapshot

    def truth(self) -> dict[int, set[int]]:
        """Row of the members file -> rows of the registry that are this person."""
        with (self.folder / "truth.csv").open(encoding="utf-8") as file:
            return {
                int(line["member_row"]): {int(row) for row in line["source_rows_all"].split()}
                for line in csv.DictReader(file)
            }


def build_world(folder: Path, **options) -> World:
    """A world of about six thousand people; `options` go to `core.synthetic.world.make_world`."""
    plain = {"households": 1500, "registry_rows": 12_000, "areas": None, "nik_prefix": "99"}
    layout = Layout(members_format="csv")
    make_world(out=folder, layout=layout, **plain | options)
    return World(folder, json.loads((folder / "expected.json").read_text(encoding="utf-8")))


@dataclass
class Measured:
    """How good the outcomes of a file are, by the truth."""

    members: int
    f1: float
    automatic: int
    automatic_wrong: int
    review: int
    duplicate: int

    @property
    def precision(self) -> float:
        return 1 - self.automatic_wrong / self.automatic

    @property
    def review_share(self) -> float:
        return self.review / self.members


def measure(world: World, snapshot: Snapshot) -> Measured:
    """Predictions are the row of an automatic or repeated match, or the best of a question."""
    truth = world.truth()
    right = wrong = missed = automatic = automatic_wrong = 0
    outcomes = {"review": 0, "duplicate": 0}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT member_id, row_number, outcome, candidates FROM dtks_difference"
            " WHERE snapshot_id = %s AND member_id IS NOT NULL",
            [snapshot.pk],
        )
        lines = cursor.fetchall()
    for member, row, outcome, candidates in lines:
        real = truth[member]
        said = {"missing": None, "review": (candidates or [None])[0]}.get(outcome, row)
        if outcome in outcomes:
            outcomes[outcome] += 1
        if outcome in ("matched", "matched_changed"):
            automatic += 1
            automatic_wrong += said not in real
        right += said in real
        wrong += said is not None and said not in real
        missed += said not in real and bool(real)
    return Measured(
        members=len(lines),
        f1=2 * right / (2 * right + wrong + missed),
        automatic=automatic,
        automatic_wrong=automatic_wrong,
        review=outcomes["review"],
        duplicate=outcomes["duplicate"],
    )


def reconciled(world: World, by) -> Snapshot:
    snapshot = world.load_registry(by)
    reconcile_snapshot(snapshot=snapshot)
    return snapshot


def _array(cells):
    quoted = (cell.replace("\\", "\\\\").replace('"', '\\"') for cell in cells)
    return "{" + ",".join(f'"{cell}"' for cell in quoted) + "}"


def _copy(table, rows):
    text = io.StringIO()
    writer = csv.writer(text)
    for row in rows:
        writer.writerow(["\\N" if value is None else value for value in row])
    text.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} FROM STDIN (FORMAT csv, NULL '\\N')", text)
