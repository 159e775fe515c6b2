"""FundTrack served as its own process from its own database, for tests that drive a browser."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

from tests import databases

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
PREFIX = "fundtrack_e2e_"


class ServedInstallation:
    """A running FundTrack: its address, its database and the commands on it."""

    def __init__(self, *, url: str, environment: dict[str, str], database: str, folder: Path) -> None:
        #: address without a slash at the end, such as ``http://127.0.0.1:40123``
        self.url = url
        #: name of its database
        self.database = database
        #: its ``FUNDTRACK_DATA``: files, mails and the server's log
        self.folder = folder
        #: state of the browser (cookies) by person, kept so that people sign in once per file
        self.signed_in: dict[str, Any] = {}
        self._environment = environment

    def manage(self, *arguments: str, check: bool = True) -> str:
        """Run ``manage.py`` on this installation and return its output."""
        return run_manage(self._environment, *arguments, check=check)

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Return the rows of an SQL query on its database."""
        with databases.connect(self.database) as connection:
            return connection.execute(query, parameters or None).fetchall()  # type: ignore[arg-type]

    def password(self) -> str:
        """Return the password of the demonstration's people."""
        return (self.folder / "demo-password").read_text(encoding="ascii").strip()

    def mails(self) -> list[str]:
        """Return the mails it has sent, oldest first."""
        return [path.read_text(encoding="utf-8") for path in sorted((self.folder / "mails").glob("*"))]

    def log(self) -> str:
        """Return what the server has written."""
        return (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")


def run_id() -> str:
    """Number of the process that leads this test run; the same in all its workers."""
    return str(os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid())


def drop_databases() -> None:
    """Drop the databases of this test run, and of earlier ones that were killed."""
    for name in databases.names(PREFIX):
        owner = name.removeprefix(PREFIX).split("_")[0]
        if owner == run_id() or not _is_alive(int(owner)):
            databases.drop(name)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def environment_of(database: str, folder: Path) -> dict[str, str]:
    """Return the environment of an installation in ``folder`` on ``database``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FUNDTRACK_", "PYTEST_"))}
    mails = folder / "mails"
    mails.mkdir(parents=True, exist_ok=True)
    return {
        **kept,
        "DATABASE_URL": databases.database_url(database),
        "EMAIL_URL": f"filemail:///{quote(str(mails))}",
        "FUNDTRACK_DATA": str(folder),
        "PYTHONUNBUFFERED": "1",
        "SECRET_KEY": "not secret: an installation that lives as long as one test module",
    }


def run_manage(environment: dict[str, str], *arguments: str, check: bool = True) -> str:
    """Run ``manage.py`` in ``environment``; returns what it printed, errors included."""
    result = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    if check and result.returncode:
        raise AssertionError(f"manage.py {' '.join(arguments)} ended with {result.returncode}:\n{result.stdout}")
    return result.stdout


@contextmanager
def served(database: str, folder: Path) -> Iterator[ServedInstallation]:
    """Serve the installation in ``folder`` on ``database`` from a free port while the block runs."""
    environment = environment_of(database, folder)
    # The socket is made here and inherited, so that nobody else can take the port in between.
    with socket.create_server(("127.0.0.1", 0)) as listener, (folder / "server.log").open("wb") as log:
        port = listener.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "fundtrack.wsgi", "--bind", f"fd://{listener.fileno()}"]
        command += ["--workers", "1", "--threads", "4", "--log-level", "warning", "--no-control-socket"]
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=log, pass_fds=[listener.fileno()]
        )
        installation = ServedInstallation(
            url=f"http://127.0.0.1:{port}", environment=environment, database=database, folder=folder
        )
        try:
            _wait_until_served(installation, process)
            yield installation
        finally:
            process.terminate()
            process.wait(timeout=START_SECONDS)


def _wait_until_served(installation: ServedInstallation, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            # The socket listens from the start: the answer comes when the application is loaded.
            with urlopen(f"{installation.url}/accounts/login/", timeout=START_SECONDS):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"FundTrack did not start to serve:\n{installation.log()}")
