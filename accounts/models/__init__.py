from accounts.models.audit import AuditEvent
from accounts.models.idempotency import SentRequest
from accounts.models.token import ApiToken
from accounts.models.user import Assignment, User

__all__ = ["ApiToken", "Assignment", "AuditEvent", "SentRequest", "User"]
