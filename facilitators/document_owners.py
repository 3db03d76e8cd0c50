from documents.owners import owner_kind
from facilitators.models import Activity, LearningSession, Visit

owner_kind(Visit, visible=lambda user: Visit.objects.documents_visible_to(user))
owner_kind(LearningSession, visible=lambda user: LearningSession.objects.documents_visible_to(user))
owner_kind(Activity, visible=lambda user: Activity.objects.documents_visible_to(user))
