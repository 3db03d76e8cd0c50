"""Letterhead, letters and what is printed."""

from tests.access.walk import Policy

POLICIES: dict[str, Policy] = {}
