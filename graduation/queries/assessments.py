"""Which questionnaire holds on a day, and an assessment explained by the version that judged it."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graduation.models import Assessment, Question, Questionnaire
from graduation.scoring import Asked, Judgement, Line, judge


def questionnaire_on(day: dt.date) -> Questionnaire | None:
    """The newest published version that holds on the day."""
    published = Questionnaire.objects.filter(published_at__isnull=False, valid_from__lte=day)
    return published.order_by("-version").first()


def asked_of(questions: Iterable[Question], answers: Mapping[str, str]) -> list[Asked]:
    """Questions (with their choices fetched) as scoring takes them."""
    return [
        Asked(
            question.code,
            question.weight,
            question.required,
            next(
                (
                    choice.percent
                    for choice in question.choices.all()
                    if choice.code == answers.get(question.code)
                ),
                None,
            ),
        )
        for question in questions
    ]


@dataclass(frozen=True)
class ExplainedLine:
    question: Question
    answer: str  # in words, empty when unanswered
    line: Line


@dataclass(frozen=True)
class Explained:
    """`groups` is [(label, [lines], share of the score)] in the order of the form."""

    assessment: Assessment
    judgement: Judgement
    groups: list[tuple[str, list[ExplainedLine], object]]
    missing: list[Question]


def explained(assessment: Assessment) -> Explained:
    """The score line by line, with the questions as they were when the family was judged."""
    questions = list(assessment.questionnaire.questions.prefetch_related("choices"))
    judgement = judge(
        asked_of(questions, assessment.answers), assessment.questionnaire.threshold_percent
    )
    groups: dict[str, list[ExplainedLine]] = {}
    for question, line in zip(questions, judgement.lines, strict=True):
        words = {choice.code: choice.text for choice in question.choices.all()}
        groups.setdefault(question.get_group_display(), []).append(
            ExplainedLine(question, words.get(assessment.answers.get(question.code, ""), ""), line)
        )
    return Explained(
        assessment,
        judgement,
        [(label, lines, sum(one.line.share for one in lines)) for label, lines in groups.items()],
        [
            question
            for question, line in zip(questions, judgement.lines, strict=True)
            if line.missing
        ],
    )
