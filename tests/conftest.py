import pgtrigger
import pytest
from django.db import connection
from django.test import TransactionTestCase

pytest_plugins = ["tests.cast"]


@pytest.fixture(autouse=True, scope="session")
def _flush_may_empty_append_only_tables():
    """Tests with real transactions clean up by TRUNCATE, which the audit trail refuses."""
    flush = TransactionTestCase._fixture_teardown

    def flush_without_triggers(self):
        # knox makes a token table of its own beside ours; unused, it only forbids TRUNCATE.
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS knox_authtoken")
        with pgtrigger.ignore():
            flush(self)

    TransactionTestCase._fixture_teardown = flush_without_triggers
    yield
    TransactionTestCase._fixture_teardown = flush
