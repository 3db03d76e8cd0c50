"""What the environment says about servers: the one place that reads DATABASE_URL and REDIS_URL."""

import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

BASE_DIR = Path(__file__).resolve().parent.parent


class WrongEnvironment(Exception):
    """A variable that is set but cannot be used; its message names the variable."""


def office_home() -> Path:
    return Path(os.environ.get("PKH_HOME") or BASE_DIR / ".pkh").resolve()


def database_settings() -> dict:
    """Django's DATABASES["default"] from DATABASE_URL (postgres://user:password@host:port/name)."""
    url = urlsplit(os.environ.get("DATABASE_URL", ""))
    if url.scheme not in {"postgres", "postgresql"}:
        raise WrongEnvironment("DATABASE_URL must start with postgres://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": unquote(url.hostname or ""),
        "PORT": str(url.port or ""),
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": 60,
    }


def broker_url() -> str:
    return os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")


def secret_key() -> str:
    """SECRET_KEY of production; an office started by `make demo` keeps a random one of its own."""
    key = os.environ.get("SECRET_KEY", "")
    if key:
        return key
    path = office_home() / "secret-key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text()
