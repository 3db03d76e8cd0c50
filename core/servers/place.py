"""Where a server keeps its things: what the office sees, and what the server's account owns."""

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import stat
import tempfile
from pathlib import Path

from .account import Account, can_reach, run_as
from .binaries import Binaries
from .words import ServerError
from .words import gettext as _

# A socket path must fit sockaddr_un (108 bytes); PostgreSQL adds "/.s.PGSQL.5432.lock".
LONGEST_SOCKET_FOLDER = 75
# For an account that cannot enter the office's folder (a clone below /root, for example).
SHARED_PLACES = (Path("/var/lib/pkh-office"), Path("/var/tmp/pkh-office"))  # noqa: S108


def make_private(folder: Path, mode: int = 0o700) -> None:
    """Create `folder`; the mode of one that exists is the owner's choice and stays."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(mode)


def write_json(path: Path, content: dict) -> None:
    """Replace a 0600 file in one step: a reader sees the old or the new one, never half."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.touch(mode=0o600)
    part.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    part.replace(path)


def read_json(path: Path) -> dict:
    """The file's object, or an empty one when it is missing or was never finished."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


class Place:
    """The folder `<home>/<server>`: locks, passwords, and `place.json` with the data's whereabouts.

    The data lies beside them when the server's account can get there. Otherwise it gets a
    folder of its own outside, recorded here, and the office's parents stay as closed as
    they were.
    """

    def __init__(self, home: Path, server: str):
        self.server = server
        self.folder = home / server
        self.record = self.folder / "place.json"
        self.running = self.folder / "running.json"
        self.log = home / "log" / f"{server}.log"

    @property
    def data(self) -> Path:
        return Path(read_json(self.record).get("data") or self.folder / "data")

    def is_new(self) -> bool:
        """True until the data has been made once."""
        return not self.data.is_dir()

    def make(self) -> None:
        # 0711: the server's account walks through to its data and can list nothing.
        mode = 0o711 if os.geteuid() == 0 else 0o700
        make_private(self.folder.parent, mode)
        make_private(self.folder, mode)
        make_private(self.log.parent)

    def choose_data(self, account: Account | None) -> Path:
        """The data folder for `account`, chosen once; `ServerError` when none is reachable."""
        if self.data.is_dir() or self.record.exists():
            if not can_reach(account, folder=self.data.parent):
                raise ServerError(
                    "data_out_of_reach",
                    _(
                        "%(data)s cannot be entered by the account %(account)s. Give its parent "
                        "folders the x permission, or move the office's folder with PKH_HOME."
                    )
                    % {"data": self.data, "account": account.name if account else "?"},
                )
            return self.data
        if can_reach(account, folder=self.folder):
            return self.data
        shared = shared_place(account) / secrets.token_hex(8)
        make_private(shared, 0o711)
        (shared / "belongs-to").write_text(f"{self.folder}\n")  # for whoever cleans up
        data = shared / self.server
        write_json(self.record, {**read_json(self.record), "data": str(data)})
        return data

    def socket_folder(self, account: Account | None) -> Path:
        """A short 0700 folder for sockets, the same one after a crash.

        Processes that outlived the server keep its address, so a restart comes back to it.
        """
        owner = account.uid if account else os.geteuid()
        recorded = read_json(self.record).get("socket")
        if recorded and _is_ours(Path(recorded), owner):
            return Path(recorded)
        digest = hashlib.sha256(str(self.folder).encode()).hexdigest()[:8]
        for parent in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")):  # noqa: S108
            if len(str(parent)) + 24 > LONGEST_SOCKET_FOLDER or not os.access(parent, os.W_OK):
                continue
            if not can_reach(account, folder=parent):
                continue
            folder = Path(tempfile.mkdtemp(prefix=f"pkh-{digest}-", dir=parent))
            if account:
                os.chown(folder, account.uid, account.gid)
            write_json(self.record, {**read_json(self.record), "socket": str(folder)})
            return folder
        raise ServerError(
            "no_socket_folder",
            _("No short temporary folder can be written. Set TMPDIR to one, for example /tmp."),
        )

    def forget_socket(self) -> None:
        recorded = read_json(self.record)
        if folder := recorded.pop("socket", None):
            shutil.rmtree(folder, ignore_errors=True)
            write_json(self.record, recorded)

    def discard(self) -> None:
        """Remove everything: for offices that live as long as a test run."""
        self.forget_socket()
        data = self.data
        shutil.rmtree(data, ignore_errors=True)
        if data.parent != self.folder:
            shutil.rmtree(data.parent, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def _is_ours(folder: Path, owner: int) -> bool:
    """Nobody else made or opened it: the temp folder belongs to everyone."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == owner and not found.st_mode & 0o077


def shared_place(account: Account | None) -> Path:
    """A folder of root's that every account can walk through."""
    for place in SHARED_PLACES:
        with contextlib.suppress(OSError):
            place.mkdir(mode=0o711, parents=True, exist_ok=True)
            if place.lstat().st_uid == os.geteuid() and can_reach(account, folder=place):
                return place
    raise ServerError(
        "no_place",
        _(
            "Neither the office's folder nor /var/lib can be reached by the account %(account)s. "
            "Set PKH_HOME to a folder outside the home folder of root, for example /srv/pkh."
        )
        % {"account": account.name if account else "?"},
    )


def reachable_binaries(binaries: Binaries, account: Account | None) -> Binaries:
    """The same programs, copied out once when the account cannot run them where they are."""
    if _can_run(account, binaries) or binaries.root is None:
        return binaries
    mark = hashlib.sha256(f"{binaries.path} {binaries.path.stat().st_mtime_ns}".encode())
    target = shared_place(account) / f"{binaries.program}-{mark.hexdigest()[:12]}"
    moved = binaries.moved_to(target)
    if not target.is_dir():
        part = target.with_name(f".{target.name}.{os.getpid()}")
        for name in binaries.parts:
            if (binaries.root / name).is_dir():
                shutil.copytree(binaries.root / name, part / name, symlinks=True)
        for path in (part, *part.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        try:
            part.rename(target)
        except OSError:  # somebody else was faster
            shutil.rmtree(part)
    return moved


def _can_run(account: Account | None, binaries: Binaries) -> bool:
    if account is None:
        return True
    return all(
        run_as(account, [binaries.path.with_name(name), "--version"]) for name in binaries.programs
    )
