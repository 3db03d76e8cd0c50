"""The cast, the same in every test: who they are and where they may look.

Sari accompanies families in kecamatan 99.01.01, Budi works in 99.01.02 and must not see hers,
Ratna coordinates kabupaten 99.01, Wayan only reads. Two data operators stand by, because nobody
approves a file he imported himself.
"""

import pytest

from accounts.roles import Role
from tests.factories.accounts import person


@pytest.fixture
def sari(db):
    return person("sari", Role.FACILITATOR, "99.01.01")


@pytest.fixture
def budi(db):
    return person("budi", Role.FACILITATOR, "99.01.02")


@pytest.fixture
def ratna(db):
    return person("ratna", Role.DISTRICT_COORDINATOR, "99.01")


@pytest.fixture
def wayan(db):
    return person("wayan", Role.AUDITOR, "99.01")


@pytest.fixture
def operator(db):
    return person("operator", Role.DATA_OPERATOR, "99.01")


@pytest.fixture
def operator2(db):
    return person("operator2", Role.DATA_OPERATOR, "99.01")


@pytest.fixture
def administrator(db):
    """Looks after accounts and settings, sees no family."""
    return person("administrator", Role.ADMIN, "99.01")
