"""What a process that uses the embedded server calls."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PORT = "5432"
SUPERUSER = "postgres"
#: Seconds that a start (recovery after a crash included) and a stop may take.
PATIENCE = 60.0


class PostgresError(Exception):
    """The server could not be made or started; the text is for people."""


# --- locks


def open_lock(path: Path) -> int:
    """Open the lock file ``path``, making it when missing; the lock itself is not taken."""
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


@contextmanager
def locked(path: Path) -> Iterator[int]:
    """Hold the lock ``path`` alone, waiting for it; gives its file descriptor."""
    descriptor = open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def share(path: Path) -> int:
    """Take the lock ``path`` with others until the returned descriptor is closed or the process ends."""
    descriptor = open_lock(path)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def try_lock(path: Path) -> int | None:
    """Take the lock ``path`` alone, like ``share``; None when others hold it."""
    descriptor = open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def is_held(path: Path) -> bool:
    """Say whether any process holds the lock ``path``."""
    descriptor = try_lock(path)
    if descriptor is None:
        return True
    os.close(descriptor)
    return False


# --- what is running


def socket_folder(folder: Path) -> Path:
    """Folder of the server's socket: inside ``folder``, or a short one that a link there names."""
    place = folder / "socket"
    return Path(os.readlink(place)) if place.is_symlink() else place


def pid_file(folder: Path) -> list[str]:
    """Return the lines of the server's own file: process number first, status eighth; none when stopped."""
    try:
        return os.fsdecode((folder / "cluster" / "postmaster.pid").read_bytes()).splitlines()
    except FileNotFoundError:
        return []


def is_ready(folder: Path) -> bool:
    """Say whether the server of ``folder`` runs and accepts connections."""
    lines = pid_file(folder)
    if len(lines) < 8 or lines[7].strip() != "ready" or not is_held(folder / "server.lock"):
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        return probe.connect_ex(os.fspath(socket_folder(folder) / f".s.PGSQL.{PORT}")) == 0


def wait(condition: Callable[[], bool]) -> bool:
    """Wait until ``condition`` holds, for ``PATIENCE`` at most; False when it did not."""
    until = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


# --- starting and stopping


def join(folder: Path, binaries: Path) -> int:
    """Use the server of ``folder``, starting it when needed.

    Args:
        folder: absolute path, made when missing; holds the cluster, its log, its socket and the locks.
        binaries: folder of ``initdb`` and ``postgres``.

    Returns:
        A file descriptor; the server runs at least until it is closed, by the process's end at the latest.

    Raises:
        PostgresError: with the reason in words.
        OSError: when the folder cannot be used.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / "change.lock") as change:
        if not is_ready(folder) or not is_held(folder / "keeper.lock"):
            _start(folder, binaries, change)
        return share(folder / "users.lock")


def _start(folder: Path, binaries: Path, change: int) -> None:
    # The program inherits the change lock: nobody starts a second server if this process is interrupted here.
    program = [sys.executable, "-E", "-s", "-X", "utf8", "-m", "fundtrack.postgres.keeper"]
    result = subprocess.run(
        [*program, str(folder), str(binaries), str(change)],
        cwd=Path(__file__).resolve().parents[2],
        pass_fds=[change],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="backslashreplace",
        check=False,
    )
    if result.returncode:
        raise PostgresError(result.stderr.strip() or f"It did not start; its log is {folder / 'log'}.")
    sys.stderr.write(result.stdout)


def stop_unused(folder: Path) -> bool:
    """Stop the server of ``folder`` at once unless a process uses it; True when it does not run any more."""
    with locked(folder / "change.lock"):
        return stop_unused_locked(folder)


def stop_unused_locked(folder: Path) -> bool:
    """Do the same where the change lock is held already."""
    alone = try_lock(folder / "users.lock")
    if alone is None:
        return False
    try:
        for request in (signal.SIGINT, signal.SIGQUIT):  # the fast shutdown, then the immediate one
            lines = pid_file(folder)
            if lines and is_held(folder / "server.lock"):
                os.kill(int(lines[0]), request)
            if wait(lambda: not is_held(folder / "server.lock")):
                remove_socket(folder)
                return True
        return False
    finally:
        os.close(alone)


def remove_socket(folder: Path) -> None:
    """Remove the folder of the socket, the short one that is linked included."""
    shutil.rmtree(socket_folder(folder), ignore_errors=True)
    (folder / "socket").unlink(missing_ok=True)
