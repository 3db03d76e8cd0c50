"""Families are judged by a version of the questionnaire that stays as it was."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.db import InternalError, transaction
from django.urls import reverse

from core.errors import Refused
from facilitators.models import CaseloadAssignment
from graduation.models import Assessment, Choice, Question, Questionnaire
from graduation.queries.assessments import explained, questionnaire_on
from graduation.services import (
    assess_case,
    cancel_case,
    copy_questionnaire,
    missing_for_approval,
    publish_questionnaire,
)
from tests.factories.beneficiaries import HouseholdFactory
from tests.factories.facilitators import FacilitatorFactory, entrust
from tests.factories.graduation import AT, case_of, first_types

pytestmark = pytest.mark.django_db
GOOD = {
    "vehicle": "more",
    "walls": "good",
    "power": "1300",
    "work": "steady",
    "business": "ya",
    "income": "above",
    "school": "ya",
    "ready": "ya",
}  # 8+8+6+12+10+16+8+10 = 78 of 100


@pytest.fixture
def case(sari):
    family = HouseholdFactory(desa__code="99.01.01.2001")
    entrust(FacilitatorFactory(user=sari), family)
    return case_of(family, by=sari, type="prosperous")


def refusal_of(act, **said) -> Refused:
    with pytest.raises(Refused) as refused:
        act(**said)
    return refused.value


def test_assess_case_keeps_the_score_and_the_version(case, sari):
    made = assess_case(case=case, answers=GOOD, by=sari, at=AT, note="di rumah")

    assert (made.score_percent, made.satisfied) == (Decimal("78.00"), True)
    assert (made.questionnaire.version, made.answers, made.by, made.at) == (1, GOOD, sari, AT)
    assert missing_for_approval(case) == ["kunjungan", "surat pernyataan bertanda tangan"]


def test_a_required_question_without_an_answer_is_not_satisfied(case, sari):
    answers = GOOD | {"ready": ""} | {"savings": "ya", "toilet": "ya", "insurance": "ya"}

    made = assess_case(case=case, answers=answers, by=sari, at=AT)

    assert made.score_percent == Decimal("86.00")
    assert made.satisfied is False
    assert "ready" not in made.answers
    assert [question.code for question in explained(made).missing] == ["ready"]


def test_the_newest_assessment_counts(case, sari):
    assess_case(case=case, answers=GOOD, by=sari, at=AT)

    assess_case(
        case=case, answers=GOOD | {"ready": "tidak"}, by=sari, at=AT + dt.timedelta(hours=1)
    )

    assert "penilaian yang terpenuhi" in missing_for_approval(case)
    assert case.assessments.count() == 2


@pytest.mark.parametrize(
    ("answers", "code", "field"),
    [
        ({"ready": "perhaps"}, "unknown_answer", "ready"),
        ({"boat": "ya"}, "unknown_question", "boat"),
    ],
)
def test_assess_case_refuses_by_name_what_the_version_does_not_ask(
    case, sari, answers, code, field
):
    refusal = refusal_of(assess_case, case=case, answers=answers, by=sari, at=AT)

    assert (refusal.code, list(refusal.fields)) == (code, [field])
    assert Assessment.objects.count() == 0


def test_assess_case_refuses_a_closed_case(case, sari):
    cancel_case(case=case, reason="keluarga mundur", by=sari, at=AT)

    assert refusal_of(assess_case, case=case, answers=GOOD, by=sari, at=AT).code == "case_closed"


def test_assess_case_may_run_again_with_the_same_id(case, sari, ratna):
    said = {"case": case, "answers": GOOD, "by": sari, "at": AT, "id": uuid.uuid4()}
    first = assess_case(**said)

    again = assess_case(**said)

    assert (again.pk, first.is_new, again.is_new) == (first.pk, True, False)
    for other in ({"answers": {}}, {"by": ratna}, {"note": "lain"}):
        assert refusal_of(assess_case, **said | other).code == "assessment_id_taken"
    assert Assessment.objects.count() == 1


def test_an_assessment_is_only_added(case, sari):
    made = assess_case(case=case, answers=GOOD, by=sari, at=AT)

    with pytest.raises(InternalError), transaction.atomic():
        Assessment.objects.filter(pk=made.pk).update(satisfied=False)


def test_an_old_case_keeps_the_version_it_was_judged_by(case, sari, administrator):
    old = assess_case(case=case, answers=GOOD, by=sari, at=AT)
    draft = copy_questionnaire(questionnaire=old.questionnaire, by=administrator, at=AT)
    Question.objects.filter(questionnaire=draft, code="ready").update(weight=200)
    Choice.objects.filter(question__questionnaire=draft, code="steady").update(percent=50)
    before = explained(old)

    new = publish_questionnaire(questionnaire=draft, by=administrator, at=AT)

    assert questionnaire_on(AT.date()) == new
    judged = assess_case(case=case, answers=GOOD, by=sari, at=AT)
    assert (judged.questionnaire.version, judged.score_percent) == (2, Decimal("90.34"))
    old.refresh_from_db()
    assert explained(old).judgement == before.judgement
    assert (old.questionnaire.version, old.score_percent) == (1, Decimal("78.00"))


def test_a_version_that_is_not_valid_yet_does_not_judge(case, sari, administrator):
    draft = copy_questionnaire(
        questionnaire=Questionnaire.objects.get(version=1), by=administrator, at=AT
    )
    Questionnaire.objects.filter(pk=draft.pk).update(valid_from=dt.date(2027, 1, 1))
    publish_questionnaire(questionnaire=draft, by=administrator, at=AT)

    assert questionnaire_on(dt.date(2026, 12, 31)).version == 1
    assert questionnaire_on(dt.date(2027, 1, 1)).version == 2


def test_publish_refuses_a_form_nobody_can_satisfy_and_publishing_twice(administrator, db):
    first_types()
    draft = copy_questionnaire(
        questionnaire=Questionnaire.objects.get(version=1), by=administrator, at=AT
    )
    Choice.objects.filter(question__questionnaire=draft, question__code="ready").delete()
    said = {"questionnaire": draft, "by": administrator, "at": AT}
    assert refusal_of(publish_questionnaire, **said).code == "incomplete"
    Question.objects.filter(questionnaire=draft, code="ready").delete()

    publish_questionnaire(**said)

    assert refusal_of(publish_questionnaire, **said).code == "published"
    with pytest.raises(InternalError), transaction.atomic():
        Question.objects.filter(questionnaire=draft).update(weight=1)


def test_a_draft_does_not_judge(case, sari, administrator):
    draft = copy_questionnaire(
        questionnaire=Questionnaire.objects.get(version=1), by=administrator, at=AT
    )

    refusal = refusal_of(assess_case, case=case, questionnaire=draft, answers=GOOD, by=sari, at=AT)

    assert refusal.code == "not_published"
    assert questionnaire_on(AT.date()).version == 1


# --- pages


def test_the_form_saves_and_the_result_explains_every_line(client, sari, case):
    client.force_login(sari)
    page = client.get(reverse("graduation:assess", args=[case.pk]))
    hidden = page.context["form"].initial
    assert "Instrumen lokal, bukan instrumen resmi" in page.content.decode()
    said = {f"jawaban_{code}": answer for code, answer in GOOD.items()}

    answer = client.post(
        reverse("graduation:assess", args=[case.pk]),
        {"id": hidden["id"], "questionnaire": hidden["questionnaire"], "catatan": "", **said},
    )

    made = Assessment.objects.get()
    assert answer.url == reverse("graduation:assessment", args=[made.pk])
    text = client.get(answer.url).content.decode()
    assert "Nilai 78,00 %" in text
    assert text.count("<tr>") == 1 + 12 + 1  # head, every question, the sum


def test_a_form_of_an_older_version_is_shown_again(client, sari, case, administrator):
    client.force_login(sari)
    address = reverse("graduation:assess", args=[case.pk])
    hidden = client.get(address).context["form"].initial
    draft = copy_questionnaire(
        questionnaire=Questionnaire.objects.get(version=1), by=administrator, at=AT
    )
    publish_questionnaire(questionnaire=draft, by=administrator, at=AT)

    answer = client.post(
        address,
        {
            "id": hidden["id"],
            "questionnaire": hidden["questionnaire"],
            "jawaban_ready": "ya",
        },
    )

    assert answer.status_code == 422
    assert f'name="questionnaire" value="{draft.pk}"' in answer.content.decode()
    assert Assessment.objects.count() == 0


def test_assess_hides_a_case_of_another_facilitator(client, budi, case):
    entrust(FacilitatorFactory(user=budi), HouseholdFactory(desa__code="99.01.01.2001"))
    client.force_login(budi)

    assert client.get(reverse("graduation:assess", args=[case.pk])).status_code == 404
    assert CaseloadAssignment.objects.count() == 2


def test_the_administrator_changes_drafts_and_publishes_them(client, administrator, db):
    first_types()
    first = Questionnaire.objects.get(version=1)
    client.force_login(administrator)
    listing = reverse("admin:graduation_questionnaire_changelist")
    client.post(listing, {"action": "copy", "_selected_action": [first.pk], "index": "0"})
    draft = Questionnaire.objects.get(version=2)

    published = client.get(reverse("admin:graduation_questionnaire_change", args=[first.pk]))
    editable = client.get(reverse("admin:graduation_questionnaire_change", args=[draft.pk]))

    assert 'name="_save"' not in published.content.decode()
    assert 'name="_save"' in editable.content.decode()
    client.post(listing, {"action": "publish", "_selected_action": [draft.pk], "index": "0"})
    draft.refresh_from_db()
    assert draft.published_at is not None
