from beneficiaries.models import Household
from documents.owners import owner_kind

owner_kind(Household, visible=lambda user: Household.objects.documents_visible_to(user))
