"""Writes everything of one organisation into a folder: whole or not at all."""

import hashlib
import json
import os
import secrets
import shutil
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from fundtrack.exceptions import Refusal
from organisations.models import Organisation

from .contents import read_contents
from .folder import Folder
from .layout import CHECKSUM, FORMAT, MANIFEST, README, VERSION, table_path
from .ledger import ledger_differences, totals_of
from .readable import documents
from .readme import README_TEXT
from .tables import COLUMNS_LEFT_OUT, LEFT_OUT, TakenTable, taken_tables
from .verify import checksum_line


class CannotWrite(Refusal):
    """Why there is no take-out; nothing was left behind."""

    code = "takeout_cannot_write"


@dataclass(frozen=True)
class Takeout:
    """What was written."""

    files: int
    rows: int
    size_bytes: int
    #: Sums as in the manifest.
    totals: dict[str, Any]
    #: What the ledger itself differs in: the take-out is whole, and shows what the database holds.
    differences: Sequence[str]


def write_takeout(*, organisation: Organisation, output: Path, at: datetime) -> Takeout:
    """Write everything of ``organisation`` into the folder ``output``, which must be new or empty.

    It is written aside and gets its name when it is whole. Reads one snapshot of the database.

    Raises:
        CannotWrite: the folder is not empty, or cannot be written.
    """
    output = Path(os.path.abspath(output))
    try:
        _require_free(output)
        aside = output.with_name(f".{output.name}.unfinished-{secrets.token_hex(4)}")
        aside.mkdir(mode=0o700)
        try:
            takeout = _fill(_Writer(aside), organisation, at)
            os.rename(aside, output)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise CannotWrite(f"{output} cannot be written: {error.strerror or 'it failed'}.") from error
    return takeout


def _require_free(output: Path) -> None:
    if output.is_symlink() or (output.exists() and not output.is_dir()):
        raise CannotWrite(f"{output} is not a folder.")
    with suppress(FileNotFoundError):
        if any(output.iterdir()):
            raise CannotWrite(f"{output} is not empty. Nothing was written.")


def _fill(writer: "_Writer", organisation: Organisation, at: datetime) -> Takeout:
    writer.write(README, README_TEXT.encode())
    with _snapshot():
        for table in taken_tables():
            _copy_table(writer, table, organisation.pk)
            _copy_files(writer, table, organisation.pk)
    # From the written files alone, as whoever verifies them does.
    folder = Folder.scan(str(writer.root))
    contents = read_contents(folder)
    if contents.broken:
        raise CannotWrite(" ".join(contents.broken))
    for path, content in documents(contents):
        writer.write(path, content)
    totals = totals_of(contents)
    listed = sorted(writer.entries, key=lambda entry: str(entry["path"]))
    manifest = _manifest(listed, organisation, at, totals)
    writer.write(MANIFEST, manifest)
    writer.write(CHECKSUM, checksum_line(hashlib.sha256(manifest).hexdigest()))
    return Takeout(
        files=len(listed),
        rows=sum(contents.counts.values()),
        size_bytes=sum(entry["bytes"] for entry in listed),
        totals=totals,
        differences=ledger_differences(contents, folder),
    )


def _manifest(listed: list[dict[str, Any]], organisation: Organisation, at: datetime, totals: dict[str, Any]) -> bytes:
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "organisation": {"id": organisation.pk, "slug": organisation.slug, "name": organisation.name},
        "made_at": at.astimezone(UTC).isoformat(),
        "program": {"name": "FundTrack", "version": program_version()},
        "totals": totals,
        "left_out": {"tables": LEFT_OUT, "columns": COLUMNS_LEFT_OUT},
        "files": listed,
    }
    return f"{json.dumps(manifest, ensure_ascii=False, indent=2)}\n".encode()


def program_version() -> str:
    """Version of FundTrack, from the one place that says it."""
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


# --- from the database


@contextmanager
def _snapshot() -> Iterator[None]:
    """Within it all queries see one moment of the database, and can write nothing."""
    begins = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if begins:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SET LOCAL datestyle = 'ISO, YMD'")
        yield


def _of(sql: str, organisation_id: int) -> str:
    """SQL with its one parameter: COPY takes none, and this one is a number."""
    return sql % {"organisation": int(organisation_id)}


def _copy_table(writer: "_Writer", table: TakenTable, organisation_id: int) -> None:
    with connection.cursor() as cursor, writer.open(table_path(table.name)) as file:
        with cursor.copy(f"COPY ({_of(table.sql, organisation_id)}) TO STDOUT (FORMAT csv, HEADER)") as rows:
            for part in rows:
                file.write(part)
        file.entry["rows"] = cursor.rowcount


def _copy_files(writer: "_Writer", table: TakenTable, organisation_id: int) -> None:
    """Write the files of a table, one in memory at a time."""
    if not table.files_sql:
        return
    statement = f"COPY ({_of(table.files_sql, organisation_id)}) TO STDOUT (FORMAT binary)"
    with connection.cursor() as cursor, cursor.copy(statement) as rows:
        rows.set_types(["text", "bytea"])
        for path, content in rows.rows():
            writer.write(path, content)


# --- to the disk


@dataclass
class _Written:
    """A file that is being written."""

    descriptor: int
    entry: dict[str, Any]
    hasher: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def write(self, part: bytes) -> None:
        self.hasher.update(part)
        self.entry["bytes"] += len(part)
        while part:
            part = part[os.write(self.descriptor, part) :]


@dataclass
class _Writer:
    """Writes files below a folder, readable by their owner only, and keeps the list of them."""

    root: Path
    entries: list[dict[str, Any]] = field(default_factory=list)

    @contextmanager
    def open(self, path: str) -> Iterator[_Written]:
        """Write a new file in parts."""
        place = self.root / path
        for folder in reversed(place.relative_to(self.root).parents[:-1]):
            (self.root / folder).mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        file = _Written(descriptor, {"path": path, "bytes": 0})
        try:
            yield file
        finally:
            os.close(descriptor)
        self.entries.append({**file.entry, "sha256": file.hasher.hexdigest()})

    def write(self, path: str, content: bytes) -> None:
        """Write a new file whole."""
        with self.open(path) as file:
            file.write(content)
