from dashboard.models.reports import OfficeReport

__all__ = ["OfficeReport"]
