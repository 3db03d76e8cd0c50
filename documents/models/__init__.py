from documents.models.document import Document
from documents.models.paper import IssuedNumber, Letterhead, NumberCounter, NumberPattern

__all__ = ["Document", "IssuedNumber", "Letterhead", "NumberCounter", "NumberPattern"]
