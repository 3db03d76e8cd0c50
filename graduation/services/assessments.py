"""A family is judged by one version of the questionnaire; a published version stays as it is."""

import datetime as dt
import uuid
from collections.abc import Mapping

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from beneficiaries.models import Household
from core.errors import Refused
from graduation.models import Assessment, Choice, GraduationCase, Question, Questionnaire
from graduation.queries.assessments import asked_of, questionnaire_on
from graduation.scoring import judge
from graduation.services.forecast import refresh_forecast

LONGEST_NOTE = 500


@transaction.atomic
def assess_case(
    *,
    case: GraduationCase,
    answers: Mapping[str, str],
    by,
    at: dt.datetime,
    questionnaire: Questionnaire | None = None,
    note: str = "",
    id: uuid.UUID | None = None,
) -> Assessment:
    """Judge the family of an open case; the newest version of the day unless one is named.

    `answers` maps codes of questions to codes of their answers; what is left out is unanswered.
    Judging again is another row. With an `id` it may run again: the same content by the same
    person answers the assessment made before (`is_new` False). Refusals: `assessment_id_taken`,
    `case_closed`, `no_questionnaire`, `not_published`, `unknown_question`, `unknown_answer`.
    """
    Household.objects.select_for_update(of=("self",)).get(pk=case.household_id)
    case = GraduationCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    said = {code: answer for code, answer in answers.items() if answer}
    note = " ".join(note.split())[:LONGEST_NOTE]
    if id is not None and (earlier := Assessment.objects.filter(pk=id).first()) is not None:
        same = (
            earlier.case_id == case.pk
            and earlier.by_id == by.pk
            and earlier.answers == said
            and earlier.note == note
            and questionnaire in (None, earlier.questionnaire)
        )
        if not same:
            raise Refused(
                "assessment_id_taken",
                _("This assessment has already been saved with other content."),
            )
        earlier.is_new = False
        return earlier
    if not case.is_open:
        raise Refused("case_closed", _("This case is closed. A family is judged in an open case."))
    form = questionnaire or questionnaire_on(timezone.localdate(at))
    if form is None:
        raise Refused("no_questionnaire", _("No published questionnaire holds on this day."))
    if form.published_at is None:
        raise Refused("not_published", _("This questionnaire is a draft. Publish it first."))
    questions = list(form.questions.prefetch_related("choices"))
    _refuse_unknown(questions, said)
    judgement = judge(asked_of(questions, said), form.threshold_percent)
    made = Assessment.objects.create(
        id=id or uuid.uuid4(),
        case=case,
        questionnaire=form,
        answers=said,
        score_percent=judgement.score_percent,
        satisfied=judgement.satisfied,
        note=note,
        by=by,
        at=at,
    )
    audit.record(
        "case.assessed",
        target=made,
        by=by,
        at=at,
        case=str(case.pk),
        questionnaire=form.version,
        satisfied=made.satisfied,
    )
    refresh_forecast(at=at, household=case.household)
    made.is_new = True
    return made


def _refuse_unknown(questions, said):
    known = {question.code: question for question in questions}
    for code, answer in said.items():
        if code not in known:
            raise Refused(
                "unknown_question",
                _("This questionnaire has no question %(code)s.") % {"code": code[:30]},
                fields={code: _("unknown")},
            )
        if answer not in {choice.code for choice in known[code].choices.all()}:
            raise Refused(
                "unknown_answer",
                _("%(question)s: the answer %(code)s does not exist.")
                % {"question": known[code].text, "code": answer[:30]},
                fields={code: _("choose one of the answers")},
            )


@transaction.atomic
def publish_questionnaire(*, questionnaire: Questionnaire, by, at: dt.datetime) -> Questionnaire:
    """From now on cases are judged by it and nobody changes it. Refusals: `published`, and
    `incomplete` for a form by which nobody could ever be satisfied."""
    form = Questionnaire.objects.select_for_update().get(pk=questionnaire.pk)
    if form.published_at is not None:
        raise Refused("published", _("This questionnaire has been published already."))
    questions = list(form.questions.prefetch_related("choices"))
    if not sum(question.weight for question in questions):
        raise Refused("incomplete", _("A questionnaire needs questions with weights."))
    for question in questions:
        best = max((choice.percent for choice in question.choices.all()), default=None)
        if best is None or (question.required and not best):
            raise Refused(
                "incomplete",
                _("%(question)s: no answer of it can satisfy.") % {"question": question.text},
            )
    form.published_at = at
    form.save(update_fields=["published_at"])
    audit.record("questionnaire.published", target=form, by=by, at=at, version=form.version)
    return form


@transaction.atomic
def copy_questionnaire(*, questionnaire: Questionnaire, by, at: dt.datetime) -> Questionnaire:
    """A draft of the next version with the same questions, to be changed before it is published."""
    # Two copies at once must not ask for the same number.
    list(Questionnaire.objects.select_for_update().order_by("pk").values_list("pk"))
    newest = Questionnaire.objects.aggregate(newest=Max("version"))["newest"]
    draft = Questionnaire.objects.create(
        name=questionnaire.name,
        version=newest + 1,
        threshold_percent=questionnaire.threshold_percent,
        source=questionnaire.source,
        valid_from=timezone.localdate(at),
    )
    for question in questionnaire.questions.prefetch_related("choices"):
        copied = Question.objects.create(
            questionnaire=draft,
            code=question.code,
            group=question.group,
            text=question.text,
            weight=question.weight,
            required=question.required,
            order=question.order,
        )
        Choice.objects.bulk_create(
            Choice(
                question=copied,
                code=choice.code,
                text=choice.text,
                percent=choice.percent,
                order=choice.order,
            )
            for choice in question.choices.all()
        )
    audit.record("questionnaire.copied", target=draft, by=by, at=at, version=draft.version)
    return draft
