from django.db import models
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    """What a visit is made for."""

    DATA_UPDATE = "data_update", _("Data update")
    HEALTH_CHECK = "health_check", _("Health check")
    GRADUATION = "graduation", _("Graduation assessment")
    COMPLAINT = "complaint", _("Case or complaint")
    DISBURSEMENT = "disbursement", _("Disbursement check")
    ABSENCE = "absence", _("Follow-up of a missed session")
    QUESTION = "question", _("Question from reconciliation")
