"""What an import would do, or did: counts, sums, figures per line and month, warnings. Nothing is written here."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db.models import Count, Sum
from django.utils.functional import Promise

from fundtrack import formats
from fundtrack.money import ZERO
from fundtrack.periods import Month
from fundtrack.sentences import sentence as _
from fundtrack.sentences import told

from ..models import BudgetLine, ImportBatch, ImportRow
from .import_groups import Group, Outcome, groups_of, outside_of, sum_of
from .import_lines import ImportWarning, LineMonth, line_months, line_warnings
from .import_warnings import batch_warnings, rule_remarks


@dataclass(frozen=True)
class FileError:
    """A reason why the import cannot be committed."""

    #: Row of the sheet, from 1; 0 for the file as a whole.
    row: int
    #: Column as the file heads it; empty for the row as a whole.
    column: str
    #: What stands in the cell.
    value: str
    #: A whole sentence with its place.
    message: str | Promise
    #: Without its place, where row and column stand beside it.
    reason: str | Promise = ""

    @property
    def beside_place(self) -> str | Promise:
        """What is wrong, for a table that says in which row and column."""
        return self.reason or self.message


@dataclass(frozen=True)
class ImportPreview:
    """What a batch would book. Amounts in EUR."""

    #: Rows of the file that are rows of a ledger, whatever becomes of them.
    rows: int
    new: Outcome
    known: Outcome
    #: The amounts are the differences.
    changed: Outcome
    #: The amounts are the reversals.
    removed: Outcome
    left_out: Outcome
    #: Among new and changed: rows that lead to no line.
    outside_plan: Outcome
    #: At most ``LISTED_ERRORS``; ``error_count`` counts all.
    errors: tuple[FileError, ...]
    error_count: int
    warnings: tuple[ImportWarning, ...]
    #: What is good to know, and need not be acknowledged.
    remarks: tuple[str, ...]
    #: The file's own total when it has one, else Σ of its rows.
    file_total: Decimal
    #: Σ of the rows of the ledger in the file, those left out by a rule included; what a control total must be.
    rows_total: Decimal
    #: True when the file has a total of its own.
    has_own_total: bool
    #: Month of the ledger → what is booked there.
    by_month: dict[Month, Decimal]
    #: Figures that change, in order of project code and month.
    cells: tuple[LineMonth, ...]
    #: Equal when a commit would book the same.
    digest: str

    @property
    def imported_total(self) -> Decimal:
        """Σ of what is booked: new rows, differences and reversals."""
        return self.new.amount + self.changed.amount + self.removed.amount

    @property
    def changes_nothing(self) -> bool:
        """True when the ledger has all of the file already."""
        return not (self.new.count or self.changed.count or self.removed.count)

    @property
    def by_line(self) -> dict[str, Decimal]:
        """Project code → what is booked on its line; rows outside the plan are under an empty code."""
        sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for cell in self.cells:
            sums[cell.project_code if cell.line_id is not None else ""] += cell.change
        return dict(sums)


#: So many unreadable rows are listed on a page; all of them are in the download.
LISTED_ERRORS = 200


def preview_batch(batch: ImportBatch) -> ImportPreview:
    """Compute what committing ``batch`` would book; a fixed number of queries."""
    groups = groups_of(batch)
    entries = [group for group in groups if group.kind in ("new", "changed", "removed")]
    counted = counted_kinds(batch)
    cells = line_months(batch, _changes(entries))
    read, left_out = counted[ImportRow.Kind.ROW], counted[ImportRow.Kind.LEFT_OUT]
    unreadable = counted[ImportRow.Kind.ERROR].count
    own_total = batch.reading.get("own_total")
    rows_total = read.amount + left_out.amount
    funds = _other_funds(batch, entries)
    blocking = list(_blocking(batch, entries, rows_total, funds))
    return ImportPreview(
        rows=read.count + left_out.count + unreadable,
        new=sum_of(entries, "new"),
        known=sum_of(groups, "known"),
        changed=sum_of(entries, "changed"),
        removed=sum_of(entries, "removed"),
        left_out=left_out,
        outside_plan=outside_of(entries),
        errors=(*blocking, *row_errors(batch, limit=LISTED_ERRORS)),
        error_count=len(blocking) + unreadable,
        warnings=(*batch_warnings(batch, groups, entries, funds), *line_warnings(cells)),
        remarks=tuple(rule_remarks(groups)),
        file_total=rows_total if own_total is None else Decimal(own_total),
        rows_total=rows_total,
        has_own_total=own_total is not None,
        by_month=_by_month(entries),
        cells=tuple(cell for cell in cells if cell.is_affected),
        digest=sha256("|".join(repr(group) for group in groups).encode()).hexdigest(),
    )


def row_errors(batch: ImportBatch, *, limit: int | None = None) -> list[FileError]:
    """Every problem of the first ``limit`` unreadable rows, in the order of the file."""
    rows = batch.rows.filter(kind=ImportRow.Kind.ERROR).order_by("number")
    return [
        FileError(
            row.number, problem["column"], problem["value"], told(problem["message"]), _reason(problem["message"])
        )
        for row in (rows if limit is None else rows[:limit])
        for problem in row.problems or []
        for said in (problem["message"],)
    ]


def _reason(message: Any) -> str:
    """A kept sentence without the place that ``imports.rows.row_problem`` put before it."""
    values = message.get("values") if isinstance(message, dict) else None
    has_place = isinstance(values, dict) and {"row", "message"} <= values.keys()
    return str(told(values["message"] if has_place and values else message))


def counted_kinds(batch: ImportBatch) -> dict[str, Outcome]:
    """Kind of row → how many the file has."""
    found = batch.rows.values_list("kind").annotate(count=Count("pk"), amount=Sum("amount")).order_by()
    counted = {kind: Outcome(count, amount or ZERO) for kind, count, amount in found}
    return {kind: counted.get(kind, Outcome()) for kind in ImportRow.Kind}


def _by_month(entries: Sequence[Group]) -> dict[Month, Decimal]:
    sums: dict[Month, Decimal] = defaultdict(lambda: ZERO)
    for group in entries:
        sums[Month.of(group.month)] += group.amount
    return dict(sorted(sums.items()))


def _changes(entries: Sequence[Group]) -> dict[tuple[int | None, str, str, Month], Decimal]:
    sums: dict[tuple[int | None, str, str, Month], Decimal] = defaultdict(lambda: ZERO)
    for group in entries:
        sums[group.line_id, group.cost_centre_code, group.project_code, Month.of(group.month)] += group.amount
    return dict(sums)


def _other_funds(batch: ImportBatch, entries: Sequence[Group]) -> list[tuple[str, str, Outcome]]:
    """(slug, name, new rows) of the other funds to whose lines rows of the file lead. One query."""
    new = [group for group in entries if group.kind == "new" and group.line_id is not None]
    lines = BudgetLine.objects.filter(pk__in={group.line_id for group in new}).exclude(plan__fund=batch.fund_id)
    funds = {pk: (slug, name) for pk, slug, name in lines.values_list("pk", "plan__fund__slug", "plan__fund__name")}
    found: dict[tuple[str, str], list[Group]] = defaultdict(list)
    for group in new:
        if group.line_id in funds:
            found[funds[group.line_id]].append(group)
    return [(*fund, sum_of(groups, "new")) for fund, groups in sorted(found.items())]


def _blocking(
    batch: ImportBatch, entries: Sequence[Group], rows_total: Decimal, funds: Sequence[tuple[str, str, Outcome]]
) -> Iterator[FileError]:
    if batch.control_total is not None and batch.control_total != rows_total:
        message = _("The rows sum to %(found)s, the control total is %(typed)s: the difference is %(difference)s.") % {
            "found": formats.eur(rows_total),
            "typed": formats.eur(batch.control_total),
            "difference": formats.eur(rows_total - batch.control_total),
        }
        yield FileError(0, "", formats.eur(batch.control_total), message)
    for _slug, name, rows in funds if batch.manner == ImportBatch.Manner.WHOLE_MONTHS else ():
        message = _(
            "%(count)s rows lead to lines of another fund, %(fund)s. A file of whole months is the truth for one fund: "
            "leave them out by a rule, or import the file into that fund."
        ) % {"count": formats.count(rows.count), "fund": name}
        yield FileError(0, "", formats.eur(rows.amount), message)
    for group in entries:
        if group.lost:
            message = _("A correction would stand in %(month)s, and no plan in force has the line %(code)s then.") % {
                "month": formats.month_short(Month.of(group.month)),
                "code": f"{group.cost_centre_code} {group.project_code}".strip(),
            }
            yield FileError(0, "", formats.eur(group.amount), message)
