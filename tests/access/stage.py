"""The stage on which walks take place: one world per module, and no noise."""

import contextlib
import logging

import pytest
import structlog
from django.db import transaction
from django.test import override_settings


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    """Made once for all walks of this module; every request is rolled back."""
    office = override_settings(
        PKH_OFFICE_AREA="99.01",
        MEDIA_ROOT=tmp_path_factory.mktemp("files"),
        PKH_HOME=tmp_path_factory.mktemp("home"),
    )
    with office, django_db_blocker.unblock(), transaction.atomic(), silence():
        from tests.access.world import make_world  # models: after Django is set up

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
