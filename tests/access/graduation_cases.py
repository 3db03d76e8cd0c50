"""Cases: board, case page, candidates by hand, flags, administrative exits."""

from tests.access.walk import Policy

POLICIES: dict[str, Policy] = {}
