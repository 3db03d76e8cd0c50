"""What people forget: floors, privacy, visibility, migrations, Indonesian words."""

import ast
import re
from pathlib import Path

import polib
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

from tests.msgids import FLOORS, ROOT, all_msgids, in_python, in_template, python_files

# Models about no person: areas, rules and settings. Everything else needs visible_to.
ABOUT_NOBODY = {
    "areas.Area",
    "areas.AreaShape",
    "beneficiaries.BenefitIndex",
    "beneficiaries.PeriodRule",
    "documents.Letterhead",
    "documents.NumberCounter",
    "documents.NumberPattern",
    "dtks.MatchingSettings",
    "facilitators.CaseloadSettings",
    "facilitators.CommitmentQuarter",
    "facilitators.CommitmentRule",
    "facilitators.CommitmentSettings",
    "facilitators.LearningModule",
    "facilitators.LearningTopic",
    "facilitators.PerformanceTarget",
    "facilitators.School",
    "facilitators.VisitRule",
    "facilitators.VisitSettings",
    "graduation.Choice",
    "graduation.ComponentEnd",
    "graduation.ExitReason",
    "graduation.ExitType",
    "graduation.Question",
    "graduation.Questionnaire",
    "graduation.ReportQuarter",
    "jobs.WorkerSign",
    "meetings.EscalationRule",
    "meetings.MeetingSettings",
}


def own_models():
    return [
        model
        for model in apps.get_models(include_auto_created=False)
        if model._meta.app_label in FLOORS
    ]


def by_name(model):
    return model._meta.label


def test_floors_have_their_entries():
    entries = """
        manage.py templates static locale tests docs requirements.txt docker-compose.yml Makefile
        pyproject.toml .env.example CHANGELOG.md LICENSE README.md .ci/run
    """.split()

    assert [entry for entry in entries if not (ROOT / entry).exists()] == []


@pytest.mark.parametrize("model", own_models(), ids=by_name)
def test_foreign_keys_point_to_the_same_floor_or_below(model):
    floor = FLOORS.index(model._meta.app_label)

    upward = [
        field.name
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignObject)
        and not field.auto_created
        and field.related_model._meta.app_label in FLOORS
        and FLOORS.index(field.related_model._meta.app_label) > floor
    ]

    assert upward == []


@pytest.mark.parametrize("model", own_models(), ids=by_name)
def test_every_field_is_declared_personal_or_ordinary(model):
    personal, ordinary = model.Privacy.personal, model.Privacy.ordinary
    fields = {
        field.name
        for field in model._meta.get_fields()
        if not field.auto_created
        and field.concrete
        and not isinstance(field, models.CompositePrimaryKey)
        and not field.many_to_many
    } | {
        field.name
        for field in model._meta.fields
        if field.auto_created and not isinstance(field, models.CompositePrimaryKey)
    }
    fields |= {field.name for field in model._meta.many_to_many}

    assert personal & ordinary == set()
    assert personal | ordinary == fields


@pytest.mark.parametrize("model", own_models(), ids=by_name)
def test_every_model_about_people_says_who_may_see_it(model):
    says = hasattr(model._default_manager.get_queryset(), "visible_to")

    assert says != (model._meta.label in ABOUT_NOBODY)


@pytest.mark.django_db
def test_no_migration_is_missing(capsys):
    call_command("makemigrations", "--check", "--dry-run", verbosity=1)


def test_no_migration_has_an_automatic_name():
    automatic = re.compile(r"^\d{4}_(auto_\d|initial|alter_|remove_|.*_and_more)")

    named = [
        path.name
        for floor in FLOORS
        for path in (ROOT / floor / "migrations").glob("0*.py")
        if automatic.match(path.name)
    ]

    assert named == []


def test_every_message_is_translated():
    catalogue = polib.pofile(str(ROOT / "locale/id/LC_MESSAGES/django.po"))
    translated = {
        (entry.msgctxt, entry.msgid)
        for entry in catalogue
        if "fuzzy" not in entry.flags
        and (entry.msgstr or all(entry.msgstr_plural.values() or [""]))
    }

    missing = {
        f"{place}: {msgid}"
        for (context, msgid), place in all_msgids().items()
        if (context, msgid) not in translated and msgid.strip()
    }

    assert sorted(missing) == []


def test_msgids_are_found_in_code_and_templates():
    assert list(in_python('x = _("One"); pgettext("c", "Two"); f"{_(\'Three\')}"')) == [
        (None, "One"),
        ("c", "Two"),
        (None, "Three"),
    ]
    template = (
        "{% load i18n %}{% translate 'Four' %}"
        "{% blocktranslate count n=n %}Five{% plural %}Fives{% endblocktranslate %}"
    )
    assert [msgid for _, msgid in in_template(template)] == ["Four", "Five"]


def test_placeholders_survive_translation():
    catalogue = polib.pofile(str(ROOT / "locale/id/LC_MESSAGES/django.po"))
    placeholder = re.compile(r"%\(\w+\)[sdf]|\{\w+\}")

    broken = [
        entry.msgid
        for entry in catalogue
        if entry.msgstr
        and set(placeholder.findall(entry.msgid)) != set(placeholder.findall(entry.msgstr))
    ]

    assert broken == []


_SHOWN = {"verbose_name", "help_text", "label", "description", "violation_error_message"}


def test_words_shown_to_people_go_through_gettext():
    """Literal labels in models, forms and views are English on an Indonesian screen."""
    bare = []
    for path in python_files():
        if "api" in path.parts:  # what the schema says is read by programmers
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                bare += [
                    f"{path.relative_to(ROOT)}:{keyword.value.lineno}"
                    for keyword in node.keywords
                    if keyword.arg in _SHOWN
                    and isinstance(keyword.value, ast.Constant)
                    and isinstance(keyword.value.value, str)
                    and keyword.value.value
                ]

    assert bare == []


def test_templates_fetch_nothing_from_outside_and_hold_no_inline_code():
    wrong = re.compile(
        r"""(?:src|href|action)\s*=\s*["']?(?:https?:)?//|<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle="""
        r"""|\son(?:click|change|submit|load|input|keydown)\s*=|javascript:""",
        re.IGNORECASE,
    )

    found = [
        f"{path.relative_to(ROOT)}: {match.group(0)}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for match in wrong.finditer(path.read_text(encoding="utf-8"))
    ]

    assert found == []


def _committed_text_files():
    skip = {".venv", ".git", ".pkh", "vendor", "__pycache__", "node_modules", "staticfiles"}
    for path in sorted(ROOT.rglob("*")):
        if skip & set(path.relative_to(ROOT).parts) or not path.is_file():
            continue
        if path.suffix in {
            ".py",
            ".html",
            ".md",
            ".sql",
            ".js",
            ".css",
            ".po",
            ".toml",
            ".yml",
            ".txt",
            ".json",
            ".csv",
            ".sh",
            "",
        }:
            yield path


def test_no_number_could_belong_to_a_living_person():
    """A NIK or card number in the repository begins with 99 or has the serial 0000."""
    sixteen = re.compile(r"(?<![0-9a-fA-F.])[0-9]{16}(?![0-9a-fA-F])")

    found = [
        f"{path.relative_to(ROOT)}: {number[:4]}…"
        for path in _committed_text_files()
        for number in sixteen.findall(_read(path))
        if not number.startswith("99") and not number.endswith("0000")
    ]

    assert found == []


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""
