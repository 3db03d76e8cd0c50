import pytest

from tests.jobs import kinds


@pytest.fixture
def rows_table(db):
    kinds.make_table()
