"""The embedded database under conditions that real machines have: odd paths, crashes, several users at once."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured

from fundtrack import embedded
from fundtrack.postgres import server

ROOT = Path(embedded.__file__).resolve().parents[1]

#: A process of its own that uses the database until its standard input is closed.
USER = """
import sys
from pathlib import Path
from fundtrack import embedded
print(embedded.database(Path(sys.argv[1]))["HOST"], flush=True)
sys.stdin.read()
"""

pytestmark = pytest.mark.slow

Start = Callable[[Path], subprocess.Popen[str]]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder that the server's own account may reach: pytest closes its own again and again."""
    path = Path(tempfile.mkdtemp(prefix="fundtrack-test-"))
    yield path
    for database in path.glob("**/database"):
        server.stop_unused(database)
    shutil.rmtree(path)


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    """Return a function that starts a user of a folder's database; all are ended after the test."""
    users: list[subprocess.Popen[str]] = []

    def start_user(data_dir: Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", USER, str(data_dir)]
        user = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        users.append(user)
        return user

    yield start_user
    for user in users:
        user.communicate()


def ask(host: str, query: str) -> Any:
    with psycopg.connect(host=host.strip(), port=server.PORT, user="postgres", dbname="postgres") as connection:
        cursor = connection.execute(query)  # type: ignore[call-overload]
        return cursor.fetchone()[0] if cursor.description else None


def host_of(user: subprocess.Popen[str]) -> str:
    assert user.stdout is not None
    return user.stdout.readline()


def stopped_within(data_dir: Path, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while any(server.is_held(data_dir / "database" / lock) for lock in ("server.lock", "keeper.lock")):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def gone_within(path: Path, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while path.exists():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.parametrize(
    "name",
    ["kärki & co's $HOME", "pilkku,kansio", "pitkä-" * 30],
    ids=["blanks-and-signs", "comma", "longer-than-a-socket-address"],
)
def test_serves_from_any_folder(folder: Path, start: Start, name: str) -> None:
    assert ask(host_of(start(folder / name)), "SHOW server_encoding") == "UTF8"


def test_settings_of_the_person_do_not_reach_the_server(
    folder: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"PGPORT": "9999", "PGDATA": "/nowhere", "LC_ALL": "xx_XX", "TZ": "nowhere"}.items():
        monkeypatch.setenv(name, value)
    assert ask(host_of(start(folder)), "SELECT 1") == 1


def test_first_starts_at_once_share_one_server(folder: Path, start: Start) -> None:
    users = [start(folder) for _ in range(3)]
    started = {ask(host_of(user), "SELECT pg_postmaster_start_time()") for user in users}
    assert len(started) == 1


def test_two_folders_are_two_servers(folder: Path, start: Start) -> None:
    first, second = host_of(start(folder / "a")), host_of(start(folder / "b"))
    ask(first, "CREATE TABLE only_here ()")
    assert ask(second, "SELECT to_regclass('only_here')") is None


def test_stops_after_its_last_user_was_killed(folder: Path, start: Start) -> None:
    first, second = start(folder), start(folder)
    host_of(first), host_of(second)
    first.kill()
    assert not stopped_within(folder, 3)
    second.kill()
    assert stopped_within(folder, 10)
    # The keeper removes the socket's folder right after the server's end.
    assert gone_within(folder / "database" / "socket", 10)


def test_what_was_committed_survives_a_crash(folder: Path, start: Start) -> None:
    user = start(folder)
    ask(host_of(user), "CREATE TABLE kept AS SELECT 7 AS number")
    os.kill(int(server.pid_file(folder / "database")[0]), signal.SIGKILL)
    assert ask(host_of(start(folder)), "SELECT number FROM kept") == 7


def test_a_number_left_by_a_crash_may_belong_to_another_process(folder: Path, start: Start) -> None:
    user = start(folder)
    host_of(user)
    user.kill()
    assert stopped_within(folder, 10)
    stale = folder / "database" / "cluster" / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{stale.parent}\n0\n5432\n{folder}\n\n0 0\nready\n")
    assert ask(host_of(start(folder)), "SELECT 1") == 1


def test_an_interrupted_first_start_begins_again(folder: Path, start: Start) -> None:
    half = folder / "database" / "cluster.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    assert ask(host_of(start(folder)), "SELECT 1") == 1


def test_a_deleted_folder_is_given_up(folder: Path, start: Start) -> None:
    user = start(folder)
    host_of(user)
    process = int(server.pid_file(folder / "database")[0])
    subprocess.run(["rm", "-r", folder / "database"], check=True)
    user.kill()
    until = time.monotonic() + 10
    while Path(f"/proc/{process}").exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not Path(f"/proc/{process}").exists()


def test_says_why_a_folder_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "database").write_text("a file where the folder should be")
    with pytest.raises(ImproperlyConfigured, match="cannot be used"):
        embedded.database(tmp_path)


def test_says_that_another_account_owns_the_data_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ImproperlyConfigured, match="FUNDTRACK_DATA"):
        embedded.development_secret(tmp_path / "file" / "folder")


def test_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        embedded.database(tmp_path)


def test_secret_is_made_once_and_private(tmp_path: Path) -> None:
    secret = embedded.development_secret(tmp_path / "new")
    assert len(secret) >= 50
    assert embedded.development_secret(tmp_path / "new") == secret
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secret-key"]
    assert (tmp_path / "new" / "secret-key").stat().st_mode & 0o077 == 0
