"""A small real office for chaos tests: broker, scheduler and workers that can be killed."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from urllib.parse import quote

import psutil
from django.db import connection
from kombu import pools

from core.servers.process import wait_until
from core.servers.valkey import Valkey
from pkh.celery import app


class Broker(Valkey):
    """Its data does not survive a kill: the worst that can happen to messages."""

    def __init__(self, home):
        super().__init__(home, throwaway=True)
        given = os.environ.pop("REDIS_URL", None)  # a server given by URL is not ours to kill
        try:
            self.prepare()
        finally:
            if given is not None:
                os.environ["REDIS_URL"] = given
        self.process = None

    def open(self):
        self.process = self.start()
        assert wait_until(self.is_ready, 10)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.socket.unlink(missing_ok=True)

    def command(self, word):
        import redis

        with redis.Redis(unix_socket_path=str(self.socket)) as client:
            return client.execute_command(word)


class Office:
    def __init__(self, folder):
        self.folder = folder
        self.broker = Broker(folder)
        self.started = []

    def open(self):
        self.broker.open()
        self._former_broker_url = app.conf.broker_url
        _publish_to(f"redis+socket://{quote(str(self.broker.socket), safe='/')}")
        self._start("beat", "--schedule", self.folder / "beat", "--pidfile", "")

    def close(self):
        for process in self.started:
            kill_whole(process)
        self.broker.stop(self.broker.process)
        _publish_to(self._former_broker_url)

    def worker(self, name, *, slots=2):
        return self._start(
            *("worker", "-Q", "fast,import,export", "-c", slots, "-n", f"{name}@test"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        )

    def _start(self, *arguments):
        database = connection.settings_dict
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.jobs.chaos_settings",
            "DATABASE_URL": _database_url(database),
            "REDIS_URL": self.broker.url(),
        }
        with (self.folder / f"{arguments[0]}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "pkh.celery"]
                + [str(argument) for argument in (*arguments, "--loglevel", "INFO")],
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started.append(process)
        return process


def _database_url(database):
    user, password, host = (quote(database[key], safe="") for key in ("USER", "PASSWORD", "HOST"))
    port = f":{database['PORT']}" if database["PORT"] else ""
    return f"postgres://{user}:{password}@{host}{port}/{quote(database['NAME'], safe='')}"


def _publish_to(url):
    """Point this process's own messages at another broker."""
    app.conf.broker_url = url
    app.conf.broker_write_url = url
    pools.reset()
    app._pool = app.amqp._producer_pool = None


def kill_whole(process):
    """kill -9 of a worker and everything it started."""
    with suppress(psutil.NoSuchProcess):
        family = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        for child in family:
            with suppress(psutil.NoSuchProcess):
                child.kill()
    process.wait()


def child_working_on(job):
    """The pool child that holds the job, as the row says (name@host/pid)."""
    job.refresh_from_db()
    return int(job.worker.rpartition("/")[2])


def kill_child(job):
    os.kill(child_working_on(job), signal.SIGKILL)


def until(condition, seconds=20.0):
    """Wait for a state in the database; the value, or a failed test."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds:g} s")
