"""The servers of a test run, there before Django reads its settings.

`DATABASE_URL` and `REDIS_URL` win. Otherwise one PostgreSQL and one Valkey are started for
the whole run, in a folder that goes away with it; the workers of pytest-xdist get their
addresses through the environment. Loaded by `-p tests.bringup`, because a conftest would
come after pytest-django.
"""

import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from core.servers import keeper
from core.servers.words import ServerError
from pkh import environment

URL_VARIABLES = {"postgresql": "DATABASE_URL", "valkey": "REDIS_URL"}


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config):
    options = early_config.known_args_namespace
    if not (options.help or options.version or "PYTEST_XDIST_WORKER" in os.environ):
        _start_servers(early_config)
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        _take_own_broker_database(int(worker.removeprefix("gw") or 0))
    # Secrets and files of a developer's own office stay out of the tests.
    if "PKH_HOME" not in os.environ:
        os.environ["PKH_HOME"] = home = tempfile.mkdtemp(prefix="pkh-test-")
        early_config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark what the shorter leg on another PostgreSQL runs: every quick test that asks it in our
    own SQL. Pages and REST ask as Django writes it, and Django is tried on every version."""
    for item in items:
        asks_the_database = item.get_closest_marker("django_db") or (
            {"db", "transactional_db"} & set(item.fixturenames)
        )
        heavy = any(map(item.get_closest_marker, ("browser", "chaos", "slow")))
        by_http = {"client", "api"} & set(item.fixturenames)
        if asks_the_database and not heavy and not by_http:
            item.add_marker(pytest.mark.second_server)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session):
    """Tests of a group share an office; scattered, one would take the other's messages."""
    if not getattr(session.config.option, "loadgroup", False):
        return
    for item in session.items:
        if item.get_closest_marker("xdist_group") and "@" not in item.nodeid:
            raise pytest.UsageError("pytest-xdist keeps no groups with this version of pytest")


def pytest_runtest_setup(item):
    """Without Chromium a browser test is skipped by name, or fails where one is required."""
    if item.get_closest_marker("browser") and not chromium():
        if os.environ.get("PKH_REQUIRE_BROWSER") == "1":
            pytest.fail("Chromium is not installed: apt-get install chromium", pytrace=False)
        pytest.skip("Chromium is not installed: apt-get install chromium")


def chromium() -> str | None:
    """The browser that drives the pages; Debian's, since nothing is downloaded."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)


def _start_servers(config) -> None:
    missing = environment.embedded_servers()
    if not missing:
        return
    home = Path(tempfile.mkdtemp(prefix="pkh-test-"))
    home.chmod(0o711)  # when root runs the tests, the servers' account walks through
    config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    for name in missing:
        user = keeper.Use(name, home, throwaway=True)
        config.add_cleanup(user.leave)
        try:
            running = user.join()
        except ServerError as reason:
            raise pytest.UsageError(str(reason)) from None
        os.environ[URL_VARIABLES[name]] = running["url"]
        config.add_cleanup(lambda name=name: os.environ.pop(URL_VARIABLES[name], None))


def _take_own_broker_database(number: int) -> None:
    """Each worker of xdist empties and fills a broker database of its own (there are sixteen)."""
    os.environ["REDIS_URL"] = broker_database(os.environ["REDIS_URL"], 1 + number % 14)


def broker_database(url: str, number: int) -> str:
    """The same broker, another of its databases; for a socket the number is a parameter."""
    address, _mark, _parameters = url.partition("?")
    if address.startswith("unix:"):
        return f"{address}?db={number}"
    return urlsplit(address)._replace(path=f"/{number}").geturl()
