"""Cases: board, case page, candidates by hand, flags, administrative exits."""

import uuid

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from graduation.models import ExitType, GraduationCase, State
from tests.access.graduation import (
    COUNTED,
    SEES,
    has_left,
    has_left_for_the_office,
    stands_at,
)
from tests.access.walk import ANYWHERE, Policy, Write
from tests.access.world import DESA, may
from tests.access.world import holding as people_holding
from tests.factories.files import pdf

MISSING_PK = 987_654_321
MISSING_UUID = "00000000-0000-4000-8000-000000000000"


def holding(word):
    return people_holding(*SEES[word])


def today():
    return timezone.localdate().strftime("%d-%m-%Y")


def case(world, desa):
    return {"pk": world.cases[desa].pk if desa else MISSING_UUID}


def exit(world, desa):
    return {"pk": world.exits[desa].pk if desa else MISSING_UUID}


def flag(world, desa):
    return {"pk": world.flags[desa].pk if desa else MISSING_PK}


def household(world, desa):
    return {"pk": world.households[desa][0].pk if desa else MISSING_PK}


def way(code):
    return ExitType.objects.get(code=code).pk


def visit_of(world, desa):
    return {"visit": world.visits[desa].pk if desa else MISSING_UUID}


def new_case(world, desa):
    return {
        "id": str(uuid.uuid4()),
        "type": way("local_eligibility"),
        "note": "Sudah mampu",
        "by": 1,
        "household": 1,
        "state": "approved",
    }


def new_exit(world, desa):
    return {"type": way("moved"), "on": today(), "document_number": "1/2026", "by": 1}


def step(what, state, body=None, given=None):
    """A step of a case that stands at `state`; the body also tries what nobody may say."""

    def sent(world, desa):
        said = body(world, desa) if callable(body) else body or {}
        return {"version": 1, "state": "confirmed", "by": 1, "approved_by": 1} | said

    return Policy(
        fill=case,
        what="cases",
        writes={
            "POST": Write(by=holding(what), what=what, body=sent, given=given or stands_at(state))
        },
    )


def step_either(*writes):
    """A step that belongs to different people where the case stands."""
    return Policy(
        fill=case,
        what="cases",
        writes={
            "POST": tuple(
                Write(
                    by=holding(what),
                    what=what,
                    body={"version": 1, "reason": "Keluarga belum siap"},
                    given=stands_at(state),
                )
                for what, state in writes
            )
        },
    )


def statement(world, desa):
    paper = SimpleUploadedFile("pernyataan.pdf", pdf("pernyataan"), "application/pdf")
    return {"file": paper, "signed_on": today()}


def corrected(world, desa):
    return {
        "on": COUNTED.ends_on.strftime("%d-%m-%Y"),
        "type": way("natural"),
        "reason": "Salah tanggal",
    }


def closed(world, desa):
    """The case of the desa is closed, so that the family has no open one."""
    if desa in world.cases:
        GraduationCase.objects.filter(pk=world.cases[desa].pk).update(state=State.CANCELLED)


def sent_case(world, desa):
    return new_case(world, desa) | {
        "household": household(world, desa)["pk"],
        "type": "local_eligibility",
        "state": "approved",
    }


def cases_of(world, person):
    """One open proposal a desa, of its first family."""
    return sum(1 for desa in DESA if may(person, "cases", desa))


def of_household(world, desa):
    return f"?household={household(world, desa)['pk']}"


def by_json(what, state, **said):
    """A step over REST; what the service chooses itself is sent as well, and overlooked."""

    def body(world, desa):
        more = {
            key: value(world, desa) if callable(value) else value for key, value in said.items()
        }
        return {"version": 1, "state": "confirmed", "by": 1, "household": 1} | more

    return Write(by=holding(what), what=what, body=body, json=True, given=stands_at(state))


def rest_step(*writes):
    return Policy(fill=case, what="cases", writes={"POST": writes})


CHOICES = (
    "?wilayah=99.02",
    "?wilayah=%00",
    "?jenis=natural",
    "?pendamping=1",
    "?pendamping=99999999999999999999",
    "?menunggu=1",
    "?kolom=closed",
)

POLICIES: dict[str, Policy] = {
    "graduation:board": Policy(opens=holding("cases"), queries=CHOICES),
    "graduation:cases": Policy(
        opens=holding("cases"),
        queries=(
            *CHOICES,
            "?keadaan=proposed",
            "?keadaan=closed",
            "?keadaan=x",
            "?setelah=WyJ4IiwieCJd",
            "?sebelum=omong-kosong",
        ),
    ),
    "graduation:export_cases": Policy(
        opens=holding("exports cases"),
        queries=("?wilayah=99.02", "?wilayah=%00", "?keadaan=x"),
        writes={
            "POST": Write(
                by=holding("exports cases"),
                body={"reason": "rapat kabupaten", "file_format": "csv"},
                what=ANYWHERE,
                changes=False,
            )
        },
    ),
    "graduation:case": Policy(opens=holding("cases"), fill=case, what="cases"),
    "graduation:propose_case": step("proposes", State.POTENTIAL),
    "graduation:visit_case": step("proposes", State.PROPOSED, visit_of),
    "graduation:verify_case": step("verifies", State.VISITED),
    "graduation:approve_case": step("approves", State.VERIFIED),
    "graduation:submit_case": step("submits", State.APPROVED, {"number": "1/PKH/2026"}),
    "graduation:confirm_case": step(
        "submits",
        State.SUBMITTED,
        lambda world, desa: {"on": today(), "document_number": "SK 1/2026"},
    ),
    "graduation:reject_case": step_either(
        ("verifies", State.VISITED), ("approves", State.VERIFIED)
    ),
    "graduation:cancel_case": step_either(("proposes", State.VISITED), ("submits", State.APPROVED)),
    "graduation:reactivate_case": step(
        "submits",
        State.CONFIRMED,
        lambda world, desa: {"on": today(), "reason": "Masih layak"},
        given=has_left,
    ),
    "graduation:attach_statement": Policy(
        fill=case,
        what="cases",
        writes={
            "POST": Write(by=holding("keeps statements"), what="keeps statements", body=statement)
        },
    ),
    "graduation:settle_flag": Policy(
        fill=flag,
        what="cases",
        writes={
            "POST": Write(by=holding("verifies"), what="verifies", body={"note": "Sudah diperiksa"})
        },
    ),
    "graduation:propose": Policy(
        opens=holding("proposes"),
        fill=household,
        what="proposes",
        writes={
            "POST": Write(by=holding("proposes"), what="proposes", body=new_case, given=closed)
        },
    ),
    "graduation:exits": Policy(
        opens=holding("cases"),
        queries=("?jenis=", "?jenis=natural", "?jenis=%00", "?wilayah=99.02", "?setelah=WzEsMl0"),
    ),
    "graduation:record_exit": Policy(
        opens=holding("submits"),
        fill=household,
        what="submits",
        writes={"POST": Write(by=holding("submits"), what="submits", body=new_exit, given=closed)},
    ),
    # What was counted in a quarter that is locked since: only a coordinator corrects it.
    "graduation:move_exit": Policy(
        opens=holding("submits"),
        fill=exit,
        what="submits",
        writes={
            "POST": Write(
                by=holding("corrects reports"),
                what="corrects reports",
                body=corrected,
                given=has_left_for_the_office,
            )
        },
    ),
    "graduation:withdraw_exit": Policy(
        opens=holding("submits"),
        fill=exit,
        what="submits",
        writes={
            "POST": Write(
                by=holding("corrects reports"),
                what="corrects reports",
                body={"reason": "Salah orang"},
                given=has_left_for_the_office,
            )
        },
    ),
    "api:v1:graduation-case-list": Policy(
        opens=holding("cases"),
        rows=cases_of,
        queries=(
            ("?state=proposed", {200}),
            ("?state=x", {400}),
            ("?type=natural", {200}),
            ("?type=%00", {400}),
            ("?village=99.02", {200}),
            ("?facilitator=1", {200}),
            ("?facilitator=x", {400}),
            ("?flagged=true", {200}),
            ("?flagged=mungkin", {400}),
            ("?ordering=moved_at", {200}),
            ("?ordering=-opened_at", {200}),
            ("?ordering=household__kk_number", {400}),
            ("?proposed_by=1", {400}),
            ("?cursor=omong-kosong", {400, 404}),
            (of_household, {200}),
        ),
        writes={
            "POST": Write(
                by=holding("proposes"), what="proposes", body=sent_case, json=True, given=closed
            )
        },
    ),
    "api:v1:graduation-case-detail": Policy(opens=holding("cases"), fill=case, what="cases"),
    "api:v1:graduation-case-propose": rest_step(by_json("proposes", State.POTENTIAL)),
    "api:v1:graduation-case-visit": rest_step(
        by_json("proposes", State.PROPOSED, visit=lambda world, desa: str(world.visits[desa].pk))
    ),
    "api:v1:graduation-case-verify": rest_step(by_json("verifies", State.VISITED)),
    "api:v1:graduation-case-approve": rest_step(by_json("approves", State.VERIFIED)),
    "api:v1:graduation-case-submit": rest_step(by_json("submits", State.APPROVED, number="1/2026")),
    "api:v1:graduation-case-confirm": rest_step(
        by_json(
            "submits",
            State.SUBMITTED,
            on=lambda world, desa: timezone.localdate().isoformat(),
            document_number="SK 1/2026",
        )
    ),
    "api:v1:graduation-case-reject": rest_step(
        by_json("verifies", State.VISITED, reason="Belum siap"),
        by_json("approves", State.VERIFIED, reason="Belum siap"),
    ),
    "api:v1:graduation-case-cancel": rest_step(
        by_json("proposes", State.VISITED, reason="Mundur"),
        by_json("submits", State.APPROVED, reason="Mundur"),
    ),
    "api:v1:graduation-case-reactivate": rest_step(
        Write(
            by=holding("submits"),
            what="submits",
            body=lambda world, desa: {
                "version": 1,
                "on": timezone.localdate().isoformat(),
                "reason": "Masih layak",
            },
            json=True,
            given=has_left,
        )
    ),
}
