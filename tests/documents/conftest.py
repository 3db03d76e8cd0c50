import datetime as dt

import pytest

from documents.services import keep_document
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory
from tests.factories.files import jpeg

NOW = dt.datetime(2026, 11, 2, 8, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def shelves(settings, tmp_path):
    """Where this test's files lie."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path / "documents"


@pytest.fixture
def family(db):
    """In Sari's kecamatan."""
    return HouseholdFactory(desa=AreaFactory(code="99.01.01.2001"))


@pytest.fixture
def keep(family, sari):
    """Keep something of the family as Sari; whatever a test says otherwise wins."""

    def keep(file=None, **said):
        given = {"owner": family, "name": "rumah.jpg", "kind": "photo", "by": sari, "at": NOW}
        return keep_document(file=jpeg() if file is None else file, **given | said)

    return keep


def files_in(shelves):
    return sorted(path for path in shelves.rglob("*") if path.is_file())
