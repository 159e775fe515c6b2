"""Find the Chromium that the browser tests drive: ``python tools/chromium.py`` prints its path."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

ADVICE = """No Chromium was found for the browser tests. Any of these will do:
  as root on Debian:  apt-get install chromium
  anywhere:           .venv/bin/python -m playwright install --with-deps chromium
  already installed:  set FUNDTRACK_CHROMIUM to the program's path"""


class ChromiumMissing(Exception):
    """No Chromium that starts; the text says what to install."""


def chromium_path() -> Path:
    """Return the path of a Chromium or Chrome that starts.

    Raises:
        ChromiumMissing: when there is none, with what to install.
    """
    for path in _candidates():
        if _starts(path):
            return path
    raise ChromiumMissing(ADVICE)


def _candidates() -> Iterator[Path]:
    if named := os.environ.get("FUNDTRACK_CHROMIUM"):
        yield Path(named)
        return
    for name in NAMES:
        if found := shutil.which(name):
            yield Path(found)
    default = Path.home() / ".cache" / "ms-playwright"
    own = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", default))
    yield from sorted(own.glob("chromium-*/chrome-linux*/chrome"), reverse=True)


def _starts(path: Path) -> bool:
    # Ubuntu's chromium-browser may be a stand-in that only says where the snap is.
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    try:
        print(chromium_path())
    except ChromiumMissing as missing:
        sys.exit(str(missing))
