"""The program that starts the embedded server and stays behind to stop it: ``server.join`` runs it."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

from fundtrack.postgres.launch import launch
from fundtrack.postgres.server import PostgresError, is_held, locked, open_lock, stop_unused_locked, try_lock

#: Seconds that an unused server waits for its next user, so that commands in a row do not restart it.
LINGER = 2.0
#: Bytes after which the server's log is started anew.
LARGEST_LOG = 5_000_000


def _keep(folder: Path, binaries: Path, change: int, report: int) -> NoReturn:
    """Start the server, report, and stay as its keeper unless it has one."""
    os.setsid()
    os.chdir("/")
    os.umask(0o077)
    _redirect(folder / "log")
    keeper = try_lock(folder / "keeper.lock")
    try:
        server, notices = launch(folder, binaries)
    except (PostgresError, OSError) as error:
        os.write(report, f"failed\n{error}".encode(errors="surrogateescape"))
        os._exit(1)
    os.write(report, "".join(["ready\n", *notices]).encode(errors="surrogateescape"))
    os.close(report)
    os.close(change)
    if keeper is not None:
        _watch(folder, keeper, server)
    os._exit(0)


def _redirect(log: Path) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    if log.exists() and log.stat().st_size > LARGEST_LOG and not is_held(log.with_name("server.lock")):
        flags |= os.O_TRUNC
    descriptor = os.open(log, flags, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for standard, source in ((0, nothing), (1, descriptor), (2, descriptor)):
        os.dup2(source, standard)


def _watch(folder: Path, keeper: int, server: subprocess.Popen[bytes] | None) -> None:
    users = open_lock(folder / "users.lock")
    while True:
        fcntl.flock(users, fcntl.LOCK_EX)  # granted when the last user is gone
        fcntl.flock(users, fcntl.LOCK_UN)
        time.sleep(LINGER)
        if not _is_still(users, folder / "users.lock"):
            # The folder was deleted. Nothing to save, and a clean stop could delete a new server's socket.
            if server is not None:
                server.kill()
            return
        with locked(folder / "change.lock"):
            if stop_unused_locked(folder):
                os.close(keeper)
                return


def _is_still(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def main(arguments: list[str]) -> int:
    """Start the server and its keeper; the exit status says whether it runs, the output what went wrong."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    folder, binaries, change = Path(arguments[0]), Path(arguments[1]), int(arguments[2])
    answer, report = os.pipe()
    if os.fork() == 0:
        os.close(answer)
        _keep(folder, binaries, change, report)
    os.close(report)
    with os.fdopen(answer, encoding="utf-8", errors="surrogateescape") as words:
        outcome, _, text = words.read().partition("\n")
    ready = outcome == "ready"
    (sys.stdout if ready else sys.stderr).write(text)
    return 0 if ready else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
