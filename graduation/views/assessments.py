"""Judging a family in its home or at a desk, and what came out, line by line."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Refused
from graduation.forms.assessments import AssessmentForm
from graduation.models import Assessment, GraduationCase
from graduation.models.querysets import VIEW_CASE
from graduation.queries.assessments import explained, questionnaire_on
from graduation.services.assessments import assess_case

PROPOSE = "graduation.propose_graduationcase"


@permission_required(PROPOSE, raise_exception=True)
def assess(request, pk):
    """The form of the version that holds today. A form opened before a newer version was published
    is shown again, with what was answered already."""
    case = get_object_or_404(
        GraduationCase.objects.in_hands_of(request.user, PROPOSE).for_listing(), pk=pk
    )
    today = timezone.localdate()
    questionnaire = questionnaire_on(today)
    if questionnaire is None or not case.is_open:
        return render(request, "graduation/assess.html", {"case": case, "form": None})
    questions = list(questionnaire.questions.prefetch_related("choices"))
    form = AssessmentForm(
        request.POST or None,
        questionnaire=questionnaire,
        questions=questions,
    )
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["questionnaire"] != questionnaire.pk:
            form.add_error(
                None, _("A newer version of the questionnaire holds since. Look at it again.")
            )
            form.show_instead(questionnaire=questionnaire.pk)
        else:
            try:
                made = assess_case(
                    case=case,
                    questionnaire=questionnaire,
                    answers=form.answers(),
                    note=form.cleaned_data["catatan"],
                    id=form.cleaned_data["id"],
                    by=request.user,
                    at=timezone.now(),
                )
            except Refused as reason:
                form.add_error(None, str(reason))
                # Sent once more with other answers it is another judgement.
                form.show_instead(id=uuid.uuid4())
            else:
                messages.success(request, _("The assessment was saved."))
                return redirect("graduation:assessment", made.pk)
    return render(
        request,
        "graduation/assess.html",
        {"case": case, "form": form, "questionnaire": questionnaire},
        status=422 if request.method == "POST" else 200,
    )


@permission_required(VIEW_CASE, raise_exception=True)
def assessment(request, pk):
    found = get_object_or_404(
        Assessment.objects.visible_to(request.user).select_related(
            "questionnaire", "by", "case__type", "case__household__desa__parent"
        ),
        pk=pk,
    )
    case = found.case
    return render(
        request,
        "graduation/assessment.html",
        {
            "case": case,
            "explained": explained(found),
            "others": case.assessments.exclude(pk=found.pk).select_related("questionnaire"),
            "may_assess": case.is_open
            and GraduationCase.objects.in_hands_of(request.user, PROPOSE)
            .filter(pk=case.pk)
            .exists(),
        },
    )
