"""Targets and the quarterly report."""

from tests.access.walk import Policy

POLICIES: dict[str, Policy] = {}
