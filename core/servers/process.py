"""Children that never outlive their parent, and how they are stopped."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)  # loaded before any fork, not in the child


def die_with_parent(signum: int = signal.SIGKILL) -> None:
    """Ask the kernel for `signum` when the thread that forked this process ends.

    Called in the child after the change of account: changing it clears the wish.
    """
    _libc.prctl(PR_SET_PDEATHSIG, int(signum), 0, 0, 0)


def spawn(
    argv,
    *,
    death_signal: int = signal.SIGKILL,
    account=None,
    log: Path | None = None,
    stderr=None,
    env=None,
    cwd=None,
    pass_fds=(),
) -> subprocess.Popen:
    """Start a child in its own session, tied to this process's life.

    The own session keeps a Ctrl-C of the terminal away from it: the parent decides the
    order in which things stop. Must be called from a thread that lives as long as the
    child should; here always the main one.
    """
    parent = os.getpid()

    def in_child():
        die_with_parent(death_signal)
        if os.getppid() != parent:  # the parent died between fork and prctl
            os._exit(1)

    options = {}
    if account is not None:
        options = {"user": account.uid, "group": account.gid, "extra_groups": []}
    # The log may hold names of files and tables: for the office's account only.
    opener = lambda path, flags: os.open(path, flags, 0o600)  # noqa: E731
    with contextlib.ExitStack() as stack:
        out = stack.enter_context(open(log, "ab", opener=opener)) if log else subprocess.DEVNULL
        return subprocess.Popen(
            [str(part) for part in argv],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=stderr if stderr is not None else subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=in_child,
            env=env,
            cwd=cwd,
            pass_fds=pass_fds,
            **options,
        )


def stop(process: subprocess.Popen, steps) -> None:
    """Ask ever less politely: `steps` are (signal, seconds to wait); then the whole session."""
    for signum, seconds in steps:
        if process.poll() is not None:
            break
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signum)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)  # grandchildren that stayed in the session
    if process.poll() is None:
        process.kill()
        process.wait()


def pids_working_in(folder: Path, *, program: str) -> list[int]:
    """Processes of `program` whose current folder is `folder`, where servers keep their data.

    The program's name matters: a clerk's shell may stand in the same folder. Processes of
    other accounts, which we may not look at, are left out.
    """
    wanted = str(folder.resolve())
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if (
                    str((entry / "cwd").readlink()) == wanted
                    and (entry / "comm").read_text().strip() == program
                ):
                    found.append(int(entry.name))
    return found


def end_leftovers(folder: Path, *, program: str, steps) -> None:
    """Signal every such process until none is left; `steps` as for `stop`."""
    for signum, seconds in steps:
        leftovers = pids_working_in(folder, program=program)
        for pid in leftovers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signum)
        if not leftovers or wait_until(
            lambda: not pids_working_in(folder, program=program), seconds
        ):
            return


def wait_until(condition, seconds: float, pause: float = 0.05) -> bool:
    """True as soon as `condition()` is; False when `seconds` have passed without."""
    deadline = time.monotonic() + seconds
    while True:
        if condition():
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(pause)
