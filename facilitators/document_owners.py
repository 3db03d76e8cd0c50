from documents.owners import owner_kind
from facilitators.models import Visit

owner_kind(Visit, visible=lambda user: Visit.objects.documents_visible_to(user))
