"""Nobody sees or changes what the matrix of reliability.md C.1 does not give them."""

import contextlib
import logging

import pytest
import structlog
from django.db import transaction
from django.test import override_settings

from tests.access.policies import POLICIES
from tests.access.walk import Walker, check_coverage
from tests.access.world import PEOPLE, WHERE_IT_LIES, make_world, tables_of_our_floors

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    """Made once for all walks of this module; every request is rolled back."""
    office = override_settings(
        PKH_OFFICE_AREA="99.01",
        MEDIA_ROOT=tmp_path_factory.mktemp("files"),
        PKH_HOME=tmp_path_factory.mktemp("home"),
    )
    with office, django_db_blocker.unblock(), transaction.atomic(), silence():
        yield make_world()
        transaction.set_rollback(True)


@contextlib.contextmanager
def silence():
    """Thousands of refusals, each one expected, need no line in any log."""
    usual = structlog.get_config()
    logging.disable(logging.ERROR)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**usual)
    logging.disable(logging.NOTSET)


def test_the_fingerprint_covers_every_table():
    assert tables_of_our_floors() == set(WHERE_IT_LIES)


def test_every_pattern_has_a_policy_and_every_placeholder_is_filled(world, record_walk):
    report = check_coverage(POLICIES, world)
    record_walk(report)

    assert report.unfilled == []


@pytest.mark.parametrize("person", [*PEOPLE, None], ids=lambda person: person or "nobody")
def test_walk(world, person, record_walk):
    report = Walker(world, POLICIES, person).walk()
    record_walk(report)

    assert sorted(report.leaks) == []
