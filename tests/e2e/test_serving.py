"""The demonstration's server: it serves, has a worker beside it, and stops with it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import databases
from tests.e2e.server import ROOT, environment_of

PATIENCE = 60


@pytest.mark.slow
def test_the_server_has_a_worker_that_stops_with_it(demonstration: tuple[str, Path], tmp_path: Path) -> None:
    database = f"{demonstration[0]}_serving"
    databases.create(database, template=demonstration[0])
    log = tmp_path / "log"
    try:
        with log.open("wb") as output:
            server = subprocess.Popen(
                [sys.executable, "tools/serve.py", "8900"],
                cwd=ROOT,
                env=environment_of(database, tmp_path),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        assert becomes(lambda: "open http://127.0.0.1:" in log.read_text()), log.read_text()
        assert becomes(lambda: workers(database) == 1), log.read_text()
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=PATIENCE) == 0
        assert "stopped." in log.read_text()
        assert becomes(lambda: not running(database))
    finally:
        if server.poll() is None:
            os.kill(server.pid, signal.SIGKILL)
        databases.drop(database)


def becomes(condition: Callable[[], object]) -> bool:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.1)
    return False


def workers(database: str) -> int:
    with databases.connect(database) as connection:
        return connection.execute("SELECT count(*) FROM procrastinate_workers").fetchone()[0]  # type: ignore[index]


def running(database: str) -> int:
    """Connections to the database beside this one."""
    with databases.connect(database) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()", [database]
        )
        return found.fetchone()[0]  # type: ignore[index]
