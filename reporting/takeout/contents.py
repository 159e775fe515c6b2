"""One pass over all tables of a take-out: what is counted, summed and kept for the checks. Standard library only."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from . import digests
from .csvfile import BrokenFile, Row, read_csv
from .folder import Folder
from .layout import FILE_SUFFIX, ZERO, shown, table_path, to_amount, to_number

Record = dict[str, str | None]

ACTUALS = "funds_actual"
IMPORT_ROWS = "funds_importrow"

#: Tables and columns that are kept in memory; all of them are small beside the actuals.
KEPT: dict[str, tuple[str, ...]] = {
    "organisations_organisation": ("id", "slug", "name"),
    "organisations_user": ("id", "name"),
    "organisations_membership": ("id", "user_id"),
    "funds_costcentre": ("id", "code"),
    "funds_fund": ("id", "slug", "name", "rules", "debit_account", "credit_account", "december_rule"),
    "funds_fundentry": ("id", *digests.columns_of(digests.ENTRY), "digest"),
    "funds_useplan": ("id", "fund_id", "year", "ceiling", "state", "activated_at", "activated_by_id"),
    "funds_target": ("id", "plan_id", "cost_centre_id", "name", "use_plan", "responsible_id", "position"),
    "funds_budgetline": (
        *("id", "plan_id", "target_id", "name", "project_code", "first_amount", "use_plan", "responsible_id"),
        "position",
    ),
    "funds_amendment": (
        *("id", "plan_id", "number", "effective_on", "kind", "ceiling_change", "reason", "decision_reference"),
        *("recorded_by_id", "recorded_at"),
    ),
    "funds_amendmentrow": ("id", "amendment_id", "line_id", "amount"),
    "funds_importbatch": ("id", "number", "file_id", "state", "digest"),
    "funds_importfile": tuple(digests.columns_of(digests.IMPORT_FILE)),
    "funds_booking": ("id", *digests.columns_of(digests.BOOKING), "digest"),
    "funds_monthstate": ("id", "month", "state", "reason", "changed_by_id", "changed_at"),
    "funds_drawdown": (
        *("id", "plan_id", "month", "state", "number", "booking_on", "total", "prepared_by_id", "prepared_at"),
        *("approved_by_id", "approved_at", "posted_by_id", "posted_at", "withdrawn_by_id", "withdrawn_at"),
        "withdrawal_reason",
    ),
    "funds_drawdownrow": (
        *("id", "drawdown_id", "line_id", "amount", "actual_cumulative", "drawn_before", "covered"),
        *("drawdown_amount", "uncovered"),
    ),
    "funds_comment": ("id", "line_id", "month", "text", "written_by_id", "written_at"),
    "reporting_issuedreport": ("id", "plan_id", "number", "kind", "month", "meeting_on", "body", "result", "sha256"),
    "reporting_issuedfile": ("id", "report_id", "language", "format", "content_file"),
}

#: Columns of the tables that are read row by row and not kept.
_READ = {
    ACTUALS: ("id", *digests.columns_of(digests.ACTUAL), "digest"),
    IMPORT_ROWS: ("batch_id", *digests.columns_of(digests.IMPORT_ROW)),
}


@dataclass
class BookingRows:
    """The rows of one booking: counted, summed and digested in the order of their numbers as they come."""

    sealed: Record
    hasher: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    count: int = 0
    total: Decimal = ZERO
    _next: int = 1
    #: Rows whose turn has not come: number → digest.
    _waiting: dict[int, str] = field(default_factory=dict)

    def start(self) -> None:
        """Digest what comes before the rows; raises ``ValueError`` when the booking's own values are broken."""
        self.hasher.update(f"{digests.array_text(digests.BOOKING, self.sealed)}, ".encode())

    def add(self, number: int, amount: Decimal, digest: str) -> None:
        """Take one row."""
        if not self.count:
            self.hasher.update(b'"')
        self.count += 1
        self.total += amount
        if number != self._next:
            self._waiting[number] = digest
            return
        self._digest(digest)
        while self._next in self._waiting:
            self._digest(self._waiting.pop(self._next))

    def digest(self) -> str:
        """Digest of the booking over all of its rows; called once."""
        for number in sorted(self._waiting):
            self._digest(self._waiting[number])
        self.hasher.update(b'"]' if self.count else b"null]")
        return self.hasher.hexdigest()

    def _digest(self, digest: str) -> None:
        self.hasher.update(digests.joined_digests(digest).encode())
        self._next += 1


@dataclass
class ReadRows:
    """What was read of one imported file, digested as it comes: rows are written in the order of the file."""

    hasher: "hashlib._Hash"

    def add(self, row: Record) -> None:
        """Take one row; raises ``ValueError`` when a value is broken."""
        text = f"{digests.array_text(digests.IMPORT_ROW, row)}]"
        self.hasher.update(hashlib.sha256(text.encode()).digest())


@dataclass
class Contents:
    """What the tables of a take-out hold."""

    #: Table → number of rows, of the tables that could be read.
    counts: dict[str, int] = field(default_factory=dict)
    #: Table → rows, for the tables of ``KEPT``.
    kept: dict[str, list[Record]] = field(default_factory=lambda: {table: [] for table in KEPT})
    #: Id of a booking → its rows.
    bookings: dict[str | None, BookingRows] = field(default_factory=dict)
    #: Id of a committed import → its rows.
    imports: dict[str | None, ReadRows] = field(default_factory=dict)
    #: (line, month) → Σ actuals; line is None outside the plan. EUR.
    actuals: dict[tuple[str | None, str | None], Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    #: (month, cost centre, project code) → Σ actuals outside the plan and number of rows. EUR.
    outside: dict[tuple[str, str, str], tuple[Decimal, int]] = field(default_factory=dict)
    #: Path of a file that a row names → what the row says of it: bytes and SHA-256, where it says so.
    files: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    #: Why tables cannot be used: missing, unreadable, without a column. Then the ledger is not checked.
    broken: list[str] = field(default_factory=list)
    #: A line for every row that differs from its own digest or cannot be read.
    differences: list[str] = field(default_factory=list)

    def rows(self, table: str) -> list[Record]:
        return self.kept[table]

    def by_id(self, table: str) -> dict[str | None, Record]:
        return {row["id"]: row for row in self.kept[table]}


def read_contents(folder: Folder) -> Contents:
    """Read every table of a folder once; bookings before the actuals, whose digests begin with theirs."""
    contents = Contents()
    there = {
        path.removeprefix("tables/").removesuffix(".csv"): path
        for path in sorted(folder.sizes)
        if path.startswith("tables/") and path.endswith(".csv")
    }
    contents.broken += [f"{table_path(table)}: is missing" for table in (*KEPT, *_READ) if table not in there]
    for table in sorted(there, key=_order):
        if table == ACTUALS:
            _begin_bookings(contents)
        elif table == IMPORT_ROWS:
            _begin_imports(contents)
        try:
            with folder.open(there[table]) as file:
                _read_table(contents, table, read_csv(file, there[table]))
        except BrokenFile as error:
            contents.broken.append(str(error))
    owners = len(contents.rows("organisations_organisation"))
    if owners != 1 and not contents.broken:
        contents.broken.append(f"{table_path('organisations_organisation')}: has {owners} rows, not one")
    return contents


def _order(table: str) -> tuple[bool, bool, str]:
    """The organisation first, to which every row is compared; the actuals last."""
    return table == ACTUALS, table != "organisations_organisation", table


def _read_table(contents: Contents, table: str, rows: Iterator[Row]) -> None:
    path = table_path(table)
    header = [name or "" for name in next(rows)]
    needed = _READ.get(table) or KEPT.get(table, ())
    if missing := [name for name in needed if name not in header]:
        raise BrokenFile(f"{path}: the column {missing[0]} is missing")
    if len(set(header)) < len(header):
        raise BrokenFile(f"{path}: two columns have one name")
    named = [name for name in header if name.endswith(FILE_SUFFIX)]
    owned = "organisation_id" in header
    organisation = _organisation(contents)
    count = 0
    for count, values in enumerate(rows, start=1):  # noqa: B007
        row = dict(zip(header, values, strict=True))
        if owned and row["organisation_id"] != organisation and table != "organisations_organisation":
            contents.differences.append(f"{path}: row {shown(values[0])} belongs to another organisation")
        for name in named:
            _name_file(contents, table, name, row)
        if table == ACTUALS:
            _take_actual(contents, row)
        elif table == IMPORT_ROWS:
            _take_import_row(contents, row)
        elif table in KEPT:
            contents.kept[table].append(_kept(table, row))
    contents.counts[table] = count


def _organisation(contents: Contents) -> str | None:
    rows = contents.rows("organisations_organisation")
    return rows[0]["id"] if len(rows) == 1 else None


def _kept(table: str, row: Record) -> Record:
    kept = {name: row[name] for name in KEPT[table]}
    if "result" in kept:
        # The text is large, and only its digest is wanted.
        kept["result"] = hashlib.sha256((kept["result"] or "").encode()).hexdigest()
    return kept


def _name_file(contents: Contents, table: str, name: str, row: Record) -> None:
    if (path := row[name]) is None:
        return
    if path in contents.files:
        contents.differences.append(f"{table_path(table)}: two rows name the file {shown(path)}")
    # A table with one file a row says its size and digest beside it.
    told = (row.get("size"), row.get("sha256")) if name == f"content{FILE_SUFFIX}" else (None, None)
    contents.files[path] = told


def _begin_bookings(contents: Contents) -> None:
    for sealed in contents.rows("funds_booking"):
        booking = BookingRows(sealed)
        try:
            booking.start()
        except ValueError as error:
            contents.differences.append(f"bookings: booking {shown(sealed['number'])}: {error}")
        contents.bookings[sealed["id"]] = booking


def _take_actual(contents: Contents, row: Record) -> None:
    booking = contents.bookings.get(row["booking_id"])
    try:
        digest = hashlib.sha256(f"{digests.array_text(digests.ACTUAL, row)}]".encode()).hexdigest()
        amount, row_number = to_amount(row["amount"]), to_number(row["row_number"])
    except ValueError as error:
        contents.differences.append(f"{_place(row, booking)}: {error}")
        return
    if digest != row["digest"]:
        month, code = (row["month"] or "")[:7], shown(row["project_code"] or "")
        contents.differences.append(f"{_place(row, booking)} was changed: {shown(month)}, {code}, {amount}")
    if booking is None:
        contents.differences.append(f"actuals: row {shown(row['id'])} belongs to no booking")
    else:
        booking.add(row_number, amount, row["digest"] or "")
    contents.actuals[row["line_id"], row["month"]] += amount
    if row["line_id"] is None:
        key = (row["month"] or "", row["cost_centre_code"] or "", row["project_code"] or "")
        total, count = contents.outside.get(key, (ZERO, 0))
        contents.outside[key] = (total + amount, count + 1)


def _begin_imports(contents: Contents) -> None:
    files = contents.by_id("funds_importfile")
    for batch in contents.rows("funds_importbatch"):
        if batch["state"] in ("committed", "undone") and batch["file_id"] in files:
            try:
                text = f"{digests.array_text(digests.IMPORT_FILE, files[batch['file_id']])}]"
            except ValueError as error:
                contents.differences.append(f"imports: file of import {shown(batch['number'])}: {error}")
                continue
            contents.imports[batch["id"]] = ReadRows(hashlib.sha256(text.encode()))


def _take_import_row(contents: Contents, row: Record) -> None:
    found = contents.imports.get(row["batch_id"])
    if found is None:
        return
    try:
        found.add(row)
    except ValueError as error:
        contents.differences.append(f"imports: row {shown(row['number'])} of file {shown(row['batch_id'])}: {error}")


def _place(row: Record, booking: BookingRows | None) -> str:
    return f"actuals: row {shown(row['id'])} of booking {shown(booking.sealed['number'] if booking else None)}"
