"""Files between choosing and confirming: kept for a day at most, outside every web path.

A file that is looked at before anything is stored of it waits here under a random name. Once
confirmed it is taken over by `register_upload`; otherwise a later upload sweeps it away.
"""

import re
import secrets
import shutil
import time
from pathlib import Path

from django.conf import settings

KEPT_SECONDS = 24 * 60 * 60
_TOKEN = re.compile(r"^[A-Za-z0-9_-]{20,40}$")


def hold(upload) -> str:
    """Move an upload aside; returns the token under which it waits."""
    folder = _folder()
    _sweep(folder)
    token = secrets.token_urlsafe(20)
    place = folder / token
    # Uploads lie in temporary files of their own: moving one costs nothing, however large.
    shutil.move(upload.temporary_file_path(), place)
    place.chmod(0o600)
    return token


def path_of(token: str) -> Path | None:
    """Where the file waits; None when it is gone or the token is none of ours."""
    if not _TOKEN.match(token):
        return None
    place = _folder() / token
    return place if place.is_file() else None


def release(token: str) -> None:
    if place := path_of(token):
        place.unlink(missing_ok=True)


def _folder() -> Path:
    folder = Path(settings.MEDIA_ROOT) / "waiting"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _sweep(folder: Path) -> None:
    oldest = time.time() - KEPT_SECONDS
    for place in folder.iterdir():
        if place.is_file() and place.stat().st_mtime < oldest:
            place.unlink(missing_ok=True)
