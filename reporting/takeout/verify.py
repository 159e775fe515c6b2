"""A take-out folder against its manifest and against the ledger's own digests; no database, no settings.

Standard library only. The folder may come from anywhere: nothing outside it is read, and whatever is wrong is a line.
"""

import argparse
import hashlib
import io
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .contents import Contents, read_contents
from .csvfile import BrokenFile
from .folder import Folder, NoFolder
from .layout import CHECKSUM, FORMAT, MANIFEST, VERSION, shown
from .ledger import ledger_differences, totals_of
from .readable import documents

#: Bytes of a manifest; room for some eighty thousand files.
LARGEST_MANIFEST = 16 * 1024 * 1024


@dataclass
class Verification:
    """What verifying a folder found."""

    #: One line for every difference; empty when the folder is whole and its ledger agrees.
    differences: list[str] = field(default_factory=list)
    #: What was found to be true, in lines.
    found: list[str] = field(default_factory=list)


def verify(path: str) -> Verification:
    """Check everything that can be checked of a folder.

    Raises:
        NoFolder: there is no folder to check.
    """
    verification = Verification()
    folder = Folder.scan(path)
    verification.differences += folder.strange
    manifest: dict[str, Any] | None = None
    try:
        manifest = _read_manifest(folder)
        verification.differences += _check_files(folder, manifest)
    except BrokenFile as error:
        verification.differences.append(str(error))
    contents = read_contents(folder)
    verification.differences += _check_contents(folder, contents, manifest)
    if manifest is not None and not verification.differences:
        verification.found = _summary(manifest, contents)
    return verification


# --- the manifest


def _read_manifest(folder: Folder) -> dict[str, Any]:
    """Read the manifest and hold it to its shape.

    Raises:
        BrokenFile: it is missing, no JSON, or not of this shape.
    """
    content = folder.read(MANIFEST, LARGEST_MANIFEST)
    try:
        manifest = json.loads(
            content, parse_float=_no_number, parse_constant=_no_number, object_pairs_hook=_each_name_once
        )
    except (ValueError, RecursionError) as error:
        raise BrokenFile(f"{MANIFEST}: is not JSON that can be read") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise BrokenFile(f"{MANIFEST}: is not the manifest of a take-out")
    if manifest.get("version") != VERSION:
        raise BrokenFile(f"{MANIFEST}: has version {shown(manifest.get('version'))}; this program knows {VERSION}")
    if problem := _misshapen(manifest):
        raise BrokenFile(f"{MANIFEST}: {problem}")
    return manifest


def _no_number(text: str) -> None:
    raise ValueError(f"{shown(text)} is not used in a manifest")


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found


def _misshapen(manifest: dict[str, Any]) -> str:
    organisation, files = manifest.get("organisation"), manifest.get("files")
    if not isinstance(organisation, dict) or not isinstance(organisation.get("slug"), str):
        return "does not name its organisation"
    if not isinstance(manifest.get("made_at"), str) or not isinstance(manifest.get("totals"), dict):
        return "does not say when it was made and what it sums to"
    if not isinstance(files, list):
        return "does not list its files"
    for number, entry in enumerate(files, start=1):
        told = entry if isinstance(entry, dict) else {}
        texts = (told.get("path"), told.get("sha256"))
        # Not isinstance: True would count as a number.
        numbers = (told.get("bytes"), told.get("rows", 0))
        if not all(isinstance(text, str) for text in texts) or not all(type(count) is int for count in numbers):
            return f"file {number} of its list has no path, size or digest"
    return ""


# --- its files


def _check_files(folder: Folder, manifest: dict[str, Any]) -> Iterable[str]:
    yield from _check_checksum(folder)
    listed: set[str] = set()
    for entry in manifest["files"]:
        path = entry["path"]
        if path in listed:
            yield f"{shown(path)}: stands twice in the manifest"
        elif not _is_inside(path):
            yield f"{shown(path)}: is no path inside the folder"
        elif path not in folder.sizes:
            yield f"{shown(path)}: is missing"
        else:
            yield from _check_file(folder, entry)
        listed.add(path)
    for path in folder.sizes:
        if path not in listed and path not in (MANIFEST, CHECKSUM):
            yield f"{shown(path)}: is not in the manifest"


def _check_checksum(folder: Folder) -> Iterable[str]:
    try:
        told = folder.read(CHECKSUM, 1024)
    except BrokenFile as error:
        yield str(error)
        return
    if told != checksum_line(folder.sha256(MANIFEST)):
        yield f"{MANIFEST}: was changed: it does not have the digest in {CHECKSUM}"


def checksum_line(sha256: str) -> bytes:
    """Content of the file beside the manifest, as ``sha256sum --check`` reads it."""
    return f"{sha256}  {MANIFEST}\n".encode("ascii")


def _is_inside(path: str) -> bool:
    return not path.startswith("/") and all(part not in ("", ".", "..") for part in path.split("/"))


def _check_file(folder: Folder, entry: dict[str, Any]) -> Iterable[str]:
    path, size = entry["path"], folder.sizes[entry["path"]]
    if size != entry["bytes"]:
        yield f"{shown(path)}: was changed: it has {size} bytes, the manifest says {entry['bytes']}"
        return
    try:
        if folder.sha256(path) != entry["sha256"]:
            yield f"{shown(path)}: was changed: it does not have the digest in the manifest"
    except BrokenFile as error:
        yield str(error)


# --- what the files hold


def _check_contents(folder: Folder, contents: Contents, manifest: dict[str, Any] | None) -> list[str]:
    found = _check_counts(contents, manifest) if manifest else []
    if contents.broken:
        return [*found, *contents.broken, "The ledger was not checked: its tables cannot be read."]
    try:
        found += ledger_differences(contents, folder)
        if manifest:
            found += _check_totals(contents, manifest)
        found += _check_documents(folder, contents)
    except (BrokenFile, ValueError) as error:
        found.append(str(error))
    return found


def _check_counts(contents: Contents, manifest: dict[str, Any]) -> list[str]:
    told = {entry["path"]: entry.get("rows") for entry in manifest["files"]}
    return [
        f"tables/{table}.csv: has {count} rows, the manifest says {shown(told.get(f'tables/{table}.csv'))}"
        for table, count in contents.counts.items()
        if told.get(f"tables/{table}.csv") != count
    ]


def _check_totals(contents: Contents, manifest: dict[str, Any]) -> Iterable[str]:
    told, organisations = manifest["totals"], contents.rows("organisations_organisation")
    for name, value in totals_of(contents).items():
        if told.get(name) != value:
            yield f"totals: {name} is {json.dumps(value)}, the manifest says {shown(json.dumps(told.get(name)))}"
    if [row["slug"] for row in organisations] != [manifest["organisation"]["slug"]]:
        yield f"{MANIFEST}: names another organisation than the tables"


def _check_documents(folder: Folder, contents: Contents) -> Iterable[str]:
    """Readable documents are made again and compared."""
    expected = {path: hashlib.sha256(content).hexdigest() for path, content in documents(contents)}
    for path, sha256 in expected.items():
        if path not in folder.sizes:
            yield f"{shown(path)}: is missing"
        elif folder.sha256(path) != sha256:
            yield f"{shown(path)}: does not say what the tables say"
    for path in folder.sizes:
        if path.startswith("readable/") and path not in expected:
            yield f"{shown(path)}: no fund and year has this document"


def _summary(manifest: dict[str, Any], contents: Contents) -> list[str]:
    totals = manifest["totals"]
    last = totals["last_booking"]
    return [
        f"Organisation {manifest['organisation']['slug']}, taken out {shown(manifest['made_at'])}.",
        f"{len(manifest['files'])} files are as the manifest says; {sum(contents.counts.values())} rows.",
        f"Actuals {totals['actuals']} EUR, drawdowns posted {totals['drawdowns_posted']} EUR.",
        *(f"Balance of {fund}: {balance} EUR." for fund, balance in totals["fund_balances"].items()),
        f"Last booking {last['number']}, digest {last['digest']}." if last else "No bookings.",
        "Digests of all rows, bookings, fund entries and issued reports were computed again and agree.",
    ]


# --- the command


def count_line(count: int) -> str:
    """Last line of a verification that found something."""
    return f"{count} difference{'s' if count > 1 else ''} found."


def main(arguments: Sequence[str], program: str = "verify_takeout") -> int:
    """Verify a folder as a program; the exit status is 1 when anything differs."""
    parser = argparse.ArgumentParser(prog=program, description="Verifies a take-out folder; needs no database.")
    parser.add_argument("folder", metavar="FOLDER")
    try:
        verification = verify(parser.parse_args(arguments).folder)
    except NoFolder as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that cannot show a letter gets its number.
        sys.stdout.reconfigure(errors="backslashreplace")
    for line in verification.found or verification.differences:
        sys.stdout.write(f"{line}\n")
    if verification.differences:
        sys.stderr.write(f"{count_line(len(verification.differences))}\n")
        return 1
    return 0
