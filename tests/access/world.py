"""A small world in which every text says whose it is, so any leak names its origin.

Two kabupaten of two kecamatan of two desa. Every text field of a household, member or row holds
a canary: KNR, the ten digits of its desa, and a word for the field. Desa sizes are powers of two,
so a wrong total tells which desa leaked into it.

Who may see what is written here by hand, from the matrix of reliability.md C.1, and never asked
of the code under test.
"""

import datetime as dt
from dataclasses import dataclass, field
from itertools import pairwise

from django.apps import apps
from django.db import connection
from django.utils import timezone

from accounts import audit
from accounts.models import ApiToken, Assignment, AuditEvent, User
from accounts.roles import Role
from areas.models import Area, AreaShape
from beneficiaries.models import (
    BenefitIndex,
    FormerCard,
    Household,
    HouseholdPeriod,
    HouseholdStatusChange,
    Member,
    MemberComponent,
    MemberPeriod,
    MemberStatusChange,
    PeriodRule,
)
from core.periods import Period
from dashboard.models import OfficeReport
from documents.models import Document, Letterhead
from documents.services import keep_document
from dtks.models import Decision, Difference, Export, MatchingSettings, Snapshot
from facilitators.models import (
    Activity,
    ActivityFamily,
    Attendance,
    CaseloadAssignment,
    CaseloadSettings,
    ChangeProposal,
    CommitmentCheck,
    CommitmentCorrection,
    CommitmentMonth,
    CommitmentQuarter,
    CommitmentRule,
    Facilitator,
    LearningGroup,
    LearningMembership,
    LearningModule,
    LearningSession,
    LearningTopic,
    PlannedWork,
    Posting,
    School,
    SessionCorrection,
    Visit,
    VisitCheck,
    VisitMark,
    VisitRequest,
    VisitRule,
    VisitSettings,
    WorkPlan,
)
from jobs.models import Job
from tests.access import graduation
from tests.access import meetings as talks
from tests.factories.commitments import first_rules
from tests.factories.files import jpeg, pdf
from tests.factories.papers import first_patterns
from tests.msgids import FLOORS

KABUPATEN = ["99.01", "99.02"]
KECAMATAN = [f"{kabupaten}.{n:02d}" for kabupaten in KABUPATEN for n in (1, 2)]
DESA = [f"{kecamatan}.{n}" for kecamatan in KECAMATAN for n in ("2001", "2002")]
OWN_DESA = "99.01.01.2001"
PLACES = {
    "own": OWN_DESA,
    "same kecamatan": "99.01.01.2002",
    "other kecamatan": "99.01.02.2001",
    "other kabupaten": "99.02.01.2001",
}
SIZES = {desa: 2**index for index, desa in enumerate(DESA)}  # families; twice as many people

# --- the cast: where each kind of person works

FACILITATOR, LEAD, TKSK = (
    Role.FACILITATOR.value,
    Role.SUBDISTRICT_LEAD.value,
    Role.SUBDISTRICT_SOCIAL_WORKER.value,
)
COORDINATOR, OPERATOR = Role.DISTRICT_COORDINATOR.value, Role.DATA_OPERATOR.value
HEAD, DIVISION_HEAD = Role.HEAD.value, Role.DIVISION_HEAD.value
AUDITOR, ADMIN, GUEST = Role.AUDITOR.value, Role.ADMIN.value, Role.GUEST.value
FORMER = "former"  # worked here until yesterday
IDLE = "idle"  # an account nobody gave a role
TWICE = "twice"  # facilitator in one desa, TKSK in another kecamatan: rights must not mix
CASEWORKER = "caseworker"  # a facilitator with a caseload: sees the families entrusted today
STRANGER = "stranger"  # data operator of the other kabupaten, who wrote everything

POSTS = {
    FACILITATOR: [(FACILITATOR, OWN_DESA)],
    LEAD: [(LEAD, "99.01.01")],
    COORDINATOR: [(COORDINATOR, "99.01")],
    OPERATOR: [(OPERATOR, "99.01")],
    TKSK: [(TKSK, "99.01.01")],
    HEAD: [(HEAD, "99.01")],
    DIVISION_HEAD: [(DIVISION_HEAD, "99.01")],
    AUDITOR: [(AUDITOR, "99.01")],
    ADMIN: [(ADMIN, "99.01")],
    GUEST: [(GUEST, "99.01")],
    TWICE: [(FACILITATOR, OWN_DESA), (TKSK, "99.01.02")],
    CASEWORKER: [(FACILITATOR, "99.01.01")],
    FORMER: [],
    IDLE: [],
}
PEOPLE = list(POSTS)
ADMIN_SITE = {ADMIN, AUDITOR}

# Whose families somebody accompanies today, by desa: this holds in place of the territory. The
# other desa of the kecamatan was handed over yesterday, one elsewhere begins tomorrow.
ENTRUSTED = {CASEWORKER: [OWN_DESA, "99.01.02.2001"]}
ENTRUSTED_BEFORE = {CASEWORKER: ["99.01.01.2002"]}
ENTRUSTED_LATER = {CASEWORKER: ["99.02.01.2001"]}

# --- the oracle: roles by what they may see in the places where they hold them

SEES = {
    # names, addresses, histories of families; heads and TKSK masked
    "people": {FACILITATOR, LEAD, COORDINATOR, OPERATOR, TKSK, HEAD, DIVISION_HEAD, AUDITOR},
    # the villages of a kecamatan on the map, as far as they are one's own
    "map": {FACILITATOR, LEAD, COORDINATOR, OPERATOR, TKSK, HEAD, DIVISION_HEAD, AUDITOR},
    # sums of a whole kecamatan or kabupaten as a file
    "reports": {LEAD, COORDINATOR, HEAD, DIVISION_HEAD},
    # photos and papers of families; a TKSK sees the family, not its photos
    "documents": {FACILITATOR, LEAD, COORDINATOR, OPERATOR, HEAD, DIVISION_HEAD, AUDITOR},
    # full numbers, after a reveal with a reason
    "numbers": {FACILITATOR, LEAD, COORDINATOR, OPERATOR, AUDITOR},
    # questions of a reconciliation with the rows they are about; heads see totals only
    "questions": {FACILITATOR, LEAD, COORDINATOR, OPERATOR, TKSK, AUDITOR},
    "decides": {FACILITATOR, LEAD, COORDINATOR, OPERATOR},
    # ministry files as a whole: names, states, totals
    "files": {COORDINATOR, OPERATOR, HEAD, DIVISION_HEAD, AUDITOR},
    # single rows of a file and what is wrong with them
    "rows": {OPERATOR, AUDITOR},
    "audit": {COORDINATOR, AUDITOR},
    # P2K2: groups, sessions, who was there; and who may record them
    "learning": {FACILITATOR, LEAD, COORDINATOR, OPERATOR, HEAD, DIVISION_HEAD, AUDITOR},
    "records learning": {FACILITATOR, LEAD, COORDINATOR, OPERATOR},
    # commitments: rows and figures; evidence, reasons and corrections by different people
    "commitments": {FACILITATOR, LEAD, COORDINATOR, OPERATOR, AUDITOR},
    "counts commitments": {
        FACILITATOR,
        LEAD,
        COORDINATOR,
        OPERATOR,
        AUDITOR,
        HEAD,
        DIVISION_HEAD,
    },
    "records commitments": {FACILITATOR, OPERATOR},
    "accepts reasons": {LEAD, COORDINATOR},
    "corrects commitments": {COORDINATOR},
    # who accompanies how many families, and since when
    "caseloads": {LEAD, COORDINATOR, OPERATOR, HEAD, DIVISION_HEAD, AUDITOR},
    # what facilitators planned, did and may show for it
    "field work": {LEAD, COORDINATOR, OPERATOR, HEAD, DIVISION_HEAD, AUDITOR},
    "staff": {ADMIN, AUDITOR},
    **graduation.SEES,
    **talks.SEES,
    # long work of the office's people
    "work": {ADMIN, AUDITOR, OPERATOR},
}
# An office's own accounts are looked after as a whole.
OFFICE_WIDE = {"staff"}
# The word at the end of a canary says what kind of thing it names.
KINDS = {
    "DOKUMEN": "documents",
    "BERKAS": "files",
    "MASALAH": "rows",
    "BARIS": "questions",
    "IBUBARIS": "questions",
    "SEL": "questions",
    "CATATAN": "questions",
    "ALASAN": "audit",
    "EKSPOR": "audit",
    "PEGAWAI": "staff",
    "PENDAMPING": "caseloads",
    "SERAH": "caseloads",
    "KELOMPOK": "learning",
    "TEMPATSESI": "learning",
    "CATATANSESI": "learning",
    "SEKOLAH": "counts commitments",
    "TEMPATPERIKSA": "commitments",
    "CATATANPERIKSA": "commitments",
    "KOREKSI": "commitments",
    "KOREKSISESI": "learning",
    "RENCANA": "field work",
    "TEMPATRENCANA": "field work",
    "TEMPATKEGIATAN": "field work",
    "CATATANKEGIATAN": "field work",
    **graduation.KINDS,
    **talks.KINDS,
}


def may(person: str | None, what: str, desa: str) -> bool:
    """The oracle: may this person see (or do) this kind of thing in the desa or area?"""
    if what == "question file":  # a file of which the person may see some questions
        return any(may(person, "questions", other) for other in DESA if other[:5] == desa[:5])
    if what in talks.OF_A_KECAMATAN or what in {"map", "reports"}:
        desa = desa[:8]
    return any(
        role in SEES[what]
        and (
            what in OFFICE_WIDE
            or desa == area
            or desa.startswith(f"{area}.")
            or (what in {*talks.UPWARD, "map"} and area.startswith(f"{desa}."))
        )
        for role, area in posts_today(person)
    )


def posts_today(person: str | None) -> list[tuple[str, str]]:
    """Roles with their areas; a facilitator with a caseload holds his villages of today."""
    posts = POSTS.get(person or "", [])
    if person not in ENTRUSTED:
        return posts
    others = [(role, area) for role, area in posts if role != FACILITATOR]
    return [*others, *((FACILITATOR, desa) for desa in ENTRUSTED[person])]


def holding(*roles):
    """People of the cast who hold one of the roles somewhere."""
    return frozenset(
        person for person, posts in POSTS.items() if any(role in roles for role, _area in posts)
    )


def kind_of(found: str) -> str:
    return KINDS.get(found[13:], "people")


def may_read(person: str | None, found: str) -> bool:
    """May this person read this canary?"""
    return may(person, kind_of(found), place_of(found))


def desa_of(person: str | None, what: str) -> list[str]:
    return [desa for desa in DESA if may(person, what, desa)]


def canary(place: str, word: str) -> str:
    return f"KNR{place.replace('.', ''):0<10}{word}"


def place_of(found: str) -> str:
    digits = found[3:13]
    parts = [digits[:2], digits[2:4], digits[4:6], digits[6:]]
    return ".".join(part for part in parts if part.strip("0"))


def number(desa: str, serial: int, kind: int) -> str:
    """A NIK or card number; its first four and last two digits, shown masked, name no place."""
    index = DESA.index(desa)
    return f"99{kind:02d}{index:02d}{serial:06d}{index:02d}{kind:02d}"


@dataclass
class World:
    users: dict[str, User] = field(default_factory=dict)
    households: dict[str, list[Household]] = field(default_factory=dict)
    members: dict[str, list[Member]] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)  # photos
    papers: dict[str, Document] = field(default_factory=dict)  # PDF
    differences: dict[str, int] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)  # reconciled, by kabupaten
    staged: dict[str, Snapshot] = field(default_factory=dict)  # waiting for approval
    exports: dict[str, Export] = field(default_factory=dict)
    reports: dict[str, OfficeReport] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    events: dict[str, AuditEvent] = field(default_factory=dict)
    topic: LearningTopic | None = None
    # by kecamatan: who is posted there and accompanies what nobody else does
    facilitators: dict[str, Facilitator] = field(default_factory=dict)
    caseload: dict[str, list[CaseloadAssignment]] = field(default_factory=dict)  # of today, by desa
    visits: dict[str, Visit] = field(default_factory=dict)  # of the first family of a desa
    requests: dict[str, VisitRequest] = field(default_factory=dict)  # open, about its child
    proposals: dict[str, ChangeProposal] = field(default_factory=dict)  # open, about its child
    groups: dict[str, LearningGroup] = field(default_factory=dict)  # by desa
    sessions: dict[str, LearningSession] = field(default_factory=dict)  # by desa
    # of the first family of a desa: its child's school, not met, of the last quarter; its
    # mother's health of that quarter, without evidence; its child's of the closed one before
    checks: dict[str, CommitmentCheck] = field(default_factory=dict)
    health: dict[str, CommitmentCheck] = field(default_factory=dict)
    closed: dict[str, CommitmentCheck] = field(default_factory=dict)
    excused: dict[str, CommitmentCheck] = field(default_factory=dict)
    schools: dict[str, School] = field(default_factory=dict)
    plans: dict[str, WorkPlan] = field(default_factory=dict)  # by kecamatan
    activities: dict[str, Activity] = field(default_factory=dict)  # by kecamatan
    # of the first family of a desa: its proposal, and its exit from which it came back
    cases: dict[str, graduation.GraduationCase] = field(default_factory=dict)
    exits: dict[str, graduation.Exit] = field(default_factory=dict)
    flags: dict[str, graduation.CaseFlag] = field(default_factory=dict)  # open, of that exit
    monitorings: dict[str, graduation.Monitoring] = field(default_factory=dict)  # due today
    targets: dict[str, graduation.GraduationTarget] = field(default_factory=dict)  # by area
    quarters: dict[str, graduation.ReportQuarter] = field(default_factory=dict)  # by kabupaten
    # by kecamatan: a meeting with published minutes and an open revision, and a draft
    meetings: dict[str, talks.Meeting] = field(default_factory=dict)
    drafts: dict[str, talks.Meeting] = field(default_factory=dict)
    held_invitations: dict[str, talks.Invitation] = field(default_factory=dict)
    invitations: dict[str, talks.Invitation] = field(default_factory=dict)  # of the draft
    items: dict[str, talks.AgendaItem] = field(default_factory=dict)  # of the draft
    issues: dict[str, talks.Issue] = field(default_factory=dict)
    decisions_of: dict[str, talks.Decision] = field(default_factory=dict)
    follow_ups: dict[str, talks.FollowUp] = field(default_factory=dict)
    family_follow_ups: dict[str, talks.FollowUp] = field(default_factory=dict)  # by desa
    institutions: dict[str, talks.Institution] = field(default_factory=dict)
    representatives: dict[str, talks.Representative] = field(default_factory=dict)
    # full number -> (desa, label of the record, its key)
    numbers: dict[str, tuple[str, str, str]] = field(default_factory=dict)


def make_world() -> World:
    world = World()
    _areas()
    _users(world)
    token_for(world.users[IDLE])
    _rules()
    _families(world)
    _documents(world)
    _facilitators(world)
    _visits(world)
    _learning(world)
    _commitments(world)
    _field_work(world)
    graduation.add_graduation(
        world,
        desa_codes=DESA,
        kabupaten_codes=KABUPATEN,
        kecamatan_codes=KECAMATAN,
        canary=canary,
        writer_of=writer_of,
    )
    talks.add_meetings(
        world,
        desa_codes=DESA,
        kecamatan_codes=KECAMATAN,
        canary=canary,
        writer_of=writer_of,
    )
    for kabupaten in KABUPATEN:
        _files(world, kabupaten)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        # Only our tables: those of the whole cluster stay locked until this world is gone, and the
        # other test process would wait for that.
        cursor.execute(f"ANALYZE {', '.join(WHERE_IT_LIES)}")
    return world


def _areas():
    rows = [("99", 1)] + [(k, 2) for k in KABUPATEN] + [(k, 3) for k in KECAMATAN]
    rows += [(d, 4) for d in DESA]
    Area.objects.bulk_create(
        [
            Area(
                code=code,
                name=f"WILAYAH {code}",
                level=level,
                parent_id=code.rpartition(".")[0] or None,
            )
            for code, level in rows
        ],
        ignore_conflicts=True,
    )
    square = {"left": 0, "top": 0, "right": 9, "bottom": 9, "points": 4, "label_room": 9}
    AreaShape.objects.bulk_create(
        AreaShape(
            area_id=code,
            level=code.count(".") + 1,
            rings=[[0, 0, 9, 0, 9, 9, 0, 9]],
            label_x=4,
            label_y=4,
            source="peta.geojson",
            loaded_at=timezone.now(),
            **square,
        )
        for code in [*KECAMATAN, *DESA]
    )


def _users(world):
    today = timezone.localdate()
    for person, posts in POSTS.items():
        world.users[person] = user = User.objects.create(
            username=person, full_name=f"orang_{person}", is_staff=person in ADMIN_SITE
        )
        for role, area in posts:
            Assignment.objects.create(user=user, role=role, area_id=area, starts_on=today)
    former = world.users[FORMER]
    former.is_staff = True
    former.save()
    for role in (FACILITATOR, OPERATOR, ADMIN):
        Assignment.objects.create(
            user=former,
            role=role,
            area_id="99.01",
            starts_on=today - dt.timedelta(days=400),
            ends_on=today - dt.timedelta(days=1),
        )
    world.users[STRANGER] = stranger = User.objects.create(
        username=STRANGER, full_name=canary(KABUPATEN[1], "PEGAWAI")
    )
    Assignment.objects.create(user=stranger, role=OPERATOR, area_id=KABUPATEN[1], starts_on=today)
    world.users["writer"] = writer = User.objects.create(username="writer", full_name="writer")
    Assignment.objects.create(user=writer, role=OPERATOR, area_id=KABUPATEN[0], starts_on=today)


def writer_of(world, place):
    return world.users[STRANGER if place.startswith(KABUPATEN[1]) else "writer"]


def _rules():
    BenefitIndex.objects.get_or_create(
        kind="component", component="primary", valid_from="2025-01-01",
        defaults={"amount_year": 900_000},
    )  # fmt: skip
    PeriodRule.objects.get_or_create(valid_from="2025-01-01")
    MatchingSettings.objects.get_or_create(pk=1)
    CaseloadSettings.objects.get_or_create(pk=1)
    Letterhead.objects.get_or_create(area_id="99.01")
    first_patterns()
    first_rules()
    VisitRule.objects.get_or_create(purpose="", valid_from="2025-01-01", defaults={"days": 90})
    VisitSettings.objects.get_or_create(valid_from="2025-01-01")


def _families(world):
    """Everything of all desa in a dozen statements."""
    today, now = timezone.localdate(), timezone.now()
    places = [(desa, serial) for desa in DESA for serial in range(SIZES[desa])]
    households = Household.objects.bulk_create(
        [
            Household(
                desa_id=desa,
                kk_number=number(desa, serial, 11),
                address=canary(desa, "ALAMAT"),
                hamlet=canary(desa, "DUSUN"),
                rt="001",
                rw="002",
            )
            for desa, serial in places
        ]
    )
    families = list(zip(places, households, strict=True))
    people = Member.objects.bulk_create(
        [
            Member(
                household=household,
                nik=number(desa, serial, kind),
                name=f"{canary(desa, what)} {what}",
                birth_on=dt.date(1990, 1, 1) + dt.timedelta(days=serial),
                birth_place=canary(desa, "TEMPAT"),
                sex="P",
                mother_name=canary(desa, "GADIS"),
                relationship=relationship,
            )
            for (desa, serial), household in families
            for kind, what, relationship in ((22, "IBU", "head"), (33, "ANAK", "child"))
        ]
    )
    mothers, children = people[::2], people[1::2]
    for mother, household in zip(mothers, households, strict=True):
        household.caretaker = mother
    Household.objects.bulk_update(households, ["caretaker"])
    FormerCard.objects.bulk_create(
        FormerCard(
            household=household,
            kk_number=number(desa, serial, 44),
            replaced_on=today,
            replaced_by=writer_of(world, desa),
        )
        for (desa, serial), household in families
    )
    HouseholdStatusChange.objects.bulk_create(
        HouseholdStatusChange(
            household=household, status="active", on=today, reason=canary(desa, "SEBAB")
        )
        for (desa, _serial), household in families
    )
    HouseholdPeriod.objects.bulk_create(
        HouseholdPeriod(
            household=household,
            year=2026,
            stage=4,
            counts={"primary": 1},
            stated_amount=225_000,
            computed_amount=225_000,
            ministry_status=canary(desa, "STATUS"),
        )
        for (desa, _serial), household in families
    )
    MemberStatusChange.objects.bulk_create(
        MemberStatusChange(member=child, status="active", on=today, reason=canary(desa, "SEBAB"))
        for ((desa, _serial), _household), child in zip(families, children, strict=True)
    )
    MemberComponent.objects.bulk_create(
        MemberComponent(member=child, year=2026, stage=4, component="primary") for child in children
    )
    MemberPeriod.objects.bulk_create(
        MemberPeriod(member=member, year=2026, stage=4) for member in people
    )
    # An earlier state, kept by trigger, carries canaries of its own.
    for desa in DESA:
        Member.objects.filter(household__desa_id=desa).update(
            birth_place=canary(desa, "TEMPATBARU")
        )
        Household.objects.filter(desa_id=desa).update(address=canary(desa, "ALAMATBARU"))
    for ((desa, serial), household), mother, child in zip(families, mothers, children, strict=True):
        world.households.setdefault(desa, []).append(household)
        world.members.setdefault(desa, []).extend([mother, child])
        family = "beneficiaries.household", str(household.pk)
        world.numbers[number(desa, serial, 11)] = (desa, *family)
        world.numbers[number(desa, serial, 44)] = (desa, *family)
        world.numbers[mother.nik] = (desa, "beneficiaries.member", str(mother.pk))
        world.numbers[child.nik] = (desa, "beneficiaries.member", str(child.pk))
    for desa in DESA:
        world.events[desa] = audit.record(
            "identity.revealed",
            by=writer_of(world, desa),
            target=world.members[desa][0],
            reason=canary(desa, "ALASAN"),
            at=now,
        )


def _documents(world):
    """A photo and a paper of the first family of every desa; the photo's own metadata name it."""
    for desa in DESA:
        common = {
            "owner": world.households[desa][0],
            "name": canary(desa, "DOKUMEN"),
            "by": writer_of(world, desa),
            "at": timezone.now(),
        }
        photo = jpeg(colour=(DESA.index(desa), 80, 80), description=canary(desa, "DOKUMEN"))
        world.documents[desa] = keep_document(file=photo, kind="photo", **common)
        paper = pdf(canary(desa, "DOKUMEN"))
        world.papers[desa] = keep_document(file=paper, kind="scan", **common)


def _facilitators(world):
    """One of every kecamatan, and the caseworker; every family has one of them every day."""
    today, long_ago = timezone.localdate(), timezone.localdate() - dt.timedelta(days=400)
    yesterday, tomorrow = today - dt.timedelta(days=1), today + dt.timedelta(days=1)
    people = {
        kecamatan: Facilitator.objects.create(
            name=canary(kecamatan, "PENDAMPING"), nip=f"99{n:016d}", starts_on=long_ago
        )
        for n, kecamatan in enumerate(KECAMATAN)
    }
    world.facilitators |= people
    caseworker = Facilitator.objects.create(
        # His own name is his to read, on his plans and reports.
        name="orang_pendamping",
        user=world.users[CASEWORKER],
        starts_on=long_ago,
    )
    Posting.objects.bulk_create(
        [
            *(Posting(facilitator=f, area_id=k, starts_on=long_ago) for k, f in people.items()),
            Posting(facilitator=caseworker, area_id="99.01.01", starts_on=long_ago),
        ]
    )
    for desa in DESA:
        usual = people[desa[:8]]
        spans = [(usual, long_ago, None)]
        if desa in ENTRUSTED[CASEWORKER]:
            spans = [(caseworker, long_ago, None)]
        elif desa in ENTRUSTED_BEFORE[CASEWORKER]:
            spans = [(caseworker, long_ago, yesterday), (usual, today, None)]
        elif desa in ENTRUSTED_LATER[CASEWORKER]:
            spans = [(usual, long_ago, today), (caseworker, tomorrow, None)]
        rows = CaseloadAssignment.objects.bulk_create(
            CaseloadAssignment(
                household=household,
                facilitator=facilitator,
                starts_on=starts_on,
                ends_on=ends_on,
                reason=canary(desa, "SERAH"),
                by=writer_of(world, desa),
                recorded_at=timezone.now(),
            )
            for household in world.households[desa]
            for facilitator, starts_on, ends_on in spans
        )
        world.caseload[desa] = [
            row
            for row in rows
            if row.starts_on <= today and (row.ends_on is None or row.ends_on >= today)
        ]


def _visits(world):
    """One to the first family of every desa, with a photo and a correction of its child."""
    now = timezone.now()
    for desa in DESA:
        writer, family = writer_of(world, desa), world.households[desa][0]
        child = world.members[desa][1]
        world.visits[desa] = visit = Visit.objects.create(
            facilitator=world.caseload[desa][0].facilitator,
            household=family,
            purpose="data_update",
            device_at=now,
            recorded_at=now,
            people_met=canary(desa, "DITEMUI"),
            note=canary(desa, "KUNJUNGAN"),
            next_step=canary(desa, "LANGKAH"),
            content_sha256=desa.ljust(64, "a"),
            recorded_by=writer,
        )
        world.requests[desa] = VisitRequest.objects.create(
            household=family,
            member=child,
            wanted=canary(desa, "DITANYA"),
            due_on=timezone.localdate(now),
            asked_by=writer,
            asked_at=now,
        )
        VisitMark.objects.create(visit=visit, kind="late", facts={"minutes": 9}, found_at=now)
        VisitCheck.objects.create(
            visit=visit,
            made_by=writer,
            result="agrees",
            note=canary(desa, "DICEK"),
            by=world.users[IDLE],
            at=now,
        )
        # An earlier wording, kept by trigger.
        Visit.objects.filter(pk=visit.pk).update(note=canary(desa, "KUNJUNGANBARU"))
        world.proposals[desa] = proposal = ChangeProposal.objects.create(
            visit=visit,
            position=0,
            kind="correction",
            member=child,
            values={"birth_place": canary(desa, "USULAN")},
            version=1,
            seen={"birth_place": canary(desa, "DIBACA")},
            proposed_by=writer,
            proposed_at=now,
        )
        ChangeProposal.objects.filter(pk=proposal.pk).update(
            met={"birth_place": canary(desa, "DIJUMPAI")}
        )
        photo = jpeg(colour=(DESA.index(desa), 80, 90), description=canary(desa, "DOKUMEN"))
        keep_document(
            owner=visit, name=canary(desa, "DOKUMEN"), file=photo, kind="photo", by=writer, at=now
        )


def _learning(world):
    """One group of every desa with all its families, and one session to which nobody came."""
    today = timezone.localdate()
    long_ago, yesterday = today - dt.timedelta(days=400), today - dt.timedelta(days=1)
    module, _made = LearningModule.objects.get_or_create(
        code="uji", valid_from=dt.date(2018, 1, 1), defaults={"name": "Uji", "siks_topic": "health"}
    )
    topic, _made = LearningTopic.objects.get_or_create(
        module=module, number=1, valid_from=module.valid_from, defaults={"name": "Uji"}
    )
    world.topic = topic
    for desa in DESA:
        families = world.households[desa]
        world.groups[desa] = group = LearningGroup.objects.create(
            name=canary(desa, "KELOMPOK"),
            village_id=desa,
            leader=families[0].caretaker,
            starts_on=long_ago,
        )
        LearningMembership.objects.bulk_create(
            LearningMembership(
                group=group,
                household=household,
                starts_on=long_ago,
                by=writer_of(world, desa),
                recorded_at=timezone.now(),
            )
            for household in families
        )
        world.sessions[desa] = session = LearningSession.objects.create(
            group=group,
            topic=topic,
            facilitator=world.facilitators[desa[:8]],
            held_on=yesterday,
            place=canary(desa, "TEMPATSESI"),
            note=canary(desa, "CATATANSESI"),
            sent_sha256=desa,
            by=writer_of(world, desa),
            recorded_at=timezone.now(),
        )
        Attendance.objects.bulk_create(
            Attendance(
                session=session,
                household=household,
                member=household.caretaker,
                status="absent",
            )
            for household in families
        )


LAST_QUARTER = Period.of(timezone.localdate()).previous()


def _commitments(world):
    """The last quarter: every child, one mother a desa twice. The one before it is closed."""
    now = timezone.now()
    rule = CommitmentRule.objects.filter(component="primary").earliest("valid_from")
    before = LAST_QUARTER.previous()
    quarters = {
        (kabupaten, period): CommitmentQuarter.objects.create(
            area_id=kabupaten, year=period.year, stage=period.stage, prepared_at=now
        )
        for kabupaten in KABUPATEN
        for period in (LAST_QUARTER, before)
    }
    for index, desa in enumerate(DESA):
        writer, families = writer_of(world, desa), world.households[desa]
        mothers, children = world.members[desa][::2], world.members[desa][1::2]
        MemberComponent.objects.create(member=mothers[0], year=2026, stage=4, component="elderly")
        world.schools[desa] = school = School.objects.create(
            npsn=f"9910000{index}", name=canary(desa, "SEKOLAH")
        )
        open_quarter, old_quarter = (
            quarters[desa[:5], period] for period in (LAST_QUARTER, before)
        )
        owed = [
            CommitmentCheck(
                quarter=open_quarter, household=family, member=child, component="primary"
            )
            for family, child in zip(families, children, strict=True)
        ]
        judged = {"outcome": "not_met", "rule": rule, "months": 1, "percent": 50, "school": school}
        for name, value in judged.items():
            setattr(owed[0], name, value)
        CommitmentCheck.objects.bulk_create(owed)
        world.checks[desa] = owed[0]
        world.health[desa] = CommitmentCheck.objects.create(
            quarter=open_quarter, household=families[0], member=mothers[0], component="elderly"
        )
        world.excused[desa] = CommitmentCheck.objects.create(
            quarter=open_quarter, household=families[0], member=mothers[0],
            component="severe_disability", outcome="met", months=1,
            rule=CommitmentRule.objects.filter(component="severe_disability").earliest("valid_from"),
            reason=canary(desa, "SEBABDITERIMA"), reason_by=writer, reason_at=now,
        )  # fmt: skip
        world.closed[desa] = CommitmentCheck.objects.create(
            quarter=old_quarter, household=families[0], member=children[0],
            component="primary", **judged,
        )  # fmt: skip
        evidence = CommitmentMonth.objects.create(
            check_of=owed[0], month=LAST_QUARTER.starts_on, days=20, without_leave=10,
            with_leave=0, ill=0, place=canary(desa, "TEMPATPERIKSA"), recorded_by=writer,
            recorded_at=now,
        )  # fmt: skip
        # An earlier state, kept by trigger.
        CommitmentMonth.objects.filter(pk=evidence.pk).update(note=canary(desa, "CATATANPERIKSA"))
        CommitmentCorrection.objects.create(
            check_of=world.closed[desa], outcome="met", reason=canary(desa, "KOREKSI"),
            by=writer, at=now,
        )  # fmt: skip
    for (_kabupaten, period), quarter in quarters.items():
        if period == before:
            quarter.closed_at, quarter.closed_by = now, world.users["writer"]
            quarter.save()


def _field_work(world):
    """Two versions of a plan and an activity of who is posted in every kecamatan, about the
    first family of its second desa, with a photo."""
    now, today = timezone.now(), timezone.localdate()
    for kecamatan in KECAMATAN:
        desa, person = f"{kecamatan}.2002", world.facilitators[kecamatan]
        family, by = world.households[desa][0], writer_of(world, kecamatan)
        for version in (1, 2):
            world.plans[kecamatan] = plan = WorkPlan.objects.create(
                facilitator=person,
                month=today.replace(day=1),
                version=version,
                reason=canary(kecamatan, "RENCANA"),
                content_sha256=kecamatan,
                by=by,
                submitted_at=now,
            )
            PlannedWork.objects.bulk_create(
                [
                    PlannedWork(plan=plan, kind="visit", household=family),
                    PlannedWork(plan=plan, kind="session", group=world.groups[desa]),
                    PlannedWork(
                        plan=plan,
                        kind="mediation",
                        level="village",
                        place=canary(kecamatan, "TEMPATRENCANA"),
                    ),
                ]
            )
        world.activities[kecamatan] = activity = Activity.objects.create(
            facilitator=person,
            kind="mediation",
            level="village",
            held_on=today,
            place=canary(kecamatan, "TEMPATKEGIATAN"),
            note=canary(kecamatan, "CATATANKEGIATAN"),
            sent_sha256=kecamatan,
            by=by,
            recorded_at=now,
        )
        ActivityFamily.objects.create(activity=activity, household=family)
        keep_document(
            owner=activity,
            name=canary(kecamatan, "TEMPATKEGIATAN"),
            file=jpeg(colour=(KECAMATAN.index(kecamatan), 90, 90)),
            kind="photo",
            by=by,
            at=now,
        )
    for desa in DESA:
        SessionCorrection.objects.create(
            session=world.sessions[desa],
            before={"place": canary(desa, "KOREKSISESI"), "attendance": {}},
            reason=canary(desa, "KOREKSISESI"),
            by=writer_of(world, desa),
            at=now,
        )


def _partition(table, snapshot):
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {table}_{snapshot.pk} PARTITION OF {table} FOR VALUES IN ({snapshot.pk})"
        )


COLUMNS = ["NIK", "NO KK", "NAMA", "NAMA IBU KANDUNG", "ALAMAT"]
MAPPING = {"nik": 0, "kk_number": 1, "name": 2, "mother_name": 3, "address": 4}


def _files(world, kabupaten):
    now = timezone.now()
    writer = writer_of(world, kabupaten)
    common = {
        "area_id": kabupaten,
        "year": 2026,
        "stage": 4,
        "file_name": f"{canary(kabupaten, 'BERKAS')}.csv",
        "size_bytes": 1000,
        "columns": COLUMNS,
        "mapping": MAPPING,
        "rows_read": 4,
        "rows_staged": 4,
        "uploaded_by": writer,
        "uploaded_at": now,
        "staged_at": now,
    }
    world.snapshots[kabupaten] = registry = Snapshot.objects.create(
        source="dtks",
        layout="dtks",
        state="staged",
        sha256=kabupaten.ljust(64, "a"),
        reconciled_at=now,
        reconciled_by=writer,
        **common,
    )
    world.staged[kabupaten] = Snapshot.objects.create(
        source="members",
        layout="members",
        state="staged",
        sha256=kabupaten.ljust(64, "b"),
        **common,
    )
    for snapshot in (registry, world.staged[kabupaten]):
        for table in ("dtks_sourcerow", "dtks_rowkey", "dtks_rowproblem", "dtks_difference"):
            _partition(table, snapshot)
        places = [d for d in DESA if d.startswith(kabupaten)]
        for row, desa in enumerate(places, start=2):
            world.rows[desa] = row
            _row(world, snapshot, row, desa)
        # On the same card somebody who lives in the next village, which others look after.
        for row, (desa, neighbour) in enumerate(pairwise([*places, places[0]]), start=12):
            _row(world, snapshot, row, neighbour, card=number(desa, world.rows[desa], 66))
    for desa in DESA:
        if desa.startswith(kabupaten):
            _questions(world, registry, desa)
    world.exports[kabupaten] = Export.objects.create(
        snapshot=registry,
        kind="outcomes",
        file_format="csv",
        reason=canary(kabupaten, "EKSPOR"),
        requested_by=writer,
        requested_at=now,
    )
    # Somebody's who writes here and asks for no reports: nobody's to fetch.
    world.reports[kabupaten] = OfficeReport.objects.create(
        kind="monthly",
        form="pdf",
        area_id=kabupaten,
        starts_on=dt.date(2026, 1, 1),
        ends_on=dt.date(2026, 1, 31),
        asked_by=writer,
        asked_at=now,
    )
    world.jobs[kabupaten] = Job.objects.create(
        kind="dtks.reconcile_snapshot",
        requested_by=writer,
        subject_type="dtks.snapshot",
        subject_id=str(registry.pk),
        arguments={"snapshot_id": registry.pk},
        created_at=now,
    )


def _row(world, snapshot, row, desa, card=None):
    nik, card = number(desa, row, 55), card or number(desa, row, 66)
    for full in (nik, card):
        world.numbers.setdefault(full, (desa, "dtks.sourcerow", f"{snapshot.pk}:{row}"))
    name, mother = canary(desa, "BARIS"), canary(desa, "IBUBARIS")
    cells = [nik, card, name, mother, canary(desa, "SEL")]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dtks_sourcerow (snapshot_id, row_number, cells) VALUES (%s, %s, %s)",
            [snapshot.pk, row, cells],
        )
        cursor.execute(
            "INSERT INTO dtks_rowkey (snapshot_id, row_number, nik, nik_state, kk_number, kk_state,"
            "  name, name_key, birth_on, sex, mother_key, relationship, village_id, deceased)"
            " VALUES (%s, %s, %s, 'ok', %s, 'ok', %s, %s, '1990-01-01', 'P', %s, 'head', %s,"
            " false)",
            [snapshot.pk, row, nik, card, name, name, mother, desa],
        )
        cursor.execute(
            "INSERT INTO dtks_rowproblem"
            " (snapshot_id, row_number, code, severity, field, column_index, value, params)"
            " VALUES (%s, %s, 'nik_length', 'warn', 'nik', 0, %s, '{\"digits\": 15}')",
            [snapshot.pk, row, canary(desa, "MASALAH")],
        )


def _questions(world, registry, desa):
    """One open question about every child, so that counts tell the desa, too, and one answered
    about a mother. A candidate is always the row of a neighbouring desa."""
    row = world.rows[desa]
    mother, children = world.members[desa][0], world.members[desa][1::2]
    candidates = [row, row + 1 if row < 5 else 2]
    with connection.cursor() as cursor:
        for member in (*children, mother):
            cursor.execute(
                "INSERT INTO dtks_difference"
                " (snapshot_id, member_id, row_number, outcome, rule, kind, probability, score,"
                "  weights, levels, candidates, changed_fields, village_id)"
                " VALUES (%s, %s, %s, 'review', 'unsure', 'unsure', 0.5, 0, NULL, NULL, %s,"
                " '{name}', %s) RETURNING id",
                [registry.pk, member.pk, row, candidates, desa],
            )
            world.differences.setdefault(desa, cursor.fetchone()[0])
    world.decisions[desa] = Decision.objects.create(
        snapshot=registry,
        member=mother,
        row_number=row,
        verdict="same",
        note=canary(desa, "CATATAN"),
        by=writer_of(world, desa),
        at=timezone.now(),
    )
    Difference.objects.filter(snapshot=registry, member=mother).update(
        decision=world.decisions[desa]
    )


def token_for(user, *scopes):
    """The token to send; another system signing in as this user."""
    instance, token = ApiToken.objects.create(user=user)
    instance.scopes = list(scopes)
    instance.save(update_fields=["scopes"])
    return token


# --- has anything changed, and where?

_HOME = "SELECT desa_id FROM beneficiaries_household h WHERE h.id = "
_MEMBERS_HOME = (
    "SELECT desa_id FROM beneficiaries_household h"
    " JOIN beneficiaries_member m ON m.household_id = h.id WHERE m.id = "
)
_VISIT_HOME = (
    "SELECT desa_id FROM beneficiaries_household h"
    " JOIN facilitators_visit v ON v.household_id = h.id WHERE v.id = "
)
_PROPOSAL_HOME = (
    "SELECT desa_id FROM beneficiaries_household h"
    " JOIN facilitators_visit v ON v.household_id = h.id"
    " JOIN facilitators_changeproposal p ON p.visit_id = v.id WHERE p.id = "
)
_GROUPS = "SELECT village_id FROM facilitators_learninggroup g WHERE g.id = "
_SESSIONS = (
    "SELECT village_id FROM facilitators_learninggroup g"
    " JOIN facilitators_learningsession s ON s.group_id = g.id WHERE s.id = "
)
_CHECK_HOME = (
    "SELECT desa_id FROM beneficiaries_household h"
    " JOIN facilitators_commitmentcheck c ON c.household_id = h.id WHERE c.id = "
)
_MONTH_HOME = (
    "SELECT desa_id FROM beneficiaries_household h"
    " JOIN facilitators_commitmentcheck c ON c.household_id = h.id"
    " JOIN facilitators_commitmentmonth m ON m.check_of_id = c.id WHERE m.id = "
)
_POSTED = (
    "SELECT area_id FROM facilitators_posting p WHERE p.starts_on <= current_date"
    " AND p.facilitator_id = "
)
_PLANS = (
    "SELECT p.area_id FROM facilitators_posting p"
    " JOIN facilitators_workplan w ON w.facilitator_id = p.facilitator_id"
    " AND p.starts_on <= current_date WHERE w.id = "
)
_ACTIVITIES = (
    "SELECT p.area_id FROM facilitators_posting p"
    " JOIN facilitators_activity a ON a.facilitator_id = p.facilitator_id"
    " AND p.starts_on <= current_date WHERE a.id = "
)
_FILES_AREA = "SELECT area_id FROM dtks_snapshot s WHERE s.id = "
# Where a row of each table lies, as SQL over its alias t.
WHERE_IT_LIES = {
    "areas_area": "code",
    "areas_areashape": "area_id",
    "accounts_user": "'99'",
    "accounts_assignment": "area_id",
    "accounts_apitoken": "'99'",
    "beneficiaries_benefitindex": "'99'",
    "beneficiaries_periodrule": "'99'",
    "beneficiaries_household": "desa_id",
    "beneficiaries_member": f"({_HOME} t.household_id)",
    "beneficiaries_formercard": f"({_HOME} t.household_id)",
    "beneficiaries_householdstatuschange": f"({_HOME} t.household_id)",
    "beneficiaries_householdperiod": f"({_HOME} t.household_id)",
    "beneficiaries_householdevent": f"({_HOME} t.pgh_obj_id)",
    "beneficiaries_memberstatuschange": f"({_MEMBERS_HOME} t.member_id)",
    "beneficiaries_membercomponent": f"({_MEMBERS_HOME} t.member_id)",
    "beneficiaries_memberperiod": f"({_MEMBERS_HOME} t.member_id)",
    "beneficiaries_memberevent": f"({_MEMBERS_HOME} t.pgh_obj_id)",
    "documents_document": (
        f"CASE t.owner_type WHEN 'facilitators.visit' THEN ({_VISIT_HOME} t.owner_id::uuid)"
        f" WHEN 'facilitators.learningsession' THEN ({_SESSIONS} t.owner_id::uuid)"
        f" WHEN 'facilitators.activity' THEN ({_ACTIVITIES} t.owner_id::uuid)"
        f"{graduation.DOCUMENT_HOME}{talks.DOCUMENT_HOME}"
        f" ELSE ({_HOME} t.owner_id::bigint) END"
    ),
    "documents_letterhead": "'99'",
    "documents_numberpattern": "'99'",
    "documents_numbercounter": "'99'",
    "documents_issuednumber": "'99'",
    "facilitators_caseloadsettings": "'99'",
    "facilitators_commitmentrule": "'99'",
    "facilitators_commitmentsettings": "'99'",
    "facilitators_commitmentquarter": "area_id",
    "facilitators_commitmentcheck": f"({_HOME} t.household_id)",
    "facilitators_commitmentmonth": f"({_CHECK_HOME} t.check_of_id)",
    "facilitators_commitmentmonthevent": f"({_MONTH_HOME} t.pgh_obj_id)",
    "facilitators_commitmentcorrection": f"({_CHECK_HOME} t.check_of_id)",
    "facilitators_school": "'99'",
    "facilitators_facilitator": (
        "(SELECT area_id FROM facilitators_posting p WHERE p.facilitator_id = t.id"
        " ORDER BY p.starts_on DESC LIMIT 1)"
    ),
    "facilitators_posting": "area_id",
    "facilitators_visitrule": "'99'",
    "facilitators_visitsettings": "'99'",
    "facilitators_visitrequest": f"({_HOME} t.household_id)",
    "facilitators_visit": f"({_HOME} t.household_id)",
    "facilitators_visitmark": f"({_VISIT_HOME} t.visit_id)",
    "facilitators_visitcheck": f"({_VISIT_HOME} t.visit_id)",
    "facilitators_visitevent": f"({_HOME} t.household_id)",
    "facilitators_changeproposal": f"({_VISIT_HOME} t.visit_id)",
    "facilitators_changeproposalevent": f"({_PROPOSAL_HOME} t.pgh_obj_id)",
    "facilitators_caseloadassignment": f"({_HOME} t.household_id)",
    "facilitators_learningmodule": "'99'",
    "facilitators_learningtopic": "'99'",
    "facilitators_learninggroup": "village_id",
    "facilitators_learningmembership": f"({_HOME} t.household_id)",
    "facilitators_learningsession": f"({_GROUPS} t.group_id)",
    "facilitators_attendance": f"({_HOME} t.household_id)",
    "facilitators_sessioncorrection": f"({_SESSIONS} t.session_id)",
    "facilitators_performancetarget": "'99'",
    "facilitators_workplan": f"({_POSTED} t.facilitator_id)",
    "facilitators_plannedwork": f"({_PLANS} t.plan_id)",
    "facilitators_activity": f"({_POSTED} t.facilitator_id)",
    "facilitators_activityfamily": f"({_ACTIVITIES} t.activity_id)",
    **graduation.WHERE_IT_LIES,
    **talks.WHERE_IT_LIES,
    "dtks_matchingsettings": "'99'",
    "dtks_snapshot": "area_id",
    "dtks_export": f"({_FILES_AREA} t.snapshot_id)",
    "dashboard_officereport": "area_id",
    "dtks_sourcerow": f"({_FILES_AREA} t.snapshot_id)",
    "dtks_rowkey": "village_id",
    "dtks_rowproblem": f"({_FILES_AREA} t.snapshot_id)",
    "dtks_difference": "village_id",
    "dtks_decision": f"({_MEMBERS_HOME} t.member_id)",
    "jobs_job": "'99'",
}
# What every request may write: the trail of what happened, and signs of life.
WRITTEN_IN_PASSING = {
    "accounts_auditevent",
    "accounts_sentrequest",
    "jobs_workersign",
    "core_cache",
}


def tables_of_our_floors() -> set[str]:
    floors = [floor for floor in FLOORS if floor != "pkh"]
    return {
        model._meta.db_table
        for floor in floors
        for model in apps.get_app_config(floor).get_models()
        if model._meta.managed or model._meta.db_table in WHERE_IT_LIES
    } - WRITTEN_IN_PASSING


def fingerprint(tables=None) -> dict[tuple[str, str], tuple[int, int]]:
    """(table, area) -> what its rows look like. Any write changes it: a row version has its own
    place (ctid), so an update is seen even when it writes the same values back."""
    parts = " UNION ALL ".join(
        f"SELECT '{table}', {place}, count(*), sum(hashtext(t.tableoid::text || t.ctid::text))"
        f" FROM {table} t GROUP BY 2"
        for table, place in WHERE_IT_LIES.items()
        if tables is None or table in tables
    )
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(parts)
        return {(table, place): (n, h) for table, place, n, h in cursor.fetchall()}


def writes_so_far() -> dict[str, tuple[int, int]]:
    """Our table -> (rows the running transaction tried to write in it, its files on disk). The
    database counts what was undone again too: two equal readings mean that nothing was tried
    between them, and most of the walk need not read a hundred tables."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITES_SO_FAR, [list(WHERE_IT_LIES)])
        return {table: (tried, files) for table, tried, files in cursor.fetchall()}


_WRITES_SO_FAR = """
    WITH ours AS (
        SELECT oid, relname, relfilenode FROM pg_class
        WHERE relname = ANY(%s) AND relnamespace = 'public'::regnamespace
    ), parts AS (
        SELECT oid, relname, relfilenode FROM ours
        UNION ALL
        SELECT part.oid, ours.relname, part.relfilenode
        FROM ours
        JOIN pg_inherits ON inhparent = ours.oid
        JOIN pg_class part ON part.oid = inhrelid
    )
    SELECT relname,
        sum(
            pg_stat_get_xact_tuples_inserted(oid)
            + pg_stat_get_xact_tuples_updated(oid)
            + pg_stat_get_xact_tuples_deleted(oid)
        ),
        sum(relfilenode::bigint)
    FROM parts GROUP BY 1
"""


def changed_places(before, after) -> set[tuple[str, str]]:
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
