from documents.owners import owner_kind
from meetings.models import FollowUp, Meeting

owner_kind(Meeting, visible=lambda user: Meeting.objects.visible_to(user))
owner_kind(FollowUp, visible=lambda user: FollowUp.objects.visible_to(user))
