import pytest
from rest_framework.test import APIClient


@pytest.fixture
def api():
    """A client of the REST API; `api(user)` signs in with a session."""

    def client(user=None, **headers):
        made = APIClient(**headers)
        if user is not None:
            made.force_login(user)
        return made

    return client
