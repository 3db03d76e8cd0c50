from documents.owners import owner_kind
from facilitators.models import LearningSession, Visit

owner_kind(Visit, visible=lambda user: Visit.objects.documents_visible_to(user))
owner_kind(LearningSession, visible=lambda user: LearningSession.objects.documents_visible_to(user))
