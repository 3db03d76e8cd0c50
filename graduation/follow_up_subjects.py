from django.utils.translation import gettext_lazy as _

from graduation.models import GraduationCase
from meetings.subjects import subject_kind

subject_kind(
    GraduationCase,
    label=_("Graduation case"),
    visible=lambda user: (
        GraduationCase.objects.visible_to(user).for_listing().order_by("-moved_at", "pk")
    ),
)
