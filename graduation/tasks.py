"""What is done every night for graduation."""

from celery import shared_task
from django.utils import timezone

from graduation.services import refresh_forecast


@shared_task(name="graduation.refresh_forecast")
def refresh_forecast_task():
    """Birthdays and quarters pass without anybody writing anything; safe to run twice."""
    refresh_forecast(at=timezone.now())
