"""What an import would do, or did: counts, sums, figures per line and month, warnings. Nothing is written here."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256

from django.db.models import Count, Sum
from django.utils.functional import Promise

from fundtrack import formats
from fundtrack.money import ZERO
from fundtrack.periods import Month
from fundtrack.sentences import plural_sentence as ngettext
from fundtrack.sentences import sentence as _
from fundtrack.sentences import told

from ..import_sql import outcome_query, planned
from ..models import BudgetLine, ImportBatch, ImportRow
from .import_lines import ImportWarning, LineMonth, line_months, line_warnings

_GROUPS = """
SELECT kind, line_id, cost_centre_code, project_code, month, concerns_month, lost, count(*), sum(amount),
    md5(string_agg(concat_ws(':', import_row_id, corrects_id, amount), ',' ORDER BY import_row_id, corrects_id))
FROM entries GROUP BY 1, 2, 3, 4, 5, 6, 7
UNION ALL
SELECT 'known', NULL, NULL, NULL, NULL, NULL, false, count(*), coalesce(sum(f.amount), 0), ''
FROM known k JOIN file f ON f.id = k.import_row_id
UNION ALL
SELECT 'voucher', NULL, NULL, min(e.voucher), NULL, NULL, false, count(*), coalesce(sum(e.amount), 0), ''
FROM entries e WHERE e.kind = 'new' AND e.voucher <> '' AND EXISTS (
    SELECT 1 FROM ledger_left n WHERE n.voucher = e.voucher AND n.account = e.account
        AND n.cost_centre_code = e.cost_centre_code AND n.project_code = e.project_code
        AND n.effective_month = coalesce(e.concerns_month, e.month)
)
ORDER BY 1, 2, 3, 4, 5, 6
"""


@dataclass(frozen=True)
class _Group:
    """Entries that go to one place: a pair of codes and a month."""

    kind: str
    line_id: int | None
    cost_centre_code: str
    project_code: str
    month: date
    concerns_month: date | None
    lost: bool
    count: int
    amount: Decimal
    digest: str


@dataclass(frozen=True)
class FileError:
    """A reason why the import cannot be committed."""

    #: Row of the sheet, from 1; 0 for the file as a whole.
    row: int
    #: Column as the file heads it; empty for the row as a whole.
    column: str
    #: What stands in the cell.
    value: str
    message: str | Promise


@dataclass(frozen=True)
class Outcome:
    """Rows of one kind. EUR."""

    count: int = 0
    amount: Decimal = ZERO


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
    groups = _groups(batch)
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
        new=_sum(entries, "new"),
        known=_sum(groups, "known"),
        changed=_sum(entries, "changed"),
        removed=_sum(entries, "removed"),
        left_out=left_out,
        outside_plan=_outside(entries),
        errors=(*blocking, *row_errors(batch, limit=LISTED_ERRORS)),
        error_count=len(blocking) + unreadable,
        warnings=(*_warnings(batch, groups, entries), *_fund_warnings(batch, funds), *line_warnings(cells)),
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
        FileError(row.number, problem["column"], problem["value"], told(problem["message"]))
        for row in (rows if limit is None else rows[:limit])
        for problem in row.problems or []
    ]


def _groups(batch: ImportBatch) -> list[_Group]:
    query = outcome_query(batch)
    with planned() as cursor:
        cursor.execute(query.ctes + _GROUPS, query.parameters)
        return [_Group(*row) for row in cursor.fetchall()]


def counted_kinds(batch: ImportBatch) -> dict[str, Outcome]:
    """Kind of row → how many the file has."""
    found = batch.rows.values_list("kind").annotate(count=Count("pk"), amount=Sum("amount")).order_by()
    counted = {kind: Outcome(count, amount or ZERO) for kind, count, amount in found}
    return {kind: counted.get(kind, Outcome()) for kind in ImportRow.Kind}


def _sum(groups: Sequence[_Group], kind: str) -> Outcome:
    chosen = [group for group in groups if group.kind == kind]
    return Outcome(sum(group.count for group in chosen), sum((group.amount for group in chosen), ZERO))


def _outside(entries: Sequence[_Group]) -> Outcome:
    chosen = [group for group in entries if group.line_id is None and group.kind == "new"]
    return Outcome(sum(group.count for group in chosen), sum((group.amount for group in chosen), ZERO))


def _by_month(entries: Sequence[_Group]) -> dict[Month, Decimal]:
    sums: dict[Month, Decimal] = defaultdict(lambda: ZERO)
    for group in entries:
        sums[Month.of(group.month)] += group.amount
    return dict(sorted(sums.items()))


def _changes(entries: Sequence[_Group]) -> dict[tuple[int | None, str, str, Month], Decimal]:
    sums: dict[tuple[int | None, str, str, Month], Decimal] = defaultdict(lambda: ZERO)
    for group in entries:
        sums[group.line_id, group.cost_centre_code, group.project_code, Month.of(group.month)] += group.amount
    return dict(sums)


def _other_funds(batch: ImportBatch, entries: Sequence[_Group]) -> list[tuple[str, str, Outcome]]:
    """(slug, name, new rows) of the other funds to whose lines rows of the file lead. One query."""
    new = [group for group in entries if group.kind == "new" and group.line_id is not None]
    lines = BudgetLine.objects.filter(pk__in={group.line_id for group in new}).exclude(plan__fund=batch.fund_id)
    funds = {pk: (slug, name) for pk, slug, name in lines.values_list("pk", "plan__fund__slug", "plan__fund__name")}
    found: dict[tuple[str, str], list[_Group]] = defaultdict(list)
    for group in new:
        if group.line_id in funds:
            found[funds[group.line_id]].append(group)
    return [(*fund, _sum(groups, "new")) for fund, groups in sorted(found.items())]


def _fund_warnings(batch: ImportBatch, funds: Sequence[tuple[str, str, Outcome]]) -> Iterator[ImportWarning]:
    if batch.manner == ImportBatch.Manner.WHOLE_MONTHS:
        return
    for slug, name, rows in funds:
        text = ngettext(
            "%(count)s row (%(sum)s) leads to a line of another fund, %(fund)s, and is booked there.",
            "%(count)s rows (%(sum)s) lead to lines of another fund, %(fund)s, and are booked there.",
            rows.count,
        )
        places = {"count": formats.count(rows.count), "sum": formats.eur(rows.amount), "fund": name}
        yield ImportWarning(f"other_fund:{slug}", text % places)


def _blocking(
    batch: ImportBatch, entries: Sequence[_Group], rows_total: Decimal, funds: Sequence[tuple[str, str, Outcome]]
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


def _warnings(batch: ImportBatch, groups: Sequence[_Group], entries: Sequence[_Group]) -> Iterator[ImportWarning]:
    for number, note in enumerate(told(batch.reading.get("notes", [])), start=1):
        yield ImportWarning(f"note:{number}", note)
    if batch.reading.get("own_total_agrees") is False:
        text = _("The file's own total is %(own)s, and its rows do not sum to it.")
        yield ImportWarning("own_total", text % {"own": formats.eur(Decimal(batch.reading["own_total"]))})
    yield from _late_warnings(entries)
    outside = _outside(entries)
    if outside.count:
        text = ngettext(
            "%(count)s row (%(sum)s) leads to no line of a plan in force and is booked outside the plan.",
            "%(count)s rows (%(sum)s) lead to no line of a plan in force and are booked outside the plan.",
            outside.count,
        )
        yield ImportWarning(
            "outside_plan", text % {"count": formats.count(outside.count), "sum": formats.eur(outside.amount)}
        )
    yield from _removal_warnings(groups, entries)
    for group in groups:
        if group.kind == "voucher" and group.count:
            text = ngettext(
                "%(count)s new row (%(sum)s) has a voucher that the ledger holds with other amounts, for example "
                "%(voucher)s. Changed rows are only found in files of whole months.",
                "%(count)s new rows (%(sum)s) have vouchers that the ledger holds with other amounts, for example "
                "%(voucher)s. Changed rows are only found in files of whole months.",
                group.count,
            )
            values = {
                "count": formats.count(group.count),
                "sum": formats.eur(group.amount),
                "voucher": group.project_code,
            }
            yield ImportWarning("voucher_known", text % values)


#: So large a part of the ledger's rows, and it is asked whether the file really holds whole months.
_MANY_REMOVED = Decimal("0.1")


def _removal_warnings(groups: Sequence[_Group], entries: Sequence[_Group]) -> Iterator[ImportWarning]:
    """A part of an export taken for the whole would reverse what it leaves out."""
    removed, kept = _sum(entries, "removed"), _sum(groups, "known").count + _sum(entries, "changed").count
    if removed.count > _MANY_REMOVED * (removed.count + kept):
        text = ngettext(
            "%(count)s row of the ledger (%(sum)s) is not in the file and is reversed. Is the file whole?",
            "%(count)s rows of the ledger (%(sum)s) are not in the file and are reversed. Is the file whole?",
            removed.count,
        )
        yield ImportWarning(
            "removed", text % {"count": formats.count(removed.count), "sum": formats.eur(removed.amount)}
        )


def _late_warnings(entries: Sequence[_Group]) -> Iterator[ImportWarning]:
    """Rows of closed months: they stand in the first open one."""
    late: dict[tuple[date, date], tuple[int, Decimal]] = {}
    for group in entries:
        if group.concerns_month is not None:
            key = (group.concerns_month, group.month)
            count, amount = late.get(key, (0, ZERO))
            late[key] = (count + group.count, amount + group.amount)
    for (concerns, month), (count, amount) in sorted(late.items()):
        text = ngettext(
            "%(closed)s is closed: %(count)s row (%(sum)s) is booked in %(open)s, the first open month.",
            "%(closed)s is closed: %(count)s rows (%(sum)s) are booked in %(open)s, the first open month.",
            count,
        )
        values = {
            "closed": formats.month_short(concerns),
            "open": formats.month_short(month),
            "count": formats.count(count),
        }
        yield ImportWarning(f"month_closed:{Month.of(concerns)}", text % {**values, "sum": formats.eur(amount)})
