import pgtrigger
import pytest
from django.test import TransactionTestCase

pytest_plugins = ["tests.cast", "tests.access.stage", "tests.access.summary"]


@pytest.fixture(autouse=True, scope="session")
def _flush_may_empty_append_only_tables():
    """Tests with real transactions clean up by TRUNCATE, which the audit trail refuses."""
    flush = TransactionTestCase._fixture_teardown

    def flush_without_triggers(self):
        with pgtrigger.ignore():
            flush(self)

    TransactionTestCase._fixture_teardown = flush_without_triggers
    yield
    TransactionTestCase._fixture_teardown = flush
