"""Whether the office can work: asked by the supervisor, by containers and by whoever is on duty."""

import time

import redis
from celery import shared_task
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from jobs.queries import worker_seen_within
from pkh.environment import redis_url

BEAT_KEY = "pkh:worker-beat"
ASKED_KEY = "pkh:worker-beat-asked"
BEAT_SECONDS = 10  # how often a beat is asked for
STALE_SECONDS = 45  # a worker that was silent this long does not count
BROKER_SECONDS = 2.0


@shared_task(name="pkh.worker_beat", ignore_result=True)
def worker_beat():
    """A worker took a message and did it: that, not a process in a list, is being alive."""
    _broker().set(BEAT_KEY, int(time.time()), ex=STALE_SECONDS)


@require_safe
@never_cache
@login_not_required
def healthz(_request):
    """The process lives; it looks at nothing else, so a slow database restarts nobody."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
@login_not_required
def readyz(_request):
    """200 and `[]` when database, broker and a worker answer, otherwise 503 and what is missing."""
    missing = missing_parts()
    return JsonResponse(missing, safe=False, status=503 if missing else 200)


def missing_parts() -> list[str]:
    missing = [] if _database_answers() else ["database"]
    try:
        worker_is_alive = _worker_is_alive(database=not missing)
    except redis.RedisError:
        # Without a broker nobody knows about the worker; it cannot work either.
        return [*missing, "broker", "worker"]
    return missing if worker_is_alive else [*missing, "worker"]


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        connection.close()
        return False
    return True


def _worker_is_alive(*, database: bool) -> bool:
    """A beat was seen lately, or a worker says itself that it is busy with a long job.

    Asks for the next beat, so that no schedule is needed for it.

    At most one question every ten seconds, and it expires: a queue without a worker does
    not fill up with them.
    """
    broker = _broker()
    if broker.set(ASKED_KEY, 1, nx=True, ex=BEAT_SECONDS):
        worker_beat.apply_async(expires=STALE_SECONDS, retry=False)
    return bool(broker.exists(BEAT_KEY)) or (database and worker_seen_within(STALE_SECONDS))


def _broker() -> redis.Redis:
    return redis.Redis.from_url(
        redis_url(), socket_timeout=BROKER_SECONDS, socket_connect_timeout=BROKER_SECONDS
    )
