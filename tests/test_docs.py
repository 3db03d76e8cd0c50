"""What the pages for people say of the program is so: links, commands, targets, schedule."""

import re

import pytest
from django.conf import settings
from django.core.management import get_commands

from tests.msgids import FLOORS, ROOT

PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def named(page):
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_no_link_is_dead(page):
    targets = [target.partition("#")[0] for target in LINK.findall(page.read_text())]

    dead = [
        target
        for target in targets
        if target and "://" not in target and not (page.parent / target).exists()
    ]

    assert dead == []


def test_every_page_can_be_reached_from_the_readme():
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        waiting += [
            (page.parent / target.partition("#")[0]).resolve()
            for target in LINK.findall(page.read_text())
            if "://" not in target
        ]
        if page.is_dir():
            waiting += page.glob("*.md")

    decisions = set((ROOT / "docs/adr").glob("*.md"))  # the folder is linked
    assert [named(page) for page in PAGES if page not in seen | decisions] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_commands_and_targets_exist(page):
    text = page.read_text()
    makefile = (ROOT / "Makefile").read_text()
    ours = {name for name, app in get_commands().items() if app in FLOORS}

    commands = set(re.findall(r"manage\.py ([a-z_]+)", text)) - {"migrate"}
    targets = set(re.findall(r"(?:^|[`\s])make ([a-z-]+)(?=[\s`:;,]|$)", code_in(text), re.M))

    assert sorted(commands - ours) == []
    assert sorted(name for name in targets if not re.search(rf"^{name}:", makefile, re.M)) == []


def code_in(text):
    """Code blocks and `code`, in which `make` is the program and not the verb."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.S))


def test_the_schedule_is_the_one_that_runs():
    text = (ROOT / "docs/admin/jobs.md").read_text()
    rows = dict(re.findall(r"^\| ([^|]+) \| `([a-z_.]+)`", text, re.M))

    said = {task: when for when, task in rows.items()}
    assert set(said) == set(settings.CELERY_BEAT_SCHEDULE)
    for task, entry in settings.CELERY_BEAT_SCHEDULE.items():
        schedule = entry["schedule"]
        if re.fullmatch(r"\d\d:\d\d", said[task]):
            hour, minute = map(int, said[task].split(":"))
            assert (schedule.hour, schedule.minute) == ({hour}, {minute}), task
        elif said[task] == "hourly":
            assert len(schedule.hour) == 24 and len(schedule.minute) == 1, task


def test_the_floors_are_all_told():
    text = (ROOT / "docs/developers/layout.md").read_text()

    assert re.findall(r"^\| `(\w+)/`", text, re.M) == FLOORS[::-1]


def test_every_measurement_is_told():
    makefile = (ROOT / "Makefile").read_text()
    text = (ROOT / "docs/developers/testing.md").read_text()

    assert re.findall(r"^(bench[a-z-]*):", makefile, re.M) == re.findall(
        r"^\| `make (bench[a-z-]*)`", text, re.M
    )
