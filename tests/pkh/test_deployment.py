"""What production reads: each variable documented, no password with a default."""

import ast
import re
import shutil
import subprocess

import pytest
import yaml

from pkh.environment import BASE_DIR
from tests.msgids import FLOORS

COMPOSE = BASE_DIR / "docker-compose.yml"
READERS = ["pkh", "core/servers"]
# Read, but not the office's: set by the shell or by the platform.
NOT_OURS = {"DJANGO_SETTINGS_MODULE", "PATH", "TMPDIR"}


def variables_read(folders=READERS):
    """Names given to os.environ and to the little readers of settings.py."""
    found = set()
    for folder in folders:
        for path in (BASE_DIR / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and node.args:
                    reader, name = ast.unparse(node.func), node.args[0]
                    if reader not in {"os.environ.get", "os.getenv", "flag", "words", "number"}:
                        continue
                elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
                    reader, name = ast.unparse(node.value), node.slice
                    if reader != "os.environ":
                        continue
                else:
                    continue
                if isinstance(name, ast.Constant):
                    found.add(name.value)
    return found - NOT_OURS


def test_every_variable_read_has_its_line():
    documented = set(re.findall(r"^#?([A-Z_]+)=", (BASE_DIR / ".env.example").read_text(), re.M))

    assert {"SECRET_KEY", "PKH_HOME", "ALLOWED_HOSTS"} <= variables_read()
    assert variables_read() - documented == set()


def documented():
    """The first cells of the tables of docs/admin/settings.md."""
    text = (BASE_DIR / "docs/admin/settings.md").read_text()
    cells = re.findall(r"^\| (`.*?) \|", text, re.M)
    return {name for cell in cells for name in re.findall(r"`([A-Z_]+)`", cell)}


def test_every_variable_read_is_in_the_table_of_settings():
    everywhere = variables_read([*FLOORS, "tests"])
    ours = variables_read() | {name for name in everywhere if name.startswith("PKH_")}
    example = set(re.findall(r"^#?([A-Z_]+)=", (BASE_DIR / ".env.example").read_text(), re.M))

    assert {"PKH_REQUIRE_BROWSER", "PKH_CHAOS_ROWS", "PKH_SERVER_BINARIES", "EMAIL_FROM"} <= ours
    assert sorted((ours | example) - documented()) == []
    assert sorted(documented() - ours - example) == []


def test_compose_has_every_part_with_a_health_check():
    services = yaml.safe_load(COMPOSE.read_text())["services"]

    assert {"postgres", "valkey", "web", "beat"} <= set(services)
    assert {name for name in services if name.startswith("worker-")} == {
        "worker-fast", "worker-import", "worker-export",
    }  # fmt: skip
    without = {name for name, service in services.items() if "healthcheck" not in service}
    assert without == {"migrate"}  # it ends


def test_compose_has_no_default_password():
    mentioned = re.findall(r"\$\{((?:\w*PASSWORD|SECRET_KEY)[^}]*)\}", COMPOSE.read_text())

    assert len(mentioned) >= 5
    assert [text for text in mentioned if ":?" not in text] == []


@pytest.mark.slow
def test_compose_is_valid_for_its_client():
    client = shutil.which("docker")
    asked = client and subprocess.run([client, "compose", "version"], capture_output=True)
    if not client or asked.returncode:
        pytest.skip("docker compose is not installed")
    secrets = dict.fromkeys(
        ("POSTGRES_PASSWORD", "VALKEY_PASSWORD", "SECRET_KEY", "ALLOWED_HOSTS",
         "CSRF_TRUSTED_ORIGINS"),
        "x",
    )  # fmt: skip

    said = subprocess.run(
        [client, "compose", "-f", COMPOSE, "config", "-q"],
        capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", **secrets},
    )  # fmt: skip

    assert (said.returncode, said.stderr) == (0, "")
