"""Graduation in the small world: one open proposal a desa, and an exit of every family that came
back since, so that counted exits tell the desa as families do."""

from django.apps import apps
from django.utils import timezone

from accounts.roles import Role
from beneficiaries.models import Household
from core.periods import Period
from documents.services import keep_document
from facilitators.models import Visit
from graduation.models import (
    Assessment,
    Candidate,
    CaseFlag,
    CaseStep,
    Choice,
    Exit,
    ExitEntry,
    ExitType,
    GraduationCase,
    GraduationTarget,
    KeptSupport,
    Monitoring,
    QuarterCorrection,
    Question,
    Questionnaire,
    ReportQuarter,
    State,
)
from tests.factories.files import pdf
from tests.factories.graduation import component_ends, first_types

READERS = {
    Role.SUBDISTRICT_LEAD.value,
    Role.DISTRICT_COORDINATOR.value,
    Role.DATA_OPERATOR.value,
    Role.HEAD.value,
    Role.DIVISION_HEAD.value,
    Role.AUDITOR.value,
}
SEES = {
    "cases": READERS | {Role.FACILITATOR.value},
    "proposes": {
        Role.FACILITATOR.value,
        Role.SUBDISTRICT_LEAD.value,
        Role.DISTRICT_COORDINATOR.value,
    },
    "verifies": {Role.SUBDISTRICT_LEAD.value, Role.DISTRICT_COORDINATOR.value},
    "approves": {Role.HEAD.value, Role.DIVISION_HEAD.value},
    "submits": {Role.DISTRICT_COORDINATOR.value, Role.DATA_OPERATOR.value},
    "keeps statements": {
        Role.FACILITATOR.value,
        Role.SUBDISTRICT_LEAD.value,
        Role.DISTRICT_COORDINATOR.value,
        Role.DATA_OPERATOR.value,
    },
    "draws lists": {
        Role.SUBDISTRICT_LEAD.value,
        Role.DISTRICT_COORDINATOR.value,
        Role.DATA_OPERATOR.value,
        Role.HEAD.value,
        Role.DIVISION_HEAD.value,
    },
    "numbers decrees": {
        Role.DISTRICT_COORDINATOR.value,
        Role.DATA_OPERATOR.value,
        Role.HEAD.value,
        Role.DIVISION_HEAD.value,
    },
    "cares after exits": {
        Role.FACILITATOR.value,
        Role.SUBDISTRICT_LEAD.value,
        Role.DISTRICT_COORDINATOR.value,
        Role.DATA_OPERATOR.value,
    },
    "exports cases": {
        Role.SUBDISTRICT_LEAD.value,
        Role.DISTRICT_COORDINATOR.value,
        Role.DATA_OPERATOR.value,
        Role.AUDITOR.value,
    },
    "graduation reports": READERS,
    "sets targets": {
        Role.DISTRICT_COORDINATOR.value,
        Role.HEAD.value,
        Role.DIVISION_HEAD.value,
    },
    "locks reports": {
        Role.DISTRICT_COORDINATOR.value,
        Role.HEAD.value,
        Role.DIVISION_HEAD.value,
    },
    "corrects reports": {Role.DISTRICT_COORDINATOR.value},
}
KINDS = {
    "LANGKAHKASUS": "cases",
    "CATATANNILAI": "cases",
    "CATATANTANDA": "cases",
    "KEMBALI": "cases",
    "NOMORSK": "cases",
    "PANTAUAN": "cases",
    "BANTUANLAIN": "cases",
    "KOREKSILAPORAN": "graduation reports",
    "ALASANTARGET": "graduation reports",
}
LAST = Period.of(timezone.localdate()).previous()
COUNTED = LAST.previous()  # locked
_CASE_HOME = (
    "SELECT desa_id FROM beneficiaries_household h"
    " JOIN graduation_graduationcase c ON c.household_id = h.id WHERE c.id = "
)
_EXIT_HOME = "SELECT desa_id FROM graduation_exit e WHERE e.id = "
WHERE_IT_LIES = {
    **dict.fromkeys(
        (
            "graduation_exittype",
            "graduation_exitreason",
            "graduation_questionnaire",
            "graduation_question",
            "graduation_choice",
            "graduation_componentend",
        ),
        "'99'",
    ),
    "graduation_graduationcase": (
        "(SELECT desa_id FROM beneficiaries_household h WHERE h.id = t.household_id)"
    ),
    "graduation_casestep": f"({_CASE_HOME} t.case_id)",
    "graduation_caseflag": (
        "(SELECT desa_id FROM beneficiaries_household h WHERE h.id = t.household_id)"
    ),
    "graduation_candidate": (
        "(SELECT desa_id FROM beneficiaries_household h WHERE h.id = t.household_id)"
    ),
    "graduation_assessment": f"({_CASE_HOME} t.case_id)",
    "graduation_exit": "desa_id",
    "graduation_exitentry": "desa_id",
    "graduation_monitoring": f"({_EXIT_HOME} t.exit_id)",
    "graduation_keptsupport": f"({_EXIT_HOME} t.exit_id)",
    "graduation_reportquarter": "area_id",
    "graduation_quartercorrection": (
        "(SELECT area_id FROM graduation_reportquarter q WHERE q.id = t.quarter_id)"
    ),
    "graduation_graduationtarget": "area_id",
    "graduation_graduationtargetevent": "area_id",
}
DOCUMENT_HOME = f" WHEN 'graduation.graduationcase' THEN ({_CASE_HOME} t.owner_id::uuid)"


def add_graduation(world, *, desa_codes, kabupaten_codes, kecamatan_codes, canary, writer_of):
    first_types()
    component_ends()
    now, today = timezone.now(), timezone.localdate()
    kind = ExitType.objects.get(code="local_eligibility")
    natural = ExitType.objects.get(code="natural")
    form = Questionnaire.objects.get(version=1)
    draft = Questionnaire.objects.create(
        name="RANCANGAN", version=2, threshold_percent=60, valid_from=today
    )
    asked = Question.objects.create(
        questionnaire=draft, code="siap", group="will", text="SIAP", weight=10
    )
    Choice.objects.create(question=asked, code="ya", text="YA", percent=100)
    counted_on = COUNTED.starts_on
    quarters = {
        code: ReportQuarter.objects.create(area_id=code, year=COUNTED.year, quarter=COUNTED.stage)
        for code in kabupaten_codes
    }
    for desa in desa_codes:
        writer, families = writer_of(world, desa), world.households[desa]
        left = Exit.objects.bulk_create(
            Exit(
                household=family,
                type=natural,
                on=counted_on,
                basis="office",
                document_number=canary(desa, "NOMORSK"),
                desa_id=desa,
                facilitator=world.caseload[desa][0].facilitator,
                recorded_by=writer,
                recorded_at=now,
                reentered_on=LAST.starts_on,
                reentry_note=canary(desa, "KEMBALI"),
            )
            for family in families
        )
        ExitEntry.objects.bulk_create(
            ExitEntry(
                exit=one,
                year=COUNTED.year,
                quarter=COUNTED.stage,
                type=natural,
                desa_id=desa,
                facilitator=one.facilitator,
                sign=1,
                at=now,
            )
            for one in left
        )
        Candidate.objects.bulk_create(
            Candidate(
                household=family,
                ends_on=today,
                year=today.year,
                quarter=Period.of(today).stage,
                member=family.members.first(),
                component="senior",
                ready_by="will",
                computed_at=now,
            )
            for family in families
        )
        world.exits[desa] = left[0]
        world.monitorings[desa] = Monitoring.objects.create(exit=left[0], month=3, due_on=today)
        Monitoring.objects.create(
            exit=left[0],
            month=6,
            due_on=today,
            done_on=today,
            condition="same",
            note=canary(desa, "PANTAUAN"),
            by=writer,
            recorded_at=now,
        )
        KeptSupport.objects.create(
            exit=left[0],
            programme=canary(desa, "BANTUANLAIN"),
            recorded_by=writer,
            recorded_at=now,
        )
        world.cases[desa] = case = GraduationCase.objects.create(
            household=families[0],
            type=kind,
            state=State.PROPOSED,
            opened_at=now,
            moved_at=now,
            opened_in_id=desa,
            proposed_by=writer,
        )
        for earlier, state in (("", State.POTENTIAL), (State.POTENTIAL, State.PROPOSED)):
            CaseStep.objects.create(
                case=case,
                earlier=earlier,
                state=state,
                on=today,
                reason=canary(desa, "LANGKAHKASUS"),
                by=writer,
                at=now,
            )
        Assessment.objects.create(
            case=case,
            questionnaire=form,
            answers={},
            score_percent=10,
            satisfied=False,
            note=canary(desa, "CATATANNILAI"),
            by=writer,
            at=now,
        )
        world.flags[desa] = CaseFlag.objects.create(
            household=families[0], exit=left[0], kind="reappeared", about="uji", raised_at=now
        )
        CaseFlag.objects.create(
            household=families[0],
            case=case,
            kind="moved",
            about="uji",
            raised_at=now,
            settled_at=now,
            settled_by=writer,
            note=canary(desa, "CATATANTANDA"),
        )
        keep_document(
            owner=case,
            file=pdf(canary(desa, "DOKUMEN")),
            name=canary(desa, "DOKUMEN"),
            kind="scan",
            by=writer,
            at=now,
        )
    for code in (*kabupaten_codes, *kecamatan_codes):
        world.targets[code] = GraduationTarget.objects.create(
            year=today.year,
            type=kind,
            area_id=code,
            number=100,
            base_families=255,
            base_period="2026-4",
            reason=canary(code, "ALASANTARGET"),
            set_by=writer_of(world, code),
            set_at=now,
        )
        GraduationTarget.objects.filter(pk=world.targets[code].pk).update(number=101)
    for code, quarter in quarters.items():
        quarter.locked_at, quarter.locked_by = now, writer_of(world, code)
        quarter.save()
        world.quarters[code] = quarter
        QuarterCorrection.objects.create(
            quarter=quarter,
            reason=canary(code, "KOREKSILAPORAN"),
            by=writer_of(world, code),
            at=now,
        )


# --- what must be true before a step is tried; done inside what is rolled back


def stands_at(state):
    """The case of the desa stands at that state, with the people who brought it there."""
    order = [State.PROPOSED, State.VISITED, State.VERIFIED, State.APPROVED, State.SUBMITTED]

    def given(world, desa):
        case = world.cases.get(desa)
        if case is None:
            return
        upto = order.index(state) if state in order else len(order)
        verifier, approver = (
            apps.get_model("accounts", "User").objects.get(username=name)
            for name in ("former", "idle")
        )
        values = {
            "state": state,
            "visit": Visit.objects.filter(household=case.household_id).first()
            if upto >= 1
            else None,
            "verified_by": verifier if upto >= 2 else None,
            "approved_by": approver if upto >= 3 else None,
            "approved_on": COUNTED.ends_on if upto >= 3 else None,
            "submitted_on": COUNTED.ends_on if upto >= 4 else None,
        }
        if state == State.POTENTIAL:
            values = {"state": state, "proposed_by": None}
        GraduationCase.objects.filter(pk=case.pk).update(**values)

    return given


def has_left(world, desa):
    """The family of the desa's exit is out today, as a graduation of its case."""
    if desa not in world.exits:
        return
    left = world.exits[desa]
    stands_at(State.SUBMITTED)(world, desa)
    GraduationCase.objects.filter(pk=world.cases[desa].pk).update(state=State.CONFIRMED)
    Exit.objects.filter(pk=left.pk).update(
        reentered_on=None, reentry_note="", case=world.cases[desa]
    )
    Household.objects.filter(pk=left.household_id).update(status="exited", exited_on=left.on)


def has_no_case(world, desa):
    """The open case of the desa has been given up, so its family may have another."""
    if desa in world.cases:
        GraduationCase.objects.filter(pk=world.cases[desa].pk).update(state=State.CANCELLED)


def has_left_for_the_office(world, desa):
    """As `has_left`, but an administrative exit without a case."""
    if desa not in world.exits:
        return
    left = world.exits[desa]
    Exit.objects.filter(pk=left.pk).update(reentered_on=None, reentry_note="")
    Household.objects.filter(pk=left.household_id).update(status="exited", exited_on=left.on)
