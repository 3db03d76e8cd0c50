import os

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.bringup import chromium
from tests.browser.clerks import Clerk
from tests.browser.office import BrowserOffice, make_files

expect.set_options(timeout=20_000)  # two busy cores are slow, not broken

PASSED = pytest.StashKey[bool]()

# Nothing but the pages speaks: Chromium itself asks nobody for updates, and no name outside
# this machine has an address.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@pytest.fixture(scope="session")
def browser():
    # Playwright keeps an event loop in this thread for as long as it lives; Django would refuse
    # the database to every other test of this worker, although nothing here is asynchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    """The ministry's files of the small district, and what is true about them."""
    folder = tmp_path_factory.mktemp("district")
    return folder, make_files(folder)


@pytest.fixture(scope="session")
def office(world):
    folder, _expected = world
    office = BrowserOffice()
    try:
        office.open(folder / "areas.csv")
        yield office
    finally:
        office.close()


@pytest.fixture(scope="session")
def signed_in(browser, office):
    """`signed_in("operator")`: the same person, on the same screen, in every test."""
    clerks = {}

    def clerk(username):
        if username not in clerks:
            clerks[username] = Clerk(browser, office, username).sign_in()
        return clerks[username]

    clerk.everyone = clerks
    yield clerk
    for each in clerks.values():
        each.close()


@pytest.fixture(autouse=True)
def nothing_strange(request):
    """After every test: whoever sat at a screen saw nothing a page should not do or be."""
    yield
    if "signed_in" in request.fixturenames:
        everyone = request.getfixturevalue("signed_in").everyone.values()
        complain([problem for clerk in everyone for problem in clerk.take_problems()])


def complain(problems):
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


@pytest.fixture
def stranger(browser, office):
    """Somebody who has not signed in, with a screen of their own: `stranger("operator")`."""
    opened = []

    def newcomer(username=""):
        opened.append(Clerk(browser, office, username))
        return opened[-1]

    yield newcomer
    problems = [problem for clerk in opened for problem in clerk.take_problems()]
    for clerk in opened:
        clerk.close()
    complain(problems)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A fixture may ask whether its test passed."""
    report = yield
    if report.when == "call":
        item.stash[PASSED] = report.passed
    return report
