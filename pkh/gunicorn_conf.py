"""Settings of the web server, the same in the demo office and in production."""

import os

from core.servers.process import die_with_parent

bind = os.environ.get("PKH_BIND") or f"127.0.0.1:{os.environ.get('PKH_PORT') or 8000}"
# Two for each processor: a list does not wait in line behind somebody's home, which asks the
# database for most of a second. More than twelve would only hold connections.
workers = min(12, max(4, 2 * len(os.sched_getaffinity(0))))
worker_class = "sync"
preload_app = True  # loaded once, shared by all
# A page asks the database for one processor and no more: with a district at work at once, what a
# parallel plan gives to one page it takes from all others. Imports keep theirs.
os.environ.setdefault("PGOPTIONS", "-c max_parallel_workers_per_gather=0")
timeout = 60
graceful_timeout = 4  # the office promises to stop within ten seconds
max_requests = 5000  # a leak never grows for ever
max_requests_jitter = 500
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
control_socket_disable = True
accesslog = None  # addresses and searches of clerks stay out of files; structlog says what matters


def post_fork(_server, _worker):
    """A worker whose master was killed would keep the port; the next start needs it."""
    die_with_parent()
