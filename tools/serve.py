"""Serve FundTrack on this machine for the demonstration: ``python tools/serve.py [PORT]``.

It is served as in production: by gunicorn, with a worker beside it and static files from the application itself.
Ctrl-C (or SIGTERM, or closing the terminal) stops all of it, the embedded database included.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
PORTS_TRIED = 50


def say(text: str) -> None:
    """Print a line at once."""
    with suppress(OSError):  # the terminal may be closed
        print(f"FundTrack: {text}", flush=True)


def free_port(wanted: int) -> int | None:
    """Return the first port from ``wanted`` on that nobody listens on, None when there is none near."""
    for port in range(wanted, min(wanted + PORTS_TRIED, 65536)):
        with socket.socket() as probe:
            # Like gunicorn: a port whose last connections are still closing is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
        return port
    return None


def wait_until_served(server: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until the server answers; False when it ended instead."""
    while server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return True
        time.sleep(0.05)
    return False


def serve(port: int) -> int:
    """Serve on ``port`` until stopped; returns the exit status."""
    (data_folder() / "static").mkdir(parents=True, exist_ok=True)  # its absence would be warned about
    command = [sys.executable, "-m", "gunicorn", "fundtrack.wsgi", "--bind", f"{HOST}:{port}"]
    command += ["--workers", "2", "--threads", "4", "--log-level", "warning", "--no-control-socket"]
    command += ["--graceful-timeout", "3"]
    server = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL)
    worker = start_worker()
    stopping = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        if server.poll() is None:
            server.send_signal(signal.SIGINT)  # at once: browsers keep their connections open

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    if wait_until_served(server, port):
        say(f"open http://{HOST}:{port}/ in a browser. Ctrl-C stops it.")
    while (status := server.poll()) is None:
        with suppress(subprocess.TimeoutExpired):
            server.wait(timeout=2)
        if worker.poll() is not None and server.poll() is None:
            say(f"the worker ended with status {worker.returncode}, starting another.")
            worker = start_worker()
    stop_worker(worker)
    stop_database()
    if stopping:
        say("stopped.")
        return 0
    say(f"the server ended with status {status}.")
    return status or 1


def start_worker() -> subprocess.Popen[bytes]:
    """Start what takes the steps of imports of long files; it may be killed at any moment."""
    command = [sys.executable, "manage.py", "procrastinate", "worker", "--shutdown-graceful-timeout", "3"]
    # Not stopped by Ctrl-C itself: it ends after the server, when nobody asks for anything any more.
    return subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
    )


def stop_worker(worker: subprocess.Popen[bytes]) -> None:
    """Stop the worker; a step that it has begun is undone by the database."""
    worker.terminate()
    try:
        worker.wait(timeout=5)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


def data_folder() -> Path:
    """Return the installation's folder, as the settings find it."""
    return Path(os.environ.get("FUNDTRACK_DATA") or ROOT / ".data").expanduser().resolve()


def stop_database() -> None:
    """Stop the embedded database at once when nobody else uses it."""
    from fundtrack.postgres.server import stop_unused

    folder = data_folder() / "database"
    if folder.exists() and not os.environ.get("DATABASE_URL"):
        stop_unused(folder)


def main(arguments: list[str]) -> int:
    """Choose the port and serve."""
    wanted = int(arguments[0]) if arguments and arguments[0].isdigit() else 8000
    port = free_port(wanted)
    if port is None:
        sys.exit(f"FundTrack: no free port from {wanted} on. Choose another: make demo PORT=9000")
    if port != wanted:
        say(f"port {wanted} is taken, using {port}.")
    sys.path.insert(0, str(ROOT))
    return serve(port)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
