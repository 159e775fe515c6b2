"""Makes the cluster of a folder and starts its server."""

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from fundtrack.postgres.server import (
    PORT,
    SUPERUSER,
    PostgresError,
    is_held,
    is_ready,
    pid_file,
    remove_socket,
    try_lock,
    wait,
)

#: The system account that runs the server when root starts FundTrack; PostgreSQL refuses to run as root.
ACCOUNT = "fundtrack-db"
#: Longest path of a socket, in bytes, that Linux and macOS both accept.
LONGEST_SOCKET = 103


def launch(folder: Path, binaries: Path) -> tuple[subprocess.Popen[bytes] | None, list[str]]:
    """Start the server unless it runs; returns it and what the person should know."""
    if not wait(lambda: is_ready(folder) or not is_held(folder / "server.lock")):
        raise PostgresError(f"PostgreSQL runs but does not answer; its log is {folder / 'log'}.")
    if is_ready(folder):
        return None, []
    account, notices = None, []
    if os.geteuid() == 0:
        account = _account(folder)
        notices = _let_through(account, [folder, binaries.parent])
        _let_read(binaries.parent)
    if not (folder / "cluster").exists():
        _make_cluster(folder, binaries, account)
    _clear_stale(folder)
    return _run_server(folder, binaries, account), notices


def _run_server(folder: Path, binaries: Path, account: pwd.struct_passwd | None) -> subprocess.Popen[bytes]:
    sockets = _make_socket_folder(folder, account)
    lock = try_lock(folder / "server.lock")
    assert lock is not None
    settings = ["listen_addresses=", f'unix_socket_directories="{sockets}"', "unix_socket_permissions=0700"]
    command = [str(binaries / "postgres"), "-D", str(folder / "cluster"), "-p", PORT]
    command += [part for setting in settings for part in ("-c", setting)]
    with (folder / "log").open("ab") as log:
        server = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[lock],
            start_new_session=True,
            **_as_account(account),
        )
    os.close(lock)
    if not wait(lambda: server.poll() is not None or is_ready(folder)) or server.poll() is not None:
        server.kill()
        last_words = (folder / "log").read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
        raise PostgresError("\n".join(["PostgreSQL did not start. It said:", *last_words]))
    return server


def _make_cluster(folder: Path, binaries: Path, account: pwd.struct_passwd | None) -> None:
    new = folder / "cluster.new"
    shutil.rmtree(new, ignore_errors=True)
    _make_private(new, account)
    # The same order of text and the same messages everywhere, whatever locales the machine has.
    locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8"]
    result = subprocess.run(
        [str(binaries / "initdb"), "-D", str(new), "-U", SUPERUSER, "--auth=trust", *locale],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        **_as_account(account),
    )
    if result.returncode:
        raise PostgresError(f"PostgreSQL could not make the cluster. It said:\n{result.stderr.strip()}")
    new.rename(folder / "cluster")  # whole or not at all: an interrupted first start begins again


def _make_private(path: Path, account: pwd.struct_passwd | None) -> None:
    path.mkdir(mode=0o700)
    if account:
        os.chown(path, account.pw_uid, account.pw_gid)


def _make_socket_folder(folder: Path, account: pwd.struct_passwd | None) -> Path:
    remove_socket(folder)
    place = folder / "socket"
    # Long paths do not fit into a socket's address, and a comma separates hosts in PostgreSQL's own lists.
    if len(os.fsencode(place / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET and not set(',"') & set(str(place)):
        _make_private(place, account)
        return place
    temporary = tempfile.gettempdir() if len(tempfile.gettempdir()) < LONGEST_SOCKET // 2 else "/tmp"  # noqa: S108
    short = Path(tempfile.mkdtemp(prefix="fundtrack-", dir=temporary))
    if account:
        os.chown(short, account.pw_uid, account.pw_gid)
    place.symlink_to(short)
    return short


def _clear_stale(folder: Path) -> None:
    """Remove what a crashed server left, whose process number may belong to any other process by now."""
    lines = pid_file(folder)
    if not lines:
        return
    with suppress(OSError):
        if Path(f"/proc/{int(lines[0])}/cwd").samefile(folder / "cluster"):
            raise PostgresError(f"Process {lines[0]}, which FundTrack did not start, serves it. Stop that first.")
    (folder / "cluster" / "postmaster.pid").unlink(missing_ok=True)


def _as_account(account: pwd.struct_passwd | None) -> dict[str, Any]:
    """Return the arguments of a process that runs as ``account``, away from the person's settings."""
    # PG* variables of the person would change the port, the folder and more.
    surroundings = {"cwd": "/", "env": {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}}
    if account is None:
        return surroundings
    return {**surroundings, "user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


# --- as root


def _account(folder: Path) -> pwd.struct_passwd:
    """Return the account that owns the cluster, or the one made for it; ``nobody`` where none can be made."""
    with suppress(FileNotFoundError, KeyError):
        owner = pwd.getpwuid((folder / "cluster").stat().st_uid)
        if owner.pw_uid:
            return owner
    with suppress(KeyError):
        return pwd.getpwnam(ACCOUNT)
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    with suppress(OSError):
        command = ["useradd", *options, "--shell", "/usr/sbin/nologin", ACCOUNT]
        subprocess.run(command, capture_output=True, check=False)
    with suppress(KeyError):
        return pwd.getpwnam(ACCOUNT)
    return pwd.getpwnam("nobody")


def _let_through(account: pwd.struct_passwd, targets: list[Path]) -> list[str]:
    """Let the account pass (not list) the folders down to ``targets``; returns a line for each change."""
    notices = []
    for path in dict.fromkeys(step for target in targets for step in [*reversed(target.parents), target]):
        mode = path.stat().st_mode
        if not mode & 0o001 and path.stat().st_uid != account.pw_uid:
            path.chmod(mode | 0o001)
            notices.append(f"The database's account {account.pw_name} may now pass through {path}.\n")
    return notices


def _let_read(installation: Path) -> None:
    """Let everybody read the server's files where a strict umask forbade it."""
    for folder, _, names in os.walk(installation):
        for path in [Path(folder), *(Path(folder, name) for name in names)]:
            mode = path.lstat().st_mode
            wanted = mode | 0o004 | (0o001 if mode & 0o100 else 0)
            if wanted != mode and not path.is_symlink():
                path.chmod(wanted)
