import datetime as dt
import json

import redis
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from jobs.models import WorkerSign
from pkh import environment, health


def test_healthz_answers_without_signing_in(client):
    assert client.get("/healthz").status_code == 200


def test_readyz_names_the_worker_until_it_has_done_a_task(client, db):
    broker = redis.Redis.from_url(environment.redis_url())
    broker.delete(health.BEAT_KEY)

    answer = client.get(reverse("readyz"))

    assert (answer.status_code, json.loads(answer.content)) == (503, ["worker"])

    health.worker_beat.apply()
    answer = client.get(reverse("readyz"))

    assert (answer.status_code, json.loads(answer.content)) == (200, [])
    broker.delete(health.BEAT_KEY)


def test_a_worker_busy_with_a_long_job_counts(client, db):
    broker = redis.Redis.from_url(environment.redis_url())
    broker.delete(health.BEAT_KEY)
    sign = WorkerSign.objects.create(name="berkas", seen_at=timezone.now())

    assert client.get("/readyz").status_code == 200

    WorkerSign.objects.update(seen_at=sign.seen_at - dt.timedelta(seconds=health.STALE_SECONDS + 5))
    assert client.get("/readyz").status_code == 503
    broker.delete(health.ASKED_KEY, "fast")


def test_readyz_asks_a_worker_at_most_once_in_ten_seconds(client, db):
    broker = redis.Redis.from_url(environment.redis_url())
    broker.delete(health.BEAT_KEY, health.ASKED_KEY, "fast")

    for _ in range(3):
        client.get("/readyz")

    assert broker.llen("fast") == 1
    broker.delete(health.ASKED_KEY, "fast")


def test_readyz_names_a_broker_that_is_gone(client, db, monkeypatch):
    monkeypatch.setenv("REDIS_URL", "unix:///nonexistent/valkey.sock?db=0")

    answer = client.get("/readyz")

    assert (answer.status_code, json.loads(answer.content)) == (503, ["broker", "worker"])


def test_readyz_names_a_database_that_is_gone(client, django_db_blocker, monkeypatch):
    redis.Redis.from_url(environment.redis_url()).set(health.BEAT_KEY, 1, ex=5)
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nonexistent")

    with django_db_blocker.unblock():
        connection.close()  # of an earlier test
        answer = client.get("/readyz")

    assert (answer.status_code, json.loads(answer.content)) == (503, ["database"])
