"""What stands in a report: tables of sums, each number with its definition and its source."""

from dashboard.reports.base import Content
from dashboard.reports.office import office_content
from dashboard.reports.pack import pack_content
from dashboard.reports.results import results_content

CONTENTS = {
    "monthly": office_content,
    "quarterly": office_content,
    "rhk": results_content,
    "pack": pack_content,
}


def content_of(report, at) -> Content:
    """Everything the report says, counted now, for its asker and its area."""
    return CONTENTS[report.kind](report, at)


__all__ = ["Content", "content_of"]
