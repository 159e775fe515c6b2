"""Databases of the tests: made once by the migrations, then copied, which takes a tenth of a second.

A migrated template stays on the server for the next run and is found by a digest of what it was made from.
"""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from django.conf import settings
from psycopg import sql

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = "fundtrack_migrated_"
#: Key of the advisory lock under which templates are made, so that parallel workers make one.
MAKING = 20240930


def _address() -> dict[str, str]:
    server = settings.DATABASES["default"]
    options = server.get("OPTIONS", {})
    address = {"host": options.get("host") or server["HOST"], "port": options.get("port") or server["PORT"]}
    address |= {"user": server["USER"], "password": server.get("PASSWORD", "")}
    return {name: value for name, value in address.items() if value}


def connect(database: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
    """Open a connection to a database of the tests' server."""
    return psycopg.connect(dbname=database, autocommit=True, **_address())


def database_url(database: str) -> str:
    """Return the address of a database of the tests' server, as ``DATABASE_URL`` wants it."""
    address = _address()
    person = ":".join(quote(address.pop(name), safe="") for name in ("user", "password") if name in address)
    return f"postgresql://{person}@/{database}?{urlencode(address)}"


def names(prefix: str) -> list[str]:
    """Return the names of the databases that begin with ``prefix``."""
    with connect() as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
        return sorted(name for (name,) in rows)


def create(name: str, *, template: str) -> None:
    """Create a database as a copy of another one, which nobody may be using."""
    with connect() as connection:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))


def drop(name: str) -> None:
    """Drop a database, even one in use."""
    with connect() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def migrated_template() -> str:
    """Return the name of a database with all tables and no rows, made by the migrations when it is missing."""
    name = TEMPLATES + _digest()
    with connect() as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [MAKING])
        if name not in names(TEMPLATES):
            for old in names(TEMPLATES):
                drop(old)
            unfinished = f"{TEMPLATES}unfinished"
            create(unfinished, template="template0")
            _migrate(unfinished)
            statement = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            connection.execute(statement.format(sql.Identifier(unfinished), sql.Identifier(name)))
    return name


def _migrate(database: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url(database)},
        stdin=subprocess.DEVNULL,
        check=True,
    )


def _digest() -> str:
    """Digest of the migrations, of our modules that they import and of the locked packages."""
    migrations = sorted(ROOT.glob("*/migrations/*.py"))
    imported = {
        ROOT / (module.replace(".", "/") + ".py")
        for path in migrations
        for module in re.findall(r"^(?:import|from) ([\w.]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    ours = sorted(path for path in imported if path.is_file())
    digest = hashlib.sha256()
    for path in [*migrations, *ours, ROOT / "requirements-dev.lock"]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
