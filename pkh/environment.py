"""What the environment says about servers and secrets: the one place that reads it for them.

No Django here: `manage.py` asks it which servers to start before settings can be read.
"""

import contextlib
import json
import os
import secrets
import sys
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from core.servers import keeper
from core.servers.place import make_private, read_json
from core.servers.words import ServerError
from core.servers.words import gettext as _

BASE_DIR = Path(__file__).resolve().parent.parent
CONNECT_SECONDS = 5

# Commands that look at code and text only; everything else gets its servers.
COMMANDS_WITHOUT_SERVERS = {
    "", "help", "version", "check", "collectstatic", "compilemessages", "diffsettings",
    "findstatic", "makemessages", "makemigrations", "spectacular", "startapp", "testserver",
}  # fmt: skip


class WrongEnvironment(Exception):
    """A variable that is set but cannot be used; its message names the variable."""


def office_home() -> Path:
    """`PKH_HOME`: everything one office keeps on this machine, `./.pkh` unless told otherwise."""
    return Path(os.environ.get("PKH_HOME") or BASE_DIR / ".pkh").resolve()


def embedded_servers() -> list[str]:
    """The servers nobody gave us a URL for, and which we therefore run ourselves."""
    return [
        name
        for name, variable in (("postgresql", "DATABASE_URL"), ("valkey", "REDIS_URL"))
        if not os.environ.get(variable)
    ]


def database_settings() -> dict:
    """Django's DATABASES["default"], from DATABASE_URL or from the office's own PostgreSQL.

    The URL is `postgres://user:password@host:port/name`; `host` may also be a parameter
    (`?host=/folder/of/the/socket`), and other parameters go to libpq as they are. While the
    office's own server is down the settings point at nothing: commands that need no
    database work all the same.
    """
    given = os.environ.get("DATABASE_URL") or _running("postgresql")
    url = urlsplit(given or "postgres://pkh@/pkh?host=/nonexistent")
    if url.scheme not in {"postgres", "postgresql"}:
        raise WrongEnvironment("DATABASE_URL must start with postgres://")
    name = unquote(url.path.lstrip("/"))
    if not name:
        raise WrongEnvironment("DATABASE_URL must name a database: postgres://…/name")
    parameters = dict(parse_qsl(url.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": parameters.pop("host", "") or unquote(url.hostname or ""),
        "PORT": parameters.pop("port", "") or str(url.port or ""),
        "OPTIONS": {"connect_timeout": CONNECT_SECONDS, **parameters},
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": 60,
    }


def redis_url() -> str:
    """For redis-py: `redis://host:port/0` or `unix:///socket?db=0`."""
    given = os.environ.get("REDIS_URL") or _running("valkey") or "unix:///nonexistent?db=0"
    if urlsplit(given).scheme not in {"redis", "rediss", "unix"}:
        raise WrongEnvironment("REDIS_URL must start with redis://, rediss:// or unix://")
    return given


def broker_url() -> str:
    """The same server for Celery, which spells sockets in its own way."""
    url = urlsplit(redis_url())
    if url.scheme != "unix":
        return redis_url()
    password = f":{quote(unquote(url.password))}@" if url.password else ""
    database = dict(parse_qsl(url.query)).get("db", "0")
    return f"redis+socket://{password}{url.path}?virtual_host={database}"


@cache
def secret_key() -> str:
    """SECRET_KEY, or the office's own random one; a passing one where there is no office yet."""
    if given := os.environ.get("SECRET_KEY"):
        return given
    path = office_home() / "secret-key"
    if not path.exists():
        if not path.parent.is_dir():
            return secrets.token_urlsafe(50)
        part = path.with_name(f".secret-key.{os.getpid()}")
        part.touch(mode=0o600)
        part.write_text(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):
            os.link(part, path)  # unlike a rename, never replaces another's key
        part.unlink()
    return path.read_text()


def office_record() -> Path:
    """Written when an office's tables have been made for the first time."""
    return office_home() / "office.json"


def open_home() -> Path:
    """The office's folder, made when it is not there; passwords in it are 0600 each."""
    home = office_home()
    make_private(home, 0o711 if os.geteuid() == 0 else 0o700)
    make_private(home / "log")
    return home


@contextlib.contextmanager
def servers_for(argv: list[str]):
    """Hold the servers a command line of manage.py needs while the `with` block runs.

    Refuses in one sentence, with exit code 1, when there is no office yet; with `--json`
    the refusal is also the object that scripts read.
    """
    servers = embedded_servers() if _needs_servers(argv) else []
    try:
        if "postgresql" in servers and not office_record().exists():
            raise ServerError(
                "office_not_prepared",
                _("There is no office in %(home)s yet. Run make demo first.")
                % {"home": office_home()},
            )
        with keeper.use(office_home(), *servers):
            yield
    except (ServerError, WrongEnvironment) as reason:
        refuse(getattr(reason, "code", "wrong_environment"), str(reason), argv)


def refuse(code: str, message: str, argv: list[str]) -> None:
    """End the command with exit code 1 and the reason where its reader looks for it."""
    if "--json" in argv:
        print(json.dumps({"error": {"code": code, "message": message}}, ensure_ascii=False))  # noqa: T201
    print(message, file=sys.stderr)  # noqa: T201
    sys.exit(1)


def _needs_servers(argv: list[str]) -> bool:
    if {"-h", "--help", "--version"} & set(argv[1:]):
        return False
    command = next((word for word in argv[1:] if not word.startswith("-")), "")
    if command == "check":
        return "--database" in argv
    return command not in COMMANDS_WITHOUT_SERVERS


def _running(server: str) -> str:
    return read_json(office_home() / server / "running.json").get("url", "")
