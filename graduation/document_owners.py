from documents.owners import owner_kind
from graduation.models import GraduationCase

owner_kind(GraduationCase, visible=lambda user: GraduationCase.objects.documents_visible_to(user))
