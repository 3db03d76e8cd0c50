"""The phone's page as files: what its service worker keeps, and the version of all of it.

Nothing here depends on who asks: the page without signal is the same for everybody, and holds
no person.
"""

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.templatetags.static import static

MODULES = (
    "app", "caseload", "dom", "draft", "due", "findings", "kinds", "outbox", "parts", "photos",
    "place", "screens", "server", "store", "vault", "words",
    "screens/account", "screens/commitments", "screens/families", "screens/family",
    "screens/groups", "screens/queue", "screens/session", "screens/today", "screens/visit",
)  # fmt: skip
ICONS = ("phone/icon.svg", "phone/icon-192.png", "phone/icon-512.png")
FILES = (
    "css/phone.css",
    "vendor/tabler/field-icons.svg",
    *(f"js/phone/{name}.js" for name in MODULES),
    *ICONS,
)


def shell_files() -> list[str]:
    """Addresses of everything the page needs besides itself."""
    return [static(name) for name in FILES]


@cache
def files_version() -> str:
    """Changes when one of the files does; a running office has the files it started with."""
    digest = hashlib.sha256()
    for name in (*FILES, "js/phone/worker.js"):
        digest.update(Path(finders.find(name)).read_bytes())
    return digest.hexdigest()[:16]


@cache
def worker_source() -> str:
    return Path(finders.find("js/phone/worker.js")).read_text()
