"""The twelve accounts of a demo office, each with a random password of its own."""

import datetime as dt
import json
import os
import secrets
from pathlib import Path

from django.db import transaction

from accounts.models import Assignment, User
from accounts.roles import Role
from accounts.services import assign_role, create_account, set_password
from areas.models import Area

FILE_NAME = "demo-accounts.json"
VILLAGES_EACH = 2

# user name -> (full name, role); what the people of a Dinas Sosial are called there.
DEMO_ACCOUNTS = {
    "admin": ("Administrator Sistem", Role.ADMIN),
    "kadis": ("Kepala Dinas Sosial", Role.HEAD),
    "kabid": ("Kepala Bidang Linjamsos", Role.DIVISION_HEAD),
    "korkab": ("Koordinator Kabupaten", Role.DISTRICT_COORDINATOR),
    "operator": ("Operator Data Satu", Role.DATA_OPERATOR),
    "operator2": ("Operator Data Dua", Role.DATA_OPERATOR),
    "katim": ("Ketua Tim Kecamatan", Role.SUBDISTRICT_LEAD),
    "pendamping": ("Pendamping Satu", Role.FACILITATOR),
    "pendamping2": ("Pendamping Dua", Role.FACILITATOR),
    "tksk": ("TKSK Kecamatan", Role.SUBDISTRICT_SOCIAL_WORKER),
    "auditor": ("Auditor Inspektorat", Role.AUDITOR),
    "tamu": ("Tamu Instansi Lain", Role.GUEST),
}


def make_demo_accounts(*, office_area: Area, home: Path, by=None, on: dt.date, at) -> Path:
    """Open the accounts, give them their roles, and write `home/demo-accounts.json` (0600).

    Safe to repeat: accounts and passwords that are there stay as they are; an account whose
    password is in no file gets a new one. The passwords are on disk before the accounts are
    committed, so a start that was killed in between can go on.
    """
    path = home / FILE_NAME
    written = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    passwords = {name: written.get(name) or secrets.token_urlsafe(12) for name in DEMO_ACCOUNTS}
    if passwords != written:
        _write_privately(path, passwords)
    with transaction.atomic():
        users = User.objects.in_bulk(DEMO_ACCOUNTS, field_name="username")
        for username, (full_name, _role) in DEMO_ACCOUNTS.items():
            if username not in users:
                create_account(
                    username=username,
                    full_name=full_name,
                    password=passwords[username],
                    by=by,
                    at=at,
                )
            elif username not in written:
                set_password(user=users[username], password=passwords[username], by=by, at=at)
        place_demo_accounts(office_area=office_area, by=by, on=on, at=at)
    return path


@transaction.atomic
def place_demo_accounts(*, office_area: Area, by=None, on: dt.date, at) -> int:
    """Give demo accounts that never had a role theirs; returns the assignments made.

    Where the office has no villages yet, the village roles wait: calling this again after
    `import_areas` gives them their places. What an administrator ended stays ended.
    """
    waiting = {
        user.username: user
        for user in User.objects.filter(username__in=DEMO_ACCOUNTS, assignments__isnull=True)
    }
    if not waiting:
        return 0
    places = _places(office_area)
    given: list[Assignment] = []
    for username, user in waiting.items():
        for area in places[username]:
            given.append(
                assign_role(
                    user=user,
                    role=DEMO_ACCOUNTS[username][1],
                    area=area,
                    starts_on=on,
                    by=by,
                    at=at,
                )
            )
    return len(given)


def _places(office_area: Area) -> dict[str, list[Area]]:
    beneath = Area.objects.within(office_area.code).order_by("code")
    subdistricts = list(beneath.subdistricts()[:2])
    first = subdistricts[:1]
    villages = list(beneath.villages().within(*[area.code for area in first])[: 2 * VILLAGES_EACH])
    elsewhere = list(beneath.villages().within(*[area.code for area in subdistricts[1:]]))
    places = {username: [office_area] for username in DEMO_ACCOUNTS}
    places |= {
        "katim": first,
        "tksk": first,
        "pendamping": villages[:VILLAGES_EACH],
        "pendamping2": (elsewhere or villages[VILLAGES_EACH:])[:VILLAGES_EACH],
    }
    return places


def _write_privately(path: Path, passwords: dict[str, str]) -> None:
    """Whole or not at all, and readable by nobody else at any moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".tmp")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(passwords, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
