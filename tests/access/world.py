"""A small world in which every text says whose it is, so any leak names its origin.

Two kabupaten of two kecamatan of two desa. Every text field of a household or member holds a
canary: KNR, the ten digits of its desa, and the field. Desa sizes are powers of two, so a wrong
total tells which desa leaked into it.
"""

import datetime as dt
from dataclasses import dataclass, field

from django.db import connection
from django.utils import timezone

from accounts.models import ApiToken, Assignment, AuditEvent, User
from accounts.roles import Role
from areas.models import Area
from beneficiaries.models import (
    FormerCard,
    Household,
    HouseholdPeriod,
    HouseholdStatusChange,
    Member,
    MemberComponent,
    MemberStatusChange,
)
from dtks.models import Decision, Difference, Snapshot
from jobs.models import Job

KABUPATEN = ["99.01", "99.02"]
KECAMATAN = [f"{kabupaten}.{n:02d}" for kabupaten in KABUPATEN for n in (1, 2)]
DESA = [f"{kecamatan}.{n}" for kecamatan in KECAMATAN for n in ("2001", "2002")]
OWN_DESA = "99.01.01.2001"
SAME_KECAMATAN = "99.01.01.2002"
OTHER_KECAMATAN = "99.01.02.2001"
OTHER_KABUPATEN = "99.02.01.2001"

# Where each kind of person works, and which desa's people they may see (reliability.md C.1).
# Written by hand and not asked of the code under test.
POSTS = {
    Role.FACILITATOR: OWN_DESA,
    Role.SUBDISTRICT_LEAD: "99.01.01",
    Role.DISTRICT_COORDINATOR: "99.01",
    Role.DATA_OPERATOR: "99.01",
    Role.SUBDISTRICT_SOCIAL_WORKER: "99.01.01",
    Role.HEAD: "99.01",
    Role.DIVISION_HEAD: "99.01",
    Role.AUDITOR: "99.01",
    Role.ADMIN: "99.01",
    Role.GUEST: "99.01",
}
SEES_PEOPLE_OF = {
    role: [] if role in {Role.ADMIN, Role.GUEST} else [d for d in DESA if d.startswith(post)]
    for role, post in POSTS.items()
}
FORMER = "former"  # a facilitator whose assignment ended yesterday
IDLE = "idle"  # an account without any assignment
PEOPLE = [*[role.value for role in POSTS], FORMER, IDLE]


def canary(desa: str, what: str) -> str:
    return f"KNR{desa.replace('.', '')}{what}"


def desa_of(found: str) -> str:
    digits = found[3:13]
    return f"{digits[:2]}.{digits[2:4]}.{digits[4:6]}.{digits[6:]}"


def number(desa_index: int, serial: int, kind: int) -> str:
    return f"99{kind:02d}{desa_index:02d}{serial:06d}{desa_index:02d}{kind:02d}"


@dataclass
class World:
    users: dict[str, User] = field(default_factory=dict)
    households: dict[str, list[Household]] = field(default_factory=dict)
    members: dict[str, list[Member]] = field(default_factory=dict)
    differences: dict[str, int] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)  # by kabupaten
    staged: dict[str, Snapshot] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)  # full NIK or card -> desa


def make_world() -> World:
    world = World()
    _areas()
    _users(world)
    for index, desa in enumerate(DESA):
        _families(world, index, desa)
    for kabupaten in KABUPATEN:
        _files(world, kabupaten)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return world


def _areas():
    rows = [("99", 1)] + [(k, 2) for k in KABUPATEN] + [(k, 3) for k in KECAMATAN]
    rows += [(d, 4) for d in DESA]
    Area.objects.bulk_create(
        [
            Area(code=code, name=f"WILAYAH {code}", level=level, parent_id=code.rpartition(".")[0])
            if level > 1
            else Area(code=code, name="PROVINSI CONTOH", level=level)
            for code, level in rows
        ],
        ignore_conflicts=True,
    )


def _users(world):
    today = timezone.localdate()
    for role, post in POSTS.items():
        user = User.objects.create(
            username=f"{role.value}", full_name=role.value, is_staff=role == Role.ADMIN
        )
        Assignment.objects.create(user=user, role=role, area_id=post, starts_on=today)
        world.users[role.value] = user
    former = User.objects.create(username=FORMER, is_staff=True)
    for role in (Role.FACILITATOR, Role.DATA_OPERATOR, Role.ADMIN):
        Assignment.objects.create(
            user=former,
            role=role,
            area_id="99.01",
            starts_on=today - dt.timedelta(days=400),
            ends_on=today - dt.timedelta(days=1),
        )
    world.users[FORMER] = former
    world.users[IDLE] = User.objects.create(username=IDLE)
    world.users["stranger"] = User.objects.create(username="stranger")
    Assignment.objects.create(
        user=world.users["stranger"],
        role=Role.DATA_OPERATOR,
        area_id=KABUPATEN[1],
        starts_on=today,
    )


def _families(world, index, desa):
    today = timezone.localdate()
    stranger = world.users["stranger"]
    for serial in range(2**index if index < 4 else 3):
        household = Household.objects.create(
            desa_id=desa,
            kk_number=number(index, serial, 11),
            address=canary(desa, "ALAMAT"),
            hamlet=canary(desa, "DUSUN"),
            rt="001",
            rw="002",
        )
        mother, child = (
            Member.objects.create(
                household=household,
                nik=number(index, serial, kind),
                name=canary(desa, what),
                birth_on=dt.date(1990, 1, 1 + serial),
                birth_place=canary(desa, "TEMPAT"),
                sex="P",
                mother_name=canary(desa, "GADIS"),
                relationship=relationship,
            )
            for kind, what, relationship in ((22, "IBU", "head"), (33, "ANAK", "child"))
        )
        household.caretaker = mother
        household.save(update_fields=["caretaker"])
        for kind in (11, 22, 33, 44):
            world.numbers[number(index, serial, kind)] = desa
        FormerCard.objects.create(
            household=household,
            kk_number=number(index, serial, 44),
            replaced_on=today,
            replaced_by=stranger,
        )
        HouseholdStatusChange.objects.create(
            household=household, status="active", on=today, reason=canary(desa, "SEBAB")
        )
        MemberStatusChange.objects.create(
            member=child, status="active", on=today, reason=canary(desa, "SEBAB")
        )
        HouseholdPeriod.objects.create(
            household=household,
            year=2026,
            stage=4,
            counts={"primary": 1},
            stated_amount=225_000,
            computed_amount=225_000,
            ministry_status=canary(desa, "STATUS"),
        )
        MemberComponent.objects.create(member=child, year=2026, stage=4, component="primary")
        # An earlier state, kept by trigger, carries canaries of its own.
        Member.objects.filter(pk=child.pk).update(birth_place=canary(desa, "TEMPATBARU"))
        Household.objects.filter(pk=household.pk).update(address=canary(desa, "ALAMATBARU"))
        world.households.setdefault(desa, []).append(household)
        world.members.setdefault(desa, []).extend([mother, child])


def _partition(table, snapshot):
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {table}_{snapshot.pk} PARTITION OF {table} FOR VALUES IN ({snapshot.pk})"
        )


COLUMNS = ["NIK", "NO KK", "NAMA", "NAMA IBU KANDUNG", "ALAMAT"]
MAPPING = {"nik": 0, "kk_number": 1, "name": 2, "mother_name": 3, "address": 4}


def _files(world, kabupaten):
    now = timezone.now()
    stranger = world.users["stranger"]
    common = {
        "area_id": kabupaten,
        "year": 2026,
        "stage": 4,
        "file_name": f"{canary(kabupaten + '.00.0000', 'BERKAS')}.csv",
        "size_bytes": 1000,
        "columns": COLUMNS,
        "mapping": MAPPING,
        "uploaded_by": stranger,
        "uploaded_at": now,
        "staged_at": now,
    }
    registry = Snapshot.objects.create(
        source="dtks",
        layout="dtks",
        state="staged",
        sha256=f"{kabupaten}".ljust(64, "a"),
        reconciled_at=now,
        reconciled_by=stranger,
        **common,
    )
    world.snapshots[kabupaten] = registry
    world.staged[kabupaten] = Snapshot.objects.create(
        source="members",
        layout="members",
        state="staged",
        sha256=f"{kabupaten}".ljust(64, "b"),
        **common,
    )
    for snapshot in (registry, world.staged[kabupaten]):
        for table in ("dtks_sourcerow", "dtks_rowkey", "dtks_rowproblem", "dtks_difference"):
            _partition(table, snapshot)
        _rows(snapshot, kabupaten)
    for desa in DESA:
        if desa.startswith(kabupaten):
            _questions(world, registry, desa)
    world.jobs[kabupaten] = Job.objects.create(
        kind="dtks.reconcile_snapshot",
        requested_by=stranger,
        subject_type="dtks.snapshot",
        subject_id=str(registry.pk),
        arguments={"snapshot_id": registry.pk},
        created_at=now,
    )


def _rows(snapshot, kabupaten):
    with connection.cursor() as cursor:
        for row, desa in enumerate([d for d in DESA if d.startswith(kabupaten)], start=2):
            nik, card = number(DESA.index(desa), row, 55), number(DESA.index(desa), row, 66)
            cells = [nik, card, canary(desa, "BARIS"), canary(desa, "GADIS"), canary(desa, "SEL")]
            cursor.execute(
                "INSERT INTO dtks_sourcerow VALUES (%s, %s, %s, NULL)", [snapshot.pk, row, cells]
            )
            cursor.execute(
                "INSERT INTO dtks_rowkey VALUES"
                " (%s, %s, %s, 'ok', NULL, %s, 'ok', %s, %s, '1990-01-01', 'P', %s, 'head', %s,"
                " false)",
                [
                    snapshot.pk,
                    row,
                    nik,
                    card,
                    canary(desa, "BARIS"),
                    canary(desa, "BARIS"),
                    canary(desa, "GADIS"),
                    desa,
                ],
            )
            cursor.execute(
                "INSERT INTO dtks_rowproblem"
                " (snapshot_id, row_number, code, severity, field, column_index, value)"
                " VALUES (%s, %s, 'nik_length', 'warn', 'nik', 0, %s)",
                [snapshot.pk, row, canary(desa, "MASALAH")],
            )


def _questions(world, registry, desa):
    row = 2 + [d for d in DESA if d.startswith(desa[:5])].index(desa)
    member = world.members[desa][1]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dtks_difference"
            " (snapshot_id, member_id, row_number, outcome, rule, kind, probability, score,"
            "  weights, levels, candidates, changed_fields, village_id)"
            " VALUES (%s, %s, %s, 'review', 'unsure', 'unsure', 0.5, 0, NULL, NULL, %s,"
            " '{name}', %s) RETURNING id",
            [registry.pk, member.pk, row, [row], desa],
        )
        world.differences[desa] = cursor.fetchone()[0]
    assert Difference.objects.filter(id=world.differences[desa]).exists()
    world.decisions[desa] = Decision.objects.create(
        snapshot=registry,
        member=world.members[desa][0],
        row_number=row,
        verdict="same",
        note=canary(desa, "CATATAN"),
        by=world.users["stranger"],
        at=timezone.now(),
    )


def token_for(user, *scopes):
    """(the token to send); another system signing in as this user."""
    instance, token = ApiToken.objects.create(user=user)
    instance.scopes = list(scopes)
    instance.save(update_fields=["scopes"])
    return token


def fingerprint_of_foreign_rows() -> str:
    """Hash of everything another kabupaten owns and of the audit trail's old rows."""
    parts = []
    with connection.cursor() as cursor:
        for table, condition in (
            ("beneficiaries_household", "desa_id LIKE '99.02%'"),
            (
                "beneficiaries_member",
                "household_id IN (SELECT id FROM beneficiaries_household"
                " WHERE desa_id LIKE '99.02%')",
            ),
            ("dtks_snapshot", "area_id LIKE '99.02%'"),
            ("dtks_difference", "village_id LIKE '99.02%'"),
            (
                "dtks_decision",
                "snapshot_id IN (SELECT id FROM dtks_snapshot WHERE area_id LIKE '99.02%')",
            ),
            ("accounts_assignment", "area_id LIKE '99.02%'"),
        ):
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
                f" FROM {table} t WHERE {condition}".replace("%'", "%%'"),
                [],
            )
            parts.append(cursor.fetchone()[0])
    return "-".join(parts)


__all__ = ["AuditEvent", "World", "canary", "desa_of", "make_world", "token_for"]
