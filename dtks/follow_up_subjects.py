from django.utils.translation import gettext_lazy as _

from dtks.models import Snapshot
from meetings.subjects import subject_kind

subject_kind(
    Snapshot,
    label=_("Ministry file"),
    visible=lambda user: Snapshot.objects.visible_to(user).order_by("-pk"),
)
