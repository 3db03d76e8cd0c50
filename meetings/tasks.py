"""What is done every morning for meetings."""

from celery import shared_task
from django.utils import timezone

from meetings.services import escalate, remind, remind_again


@shared_task(name="meetings.remind")
def escalate_and_remind():
    """First what became overdue is told to somebody more, then everybody is reminded.

    Safe to run twice: a step is told once, and a person is written to once a day.
    """
    at = timezone.now()
    escalate(at=at)
    remind(at=at)


@shared_task(name="meetings.remind_again")
def try_letters_again():
    """Every hour of the day: letters of the morning that no mail server took."""
    remind_again(at=timezone.now())
