"""Whose name the servers run under: PostgreSQL refuses root."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

OWN_ACCOUNT = "pkh-office"


class Account(NamedTuple):
    name: str
    uid: int
    gid: int


def _by_entry(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def account_for(data: Path) -> Account | None:
    """None when we may run the servers ourselves, otherwise the account root lends them.

    Existing data decides: only its owner can open it. New data gets a system account of
    its own, because everything owned by `nobody` can be read by everything else that
    runs as `nobody`; that one is used only where accounts cannot be made.
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and data.stat().st_uid != 0:
        return _by_entry(pwd.getpwuid(data.stat().st_uid))
    try:
        return _by_entry(pwd.getpwnam(OWN_ACCOUNT))
    except KeyError:
        pass
    if useradd := shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin"):
        argv = [useradd, "--system", "--no-create-home", "--home-dir", "/nonexistent"]
        subprocess.run(
            [*argv, "--shell", "/usr/sbin/nologin", OWN_ACCOUNT], capture_output=True, check=False
        )
    for name in (OWN_ACCOUNT, "nobody"):
        try:
            return _by_entry(pwd.getpwnam(name))
        except KeyError:
            continue
    return None


def can_reach(account: Account | None, *, folder: Path) -> bool:
    """Whether the account can enter `folder`; asked of the kernel, not guessed.

    Modes of every parent, access lists and mount options all count, so a shell of that
    account tries it.
    """
    return account is None or run_as(account, ["/bin/sh", "-c", 'cd "$1"', "sh", folder])


def run_as(account: Account, argv) -> bool:
    """Whether the program can be run under the account and ends well."""
    try:
        done = subprocess.run(
            [str(part) for part in argv],
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except OSError:
        return False
    return done.returncode == 0
