from documents.models import Letterhead
from documents.owners import owner_kind

# A coat of arms stands on every letter that leaves the house.
owner_kind(Letterhead, visible=lambda user: Letterhead.objects.all())
