"""A world with something of everything, and take-out folders that tests change by hand."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import transaction

from funds.actions.funds import add_fund_entry
from funds.models import FundEntry
from reporting.takeout.csvfile import read_csv
from reporting.takeout.verify import checksum_line, verify
from reporting.takeout.write import Takeout, write_takeout
from tests.factories import NOW
from tests.factories.pages import PageWorld, make_page_world

#: A description in which everything is that CSV and JSON write in a way of their own.
NASTY = 'Lasku "7", osa 2 \\N; €😀'


@transaction.atomic
def make_takeout_world(slug: str) -> PageWorld:
    """A page world with one more fund entry, and a row with a difficult description."""
    page = make_page_world(slug)
    page.world.book(page.own_code, "2024-03", "0.10", centre=page.own_centre, description=NASTY)
    add_fund_entry(
        fund=page.world.fund,
        kind=FundEntry.Kind.TRANSFER_IN,
        entry_on=date(2024, 3, 5),
        amount=Decimal("10.00"),
        by=page.world.finance,
        at=NOW,
        key=uuid4(),
    )
    return page


def take_out(page: PageWorld, folder: Path) -> Takeout:
    return write_takeout(organisation=page.world.organisation, output=folder, at=NOW)


def differences(folder: Path) -> list[str]:
    return verify(str(folder)).differences


def every_file(folder: Path) -> dict[str, bytes]:
    """Path inside the folder → content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rows_of(folder: Path, table: str) -> list[dict[str, str | None]]:
    with (folder / "tables" / f"{table}.csv").open("rb") as file:
        header, *rows = read_csv(file, table)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def replace(folder: Path, path: str, old: str, new: str) -> None:
    """Change one place of a file; it must be there."""
    content = (folder / path).read_bytes()
    assert old.encode() in content, path
    (folder / path).write_bytes(content.replace(old.encode(), new.encode(), 1))


def edit_manifest(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest, and the digest beside it."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_bytes())
    change(manifest)
    write_manifest(folder, json.dumps(manifest).encode())


def write_manifest(folder: Path, content: bytes) -> None:
    (folder / "manifest.json").write_bytes(content)
    (folder / "manifest.sha256").write_bytes(checksum_line(sha256(content).hexdigest()))


def seal_anew(folder: Path) -> None:
    """Do what a careful forger does: make the manifest say what the files are now."""

    def seal(manifest: dict[str, Any]) -> None:
        files = {path: content for path, content in every_file(folder).items() if not path.startswith("manifest.")}
        manifest["files"] = [
            {"path": path, "bytes": len(content), "sha256": sha256(content).hexdigest()}
            | ({"rows": len(rows_of(folder, Path(path).stem))} if path.startswith("tables/") else {})
            for path, content in sorted(files.items())
        ]

    edit_manifest(folder, seal)


def the_file(taken: Path, ending: str = "pdf") -> str:
    return str(next(iter(sorted(taken.glob(f"files/*/*.{ending}")))).relative_to(taken))
