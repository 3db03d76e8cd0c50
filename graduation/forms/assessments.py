"""The questionnaire as a form: one question a field, its answers to be tapped."""

import uuid

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class AssessmentForm(forms.Form):
    """`questions` with their choices fetched. No answer is compulsory: a family may not wish to
    say, and the judgement says what that means."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    questionnaire = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31)
    catatan = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data=None, *, questionnaire, questions):
        super().__init__(
            data, initial={"id": uuid.uuid4(), "questionnaire": questionnaire.pk, "catatan": ""}
        )
        self.questions = list(questions)
        for question in self.questions:
            self.fields[self._name(question)] = forms.ChoiceField(
                label=question.text,
                choices=[
                    *((choice.code, choice.text) for choice in question.choices.all()),
                    ("", _("Not answered")),
                ],
                required=False,
                initial="",
                widget=forms.RadioSelect,
            )

    @staticmethod
    def _name(question):
        return f"jawaban_{question.code}"

    def show_instead(self, **hidden):
        """Put other hidden values into the form that is shown again."""
        self.data = self.data.copy()
        for name, value in hidden.items():
            self.data[name] = str(value)

    def groups(self):
        """[(group, label, [(question, field)])] in the order of the questionnaire."""
        found: dict = {}
        for question in self.questions:
            key = (question.group, question.get_group_display())
            found.setdefault(key, []).append((question, self[self._name(question)]))
        return [(group, label, fields) for (group, label), fields in found.items()]

    def answers(self) -> dict[str, str]:
        return {
            question.code: self.cleaned_data[self._name(question)] for question in self.questions
        }
