"""Totals, subtotals and balances among the rows of a file: told from rows, or noted where it is not certain."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from fundtrack.money import ZERO
from fundtrack.sentences import sentence as _

from .cells import Value
from .lookalikes import Lookalikes
from .row_reader import RowReader
from .rows import FileTotals, ReadRow, RowProblem, row_problem
from .subtotals import Subtotals
from .values import balance_label, is_bare_total, is_perhaps_total, may_be_labelled

Held = list[tuple[ReadRow, list[Value]]]


def settled(
    rows: Iterator[tuple[ReadRow, list[Value]]], reader: RowReader, totals: FileTotals, warnings: list[str]
) -> Iterator[ReadRow]:
    """Hold back what may be a total until it is known what follows, and count everything.

    Args:
        warnings: takes the sentences about the whole file, after the last row.
    """
    sums = _Sums(reader, totals)
    held: Held = []
    for found, row in rows:
        if held and (found.reason == "blank" or _is_footer(found)):
            held.append((found, row))
            continue
        if held:
            yield from sums.settle(held, last=False)
            held = []
        if found.amount is not None and sums.is_candidate(found, row):
            held = [(found, row)]
            continue
        yield sums.count(sums.noted(found, row))
    if held:
        yield from sums.settle(held, last=True)
    warnings += sums.lookalikes.warnings(sums.subtotals.warnings())


def _is_footer(row: ReadRow) -> bool:
    """True for a line of words below the table, such as the time of printing, and for one that is ruled."""
    if row.reason in ("words", "ruled"):
        return True
    missing = any(problem.code == "amount_missing" for problem in row.problems)
    return missing and sum(map(bool, row.cells)) <= 2


def _is_undated(row: ReadRow) -> bool:
    """True for a row with an amount in which only the date or month is missing."""
    return row.amount is not None and [problem.code for problem in row.problems] == ["date_missing"]


class _Sums:
    """Decides whether a row without date and codes, or one that says so, is a total of the rows above it."""

    def __init__(self, reader: RowReader, totals: FileTotals) -> None:
        self.reader, self.totals = reader, totals
        self.lookalikes = Lookalikes("account" in reader.places)
        self.subtotals = Subtotals()
        self.rows_since = 0
        #: Of rows that are noted as totals and still booked.
        self.doubtful = ZERO
        #: The sum of all rows at each subtotal: a total over several of them begins at an earlier one.
        self.begins = {ZERO}
        # Where the month is asked for, a total can look like a row.
        self.asks_every_row = reader.profile.date_format == "none"

    def count(self, row: ReadRow) -> ReadRow:
        self.totals.add(row)
        if row.kind == "row":
            self.lookalikes.add(row)
        if row.amount is not None and row.kind in ("row", "left_out", "error"):
            self.rows_since += 1
            self.subtotals.add(row)
        if row.amount is not None and any(note.code == "may_be_total" for note in row.notes):
            self.doubtful += row.amount
            self._begin()
        return row

    def _begin(self) -> None:
        """The next row is the first one of another subtotal."""
        self.rows_since = 0
        self.begins.add(self.totals.everything - self.doubtful)

    def is_candidate(self, row: ReadRow, cells: Sequence[Value]) -> bool:
        """True for what is a total or an error, but no row."""
        if row.kind in ("row", "left_out") and not self.asks_every_row and not may_be_labelled(row.cells):
            return False
        if row.kind == "left_out":
            # Left out because it is a total: it is not counted with the other rows that are left out.
            return self._says_only(row) and self._is_sum(row)
        if _is_undated(row):
            return True
        return row.reason in ("", "zero") and self.reader.belongs_to_nothing(cells)

    def _says_only(self, row: ReadRow) -> bool:
        return any(map(is_bare_total, row.cells))

    def _is_sum(self, row: ReadRow) -> bool:
        """True when the amount is the sum since a subtotal, or of everything."""
        everything = self.totals.everything
        if row.amount is None or not (self.rows_since or row.amount) or not (everything or self.totals.counts["row"]):
            return False
        return row.amount == everything or everything - self.doubtful - row.amount in self.begins

    def _is_perhaps_total(self, row: ReadRow) -> bool:
        """True for the sum of several rows that has no voucher, and for a text a word that may mean a total."""
        if row.voucher.strip("0") or self.rows_since < 2 or not self._is_sum(row):
            return False
        # A column of months says this in every row.
        texts = (row.description, row.supplier, row.account, row.project_code, row.cost_centre_code)
        return any(map(is_perhaps_total, texts))

    def noted(self, row: ReadRow, cells: Sequence[Value]) -> ReadRow:
        """The row with a note, where it has a date or a code and still seems to be a total of other rows."""
        if row.kind != "row":
            return row
        labelled = may_be_labelled(row.cells) and self.reader.is_labelled(cells)
        if not labelled and not self._is_perhaps_total(row):
            return row
        if self._is_sum(row):
            message = _("The row says that it is a total, and is the sum of rows above it. Leave it out if it is one.")
            code = "may_be_total"
        elif self._says_only(row):
            message = _(
                "The row says that it is a total, and is not the sum of the rows above it. Leave it out if it is one "
                "of other rows."
            )
            code = "says_total"
        else:
            return row
        note = row_problem(self.reader.sheet, row.number, "", "", message, code)
        return row._replace(notes=(*row.notes, note))

    def settle(self, held: Held, *, last: bool) -> Iterator[ReadRow]:
        """Decide about a candidate and let go what was held back after it."""
        candidate, cells = held[0]
        reason = self._reason(candidate, cells, last=last)
        if reason:
            total = ReadRow(candidate.number, candidate.cells, "total", amount=candidate.amount, reason=reason)
            yield self.count(total)
            self._begin()
        else:
            yield self.count(self._not_a_total(candidate, cells))
        for row, _cells in held[1:]:
            if reason == "total" and row.kind == "error":
                row = ReadRow(row.number, row.cells, "skipped", reason="below_total")
            yield self.count(row)

    def _undated_problem(self, row: ReadRow) -> RowProblem:
        sheet, number, column, value, _message, code = row.problems[0]
        message = _("The date or month is missing. The row may be a total of other rows: leave it out if it is one.")
        return row_problem(sheet, number, column, value, message, code)

    def _reason(self, candidate: ReadRow, cells: Sequence[Value], *, last: bool) -> str:
        """“total”, “subtotal”, or nothing where it is neither."""
        undated = _is_undated(candidate)
        if undated and not self.reader.belongs_to_nothing(cells):
            return self._reason_with_codes(candidate, cells, last=last)
        labelled, above = self.reader.is_labelled(cells), self._rows_above()
        if last and above:
            everything = self._everything()
            if (real := self.subtotals.real()) is not None:
                everything.append(real)
            if candidate.amount in everything or (self.totals.unreadable and not labelled):
                return "total"
        # One amount twice is no group, unless others have ended before it.
        unlabelled = undated and (self.rows_since > 1 or len(self.begins) > 1)
        if (labelled or unlabelled) and above and self._is_sum(candidate):
            return "subtotal"
        return "total" if labelled and last else ""

    def _reason_with_codes(self, candidate: ReadRow, cells: Sequence[Value], *, last: bool) -> str:
        """Why a row with a code and without a date is a total; nothing where it may be a cost whose date is missing."""
        if not self._rows_above() or not self._is_sum(candidate):
            return ""
        says = self.reader.is_labelled(cells) or any(map(balance_label, candidate.cells))
        if not says and not self._lacks_what_costs_have(candidate):
            return ""
        return "total" if last and candidate.amount in self._everything() else "subtotal"

    def _rows_above(self) -> int:
        return sum(self.totals.counts[kind] for kind in ("row", "left_out", "error"))

    def _everything(self) -> list[Decimal]:
        return [self.totals.everything, self.totals.everything - self.doubtful]

    def _lacks_what_costs_have(self, row: ReadRow) -> bool:
        """True for the sum of a group, which has fewer words and codes than its rows."""
        lacks_all = self._lacks_all(row)
        # A row of codes and an amount alone: a cost has a voucher or says what it was for.
        wordless = not (row.voucher.strip("0") or row.description or row.supplier)
        # The name of a cost centre stands beside its sum, without the project codes of its rows.
        return (wordless and (self.rows_since > 1 or lacks_all)) or (lacks_all and self._lacks_a_code(row))

    def _lacks_all(self, row: ReadRow) -> bool:
        """True for a row without what a cost has beside its codes."""
        if {"voucher", "account"} & self.reader.places.keys():
            return not row.voucher.strip("0") and not row.account
        return not row.description

    def _lacks_a_code(self, row: ReadRow) -> bool:
        said = {"cost_centre": row.cost_centre_code, "project_code": row.project_code}
        return any(key in self.reader.places and not code for key, code in said.items())

    def _not_a_total(self, row: ReadRow, cells: Sequence[Value]) -> ReadRow:
        """A row with nothing but an amount is nobody's, and one with a total's word for a code too; zero is nothing."""
        if _is_undated(row) and (self._lacks_all(row) or (self.rows_since > 1 and self._is_sum(row))):
            return row._replace(problems=(self._undated_problem(row),))
        starred = row.kind == "error" and row.amount is not None and self.reader.is_starred(cells)
        if not starred and (row.kind != "row" or not self.reader.has_keys):
            return self.noted(row, cells)
        if self.reader.says_total(cells):
            message = _("The row says that it is a total, and is not the sum of rows above it.")
            code = "not_the_sum"
        else:
            message, code = _("The row has an amount, but neither a date nor a code nor a voucher."), "no_codes"
        problem = row_problem(self.reader.sheet, row.number, "", "", message, code)
        return row._replace(kind="error", problems=(problem,))
