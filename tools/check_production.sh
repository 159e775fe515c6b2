#!/bin/sh
# Runs Django's deployment check with production settings made up for it; any warning fails.
set -eu
cd "$(dirname "$0")/.."
secret=$(.venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(64))')
env -u FUNDTRACK_DEBUG FUNDTRACK_PRODUCTION=true SECRET_KEY="$secret" DATABASE_URL=postgresql://fundtrack@localhost/fundtrack \
    ALLOWED_HOSTS=fundtrack.example EMAIL_URL=smtp://localhost:25 \
    .venv/bin/python manage.py check --deploy --fail-level WARNING
