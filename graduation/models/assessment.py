"""The questionnaire by which an office judges whether a family can stand alone.

No official instrument is public (domain.md 2.3), so every one of these is marked as local. A
published version does not change any more: a case keeps the one it was judged by.
"""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from graduation.models.cases import GraduationCase
from graduation.models.querysets import OfCaseQuerySet


class Questionnaire(models.Model):
    """One version. `threshold` is the share of all points, in percent, from which on a family is
    judged able to leave; exactly at the threshold is enough."""

    name = models.CharField(_("name"), max_length=120)
    version = models.PositiveSmallIntegerField(_("version"), unique=True)
    threshold_percent = models.DecimalField(
        _("threshold, percent of all points"), max_digits=5, decimal_places=2
    )
    source = models.CharField(_("source of the rule"), max_length=200, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    valid_from = models.DateField(_("valid from"))

    class Meta:
        verbose_name = _("questionnaire")
        verbose_name_plural = _("questionnaires")
        ordering = ["-version"]
        constraints = [
            models.CheckConstraint(
                name="questionnaire_threshold_is_a_share",
                condition=Q(threshold_percent__range=(0, 100)),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="published_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__published_at__isnull=False),
                func="RAISE EXCEPTION 'pgtrigger: a published questionnaire stays';",
            ),
        ]

    class Privacy:
        personal = set()
        ordinary = {
            "id",
            "name",
            "version",
            "threshold_percent",
            "source",
            "published_at",
            "valid_from",
        }

    def __str__(self):
        return f"{self.name} ({self.version})"


def _of_a_draft(path):
    """Nothing is added to, changed in or taken from a published version."""
    return pgtrigger.Trigger(
        name="published_stays",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF EXISTS (
                SELECT FROM graduation_questionnaire q
                WHERE q.published_at IS NOT NULL AND q.id IN ({path})
            ) THEN RAISE EXCEPTION 'pgtrigger: a published questionnaire stays';
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,
    )


class Question(models.Model):
    """One criterion. The answer brings its share of `weight`; a required one that nobody answered
    is not satisfied, and then the family is not, whatever its points."""

    class Group(models.TextChoices):
        ASSETS = "assets", _("Assets")
        HOUSE = "house", _("House")
        WORK = "work", _("Work")
        INCOME = "income", _("Income")
        HEALTH = "health", _("Health")
        EDUCATION = "education", _("Education")
        WILL = "will", _("Will to leave")

    questionnaire = models.ForeignKey(
        Questionnaire, models.CASCADE, related_name="questions", verbose_name=_("questionnaire")
    )
    code = models.SlugField(_("code"), max_length=30)
    group = models.CharField(_("group"), max_length=10, choices=Group)
    text = models.CharField(_("question"), max_length=200)
    weight = models.PositiveSmallIntegerField(_("weight"))
    required = models.BooleanField(_("required"), default=False)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["questionnaire", "code"], name="question_once_a_version"
            ),
        ]
        triggers = [_of_a_draft("NEW.questionnaire_id, OLD.questionnaire_id")]

    class Privacy:
        personal = set()
        ordinary = {
            "id",
            "questionnaire",
            "code",
            "group",
            "text",
            "weight",
            "required",
            "order",
        }

    def __str__(self):
        return self.text


class Choice(models.Model):
    """An answer one can give, worth 0 to 100 percent of the question's weight."""

    question = models.ForeignKey(
        Question, models.CASCADE, related_name="choices", verbose_name=_("question")
    )
    code = models.SlugField(_("code"), max_length=30)
    text = models.CharField(_("answer"), max_length=120)
    percent = models.PositiveSmallIntegerField(_("percent of the weight"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["question", "code"], name="choice_once_a_question"),
            models.CheckConstraint(
                name="choice_is_a_share_of_the_weight", condition=Q(percent__range=(0, 100))
            ),
        ]
        triggers = [
            _of_a_draft(
                "SELECT n.questionnaire_id FROM graduation_question n"
                " WHERE n.id IN (NEW.question_id, OLD.question_id)"
            )
        ]

    class Privacy:
        personal = set()
        ordinary = {"id", "question", "code", "text", "percent", "order"}

    def __str__(self):
        return self.text


class Assessment(models.Model):
    """A family judged by one version of the questionnaire; the newest of a case counts. Only
    added: judging again is another row.

    `answers` maps the code of a question to the code of its answer. `satisfied` needs the
    threshold reached and every required question answered with more than nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(
        GraduationCase,
        models.PROTECT,
        related_name="assessments",
        verbose_name=_("graduation case"),
    )
    questionnaire = models.ForeignKey(
        Questionnaire, models.PROTECT, related_name="+", verbose_name=_("questionnaire")
    )
    answers = models.JSONField(_("answers"), default=dict)
    score_percent = models.DecimalField(_("score, percent"), max_digits=5, decimal_places=2)
    satisfied = models.BooleanField(_("satisfied"))
    note = models.CharField(_("note"), max_length=500, blank=True)
    by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        default_permissions = ()
        ordering = ["-at", "pk"]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    class Privacy:
        personal = {"case", "answers", "score_percent", "satisfied", "note", "by"}
        ordinary = {"id", "questionnaire", "at"}

    def __str__(self):
        return f"{self.questionnaire} {self.score_percent}"
