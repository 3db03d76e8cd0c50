"""What every URL is for: one row per pattern, written by hand.

A pattern without a row is red, and so is a row without a pattern. Who may what is not repeated
here role by role: rows name the oracle's words of world.py.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from core.periods import Period
from facilitators.planning import Wanted, simulate
from tests.access.admin_policies import ADMIN_PAGES
from tests.access.graduation_cases import POLICIES as CASES
from tests.access.graduation_forecast import POLICIES as FORECAST
from tests.access.graduation_papers import POLICIES as PAPERS
from tests.access.graduation_report import POLICIES as REPORT
from tests.access.meetings_door import POLICIES as DOOR
from tests.access.meetings_follow import POLICIES as FOLLOW_UPS
from tests.access.meetings_planning import POLICIES as MEETINGS
from tests.access.walk import ANYWHERE, EVERYBODY, NOBODY, SIGNED_IN, Policy, Write
from tests.access.world import (
    ADMIN,
    AUDITOR,
    CASEWORKER,
    COORDINATOR,
    DESA,
    DIVISION_HEAD,
    ENTRUSTED,
    ENTRUSTED_BEFORE,
    ENTRUSTED_LATER,
    FACILITATOR,
    GUEST,
    HEAD,
    KECAMATAN,
    LAST_QUARTER,
    LEAD,
    OPERATOR,
    OWN_DESA,
    SEES,
    SIZES,
    STRANGER,
    canary,
    holding,
    may,
)
from tests.factories.files import jpeg

MISSING_PK = 987_654_321
MISSING_UUID = "00000000-0000-4000-8000-000000000000"


READERS = holding(*SEES["people"])
TAKE_OUT = holding(*SEES["exports cases"])  # and the rows behind every number
DECIDERS = holding(*SEES["decides"])
FILE_READERS = holding(*SEES["files"])
ROW_READERS = holding(*SEES["rows"])
OPERATORS = holding(OPERATOR)
OVERSEERS = (LEAD, COORDINATOR, HEAD, DIVISION_HEAD, AUDITOR)
OVERVIEW = holding(OPERATOR, *OVERSEERS)
ADMINS = holding(ADMIN)
ADMIN_SITE = holding(ADMIN, AUDITOR)


# --- fillers: the keyword arguments for a record of a desa, or for one that does not exist


def household(world, desa):
    return {"pk": world.households[desa][0].pk if desa else MISSING_PK}


def member(world, desa):
    return {"pk": world.members[desa][0].pk if desa else MISSING_PK}


# --- /akun/

HERE = frozenset({200, 302})
NOTHING_YET = frozenset({200, 302, 404})  # pages about a second factor nobody has set up
ACCOUNT = {
    "account_login": Policy(opens=EVERYBODY, answers=HERE),
    "account_logout": Policy(opens=SIGNED_IN, answers=HERE),
    "account_reauthenticate": Policy(opens=SIGNED_IN, answers=HERE),
    "account_change_password": Policy(opens=SIGNED_IN, answers=HERE),
    "mfa_index": Policy(opens=SIGNED_IN, answers=HERE),
    "mfa_authenticate": Policy(opens=NOBODY),
    "mfa_reauthenticate": Policy(opens=SIGNED_IN, answers=HERE),
    "mfa_activate_totp": Policy(opens=SIGNED_IN, answers=HERE),
    "mfa_deactivate_totp": Policy(opens=SIGNED_IN, answers=NOTHING_YET),
    "mfa_view_recovery_codes": Policy(opens=SIGNED_IN, answers=NOTHING_YET),
    "mfa_generate_recovery_codes": Policy(opens=SIGNED_IN, answers=NOTHING_YET),
    "mfa_download_recovery_codes": Policy(opens=SIGNED_IN, answers=NOTHING_YET),
} | {
    name: Policy(opens=NOBODY)
    for name in (
        "account_inactive",
        "account_signup",
        "account_email",
        "account_email_verification_sent",
        "account_set_password",
        "account_reset_password",
        "account_confirm_login_code",
    )
}
ACCOUNT["account_confirm_email"] = Policy(
    opens=NOBODY, fill=lambda world, desa: {"key": "abc"}, record=False
)

# --- what forms send, and what must stay as it is


def change_household(world, desa):
    return {"version": _version(world.households, desa), "address": "JALAN BARU 1"}


def change_member(world, desa):
    return {"version": _version(world.members, desa), "name": "NAMA BARU"}


# What a body may try to write besides: refused as a whole, or overlooked.
MORE = {
    "id": MISSING_PK,
    "pk": MISSING_PK,
    "desa": OWN_DESA,
    "desa_id": OWN_DESA,
    "village": OWN_DESA,
    "household": 1,
    "household_id": 1,
    "status": "exited",
    "caretaker": 1,
    "kept_fields": ["name"],
    "loaded_from": 1,
    "created_by": 1,
    "by": 1,
}


def with_more(body):
    return lambda world, desa: body(world, desa) | MORE


def as_it_stands(records, *fields):
    def values(world, desa):
        rows = getattr(world, records)[desa] if desa else []
        return [type(row).objects.values(*fields).get(pk=row.pk) for row in rows[:1]]

    return values


HOUSEHOLD_STAYS = as_it_stands("households", "id", "desa", "status", "caretaker")
MEMBER_STAYS = as_it_stands("members", "id", "household", "status", "mother_name")


def _version(records, desa):
    if desa is None:
        return 1
    record = records[desa][0]
    return type(record).objects.values_list("version", flat=True).get(pk=record.pk)


ID_STAYS = as_it_stands("households", "id", "desa")
NEVER = Write(by=NOBODY)
REVEALERS = holding(*SEES["numbers"])
REASON = {"reason": "diminta keluarga"}


ON_THE_MAP = ("?angka=graduasi", "?angka=mutu", "?angka=beban", "?angka=%00")


def families_or_nothing(world, person):
    return households_of(world, person) if person in READERS else None


@dataclass(frozen=True)
class AtLeast:
    """Numbers of a page that must be among others."""

    numbers: dict

    def __eq__(self, found):
        return self.numbers.items() <= found.items()


def totals_of_home(world, person):
    """What tells the desa when it leaks into a sum; other numbers are recounted elsewhere."""
    families, asks = families_or_nothing(world, person), questions_of(world, person)
    return AtLeast(
        ({} if families is None else {"keluarga": families})
        | ({"pertanyaan": asks} if asks else {})
    )


def totals_of_overview(world, person):
    if person not in holding(*OVERSEERS):
        return AtLeast({})
    return AtLeast({"keluarga": families_or_nothing(world, person)})


def questions_of(world, person):
    """One open question about the child of every family."""
    return sum(SIZES[desa] for desa in DESA if may(person, "questions", desa))


def searched_by_name(world, desa):
    return f"?nama={canary(desa, 'IBU')}" if desa else "?nama=TIDAKADA"


def finds(world, desa):
    """By number, by card, by its end, and by name; the answer is in the page or elsewhere."""
    if desa is None:
        return [{"cari": "9922010100019999"}]
    family = world.households[desa][0]
    return [
        {"cari": world.members[desa][0].nik},
        {"cari": family.kk_number, "wilayah": desa},
        {"cari": family.kk_number[-4:], "wilayah": desa},
        {"cari": family.kk_number[-4:], "wilayah": "99"},
        {"cari": "12345"},
        {"cari": canary(desa, "IBU")},
    ]


def child(world, desa):
    return {"pk": world.members[desa][1].pk if desa else MISSING_PK}


def new_address(world, desa):
    place = desa or OWN_DESA
    version = _version(world.households, desa)
    return {"version": version, "desa": place, "address": "JALAN BARU 1"}


def new_desa(world, desa):
    """Out of the territory, where its sender could not see the family any more."""
    return new_address(world, desa) | {"desa": "99.02.01.2001"}


def new_card(world, desa):
    version = _version(world.households, desa)
    return {"version": version, "kk_number": "9900000000000077", "on": "2026-01-02"}


def new_caretaker(world, desa):
    version = _version(world.households, desa)
    return {"version": version, "member": world.members[desa][1].pk}


def foreign_caretaker(world, desa):
    return new_caretaker(world, desa) | {"member": world.members["99.02.01.2001"][0].pk}


def suspended(world, desa):
    version = _version(world.households, desa)
    return {"version": version, "status": "suspended", "on": "2026-01-02", "reason": "uji"}


def new_name(world, desa):
    return {"version": _version(world.members, desa), "name": "NAMA BARU"}


def moved(world, desa):
    version = 1
    if desa:
        record = world.members[desa][1]
        version = type(record).objects.values_list("version", flat=True).get(pk=record.pk)
    return {"version": version, "status": "moved", "on": "2026-01-02", "reason": "pindah"}


def _form(fill, body, keeps, wrong=None):
    """A form of operators; with too much in it, and with what does not belong to the place."""
    writes = [
        Write(by=OPERATORS, body=body, keeps=ID_STAYS),
        Write(by=OPERATORS, body=with_more_but(body), changes=False, keeps=keeps),
    ]
    if wrong:
        writes.append(Write(by=OPERATORS, body=wrong, changes=False, keeps=HOUSEHOLD_STAYS))
    return Policy(opens=OPERATORS, fill=fill, writes={"POST": tuple(writes)})


def with_more_but(body):
    """MORE without what the form itself takes."""
    return lambda world, desa: MORE | body(world, desa)


def households_of(world, person):
    return sum(len(v) for desa, v in world.households.items() if may(person, "people", desa))


def members_of(world, person):
    return sum(len(v) for desa, v in world.members.items() if may(person, "people", desa))


REPORTERS = holding(*SEES["reports"])


def report_wanted(kind, about):
    return lambda world, desa: {
        "jenis": kind,
        "tentang": about(),
        "wilayah": desa[:8] if desa else "99.09.09",
        "bentuk": "xlsx",
    }


def office_report(world, desa):
    return {"pk": world.reports[desa[:5]].pk if desa else MISSING_UUID}


# --- pages

PAGES = {
    "healthz": Policy(opens=EVERYBODY),
    "readyz": Policy(opens=EVERYBODY, answers=frozenset({200, 503})),
    "dashboard:home": Policy(
        opens=SIGNED_IN,
        totals={"numbers": totals_of_home},
    ),
    "dashboard:overview": Policy(
        opens=OVERVIEW,
        totals={"numbers": totals_of_overview},
    ),
    # Every other figure is asked as everybody, and recounted, in tests/dashboard.
    "dashboard:figure": Policy(
        opens=READERS,
        fill=lambda world, desa: {"key": "keluarga"},
        record=False,
        queries=(
            "?wilayah=99.02",
            "?wilayah=99.01.01.2001",
            "?wilayah=%00",
            "?bagian=x",
            "?setelah=omong",
            "?sebelum=WyI5OSIsIDFd",
        ),
        totals={"number": families_or_nothing},
    ),
    "dashboard:figure_print": Policy(
        opens=READERS,
        fill=lambda world, desa: {"key": "keluarga"},
        record=False,
        queries=("?wilayah=99.02", "?wilayah=%00", "?bagian=x", "?kertas=f4"),
    ),
    "dashboard:figure_export": Policy(
        opens=TAKE_OUT,
        fill=lambda world, desa: {"key": "anggota"},
        record=False,
        queries=("?wilayah=99.02", "?wilayah=%00"),
        writes={
            "POST": Write(
                by=TAKE_OUT,
                body={"reason": "rapat kabupaten", "file_format": "csv"},
                what=ANYWHERE,
                changes=False,
            )
        },
    ),
    "dashboard:guide": Policy(opens=SIGNED_IN),
    "dashboard:guide_page": Policy(
        opens=SIGNED_IN, fill=lambda world, desa: {"name": "operator"}, record=False
    ),
    "dashboard:guide_picture": Policy(
        opens=SIGNED_IN, fill=lambda world, desa: {"name": "beranda-operator"}, record=False
    ),
    "dashboard:households": Policy(
        opens=READERS,
        queries=(
            "?wilayah=99.02",
            "?wilayah=99.01.01.2001",
            "?wilayah=%00",
            "?nama=KNR",
            "?nama=TIDAK ADA",
            "?nama=%00%00%00",
            "?keadaan=active",
            "?keadaan=zzz",
            "?setelah=omong",
            "?sebelum=WyI5OSIsIDFd",
            searched_by_name,
        ),
    ),
    "dashboard:first_day": Policy(
        writes={
            # Only the audit trail remembers it.
            "POST": Write(
                by=holding(ADMIN, OPERATOR, HEAD, DIVISION_HEAD),
                body={},
                what=ANYWHERE,
                changes=False,
            )
        }
    ),
    "dashboard:search": Policy(
        opens=READERS,
        queries=(
            "?cari=%00%00%00",
            "?cari=KNR",
            "?cari=TIDAK ADA",
            "?cari=990101",
            "?cari=KNR&wilayah=99.02",
            "?cari=KNR&kelompok=pendamping",
            "?cari=KNR&kelompok=rapat",
            "?cari=DESA&kelompok=wilayah",
            "?cari=KNR&kelompok=zzz",
        ),
        writes={"POST": Write(by=READERS, body=finds, changes=False)},
    ),
    "dashboard:household": Policy(opens=READERS, fill=household),
    "dashboard:reports": Policy(
        opens=REPORTERS,
        queries=("?jenis=triwulan", "?jenis=rhk", "?jenis=rapat", "?jenis=%00&rapat=%00"),
        writes={
            "POST": tuple(
                Write(by=REPORTERS, what="reports", body=report_wanted(kind, about))
                for kind, about in (
                    ("bulanan", lambda: f"{timezone.localdate():%Y-%m}"),
                    ("triwulan", lambda: str(Period.of(timezone.localdate()))),
                )
            )
        },
    ),
    "dashboard:download_report": Policy(fill=office_report, what="reports", writes={"POST": NEVER}),
    "dashboard:map": Policy(
        opens=READERS,
        queries=ON_THE_MAP,
        totals={"total_families": households_of},
    ),
    "dashboard:map_kecamatan": Policy(
        opens=READERS,
        fill=lambda world, desa: {"code": desa[:8] if desa else "99.77.01"},
        what="map",
        queries=ON_THE_MAP,
    ),
    "beneficiaries:reveal_household": Policy(
        opens=REVEALERS,
        fill=household,
        writes={
            "POST": Write(by=REVEALERS, body=REASON, what="numbers", changes=False, reveals=True)
        },
    ),
    "beneficiaries:reveal_member": Policy(
        opens=REVEALERS,
        fill=member,
        writes={
            "POST": Write(by=REVEALERS, body=REASON, what="numbers", changes=False, reveals=True)
        },
    ),
    "beneficiaries:change_household": _form(household, new_address, HOUSEHOLD_STAYS, new_desa),
    "beneficiaries:change_card": _form(household, new_card, HOUSEHOLD_STAYS),
    "beneficiaries:change_caretaker": _form(household, new_caretaker, ID_STAYS, foreign_caretaker),
    "beneficiaries:change_household_status": _form(household, suspended, ID_STAYS),
    "beneficiaries:change_member": _form(member, new_name, MEMBER_STAYS),
    "beneficiaries:change_member_status": _form(child, moved, ID_STAYS),
}

# --- photos and papers

DOCUMENT_READERS = holding(*SEES["documents"])


def photo(world, desa):
    return {"pk": world.documents[desa].pk if desa else MISSING_UUID}


def paper(world, desa):
    return {"pk": world.papers[desa].pk if desa else MISSING_UUID}


PAGES |= {
    "documents:document": Policy(opens=DOCUMENT_READERS, fill=paper, what="documents"),
    "documents:thumbnail": Policy(opens=DOCUMENT_READERS, fill=photo, what="documents"),
}

# --- ministry files and their questions

QUESTION_READERS = holding(*SEES["questions"])


def snapshot(world, desa):
    return {"pk": world.snapshots[desa[:5]].pk if desa else MISSING_PK}


def staged(world, desa):
    return {"pk": world.staged[desa[:5]].pk if desa else MISSING_PK}


def question(world, desa):
    if desa is None:
        return {"snapshot_pk": world.snapshots["99.01"].pk, "pk": MISSING_PK}
    return {"snapshot_pk": world.snapshots[desa[:5]].pk, "pk": world.differences[desa]}


def decision(world, desa):
    return {"pk": world.decisions[desa].pk if desa else MISSING_PK}


def same(world, desa):
    return {"keputusan": "same", "baris": world.rows[desa]} | MORE


def values_of_a_neighbour(world, desa):
    """The second candidate lives in another desa: may its values be taken without seeing them?"""
    row = world.rows[desa]
    return {
        "keputusan": "take_fields",
        "baris": row + 1 if row < 5 else 2,
        "nilai": ["name", "village"],
    }


APPROVERS = holding(COORDINATOR, OPERATOR, HEAD, DIVISION_HEAD)
EXPORTERS = holding(COORDINATOR, OPERATOR, AUDITOR)  # of those who see whole files
ONLY_POST = frozenset({405})


def export(world, desa):
    """Somebody else's: only who asked for a file fetches it."""
    return {"pk": world.exports[desa[:5]].pk if desa else MISSING_UUID}


def wants(kind, **more):
    return {"jenis": kind, "bentuk": "csv", "hasil": "", "alasan": "rapat bulanan"} | more


def _button(by, body=None, fill=None):
    """A form without a page of its own: POST, and nothing else."""
    return Policy(
        fill=fill or snapshot,
        what="files",
        writes={"POST": Write(by=by, body=body, what="files")},
    )


def upload(world, desa):
    """Held back until it was looked at: nothing of the database changes yet."""
    content = "NIK;NAMA\n9900000000000077;SATU ORANG\n"
    return MORE | {
        "berkas": SimpleUploadedFile("kecil.csv", content.encode()),
        "sumber": "dtks",
        "tahun": "2026",
        "tahap": "3",
    }


def of_file(world, desa):
    return f"?berkas={world.snapshots[desa[:5]].pk if desa else MISSING_PK}"


def of_row(world, desa):
    return f"?baris={world.rows[desa] + 1 if desa else 1}"


FILES = {
    "dtks:snapshots": Policy(
        opens=FILE_READERS,
        queries=("?keadaan=staged", "?sumber=dtks", "?setelah=x", "?sebelum=%00"),
    ),
    "dtks:snapshot": Policy(opens=FILE_READERS, fill=snapshot, what="files"),
    "dtks:rows": Policy(
        opens=ROW_READERS,
        fill=snapshot,
        what="rows",
        queries=("?masalah=nik_length", "?masalah=zzz", "?baris=3", "?baris=x", "?setelah=x"),
    ),
    "dtks:upload": Policy(
        opens=OPERATORS,
        writes={"POST": Write(by=OPERATORS, body=upload, what=ANYWHERE, changes=False)},
    ),
    "dtks:inspect": Policy(
        opens=OPERATORS,
        answers=frozenset({302}),  # nothing was chosen before
        writes={"POST": Write(by=OPERATORS, body={"mulai": "1"}, what=ANYWHERE, changes=False)},
    ),
    "dtks:approve": _button(APPROVERS),
    "dtks:reject": _button(APPROVERS, {"alasan": "salah berkas"} | MORE),
    "dtks:withdraw": _button(OPERATORS, {"alasan": "salah berkas"} | MORE),
    "dtks:reconcile": _button(OPERATORS, fill=staged),
    "dtks:export": Policy(
        fill=snapshot,
        what="files",
        writes={
            "POST": (
                Write(by=EXPORTERS, body=wants("outcomes"), what="files"),
                Write(by=OPERATORS, body=wants("bad_rows"), what="files"),
            )
        },
    ),
    "dtks:download": Policy(fill=export, what="files", writes={"POST": NEVER}),
    "dtks:queue": Policy(
        opens=QUESTION_READERS,
        totals={"counts.total": questions_of},
        queries=(
            of_file,
            "?berkas=x",
            "?hasil=missing",
            "?hasil=matched",
            "?jenis=unsure",
            "?jenis=-",
            "?kec=99.02.01",
            "?desa=99.02.01.2001",
            "?desa=%00...",
            "?peluang=sedang",
            "?setelah=omong",
        ),
    ),
    "dtks:difference": Policy(
        opens=QUESTION_READERS, fill=question, what="questions", queries=(of_row,)
    ),
    "dtks:decide": Policy(
        fill=question,
        what="questions",
        answers=frozenset({405}),
        writes={
            "POST": (
                Write(by=DECIDERS, body=same, what="decides"),
                Write(by=DECIDERS, body=values_of_a_neighbour, what="decides", changes=False),
            )
        },
    ),
    "dtks:undo": Policy(
        fill=decision,
        what="questions",
        writes={"POST": Write(by=DECIDERS, what="decides")},
    ),
}

# --- facilitators

CASELOAD_READERS = holding(*SEES["caseloads"])


def facilitator(world, desa):
    return {"pk": world.facilitators[desa[:8]].pk if desa else MISSING_PK}


FACILITATORS = {
    "facilitators:caseloads": Policy(
        opens=CASELOAD_READERS,
        totals={"unassigned": lambda world, person: 0},
        queries=(
            "?kec=99.01.01",
            "?kec=99.02.01",
            "?kec=%00",
            "?beban=few",
            "?beban=zzz",
        ),
    ),
    "facilitators:facilitator": Policy(
        opens=CASELOAD_READERS,
        fill=facilitator,
        what="caseloads",
        queries=("?setelah=x", "?sebelum=%00"),
    ),
}

KEEPERS = holding(COORDINATOR, OPERATOR)
PLANNERS = holding(COORDINATOR)
FACILITATOR_STAYS = ("id", "user", "starts_on", "ends_on")


def facilitator_stays(world, desa):
    records = [world.facilitators[desa[:8]]] if desa else []
    return [type(r).objects.values(*FACILITATOR_STAYS).get(pk=r.pk) for r in records]


def new_facilitator(world, desa):
    return MORE | {
        "name": "ORANG BARU",
        "position": "facilitator",
        "employment": "contract",
        "area": "99.01.01",
        "starts_on": "2-1-2026",
    }


def changed_facilitator(world, desa):
    return MORE | {
        "name": "NAMA BARU",
        "position": "facilitator",
        "employment": "contract",
        "starts_on": "1-1-2000",
        "ends_on": "1-1-2001",
    }


def plan_of(world, desa):
    """Who works in the kecamatan leaves; the fingerprint is the coordinator's own."""
    leaving = world.facilitators[desa[:8]].pk if desa else MISSING_PK
    wanted = Wanted(on=dt.date(2099, 1, 1), leaving=(leaving,))
    plan = simulate(user=world.users[COORDINATOR], wanted=wanted)
    return MORE | {
        "mulai": "01-01-2099",
        "berhenti": [leaving],
        "sidik": plan.fingerprint,
        "alasan": "pindah tugas",
    }


def plan_with(world, desa):
    pk = world.facilitators[desa[:8]].pk if desa else MISSING_PK
    return f"?mulai=01-01-2099&berhenti={pk}&lebih=on&tanpa=on"


FACILITATORS |= {
    "facilitators:planner": Policy(
        opens=PLANNERS,
        queries=(
            *(
                lambda world, desa, place=place: plan_with(world, place)
                for place in ("99.01.01.2001", "99.02.01.2001", None)
            ),
            "?mulai=x",
            "?mulai=%00",
            "?mulai=01-01-2099&berhenti=x",
        ),
        writes={
            "POST": (
                Write(by=PLANNERS, body=plan_of, what="caseloads"),
                Write(by=NOBODY, body={"mulai": "01-01-2099"}, changes=False),
            )
        },
    ),
    "facilitators:add": Policy(
        opens=KEEPERS,
        writes={
            "POST": (
                Write(by=KEEPERS, body=new_facilitator, what=ANYWHERE),
                Write(
                    by=NOBODY,
                    body=lambda world, desa: new_facilitator(world, desa) | {"area": "99.02.01"},
                    changes=False,
                ),
            )
        },
    ),
    "facilitators:change": Policy(
        opens=KEEPERS,
        fill=facilitator,
        what="caseloads",
        writes={
            "POST": Write(
                by=KEEPERS, body=changed_facilitator, what="caseloads", keeps=facilitator_stays
            )
        },
    ),
    "facilitators:post": Policy(
        opens=KEEPERS,
        fill=facilitator,
        what="caseloads",
        writes={
            "POST": (
                Write(
                    by=KEEPERS,
                    body={"area": "99.01.02", "starts_on": "1-1-2099"},
                    what="caseloads",
                    keeps=facilitator_stays,
                ),
                Write(by=NOBODY, body={"area": "99.02.01", "starts_on": "1-1-2099"}, changes=False),
            )
        },
    ),
    "facilitators:end": Policy(
        opens=KEEPERS,
        fill=facilitator,
        what="caseloads",
        writes={
            "POST": Write(
                by=KEEPERS,
                body={"ends_on": "1-1-2099", "reason": "pindah tugas"},
                what="caseloads",
                changes=False,  # there are families left
                keeps=facilitator_stays,
            )
        },
    ),
}

# --- P2K2

LEARNING_READERS = holding(*SEES["learning"])
LEARNING_RECORDERS = holding(*SEES["records learning"])


def learning_group(world, desa):
    return {"pk": world.groups[desa].pk if desa else MISSING_PK}


def learning_session(world, desa):
    return {"pk": world.sessions[desa].pk if desa else MISSING_UUID}


def held_today(world, desa):
    """A form about every family of the desa's group; everybody was there."""
    families = world.households[desa] if desa else []
    return MORE | {
        "nomor": str(uuid.uuid4()),
        "tanggal": timezone.localdate().strftime("%d-%m-%Y"),
        "topik": world.topic.pk,
        "tamu": "1",
        **{f"keluarga_{household.pk}": "present" for household in families},
    }


def held_today_by_api(world, desa):
    group = world.groups[desa].pk if desa else MISSING_PK
    families = world.households[desa] if desa else []
    return {
        "group": group,
        "topic": world.topic.pk,
        "held_on": timezone.localdate().isoformat(),
        "attendance": [{"household": one.pk, "status": "present"} for one in families],
    }


def with_a_foreign_family(world, desa):
    body = held_today_by_api(world, desa or OWN_DESA)
    foreign = world.households["99.02.01.2001"][0].pk
    body["attendance"].append({"household": foreign, "status": "absent"})
    return body


def some_photo(world, desa):
    photo = SimpleUploadedFile("foto.jpg", jpeg(), content_type="image/jpeg")
    return MORE | {"berkas": photo, "nomor": str(uuid.uuid4())}


def new_group(world, desa):
    families = [one.pk for one in world.households["99.02.01.2001"]]
    return MORE | {"nama": "Baru", "mulai": "1-1-2026", "kpm": families, "desa": "99.02.01.2001"}


def first_leaves(world, desa):
    family = world.households[desa][0].pk if desa else MISSING_PK
    return MORE | {"mulai": timezone.localdate().strftime("%d-%m-%Y"), "keluar": [family]}


def a_stranger_joins(world, desa):
    return {"mulai": "1-1-2026", "masuk": [world.households["99.02.01.2001"][0].pk]}


def led_by_a_stranger(world, desa):
    return {"nama": "Nama baru", "ketua": world.members["99.02.01.2001"][0].pk}


def corrected(world, desa):
    families = world.households[desa] if desa else []
    return MORE | {
        "koreksi": "1",
        "tanggal": timezone.localdate().strftime("%d-%m-%Y"),
        "topik": world.topic.pk,
        "tamu": "1",
        "alasan": "salah tanggal",
        **{f"keluarga_{household.pk}": "present" for household in families},
    }


LEARNING = {
    "facilitators:learning_groups": Policy(
        opens=LEARNING_READERS,
        queries=("?wilayah=99.02", "?wilayah=99.01.01.2001", "?wilayah=%00", "?setelah=x"),
    ),
    "facilitators:learning_group": Policy(
        opens=LEARNING_READERS,
        fill=learning_group,
        what="learning",
        queries=("?bulan=2026-11", "?bulan=x", "?bulan=%00"),
    ),
    "facilitators:record_session": Policy(
        opens=LEARNING_RECORDERS,
        fill=learning_group,
        what="records learning",
        writes={
            "POST": Write(by=LEARNING_RECORDERS, body=held_today, what="records learning"),
        },
    ),
    "facilitators:learning_report": Policy(
        opens=LEARNING_READERS,
        fill=learning_group,
        what="learning",
        queries=("?bulan=2026-11", "?cetak=1", "?bulan=x", "?bulan=%00"),
    ),
    "facilitators:learning_session": Policy(
        opens=LEARNING_READERS, fill=learning_session, what="learning"
    ),
    "facilitators:add_evidence": Policy(
        fill=learning_session,
        what="records learning",
        answers=ONLY_POST,
        writes={
            "POST": Write(by=LEARNING_RECORDERS, body=some_photo, what="records learning"),
        },
    ),
}

LEARNING |= {
    "facilitators:learning_modules": Policy(opens=LEARNING_READERS),
    "facilitators:form_group": Policy(
        opens=LEARNING_RECORDERS,
        queries=("?desa=99.01.01.2001", "?desa=99.02.01.2001", "?desa=%00"),
        # Every family of the world is in a group, so nobody is left to be chosen.
        writes={"POST": Write(by=NOBODY, body=new_group, changes=False)},
    ),
    "facilitators:group_members": Policy(
        opens=LEARNING_RECORDERS,
        fill=learning_group,
        what="records learning",
        writes={
            "POST": (
                Write(by=LEARNING_RECORDERS, body=first_leaves, what="records learning"),
                Write(by=NOBODY, body=a_stranger_joins, changes=False),
            )
        },
    ),
    "facilitators:change_group": Policy(
        opens=LEARNING_RECORDERS,
        fill=learning_group,
        what="records learning",
        writes={
            "POST": (
                Write(
                    by=LEARNING_RECORDERS,
                    body=MORE | {"nama": "Nama baru", "ketua": ""},
                    what="records learning",
                ),
                Write(by=NOBODY, body=led_by_a_stranger, changes=False),
            )
        },
    ),
    "facilitators:end_group": Policy(
        fill=learning_group,
        what="records learning",
        answers=ONLY_POST,
        writes={
            "POST": Write(
                by=LEARNING_RECORDERS,
                body=lambda world, desa: {
                    "sampai": timezone.localdate().strftime("%d-%m-%Y"),
                    "village": OWN_DESA,
                },
                what="records learning",
            )
        },
    ),
    "facilitators:correct_session": Policy(
        opens=LEARNING_RECORDERS,
        fill=learning_session,
        what="records learning",
        writes={"POST": Write(by=LEARNING_RECORDERS, body=corrected, what="records learning")},
    ),
}


def groups_of(world, person):
    return sum(1 for desa in DESA if may(person, "learning", desa))


# --- long work

WORK_WATCHERS = holding(*SEES["work"])


def job(world, desa):
    return {"pk": world.jobs[desa[:5]].pk if desa else MISSING_UUID}


JOBS = {
    "jobs:list": Policy(opens=SIGNED_IN),
    "jobs:detail": Policy(opens=WORK_WATCHERS, fill=job, what="work"),
    "jobs:progress": Policy(opens=WORK_WATCHERS, fill=job, what="work"),
    # Only who asked for the work cancels it.
    "jobs:cancel": Policy(fill=job, what="work", answers=frozenset({405}), writes={"POST": NEVER}),
}

# --- /api/


def probes(*good, orderings=(), hidden=()):
    """Queries every list must survive: declared ones answer, all others are refused."""
    fine, wrong, gone = {200}, {400}, {400, 404}
    yield from ((query, fine) for query in good)
    for name in orderings:
        yield from ((f"?ordering={name}", fine), (f"?ordering=-{name}", fine))
    for name in (*hidden, "password", "desa__parent__name", "?", "-", "pk,nik"):
        yield f"?ordering={name}", wrong
    yield from (
        ("?page_size=500", fine),
        ("?page_size=100000", fine),
        ("?page_size=-1", fine),
        ("?cursor=omong-kosong", gone),
        ("?cursor=cD0xMDA%3D", fine | gone),
        ("?cursor=%00", gone),
        ("?household__desa__code__startswith=99", wrong),
        ("?desa__code__startswith=99", wrong),
        ("?_connector=OR", wrong),
        ("?id__gt=0", wrong),
        ("?uploaded_by__password__startswith=a", wrong),
    )


def searches(world, desa):
    return f"?search={world.members[desa][0].name}" if desa else "?search=TIDAK ADA ORANGNYA"


def full_nik(world, desa):
    return f"?search={world.members[desa][0].nik if desa else '9922010100019999'}"


def of_household(world, desa):
    return f"?household={world.households[desa][0].pk if desa else MISSING_PK}"


def in_village(world, desa):
    return f"?village={desa or '98'}"


REVEAL = "reveal=1&reason=diminta+keluarga"
REGISTER_PROBES = (
    (searches, {200}),
    (full_nik, {200}),
    (in_village, {200}),
    ("?search=22", {400}),
    ("?search=KNR9902012001", {200}),
    ("?search=%00", {400}),
    ("?village=%00", {400}),
    ("?status=tidak-ada", {400}),
    ("?status=active", {200}),
    ("?reveal=1", None),
    (f"?{REVEAL}", None),
    (f"?page_size=500&{REVEAL}", None),
)


API = {
    "api:schema": Policy(
        opens=EVERYBODY, queries=("?format=json",), asked_as=frozenset({None, GUEST})
    ),
    "api:docs": Policy(opens=EVERYBODY, queries=("?script=",)),
    "api:v1:area-list": Policy(
        opens=SIGNED_IN,
        queries=tuple(
            probes(
                "?search=WILAYAH",
                "?within=99.02",
                "?parent=99.01",
                "?level=4",
                orderings=("code", "name"),
                hidden=("parent__name", "households"),
            )
        ),
    ),
    "api:v1:area-detail": Policy(
        opens=SIGNED_IN, record=False, fill=lambda world, desa: {"pk": desa or "99"}
    ),
    "api:v1:figure-list": Policy(
        opens=SIGNED_IN,
        queries=(
            ("?area=99.02", {200}),
            ("?area=%00", {400}),
            ("?wilayah=99.02", {400}),
            ("?reveal=1&reason=coba", {400}),
        ),
    ),
    "api:v1:figure-detail": Policy(
        opens=READERS,
        fill=lambda world, desa: {"key": "keluarga"},
        record=False,
        queries=(("?area=99.02", {200}), ("?part=x", {200}), ("?area=%00", {400})),
    ),
    "api:v1:figure-rows": Policy(
        opens=READERS,
        fill=lambda world, desa: {"key": "anggota"},
        record=False,
        rows=members_of,
        queries=(
            ("?area=99.02", {200}),
            ("?area=99.01.01.2001&page_size=3", {200}),
            ("?area=%00", {400}),
            ("?cursor=omong-kosong", {404}),
            ("?ordering=nik", {400}),
            ("?reveal=1&reason=coba", {400}),
        ),
    ),
    "api:v1:household-list": Policy(
        opens=READERS,
        rows=households_of,
        reveals=("reveal=1",),
        queries=(
            *probes(orderings=("id", "desa"), hidden=("kk_number", "address", "caretaker__nik")),
            *REGISTER_PROBES,
        ),
    ),
    "api:v1:household-detail": Policy(
        opens=READERS,
        fill=household,
        reveals=("reveal=1",),
        queries=("?reveal=1", f"?{REVEAL}"),
        writes={
            "PATCH": (
                Write(by=OPERATORS, body=change_household, json=True, keeps=HOUSEHOLD_STAYS),
                Write(
                    by=OPERATORS,
                    body=with_more(change_household),
                    json=True,
                    changes=False,
                    keeps=HOUSEHOLD_STAYS,
                ),
            )
        },
    ),
    "api:v1:member-list": Policy(
        opens=READERS,
        rows=members_of,
        reveals=("reveal=1",),
        queries=(
            *probes(
                orderings=("id", "name"), hidden=("nik", "mother_name", "household__kk_number")
            ),
            *REGISTER_PROBES,
            (of_household, None),
        ),
    ),
    "api:v1:member-detail": Policy(
        opens=READERS,
        fill=member,
        reveals=("reveal=1",),
        queries=("?reveal=1", f"?{REVEAL}"),
        writes={
            "PATCH": (
                Write(by=OPERATORS, body=change_member, json=True, keeps=MEMBER_STAYS),
                Write(
                    by=OPERATORS,
                    body=with_more(change_member),
                    json=True,
                    changes=False,
                    keeps=MEMBER_STAYS,
                ),
            )
        },
    ),
}

API |= {
    "api:v1:job-list": Policy(
        opens=SIGNED_IN,
        queries=tuple(
            probes(
                "?state=queued",
                "?kind=x",
                "?subject_type=dtks.snapshot",
                "?subject_id=1",
                orderings=("created_at",),
                hidden=("arguments", "requested_by__username"),
            )
        ),
    ),
    "api:v1:job-detail": Policy(opens=WORK_WATCHERS, fill=job, what="work"),
    "api:v1:job-cancel": Policy(fill=job, what="work", writes={"POST": NEVER}),
}


def of_snapshot(world, desa):
    return {"snapshot_pk": world.snapshots[desa[:5]].pk if desa else MISSING_PK}


def question_of_file(world, desa):
    found = question(world, desa)
    return {"snapshot_pk": found["snapshot_pk"], "id": found["pk"]}


def small_file(world, desa):
    """A file with one row; what else is sent is nobody's to choose."""
    content = "NIK;NAMA\n9900000000000077;SATU ORANG\n"
    return MORE | {
        "id": "7c0a1c1e-4f0e-4d5e-8a53-0c5cf2f3a901",
        "file": SimpleUploadedFile("kecil.csv", content.encode()),
        "source": "dtks",
        "period": "2026-3",
        "area": "99.02",
        "uploaded_by": world.users[STRANGER].pk,
        "state": "approved",
        "kept_fields": "",
    }


def questions_seen(world, person):
    """Of the file of the own kabupaten: the open one of every child, the answered of a mother."""
    return sum(SIZES[desa] + 1 for desa in DESA if may(person, "questions", desa))


def _act(by, body=None):
    return Write(by=by, body=body, what="files", json=True)


API |= {
    "api:v1:snapshot-list": Policy(
        opens=FILE_READERS,
        rows=lambda world, person: 2,
        queries=tuple(
            probes(
                "?source=dtks",
                "?state=staged",
                "?year=2026",
                "?stage=4",
                orderings=("id", "uploaded_at"),
                hidden=("uploaded_by__username", "stored_as", "sha256"),
            )
        ),
        writes={"POST": Write(by=OPERATORS, body=small_file, what=ANYWHERE)},
    ),
    "api:v1:snapshot-detail": Policy(opens=FILE_READERS, fill=snapshot, what="files"),
    "api:v1:snapshot-approve": Policy(
        fill=snapshot, what="files", writes={"POST": _act(APPROVERS)}
    ),
    "api:v1:snapshot-reject": Policy(
        fill=snapshot, what="files", writes={"POST": _act(APPROVERS, {"reason": "salah"} | MORE)}
    ),
    "api:v1:snapshot-withdraw": Policy(
        fill=snapshot, what="files", writes={"POST": _act(OPERATORS, {"reason": "salah"} | MORE)}
    ),
    "api:v1:snapshot-reconcile": Policy(
        fill=staged, what="files", writes={"POST": _act(OPERATORS)}
    ),
    "api:v1:snapshot-row-list": Policy(
        opens=ROW_READERS,
        fill=of_snapshot,
        what="rows",
        queries=tuple(
            probes(
                "?row_number=2",
                "?problem=nik_length",
                orderings=("row_number",),
                hidden=("cells", "snapshot__file_name"),
            )
        ),
    ),
    "api:v1:snapshot-difference-list": Policy(
        opens=QUESTION_READERS,
        fill=of_snapshot,
        what="question file",
        rows=questions_seen,
        queries=tuple(
            probes(
                "?outcome=review",
                "?kind=unsure",
                "?member=1",
                "?village=99.02",
                "?decided=true",
                "?probability_min=0.1",
                orderings=("id", "probability"),
                hidden=("member__nik", "village__name", "decision__note"),
            )
        ),
    ),
    "api:v1:snapshot-difference-detail": Policy(
        opens=QUESTION_READERS, fill=question_of_file, what="questions"
    ),
    "api:v1:snapshot-difference-decide": Policy(
        fill=question_of_file,
        what="questions",
        writes={
            "POST": (
                Write(by=DECIDERS, body={"verdict": "same"} | MORE, what="decides", json=True),
                Write(
                    by=DECIDERS,
                    body=lambda world, desa: {
                        "verdict": "take_fields",
                        "row_number": values_of_a_neighbour(world, desa)["baris"],
                        "fields": ["name", "village"],
                    },
                    what="decides",
                    json=True,
                    changes=False,
                ),
            )
        },
    ),
}


def assignment(world, desa):
    return {"pk": world.caseload[desa][0].pk if desa else MISSING_PK}


def facilitators_of(world, person):
    """One of each kecamatan, and the caseworker of the first."""
    return sum(
        2 if place == "99.01.01" else 1
        for place in world.facilitators
        if may(person, "caseloads", place)
    )


def assignments_of(world, person):
    """One a family; two where somebody else was or will be responsible."""
    twice = [*ENTRUSTED_BEFORE[CASEWORKER], *ENTRUSTED_LATER[CASEWORKER]]
    return sum(
        SIZES[desa] * (2 if desa in twice else 1) for desa in DESA if may(person, "caseloads", desa)
    )


API |= {
    "api:v1:facilitator-list": Policy(
        opens=CASELOAD_READERS,
        rows=facilitators_of,
        queries=tuple(
            probes(
                "?search=KNR",
                "?area=99.02",
                "?on=2026-11-02",
                "?position=facilitator",
                "?employment=pppk",
                orderings=("id", "name"),
                hidden=("nip", "user__username", "area_code", "families"),
            )
        ),
    ),
    "api:v1:facilitator-detail": Policy(opens=CASELOAD_READERS, fill=facilitator, what="caseloads"),
    "api:v1:assignment-list": Policy(
        opens=CASELOAD_READERS,
        rows=assignments_of,
        queries=(
            *probes(
                "?on=2026-11-02",
                "?facilitator=1",
                "?village=99.02",
                orderings=("id", "starts_on"),
                hidden=("household__kk_number", "facilitator__nip", "reason"),
            ),
            (of_household, {200}),
        ),
    ),
    "api:v1:assignment-detail": Policy(opens=CASELOAD_READERS, fill=assignment, what="caseloads"),
}


def visit(world, desa):
    return {"pk": world.visits[desa].pk if desa else MISSING_UUID}


def visit_request(world, desa):
    return {"pk": world.requests[desa].pk if desa else MISSING_PK}


def visits_of(world, person):
    """One to the first family of every desa."""
    return sum(1 for desa in DESA if may(person, "people", desa))


def new_visit(world, desa):
    """With what the service chooses itself among what is sent; a MORE household would be taken."""
    return {
        "by": 1,
        "facilitator": 1,
        "recorded_at": "2020-01-01T00:00:00Z",
        "recorded_by": world.users[STRANGER].pk,
        "id": str(uuid.uuid4()),
        "household": world.households[desa][0].pk if desa else MISSING_PK,
        "purpose": "data_update",
        "device_at": "2026-11-02T08:00:00Z",
    }


def visits_everywhere(world, desa):
    """An outbox with a visit to a family of every place; the others must not be written."""
    answered = {place: world.requests[place].pk for place in DESA} | {None: MISSING_PK}
    return {
        "visits": [
            new_visit(world, place) | {"request": answered[place]} for place in (*DESA, None)
        ]
    }


def visits_elsewhere(world, desa):
    own = ENTRUSTED[CASEWORKER]
    elsewhere = [world.visits[place] for place in DESA if place not in own]
    return sorted(
        str(pk)
        for one in elsewhere
        for pk in type(one).objects.filter(household=one.household_id).values_list("pk", flat=True)
    )


VISITORS = frozenset({CASEWORKER})

API |= {
    "api:v1:visit-list": Policy(
        opens=READERS,
        rows=visits_of,
        queries=(
            *probes(
                "?purpose=data_update",
                "?facilitator=1",
                "?village=99.02",
                orderings=("recorded_at",),
                hidden=("note", "household__kk_number", "recorded_by__username"),
            ),
            (of_household, {200}),
        ),
        writes={"POST": Write(by=VISITORS, body=new_visit, json=True)},
    ),
    "api:v1:visit-detail": Policy(opens=READERS, fill=visit),
    "api:v1:visit-batch": Policy(
        writes={
            "POST": Write(
                by=VISITORS,
                body=visits_everywhere,
                what=ANYWHERE,
                json=True,
                keeps=visits_elsewhere,
            )
        }
    ),
    "api:v1:visit-photos": Policy(fill=visit),
    "api:v1:visit-request-list": Policy(
        opens=READERS,
        rows=visits_of,
        queries=(
            *probes(
                "?state=open",
                "?village=99.02",
                "?due_to=2099-01-01",
                orderings=("due_on", "id"),
                hidden=("wanted", "household__kk_number", "asked_by__username"),
            ),
            (of_household, {200}),
        ),
    ),
    "api:v1:visit-request-detail": Policy(opens=READERS, fill=visit_request),
}

API |= {
    "api:v1:learning-group-list": Policy(
        opens=LEARNING_READERS,
        rows=groups_of,
        queries=tuple(
            probes(
                "?village=99.02",
                "?on=2026-11-02",
                orderings=("id", "name"),
                hidden=("leader__nik", "leader", "families"),
            )
        ),
    ),
    "api:v1:learning-group-detail": Policy(
        opens=LEARNING_READERS, fill=learning_group, what="learning"
    ),
    "api:v1:learning-session-list": Policy(
        opens=LEARNING_READERS,
        rows=groups_of,
        queries=tuple(
            probes(
                "?village=99.02",
                "?group=1",
                "?topic=1",
                "?held_from=2026-01-01",
                "?held_to=2099-01-01",
                orderings=("held_on", "recorded_at"),
                hidden=("note", "facilitator__nip", "by__username"),
            )
        ),
        writes={
            "POST": (
                Write(
                    by=LEARNING_RECORDERS,
                    body=held_today_by_api,
                    what="records learning",
                    json=True,
                ),
                Write(by=NOBODY, body=with_a_foreign_family, json=True, changes=False),
            )
        },
    ),
    "api:v1:learning-session-detail": Policy(
        opens=LEARNING_READERS, fill=learning_session, what="learning"
    ),
}


def proposal(world, desa):
    return {"pk": world.proposals[desa].pk if desa else MISSING_PK}


def visit_at_a_desk(world, desa):
    return {
        "id": str(uuid.uuid4()),
        "versions": "{}",
        "purpose": "data_update",
        "day": "02-01-2026",
        "time": "08.30",
        "facilitator": 1,
        "household": 1,
        "by": 1,
    }


def refused_with_more(world, desa):
    return MORE | {"keputusan": "refused", "alasan": "akta berkata lain", "decided_by": 1}


def accepted_with_more(world, desa):
    """The child was touched once by trigger, its version never: nothing is stale."""
    return MORE | {"keputusan": "accepted", "versi": "1", "kind": "death"}


def child_stays(world, desa):
    children = world.members[desa][1:2] if desa else []
    return [type(c).objects.values("id", "household", "status").get(pk=c.pk) for c in children]


def a_signature(world, desa):
    drawn = SimpleUploadedFile("tanda.jpg", jpeg(), content_type="image/jpeg")
    return MORE | {"tanda_tangan": drawn, "nomor": str(uuid.uuid4())}


VISIT_CHECKERS = holding(LEAD, COORDINATOR)
PROPOSAL_DECIDERS = holding(LEAD, COORDINATOR, OPERATOR)

FACILITATORS |= {
    "facilitators:record_visit": Policy(
        opens=VISITORS,
        fill=household,
        writes={"POST": Write(by=VISITORS, body=visit_at_a_desk)},
    ),
    "facilitators:visit": Policy(opens=READERS, fill=visit),
    # Every visit of this world was recorded by somebody else: nobody's words are theirs to mend.
    "facilitators:change_visit": Policy(
        fill=visit, writes={"POST": Write(by=NOBODY, body=MORE | {"version": "1", "reason": "x"})}
    ),
    "facilitators:sign_visit": Policy(
        fill=visit, answers=ONLY_POST, writes={"POST": Write(by=NOBODY, body=a_signature)}
    ),
    "facilitators:review": Policy(
        opens=VISIT_CHECKERS,
        queries=(
            "?bagian=sampel",
            "?bagian=sampel&bulan=2026-11",
            "?bulan=%00",
            "?bulan=0000-00",
            "?bulan=9999-12",
            "?setelah=x",
        ),
    ),
    "facilitators:check_visit": Policy(
        fill=visit,
        answers=ONLY_POST,
        writes={
            "POST": (
                Write(
                    by=VISIT_CHECKERS,
                    body=MORE | {"hasil": "differs", "catatan": "lain", "made_by": 1},
                ),
                Write(by=NOBODY, body=MORE | {"hasil": "x"}, changes=False),
            )
        },
    ),
    "facilitators:overdue": Policy(
        opens=READERS,
        queries=(
            "?alasan=pertanyaan",
            "?alasan=absen",
            "?alasan=terlambat",
            "?alasan=%00",
            "?tujuan=complaint",
            "?tujuan=%00",
            "?tujuan=zzz",
            "?setelah=x",
            "?sebelum=%00",
        ),
    ),
    "facilitators:proposals": Policy(
        opens=PROPOSAL_DECIDERS, queries=("?setelah=x", "?sebelum=%00")
    ),
    "facilitators:proposal": Policy(
        opens=PROPOSAL_DECIDERS,
        fill=proposal,
        writes={
            "POST": (
                Write(by=PROPOSAL_DECIDERS, body=refused_with_more, keeps=child_stays),
                Write(by=PROPOSAL_DECIDERS, body=accepted_with_more, keeps=child_stays),
                Write(by=NOBODY, body={"keputusan": "accepted", "versi": "99"}, changes=False),
            )
        },
    ),
}

# --- the phone: its page is the same for everybody, what is about people asks who is asking

FACILITATORS |= {
    "facilitators:phone": Policy(opens=EVERYBODY),
    "facilitators:phone_worker": Policy(opens=EVERYBODY, queries=("?kirim=1", "?kirim=%00")),
    "facilitators:phone_manifest": Policy(opens=EVERYBODY),
    "facilitators:phone_who": Policy(opens=VISITORS),
    "facilitators:phone_caseload": Policy(opens=VISITORS),
    "facilitators:phone_key": Policy(
        answers=ONLY_POST,
        writes={
            "POST": (
                Write(by=VISITORS, body={"device": MISSING_UUID}, what=ANYWHERE, changes=False),
                Write(by=NOBODY, body={"device": "x"}, changes=False),
            )
        },
    ),
}

POLICIES = ACCOUNT | PAGES | FILES | FACILITATORS | LEARNING | JOBS | API | ADMIN_PAGES
# --- commitments

CHECK_READERS = holding(*SEES["commitments"])
CHECK_COUNTERS = holding(*SEES["counts commitments"])
CHECK_RECORDERS = holding(*SEES["records commitments"])
REASON_ACCEPTERS = holding(*SEES["accepts reasons"])
CHECK_CORRECTORS = holding(*SEES["corrects commitments"])
QUARTER_KEEPERS = holding(COORDINATOR, OPERATOR)


def check(world, desa):
    return {"pk": world.checks[desa].pk if desa else MISSING_UUID}


def excused_check(world, desa):
    return {"pk": world.excused[desa].pk if desa else MISSING_UUID}


def closed_check(world, desa):
    return {"pk": world.closed[desa].pk if desa else MISSING_UUID}


def school(world, desa):
    return {"pk": world.schools[desa].pk if desa else MISSING_PK}


def checks_listed(world, person):
    """Every child's, and two of a mother of each desa, in the last quarter."""
    return sum(SIZES[desa] + 2 for desa in DESA if may(person, "counts commitments", desa))


def checks_of(world, person):
    """And one of the closed quarter."""
    return sum(SIZES[desa] + 3 for desa in DESA if may(person, "commitments", desa))


def came_in_the_first_month(world, desa):
    asked = world.health[desa].pk if desa else MISSING_UUID
    return MORE | {f"bulan_{asked}_{LAST_QUARTER.starts_on:%m}": "1", "outcome": "met"}


def absences_of_a_month(world, desa):
    asked = world.checks[desa].pk if desa else MISSING_UUID
    month = f"{LAST_QUARTER.starts_on:%m}"
    return MORE | {f"hari_{month}": "20", f"alpa_{asked}_{month}": "1"}


def another_school(world, desa):
    return MORE | {"npsn": "99199999", "nama": "SD BARU", "outcome": "met"}


def corrected(world, desa):
    return MORE | {"hasil": "no_evidence", "alasan": "lembar tertukar", "outcome": "met"}


def health_check(world, desa):
    """With what the service chooses itself."""
    return {
        "by": 1,
        "outcome": "met",
        "recorded_by": world.users[STRANGER].pk,
        "id": str(uuid.uuid4()),
        "member": world.members[desa][0].pk if desa else MISSING_PK,
        "component": "elderly",
        "month": f"{LAST_QUARTER.starts_on:%Y-%m}",
        "attended": True,
    }


def health_checks_everywhere(world, desa):
    return {"checks": [health_check(world, place) for place in (*DESA, None)]}


def health_of_the_other_kabupaten(world, desa):
    """Nobody who records anything works there today."""
    rows = [world.health[place] for place in DESA if place.startswith("99.02")]
    return [type(row).objects.values("outcome", "months").get(pk=row.pk) for row in rows]


def checks_stay(world, desa):
    rows = [world.checks[desa], world.closed[desa]] if desa else []
    return [
        type(row).objects.values("household", "member", "component", "quarter").get(pk=row.pk)
        for row in rows
    ]


def _check_button(by, what, body, fill=check):
    """A form without a page of its own."""
    return Policy(
        fill=fill,
        what=what,
        answers=ONLY_POST,
        writes={"POST": Write(by=by, body=body, what=what, keeps=checks_stay)},
    )


COMMITMENTS = {
    "facilitators:commitments": Policy(
        opens=CHECK_COUNTERS,
        totals={"listed": checks_listed},
        queries=(
            "?menurut=pendamping",
            "?menurut=sekolah",
            "?menurut=komponen",
            "?menurut=zzz",
            "?tahap=2026-1",
            "?tahap=%00",
            f"?tahap={LAST_QUARTER.previous()}",
        ),
    ),
    "facilitators:commitment_list": Policy(
        opens=CHECK_READERS,
        queries=(
            "?hasil=not_met",
            "?wilayah=99.02",
            "?wilayah=%00",
            "?komponen=primary",
            "?pendamping=0",
            "?pendamping=1",
            "?sekolah=0",
            "?sekolah=1",
            "?setelah=x",
            "?tahap=zzz",
            f"?tahap={LAST_QUARTER.previous()}",
            lambda world, desa: f"?sekolah={world.schools[desa].pk if desa else MISSING_PK}",
        ),
    ),
    "facilitators:prepare_quarter": Policy(
        answers=ONLY_POST,
        writes={"POST": Write(by=QUARTER_KEEPERS, body={"tahap": "2026-4"}, what=ANYWHERE)},
    ),
    "facilitators:close_quarter": Policy(
        opens=CHECK_CORRECTORS,
        queries=("?tahap=2026-1", "?tahap=2099-4", "?tahap=%00"),
        writes={
            "POST": Write(by=CHECK_CORRECTORS, body={"tahap": str(LAST_QUARTER)}, what=ANYWHERE)
        },
    ),
    "facilitators:school_quarter": Policy(
        opens=CHECK_RECORDERS,
        fill=school,
        what="records commitments",
        queries=("?tahap=%00", "?setelah=x"),
        writes={
            "POST": Write(
                by=CHECK_RECORDERS,
                body=absences_of_a_month,
                what="records commitments",
                keeps=checks_stay,
            )
        },
    ),
    "facilitators:name_school": _check_button(
        CHECK_RECORDERS, "records commitments", another_school
    ),
    "facilitators:accept_reason": _check_button(
        REASON_ACCEPTERS, "accepts reasons", MORE | {"alasan": "rawat inap"}
    ),
    "facilitators:withdraw_reason": _check_button(
        REASON_ACCEPTERS, "accepts reasons", MORE | {"alasan": "salah anak"}, excused_check
    ),
    "facilitators:correct_check": _check_button(
        CHECK_CORRECTORS, "corrects commitments", corrected, closed_check
    ),
    "facilitators:family_checks": Policy(opens=CHECK_READERS, fill=household, what="commitments"),
    "facilitators:record_health": Policy(
        opens=CHECK_RECORDERS,
        fill=household,
        what="records commitments",
        writes={
            "POST": Write(
                by=CHECK_RECORDERS,
                body=came_in_the_first_month,
                what="records commitments",
                keeps=checks_stay,
            )
        },
    ),
    "facilitators:commitment_letter": Policy(
        opens=CHECK_READERS, fill=household, what="commitments", queries=("?folio=1",)
    ),
}

API |= {
    "api:v1:commitment-check-list": Policy(
        opens=CHECK_READERS,
        rows=checks_of,
        queries=(
            *probes(
                "?period=2026-3",
                "?outcome=not_met",
                "?component=primary",
                "?npsn=99100000",
                "?village=99.02",
                "?facilitator=1",
                "?member=1",
                orderings=("id",),
                hidden=("member__nik", "reason_by__username", "household__kk_number"),
            ),
            ("?period=zzz", {400}),
            (of_household, {200}),
        ),
        writes={
            "POST": Write(
                by=CHECK_RECORDERS, body=health_check, what="records commitments", json=True
            )
        },
    ),
    "api:v1:commitment-check-detail": Policy(opens=CHECK_READERS, fill=check, what="commitments"),
    "api:v1:commitment-check-batch": Policy(
        writes={
            "POST": Write(
                by=CHECK_RECORDERS,
                body=health_checks_everywhere,
                what=ANYWHERE,
                json=True,
                keeps=health_of_the_other_kabupaten,
            )
        }
    ),
}

# --- work plans, activities, RHK

WORK_READERS = holding(*SEES["field work"])
WORK_KEEPERS = holding(FACILITATOR, LEAD)
WORK_PEOPLE = WORK_READERS | WORK_KEEPERS
# Who has no territory is led to his own page, or told that he has none.
LED = frozenset({200, 302})


def activity(world, desa):
    return {"pk": world.activities[desa[:8]].pk if desa else MISSING_UUID}


def work_plan(world, desa):
    return {"pk": world.plans[desa[:8]].pk if desa else MISSING_PK}


def own_plan(world, desa):
    """A family of the caseworker's and one of everybody else's: the latter are no choice."""
    return MORE | {
        "versi": "0",
        "kpm": [world.households[OWN_DESA][0].pk],
        "kegiatan-TOTAL_FORMS": "0",
        "kegiatan-INITIAL_FORMS": "0",
    }


def plan_with_a_foreign_family(world, desa):
    return own_plan(world, desa) | {"kpm": [world.households["99.01.02.2002"][0].pk]}


def own_activity(world, desa):
    return MORE | {
        "nomor": str(uuid.uuid4()),
        "jenis": "mediation",
        "tingkat": "village",
        "tanggal": timezone.localdate().strftime("%d-%m-%Y"),
        "tempat": "Balai desa",
        "peserta": "3",
        "facilitator": 1,
        "by": 1,
    }


def own_activity_by_api(world, desa):
    return {
        "id": str(uuid.uuid4()),
        "kind": "mediation",
        "level": "village",
        "held_on": timezone.localdate().isoformat(),
        "place": "Balai desa",
        "facilitator": 1,
        "by": 1,
        "recorded_at": "2020-01-01T00:00:00Z",
    }


def about_a_foreign_family(world, desa):
    foreign = world.households["99.01.02.2002"][0].pk
    return own_activity_by_api(world, desa) | {"households": [foreign]}


def kecamatan_of(person):
    return sum(may(person, "field work", kecamatan) for kecamatan in KECAMATAN)


def people_at_work(world, person):
    """One of each kecamatan, and the caseworker of the first: he sees himself, too."""
    seen = kecamatan_of(person) + may(person, "field work", "99.01.01")
    return seen or (person == CASEWORKER)


MONTHS = ("?bulan=2099-11", "?bulan=x", "?bulan=%00", "?bulan=0001-01", "?kec=99.02.01")

WORK = {
    "facilitators:work_plans": Policy(opens=WORK_PEOPLE, answers=LED, queries=MONTHS),
    "facilitators:work_plan": Policy(
        opens=WORK_PEOPLE, fill=facilitator, what="field work", queries=("?bulan=x",)
    ),
    "facilitators:work_rows": Policy(
        opens=WORK_PEOPLE,
        fill=facilitator,
        what="field work",
        answers=frozenset({404}),
        queries=tuple(
            (f"?isi={side}&jenis={kind}", {200, 404})
            for side in ("rencana", "terlaksana", "belum", "x")
            for kind in ("", "visit", "session", "mediation", "x")
        ),
    ),
    "facilitators:plan_work": Policy(
        opens=WORK_KEEPERS,
        queries=MONTHS,
        writes={
            "POST": (
                Write(by=VISITORS, body=own_plan, what=ANYWHERE),
                Write(by=NOBODY, body=plan_with_a_foreign_family, changes=False),
            )
        },
    ),
    "facilitators:activities": Policy(
        opens=WORK_PEOPLE,
        queries=("?jenis=mediation", "?jenis=%00", "?setelah=x", "?sebelum=%00"),
    ),
    "facilitators:activity": Policy(opens=WORK_PEOPLE, fill=activity, what="field work"),
    "facilitators:record_activity": Policy(
        opens=WORK_KEEPERS,
        queries=("?jenis=report", "?jenis=%00"),
        writes={"POST": Write(by=VISITORS, body=own_activity, what=ANYWHERE)},
    ),
    "facilitators:add_activity_evidence": Policy(
        fill=activity,
        what="field work",
        answers=ONLY_POST,
        writes={"POST": Write(by=NOBODY, body=some_photo, changes=False)},
    ),
    "facilitators:withdraw_activity": Policy(
        fill=activity,
        what="field work",
        answers=ONLY_POST,
        writes={"POST": Write(by=NOBODY, body={"alasan": "salah catat"}, changes=False)},
    ),
    "facilitators:results": Policy(opens=WORK_PEOPLE, answers=LED, queries=MONTHS),
    "facilitators:result": Policy(
        opens=WORK_PEOPLE, fill=facilitator, what="field work", queries=("?bulan=x",)
    ),
    "facilitators:result_rows": Policy(
        opens=WORK_PEOPLE,
        fill=facilitator,
        what="field work",
        queries=(
            "?hasil=3",
            "?hasil=3&setahun=1",
            "?bukti=tanpa",
            "?bukti=ada&hal=9",
            ("?hasil=99", {404}),
            ("?bukti=x", {404}),
        ),
    ),
    "facilitators:result_print": Policy(
        opens=WORK_PEOPLE, fill=facilitator, what="field work", queries=("?kertas=f4", "?kertas=x")
    ),
}

API |= {
    "api:v1:work-plan-list": Policy(
        opens=WORK_PEOPLE,
        rows=lambda world, person: 2 * kecamatan_of(person),
        queries=tuple(
            probes(
                "?month=2099-11",
                "?facilitator=1",
                orderings=("id", "submitted_at"),
                hidden=("reason", "facilitator__nip", "by__username"),
            )
        ),
    ),
    "api:v1:work-plan-detail": Policy(opens=WORK_PEOPLE, fill=work_plan, what="field work"),
    "api:v1:activity-list": Policy(
        opens=WORK_PEOPLE,
        rows=lambda world, person: kecamatan_of(person),
        queries=tuple(
            probes(
                "?kind=mediation",
                "?facilitator=1",
                "?held_from=2026-01-01",
                "?held_to=2099-01-01",
                orderings=("held_on", "recorded_at"),
                hidden=("note", "facilitator__nip", "by__username"),
            )
        ),
        writes={
            "POST": (
                Write(by=VISITORS, body=own_activity_by_api, what=ANYWHERE, json=True),
                Write(by=NOBODY, body=about_a_foreign_family, json=True, changes=False),
            )
        },
    ),
    "api:v1:activity-detail": Policy(opens=WORK_PEOPLE, fill=activity, what="field work"),
    "api:v1:activity-documents": Policy(fill=activity, what="field work"),
} | {
    f"api:v1:{name}-{part}": policy
    for name in ("work-progress", "performance-result")
    for part, policy in (
        (
            "list",
            Policy(
                opens=WORK_PEOPLE,
                rows=people_at_work,
                queries=tuple(
                    probes(
                        "?month=2099-11",
                        "?area=99.02",
                        orderings=("id", "name"),
                        hidden=("nip", "user__username", "area_code"),
                    )
                ),
            ),
        ),
        ("detail", Policy(opens=WORK_PEOPLE, fill=facilitator, what="field work")),
    )
}

POLICIES = (
    WORK
    | ACCOUNT
    | PAGES
    | FILES
    | FACILITATORS
    | LEARNING
    | COMMITMENTS
    | CASES
    | MEETINGS
    | DOOR
    | FOLLOW_UPS
    | REPORT
    | PAPERS
    | FORECAST
    | JOBS
    | API
    | ADMIN_PAGES
)
