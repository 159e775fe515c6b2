#!/bin/sh
# Makes FundTrack runnable in this folder: system libraries, Python environment, locked packages.
#
#   sh tools/setup.sh          what the application needs
#   sh tools/setup.sh test     and a Chromium for the browser tests
#
# May be repeated; when nothing changed it only looks. System packages are installed where that is allowed (as
# root or with sudo, on Debian and Ubuntu); elsewhere the missing ones are named.
set -eu
cd "$(dirname "$0")/.."
log=.setup.log
export DEBIAN_FRONTEND=noninteractive PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1

say() { printf 'FundTrack: %s\n' "$*"; }
fail() { printf 'FundTrack: %s\n' "$@" >&2; exit 1; }

# Runs a command with its output in the log; shows the end of the log when it fails.
quietly() {
    "$@" >>"$log" 2>&1 </dev/null && return
    printf 'FundTrack: this failed: %s\nThe end of %s:\n' "$*" "$log" >&2
    tail -n 20 "$log" >&2
    return 1
}

# --- system packages

as_root=
may_install() {
    command -v apt-get >/dev/null || return 1
    [ "$(id -u)" -eq 0 ] && return
    command -v sudo >/dev/null || return 1
    # Asks for the password only where somebody can type it.
    if sudo -n true 2>/dev/null || { [ -z "${CI:-}" ] && [ -t 0 ] && sudo -v; }; then
        as_root="sudo -n env DEBIAN_FRONTEND=noninteractive"
        return
    fi
    return 1
}

update_lists() {
    quietly $as_root apt-get -o DPkg::Lock::Timeout=300 update || say "going on with the package lists that are there"
}

install_packages() { # purpose, package…
    purpose=$1
    shift
    if ! may_install; then
        fail "missing for $purpose: $*" \
            "ask somebody who may to run: apt-get install --no-install-recommends $*" \
            "(these are the names on Debian and Ubuntu), then run this again."
    fi
    say "installing for $purpose: $*"
    update_lists
    quietly $as_root apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@" ||
        fail "these packages could not be installed: $*"
}

# --- Python

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

has_environment() {
    is_new_enough .venv/bin/python && .venv/bin/python -c 'import pip' >/dev/null 2>&1
}

find_python() {
    if has_environment; then
        echo .venv/bin/python
        return
    fi
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.11 python3.12 python3.13 python3.14 python3.15; do
        if is_new_enough "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
}

# One at a time: `make demo` and `make test` may be started together.
if command -v flock >/dev/null; then
    exec 9>"$log.lock"
    flock 9
fi
: >"$log"

# A Python environment in use would hide which Python is meant.
unset PYTHONHOME PYTHONPATH VIRTUAL_ENV
python=$(find_python)
if [ -z "$python" ]; then
    install_packages "Python 3.11 or newer" python3 python3-venv
    python=$(find_python)
    [ -n "$python" ] || fail "Python 3.11 or newer is needed, and this system's python3 is older." \
        "Install one (the package python3.11 where there is one) or name it: make PYTHON=/path/to/python3.11 …"
fi

# --- what is missing?

missing=$("$python" - "${1:-}" <<'END'
import ctypes
import importlib.util
import os
import shutil
import sys

libraries = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
    "libfontconfig.so.1": "libfontconfig1",
}
if sys.argv[1] == "test":
    libraries |= {"libatomic.so.1": "libatomic1", "libstdc++.so.6": "libstdc++6"}  # for Playwright
for library, package in libraries.items():
    try:
        ctypes.CDLL(library)
    except OSError:
        print(package)
if not shutil.which("msgfmt"):
    print("gettext")
if not os.path.exists(".venv/bin/pip") and not importlib.util.find_spec("ensurepip"):
    print("python%d.%d-venv" % sys.version_info[:2])
END
)
# shellcheck disable=SC2086  # a list of package names
[ -z "$missing" ] || install_packages "documents, translations, Python and tests" $missing

# --- the Python environment

if ! has_environment; then
    say "making the Python environment in .venv with $python"
    quietly "$python" -m venv --clear .venv || fail "the Python environment could not be made."
fi
state=$(cat requirements-dev.lock - <<END | sha256sum
$(.venv/bin/python -c 'import sys, platform; print(sys.version, platform.machine())')
END
)
if [ "$(cat .venv/installed 2>/dev/null)" != "$state" ]; then
    say "installing the locked packages (a few minutes the first time)"
    quietly .venv/bin/python -m pip install --require-hashes --requirement requirements-dev.lock ||
        fail "the packages could not be installed."
    printf '%s\n' "$state" >.venv/installed
fi

# --- the browser of the tests

[ "${1:-}" = test ] || exit 0
.venv/bin/python tools/chromium.py >/dev/null 2>&1 && exit 0
if may_install; then
    update_lists
    if [ -n "$(apt-cache show chromium 2>/dev/null)" ]; then
        install_packages "the browser tests" chromium
    else
        # Where Chromium is not among the packages (Ubuntu has it as a snap only), Playwright brings its own.
        say "fetching Chromium for the browser tests"
        quietly .venv/bin/python -m playwright install --with-deps chromium || true
    fi
fi
.venv/bin/python tools/chromium.py >/dev/null
