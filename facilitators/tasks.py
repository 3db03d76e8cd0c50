"""What is done every night for the field."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from areas.models import Area
from core.errors import Refused
from core.periods import Period
from facilitators.services import prepare_quarter


@shared_task(name="facilitators.prepare_commitments")
def prepare_commitments():
    """Bring the lists of the last and the running quarter up to date; safe to run twice.

    Whoever entered the register today stands there tomorrow, without evidence.
    """
    if not Area.objects.filter(pk=settings.PKH_OFFICE_AREA).exists():
        return
    running = Period.of(timezone.localdate())
    for period in (running.previous(), running):
        try:
            prepare_quarter(
                period=period, area=settings.PKH_OFFICE_AREA, by=None, at=timezone.now()
            )
        except Refused:  # closed: nothing of it changes any more
            continue
