"""Forecast, assessment and what comes after the exit."""

from tests.access.walk import Policy

POLICIES: dict[str, Policy] = {}
