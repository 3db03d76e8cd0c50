"""admin/: who looks at which kind of master data, and every query and action derived from it.

The table is written by hand. A model registered without a line here has no policies, so its
patterns are red; which queries and actions it has is read from its ModelAdmin.
"""

from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import ForeignKey

from accounts.models import ApiToken, Assignment
from beneficiaries.models import BenefitIndex, PeriodRule
from core.small_lists import SmallListAdmin
from documents.models import Letterhead, NumberPattern
from facilitators.models import (
    CommitmentRule,
    LearningModule,
    LearningTopic,
    PerformanceTarget,
    VisitRule,
    VisitSettings,
)
from graduation.models import ComponentEnd, ExitReason, ExitType, Question, Questionnaire
from meetings.models import EscalationRule, Facility, MeetingSettings
from tests.access.walk import ANYWHERE, NOBODY, Policy, Write
from tests.access.world import (
    ADMIN,
    ADMIN_SITE,
    AUDITOR,
    IDLE,
    OWN_DESA,
    STRANGER,
)

MISSING_PK = 987_654_321
SITE = frozenset(ADMIN_SITE)
LOOKS_AFTER = frozenset({ADMIN})
SENT_ON = frozenset({301, 302})
VISIT_NUMBERS = {
    "request_days": "7",
    "absence_days": "30",
    "late_days": "7",
    "edit_hours": "12",
    "clock_minutes": "5",
    "arrival_hours": "24",
    "distance_m": "750",
    "many_visits": "5",
    "many_minutes": "20",
    "sample_percent": "10",
}


def _commitment_rule(day):
    return {
        "component": "elderly",
        "valid_from": day,
        "visits_needed": "2",
        "months_needed": "1",
    }


def _last(model):
    return lambda world, desa: {"object_id": str(model.objects.order_by("pk").last().pk)}


def _user(world, desa):
    return {"object_id": str(world.users[STRANGER].pk)}


def _token(world, desa):
    return {"object_id": ApiToken.objects.get(user=world.users[IDLE]).pk}


def _event(world, desa):
    return {"object_id": str(world.events[desa].pk if desa else MISSING_PK)}


def _institution(world, desa):
    return {"object_id": str(world.institutions[desa[:8]].pk if desa else MISSING_PK)}


def _representative(world, desa):
    return {"object_id": str(world.representatives[desa[:8]].pk if desa else MISSING_PK)}


def _facility(world, desa):
    found = Facility.objects.get(area_id=desa[:8]) if desa else None
    return {"object_id": str(found.pk if found else MISSING_PK)}


def _changed_institution(world, desa):
    return {"name": "Bank", "short_name": "Bank", "kind": "partner", "area": desa[:8]} | NO_PEOPLE


def _changed_representative(world, desa):
    return {"institution": world.institutions[desa[:8]].pk, "name": "Budi", "active": "on"}


NO_PEOPLE = {
    "representatives-TOTAL_FORMS": "0",
    "representatives-INITIAL_FORMS": "0",
    "representatives-MIN_NUM_FORMS": "0",
    "representatives-MAX_NUM_FORMS": "1000",
}
MEETING_NUMBERS = {
    "opens_minutes": "30",
    "late_minutes": "10",
    "hall_seconds": "60",
    "due_days": "2",
    "ahead_days": "1",
}


def _job(world, desa):
    return {"object_id": str(world.jobs[desa[:5]].pk if desa else MISSING_PK)}


# Fields that make an account mighty: the form does not know them and must not learn.
MIGHTY = {"is_superuser": "on", "is_staff": "on", "is_active": "", "groups": "1", "password": "x"}


def _change_user(world, desa):
    return {"full_name": "NAMA BARU", "email": "", "new_password": ""} | MIGHTY


def _might_of_user(world, desa):
    user = world.users[STRANGER]
    fields = ("username", "is_superuser", "is_staff", "is_active", "password", "last_login")
    return list(type(user).objects.filter(pk=user.pk).values(*fields))


def _new_user(world, desa):
    return {
        "username": "orangbaru",
        "full_name": "ORANG BARU",
        "email": "",
        "new_password": "gunung-merbabu-3145",
    } | MIGHTY


def _new_assignment(world, desa):
    return {
        "user": world.users[IDLE].pk,
        "role": "data_operator",
        "area": "99.01",
        "starts_on": "2026-01-01",
        "ends_on": "",
        "given_by": world.users[IDLE].pk,
    }


def _new_rule(world, desa):
    return {
        "kind": "component",
        "component": "primary",
        "amount_year": "900000",
        "valid_from": "2027-01-01",
        "max_components": "4",
        "payments_a_year": "4",
    }


NEW_MODULE = {
    "code": "baru",
    "name": "Modul baru",
    "siks_topic": "health",
    "position": "9",
    "valid_from": "01-01-2027",
}
NEW_TARGET = {
    "number": "2",
    "name": "Pelaksanaan P2K2",
    "unit": "number",
    "target": "100",
    "sources": ["session"],
    "valid_from": "01-01-2027",
}


NEW_QUESTIONNAIRE = {
    "name": "Kesiapan baru",
    "version": "3",
    "threshold_percent": "65",
    "valid_from": "01-01-2027",
    "published_at": "2020-01-01",
    "questions-TOTAL_FORMS": "0",
    "questions-INITIAL_FORMS": "0",
}
NEW_END = {
    "component": "senior",
    "ends": "school",
    "number": "19",
    "latest_age": "22",
    "valid_from": "01-01-2027",
}
CHANGED_QUESTION = {
    "questionnaire": "1",
    "group": "will",
    "code": "siap",
    "text": "SIAP KELUAR",
    "weight": "20",
    "order": "1",
    "choices-TOTAL_FORMS": "0",
    "choices-INITIAL_FORMS": "0",
}


def _new_topic(world, desa):
    return {
        "module": str(world.topic.module_id),
        "number": "99",
        "name": "Topik baru",
        "valid_from": "01-01-2027",
    }


NEW_WAY = {
    "code": "cara-baru",
    "name": "Cara baru",
    "headline": "",
    "order": "99",
    "valid_from": "01-01-2027",
}


def _new_reason(world, desa):
    way = ExitType.objects.get(code="natural").pk
    return {"type": str(way), "code": "alasan-baru", "name": "Alasan baru"}


def _buckets(world, desa):
    """Where a way that exists is counted."""
    known = ExitType.objects.exclude(code=NEW_WAY["code"]).order_by("pk")
    return list(known.values_list("code", "headline"))


# label -> who may view, add, change; a record; bodies; `what` and `places` when rows lie somewhere
MODELS = {
    "accounts.user": {
        "view": SITE,
        "add": LOOKS_AFTER,
        "change": LOOKS_AFTER,
        "record": _user,
        "add_body": _new_user,
        "change_body": _change_user,
        "keeps": _might_of_user,
    },
    "accounts.assignment": {
        "view": SITE,
        "add": LOOKS_AFTER,
        "change": LOOKS_AFTER,
        "record": _last(Assignment),
        "add_body": _new_assignment,
        "change_body": {"ends_on": "2027-12-31", "role": "admin", "user": "1", "area": "99"},
    },
    "accounts.apitoken": {"view": LOOKS_AFTER, "record": _token},
    "accounts.auditevent": {"view": {AUDITOR}, "record": _event, "what": "audit"},
    "areas.area": {
        "view": SITE,
        "add": LOOKS_AFTER,
        "change": LOOKS_AFTER,
        "record": lambda world, desa: {"object_id": OWN_DESA},
        "add_body": {"code": "99.01.01.2009", "name": "DESA BARU"},
        "change_body": {"name": "NAMA BARU", "code": "99.02.01.2001"},
    },
    "beneficiaries.benefitindex": {
        "view": SITE,
        "add": LOOKS_AFTER,
        "change": LOOKS_AFTER,
        "record": _last(BenefitIndex),
        "add_body": _new_rule,
        "change_body": _new_rule,
    },
    "beneficiaries.periodrule": {
        "view": SITE,
        "add": LOOKS_AFTER,
        "change": LOOKS_AFTER,
        "record": _last(PeriodRule),
        "add_body": _new_rule,
        "change_body": _new_rule,
    },
    "documents.letterhead": {
        "view": SITE,
        "add": LOOKS_AFTER,
        "change": LOOKS_AFTER,
        "record": _last(Letterhead),
        "add_body": {"area": "99.02", "city": "Uji", "paper": "A4"},
        "change_body": {"area": "99.01", "city": "Uji", "paper": "F4"},
    },
    "documents.numberpattern": {
        "view": SITE,
        "add": LOOKS_AFTER,
        "change": LOOKS_AFTER,
        "record": _last(NumberPattern),
        "add_body": {
            "kind": "uji",
            "name": "Surat uji",
            "pattern": "{nomor:03d}/{tahun}",
            "yearly": "on",
        },
        "change_body": {
            "kind": "graduasi-keputusan",
            "name": "Surat uji",
            "pattern": "{nomor}/{romawi}/{tahun}",
            "yearly": "on",
        },
    },
    "facilitators.caseloadsettings": {
        "view": SITE,
        "change": LOOKS_AFTER,
        "record": lambda world, desa: {"object_id": "1"},
        "change_body": {"few_below": "100", "many_above": "300", "maximum": "400"},
    },
    "facilitators.visitrule": {
        "view": SITE,
        "add": LOOKS_AFTER,
        "change": LOOKS_AFTER,
        "record": _last(VisitRule),
        "add_body": {"purpose": "complaint", "days": "30", "valid_from": "01-01-2027"},
        "change_body": {"purpose": "complaint", "days": "30", "valid_from": "01-01-2027"},
    },
    "facilitators.visitsettings": {
        "view": SITE,
        "add": LOOKS_AFTER,
        "change": LOOKS_AFTER,
        "record": _last(VisitSettings),
        "add_body": VISIT_NUMBERS | {"valid_from": "01-01-2027"},
        "change_body": VISIT_NUMBERS | {"valid_from": "01-01-2025", "distance_m": "500"},
    },
    "facilitators.commitmentrule": {
        "view": SITE,
        "add": LOOKS_AFTER,
        "change": LOOKS_AFTER,
        "record": _last(CommitmentRule),
        "add_body": _commitment_rule("01-01-2027"),
        "change_body": _commitment_rule("01-01-2028"),
    },
    "facilitators.commitmentsettings": {
        "view": SITE,
        "change": LOOKS_AFTER,
        "record": lambda world, desa: {"object_id": "1"},
        "change_body": {"office": "Dinas Sosial Uji", "place": "Uji"},
    },
    "facilitators.learningmodule": {
        "view": SITE,
        "add": LOOKS_AFTER,
        "change": LOOKS_AFTER,
        "record": _last(LearningModule),
        "add_body": NEW_MODULE,
        "change_body": NEW_MODULE,
    },
    "facilitators.learningtopic": {
        "view": SITE,
        "add": LOOKS_AFTER,
        "change": LOOKS_AFTER,
        "record": _last(LearningTopic),
        "add_body": _new_topic,
        "change_body": _new_topic,
    },
    "facilitators.performancetarget": {
        "view": SITE,
        "add": LOOKS_AFTER,
        "change": LOOKS_AFTER,
        "record": _last(PerformanceTarget),
        "add_body": NEW_TARGET,
        "change_body": NEW_TARGET,
    },
    "graduation.exittype": {
        "view": SITE,
        "add": LOOKS_AFTER,
        "change": LOOKS_AFTER,
        "record": _last(ExitType),
        "add_body": NEW_WAY,
        "change_body": NEW_WAY | {"name": "Nama lain", "headline": "natural"},
        "keeps": _buckets,
    },
    "graduation.exitreason": {
        "view": SITE,
        "add": LOOKS_AFTER,
        "change": LOOKS_AFTER,
        "record": _last(ExitReason),
        "add_body": _new_reason,
        "change_body": {"name": "Alasan lain", "code": "lain"},
    },
    "graduation.questionnaire": {
        "view": SITE,
        "add": LOOKS_AFTER,
        "change": LOOKS_AFTER,
        "record": _last(Questionnaire),
        "add_body": NEW_QUESTIONNAIRE,
        "change_body": NEW_QUESTIONNAIRE | {"version": "2"},
    },
    "graduation.question": {
        "view": SITE,
        "change": LOOKS_AFTER,
        "record": _last(Question),
        "change_body": CHANGED_QUESTION,
    },
    "graduation.componentend": {
        "view": SITE,
        "add": LOOKS_AFTER,
        "change": LOOKS_AFTER,
        "record": _last(ComponentEnd),
        "add_body": NEW_END,
        "change_body": NEW_END | {"component": "junior"},
    },
    "meetings.institution": {
        "view": SITE,
        "add": LOOKS_AFTER,
        "change": LOOKS_AFTER,
        "record": _institution,
        "what": "institutions",
        "add_body": {"name": "Bank", "short_name": "B", "kind": "partner", "area": "99.01"}
        | NO_PEOPLE,
        "change_body": _changed_institution,
    },
    "meetings.representative": {
        "view": SITE,
        "add": LOOKS_AFTER,
        "change": LOOKS_AFTER,
        "record": _representative,
        "what": "institutions",
        "add_body": lambda world, desa: _changed_representative(world, OWN_DESA),
        "change_body": _changed_representative,
    },
    "meetings.facility": {
        "view": SITE,
        "add": LOOKS_AFTER,
        "change": LOOKS_AFTER,
        "record": _facility,
        "what": "institutions",
        "add_body": {
            "area": "99.01.01",
            "kind": "equipment",
            "status": "none",
            "as_of": "01-01-2026",
        },
        "change_body": lambda world, desa: {
            "area": desa[:8],
            "kind": "room",
            "status": "none",
            "as_of": "01-01-2026",
        },
    },
    "meetings.meetingsettings": {
        "view": SITE,
        "add": LOOKS_AFTER,
        "change": LOOKS_AFTER,
        "record": _last(MeetingSettings),
        "add_body": MEETING_NUMBERS | {"valid_from": "01-01-2027"},
        "change_body": MEETING_NUMBERS | {"valid_from": "01-01-2028"},
    },
    "meetings.escalationrule": {
        "view": SITE,
        "add": LOOKS_AFTER,
        "change": LOOKS_AFTER,
        "record": _last(EscalationRule),
        "add_body": {"step": "4", "days": "30", "to": "head", "valid_from": "01-01-2026"},
        "change_body": {"step": "3", "days": "30", "to": "head", "valid_from": "01-01-2026"},
    },
    "dtks.matchingsettings": {
        "view": SITE,
        "change": LOOKS_AFTER,
        "record": lambda world, desa: {"object_id": "1"},
        "change_body": {"lower": "0.2", "upper": "0.8"},
    },
    "jobs.job": {"view": SITE, "record": _job, "what": "work"},
}


def _listing_queries(model_admin):
    """Search, order, page, popup, facets, every filter; and lookups nobody offered."""
    yield from ("?q=KNR9902012001", "?q=%00", "?o=1.-2", "?o=99", "?p=2", "?p=99999", "?all=")
    yield from ("?_popup=1", "?_to_field=id&_popup=1", "?_to_field=password&_popup=1")
    yield "?_facets=True"
    for spec in model_admin.list_filter:
        yield f"?{spec}__exact=1"
        yield f"?{spec}__isnull=False"
    yield from (
        ("?requested_by__password__startswith=a", {302, 400}),
        ("?user__password__startswith=a", {302, 400}),
        ("?household__desa__code__startswith=99", {302, 400}),
    )


def _autocompletes(pattern, world):
    """Every foreign key of every registered model, with and without a term."""
    for model in admin.site._registry:
        for field in model._meta.get_fields():
            if isinstance(field, ForeignKey):
                asked = (
                    f"?app_label={model._meta.app_label}&model_name={model._meta.model_name}"
                    f"&field_name={field.name}"
                )
                yield f"{asked}&term="
                yield f"{asked}&term=KNR"
    for name in ("beneficiaries&model_name=member", "dtks&model_name=decision"):
        yield f"?app_label={name}&field_name=household&term="


def _sheet(world, desa):
    return {"file": SimpleUploadedFile("daftar.csv", b"Nama\nBank\n")}


def _action(name, record, **extra):
    def body(world, desa):
        chosen = record(world, desa)["object_id"]
        return {"action": name, "_selected_action": [chosen], "index": "0"} | extra

    return body


def _pages_of(model, rule):
    label = f"{model._meta.app_label}_{model._meta.model_name}"
    model_admin = admin.site._registry[model]
    place = {"record": "what" in rule, "what": rule.get("what", "people")}
    view, record = frozenset(rule["view"]), rule["record"]
    add, change = rule.get("add", NOBODY), rule.get("change", NOBODY)
    keeps = rule.get("keeps")
    actions = tuple(
        Write(
            by=LOOKS_AFTER,
            body=_action(name, record),
            what=ANYWHERE,
            changes=name != "reopen_accounts",
        )
        for name in (model_admin.actions or ())
    )
    never = tuple(
        Write(by=NOBODY, body=_action(name, record, select_across="1", post="yes"), changes=False)
        for name in ("delete_selected", "no_such_action")
    )
    yield (
        f"admin:{label}_changelist",
        Policy(
            opens=view,
            queries=tuple(_listing_queries(model_admin)),
            writes={"POST": (*actions, *never)},
        ),
    )
    yield (
        f"admin:{label}_add",
        Policy(
            opens=add,
            queries=("?_popup=1", "?_to_field=id", "?full_name=KNR", "?user=1"),
            writes={"POST": Write(by=add, body=rule.get("add_body"), what=ANYWHERE)},
        ),
    )
    yield (
        f"admin:{label}_change",
        Policy(
            opens=view,
            fill=record,
            **place,
            queries=("?_popup=1", "?_to_field=id"),
            writes={
                "POST": Write(by=change, body=rule.get("change_body"), what=ANYWHERE, keeps=keeps)
            },
        ),
    )
    yield f"admin:{label}_history", Policy(opens=view, fill=record, **place)
    yield (
        f"admin:{label}_delete",
        Policy(fill=record, **place, writes={"POST": Write(by=NOBODY, body={"post": "yes"})}),
    )
    if isinstance(model_admin, SmallListAdmin):
        yield f"admin:{label}_take_out", Policy(opens=view)
        yield (
            f"admin:{label}_fill",
            Policy(
                opens=add & change,
                writes={"POST": Write(by=add & change, body=_sheet, changes=False)},
            ),
        )
    route = f"admin/{model._meta.app_label}/{model._meta.model_name}/<path:object_id>/"
    yield route, Policy(opens=SITE, fill=record, record=False, answers=SENT_ON)


ADMIN_PAGES = {
    "admin:index": Policy(opens=SITE),
    "admin:login": Policy(opens=SITE, answers=SENT_ON),
    "admin:logout": Policy(opens=SITE, answers=SENT_ON),
    "admin:password_change": Policy(opens=SITE, answers=SENT_ON),
    "admin:password_change_done": Policy(opens=SITE),
    "admin:jsi18n": Policy(opens=SITE),
    "admin:autocomplete": Policy(opens=SITE, answers=frozenset({200, 403}), queries=_autocompletes),
    "admin:app_list": Policy(
        opens=SITE, fill=lambda world, desa: {"app_label": "accounts"}, record=False
    ),
    "admin/(?P<url>.*)$": Policy(fill=lambda world, desa: {"url": "tidak/ada"}, record=False),
} | {
    key: policy
    for model in admin.site._registry
    if model._meta.label_lower in MODELS
    for key, policy in _pages_of(model, MODELS[model._meta.label_lower])
}
