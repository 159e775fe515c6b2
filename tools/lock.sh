#!/bin/sh
# Writes the two locks from pyproject.toml: requirements.lock (production) and requirements-dev.lock (production,
# demonstration and tests). Keeps the versions that are locked already; UPGRADE=1 takes the newest that fit.
set -eu
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
uv=$(command -v uv || true)
if [ -z "$uv" ]; then
    echo "Installing uv in a temporary folder"
    .venv/bin/python -m venv "$scratch/venv"
    "$scratch/venv/bin/python" -m pip install --quiet uv
    uv="$scratch/venv/bin/uv"
fi

# The locks hold for every platform, name no package index and carry the hashes of all files of a version.
compile() {
    "$uv" --no-config pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" ${UPGRADE:+--upgrade} "$@"
}
echo "Writing requirements.lock"
compile pyproject.toml --output-file requirements.lock
echo "Writing requirements-dev.lock"
compile pyproject.toml --group demo --group test --constraint requirements.lock --output-file requirements-dev.lock
