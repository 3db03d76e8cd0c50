"""One line about the access walk at the end of a run, whichever worker walked."""

import pytest


@pytest.fixture
def record_walk(record_property):
    """Remember the figures of a report (and of rogues) for the closing line."""

    def record(report=None, rogues=None):
        if report is not None:
            record_property("walk_patterns", sorted(report.patterns))
            record_property("walk_covered", sorted(report.covered))
            record_property("walk_unfilled", len(report.unfilled))
            record_property("walk_leaks", len(report.leaks))
            record_property("walk_requests", report.requests)
        if rogues is not None:
            record_property("walk_rogues", rogues)

    return record


def pytest_terminal_summary(terminalreporter):
    patterns, covered, rogues = set(), set(), ""
    unfilled = leaks = requests = 0
    reports = [
        report
        for outcome in ("passed", "failed", "xfailed")
        for report in terminalreporter.stats.get(outcome, [])
    ]
    for report in reports:
        known = dict(getattr(report, "user_properties", ()))
        patterns.update(known.get("walk_patterns", ()))
        covered.update(known.get("walk_covered", ()))
        unfilled += known.get("walk_unfilled", 0)
        leaks += known.get("walk_leaks", 0)
        requests += known.get("walk_requests", 0)
        rogues = known.get("walk_rogues", rogues)
    if patterns:
        terminalreporter.write_line(
            f"PATTERNS={len(patterns)} COVERED={len(covered)} UNFILLED={unfilled} LEAKS={leaks} "
            f"ROGUES_FOUND={rogues or 'not asked'} REQUESTS={requests}"
        )
