"""An import of a large CSV file: FundTrack, a bare COPY of its rows, and django-import-export, in one run.

    FUNDTRACK_DATA=/some/empty/folder DIR/bin/python benchmarks/imports.py [--rows 200000] [--repeat 3]

``benchmarks/README.md`` says how DIR is made: an environment of its own that also has django-import-export, which is
no part of FundTrack; ``--without-import-export`` leaves it out. The script makes a database of its own, gives each
run a fresh copy of it and a process of its own (``import_ways.py``), and drops them. Figures of all ways are compared
with those of the file, to the cent, before any time is printed.
"""

import argparse
import csv
import json
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from hashlib import md5
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import import_ways

LINES, MONTHS, COST_CENTRE = 200, 9, "1000"
HEADINGS = (
    "Kirjauspäivä", "Tositenumero", "Kustannuspaikka", "Projekti", "Tili", "Toimittaja", "Selite", "Summa EUR",
)  # fmt: skip
SUPPLIERS = ("Kainuun Palvelu Oy", "Åström & Söner Ab", "Tmi Niemelä", "Digi- ja väestöpalvelut", "")
TEXTS = ("Palkat", "Henkilösivukulut", "Asiantuntijat; ohjaus", "Matkat, kilometrikorvaukset", "Tila- ja laitevuokra")
OTHER = "django-import-export"
_STEPS, _AGAIN = ("read", "preview", "commit"), "preview of the same file again"
Outcome = dict[str, Any]


def main() -> None:
    """Make the database and the files, go every way in turns, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000, help="rows of the file; a tenth of them for memory")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--without-import-export", action="store_true", help=f"leave {OTHER} out")
    options = parser.parse_args()
    if not options.without_import_export and find_spec("import_export") is None:
        parser.exit(1, f"{OTHER} is not installed here: see benchmarks/README.md, or add --without-import-export.\n")
    ways = ["FundTrack", "COPY"] if options.without_import_export else ["FundTrack", "COPY", OTHER]

    import django

    django.setup()
    from django.db import connection

    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        make_world()
        with TemporaryDirectory() as folder:
            small = measure(ways, options.rows // 10, 1, Path(folder))
            large = measure(ways, options.rows, options.repeat, Path(folder))
            read = None if options.without_import_export else run("money", Path(folder), Path(folder))["money"]
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    print_speed(large, options.rows, options.repeat)
    print_memory(small, large, options.rows)
    if read is not None:
        print_money(read)


# --- what is imported


def make_world() -> None:
    """An organisation with a plan in force of 200 lines."""
    from django.db import connection

    from tests.factories import make_world as make

    lines = {f"P{number:03}": "9000000.00" for number in range(LINES)}
    make(import_ways.SLUG, lines=lines, opening_balance="9000000000.00")
    # The database knows a plan that has been in force for months; it knows nothing about the rows of a fresh file.
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def write_file(path: Path, rows: int) -> list[Any]:
    """Write an export as Finnish accounting systems make it; return the figures that every way must arrive at.

    Three rows share a voucher, one in forty is a credit, one in a thousand is equal to the row before it.
    """
    cells: dict[tuple[str, date], list[int]] = defaultdict(lambda: [0, 0])
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADINGS)
        for number in range(rows):
            code, day, cents, row = _row(number - (number % 1000 == 999))
            writer.writerow(row)
            cell = cells[code, day.replace(day=1)]
            cell[0] += 1
            cell[1] += cents
    listed = (f"{code} {month} {count} {_eur(cents)}" for (code, month), (count, cents) in sorted(cells.items()))
    digest = md5(",".join(listed).encode(), usedforsecurity=False).hexdigest()
    return [rows, str(_eur(sum(cents for _count, cents in cells.values()))), digest]


def _row(number: int) -> tuple[str, date, int, Sequence[str]]:
    code, day = f"P{number % LINES:03}", date(2024, 1 + number % MONTHS, 1 + number // 7 % 28)
    cents = (number * 7919 % 499_979 + 1) * (-1 if number % 40 == 39 else 1)
    text = f"{TEXTS[number % len(TEXTS)]} {number // 3 + 1}"
    row = (
        f"{day.day}.{day.month}.{day.year}",
        str(24_000_000 + number // 3),
        COST_CENTRE,
        code,
        str(4000 + number % 37 * 10),
        SUPPLIERS[number % len(SUPPLIERS)],
        text,
        str(_eur(cents)).replace(".", ","),
    )
    return code, day, cents, row


def _eur(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


# --- runs


def measure(ways: Sequence[str], rows: int, repeat: int, folder: Path) -> dict[str, list[Outcome]]:
    """Go every way ``repeat`` times in turns, so that a busy machine is busy for all.

    Raises:
        SystemExit: a way has arrived at other figures than those of the file.
    """
    path = folder / f"paakirja-{rows}.csv"
    expected = write_file(path, rows)
    outcomes: dict[str, list[Outcome]] = {way: [] for way in ways}
    for _turn in range(repeat):
        # FundTrack goes first: the bare COPY is of the rows that it booked.
        for way in ways:
            outcome = run(way, path, folder)
            if outcome["figures"] != expected:
                sys.exit(f"{way} has {outcome['figures']}, and the file has {expected}.")
            outcomes[way].append(outcome)
    return outcomes


def run(way: str, path: Path, folder: Path) -> Outcome:
    """Go one way in a fresh copy of the database."""
    with fresh_database() as database:
        arguments = [sys.executable, import_ways.__file__, way, database, str(path), str(folder)]
        done = subprocess.run(arguments, check=True, stdout=subprocess.PIPE, text=True)
    outcome: Outcome = json.loads(done.stdout)
    return outcome


@contextmanager
def fresh_database() -> Iterator[str]:
    """The name of a copy of the database, which is dropped afterwards."""
    from django.db import connection

    creation = connection.creation
    creation.clone_test_db("import", verbosity=0, autoclobber=True)
    try:
        yield creation.get_test_db_clone_settings("import")["NAME"]
    finally:
        creation.destroy_test_db(verbosity=0, suffix="import")


# --- tables


def print_speed(outcomes: dict[str, list[Outcome]], rows: int, repeat: int) -> None:
    """Seconds of every step, rows per second of all and of preview + commit, and how many bare COPYs would fit in."""
    print(f"{rows} rows, median seconds of {repeat} runs")
    print(f"{'':<22}{'read':>7}{'preview':>9}{'commit':>8}{'all':>8}{'rows/s':>9}{'prev.+comm./s':>15}{'× COPY':>8}")
    everything = {way: _median(found, *_STEPS) for way, found in outcomes.items()}
    for way, found in outcomes.items():
        steps = [_shown(_median(found, step)) for step in _STEPS]
        rates = [rows / everything[way], rows / _median(found, "preview", "commit")]
        line = (
            f"{way:<22}{steps[0]:>7}{steps[1]:>9}{steps[2]:>8}{everything[way]:>8.1f}{rates[0]:>9.0f}{rates[1]:>15.0f}"
        )
        print(f"{line}{everything[way] / everything['COPY']:>8.1f}")
    print(f"FundTrack, preview of the same file again: {_shown(_median(outcomes['FundTrack'], _AGAIN))}")
    if OTHER in outcomes:
        print(f"{OTHER} : FundTrack, all {everything[OTHER] / everything['FundTrack']:.2f}")


def _median(found: Sequence[Outcome], *steps: str) -> float:
    return statistics.median(sum(outcome["seconds"].get(step, 0.0) for step in steps) for outcome in found)


def _shown(seconds: float) -> str:
    return f"{seconds:.1f}" if seconds else "–"


def print_memory(small: dict[str, list[Outcome]], large: dict[str, list[Outcome]], rows: int) -> None:
    """The highest memory of the process, before the file is touched and after each size."""
    print(f"\n{'peak memory of the process, MB':<32}{'before':>9}{f'{rows // 10}':>9}{f'{rows}':>9}{'added':>9}")
    for way in large:
        before = max(outcome["memory_before"] for outcome in large[way])
        peaks = [max(outcome["memory_after"] for outcome in found[way]) for found in (small, large)]
        shown = "".join(f"{kilobytes / 1024:>9.0f}" for kilobytes in (before, *peaks, peaks[1] - before))
        print(f"{way:<32}{shown}")


def print_money(read: dict[str, list[str]]) -> None:
    """What both read from the same cell."""
    print(f"\n{'amount in the file':<24}{'FundTrack':<32}{OTHER}")
    for shape, (ours, theirs) in read.items():
        print(f"{shape.replace(chr(160), '␣') or '(empty)':<24}{ours:<32}{theirs}")


if __name__ == "__main__":
    main()
