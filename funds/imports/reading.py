"""The rows of a file of actuals, one after the other, none dropped in silence."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from fundtrack.money import ZERO
from fundtrack.periods import Month
from fundtrack.sentences import sentence as _

from .cells import Value, text_of
from .doubts import Doubts
from .files import TableFile
from .headings import labels_of, place_of, places_of
from .other_sheets import ask_for_sheet
from .profiles import Profile, ProfileRefusal
from .row_reader import RowReader
from .rows import FileTotals, KnownCodes, ReadRow, row_problem
from .units import Units

#: Headings stand within these rows.
HEADING_ROWS = 50
#: One row is the sum of one row by chance.
_MANY_ROWS = 2


class Reading(Iterator[ReadRow]):
    """The rows of a file, read once; its totals are complete after the last row.

    Attributes:
        profile: what was said and found out about the file.
        labels: the headings, by which problems name their column.
        totals: sums and counts of the rows so far.
        warnings: sentences about the whole file; complete after the last row.
    """

    def __init__(
        self, file: TableFile, profile: Profile, *, month: Month | None, known: KnownCodes | None, doubts: bool
    ) -> None:
        self.file, self.profile = file, profile
        self.sheet = file.sheet(profile.sheet)
        self.totals = FileTotals()
        self.warnings: list[str] = []
        assert profile.header_row is not None, "a complete profile"
        self._header_row = profile.header_row
        header = next(islice(self._rows(), self._header_row - 1, None), [])
        self.labels = labels_of(header)
        self._width = len(header)
        places = self._places()
        self._check_sheets(places)
        self._reader = RowReader(profile, places, self.labels, sheet=self.sheet.name, month=month, known=known)
        # Also of a profile that somebody confirmed once: the next file may have other columns.
        self._units = Units(places, self.labels)
        self._doubts = Doubts(places, self.labels) if doubts else None
        self._iterator = _settled(self._read_all(), self._reader, self.totals)

    def __next__(self) -> ReadRow:
        return next(self._iterator)

    def _rows(self) -> Iterator[list[Value]]:
        return self.file.rows(self.sheet, delimiter=self.profile.delimiter or "")

    def _places(self) -> dict[str, int]:
        try:
            return places_of(self.profile.columns, self.labels)
        except ProfileRefusal as refusal:
            if refusal.code == "column_missing" and (row := self._where_headings_are()) is not None:
                message = _("The headings are in row %(found)s of the file, and the profile says row %(said)s.")
                places = {"found": row, "said": self._header_row}
                raise ProfileRefusal(message % places, code="header_row") from refusal
            raise

    def _check_sheets(self, places: Mapping[str, int]) -> None:
        """Refuse to choose between several sheets with amounts."""
        if self.file.kind != "xlsx" or self.profile.sheet is not None:
            return
        amounts = {places[key] for key in ("amount", "debit", "credit") if key in places}
        if (question := ask_for_sheet(self.file, self.sheet, amounts)) is not None:
            raise ProfileRefusal(question.message, code="sheet_missing")

    def _where_headings_are(self) -> int | None:
        for number, row in enumerate(islice(self._rows(), HEADING_ROWS), start=1):
            labels = labels_of(row)
            if number != self._header_row and all(
                place_of(text, labels) is not None for text in self.profile.columns.values()
            ):
                return number
        return None

    def _read_all(self) -> Iterator[tuple[ReadRow, list[Value]]]:
        reader, width, units, doubts = self._reader, self._width, self._units, self._doubts
        for number, row in enumerate(self._rows(), start=1):
            if number <= self._header_row:
                reason = "headings" if number == self._header_row else "above_headings"
                yield ReadRow(number, tuple(map(text_of, row)), "skipped", reason=reason), row
                continue
            if len(row) < width:
                row = row + [""] * (width - len(row))
            if reader.is_blank(row):
                yield ReadRow(number, tuple(map(text_of, row)), "skipped", reason="blank"), row
                continue
            if units.currencies:
                units.add(number, row)
            if doubts is not None:
                doubts.add(row)
            found = reader.read(number, row, width)
            if found.problems and reader.repeats_headings(row):
                found = ReadRow(number, found.cells, "skipped", reason="headings_again")
            yield found, row
        self.warnings += units.warnings()
        if doubts is not None:
            self.warnings += doubts.warnings()
        if reader.sides is not None:
            self.warnings += reader.sides.notes()


def read_actuals(
    file: TableFile,
    profile: Profile,
    *,
    month: Month | None = None,
    known: KnownCodes | None = None,
    confirmed: bool = False,
) -> Reading:
    """Read a file of actuals row by row.

    Every row of the sheet comes out, in order and once: rows to import, rows left out by the profile, totals, errors,
    and what is skipped with its reason. What the profile does not say is found out from the whole file first.

    Args:
        month: the month of all rows, for a file that does not say it.
        known: the plan's codes; a code that has lost its leading zeros is told by them.
        confirmed: the profile is as a person wants it, with its header row; nothing more is found out.

    Raises:
        ProfileRefusal: the profile does not fit the file, or something must be asked first.
        FileRefusal: the file cannot be read. Both may also come while rows are read.
    """
    warnings: Sequence[str] = ()
    recognised = not (confirmed and profile.header_row) and not _is_complete(file, profile)
    if recognised:
        from .recognise import recognise

        recognition = recognise(file, known=known or KnownCodes(), declared=profile)
        recognition.require()
        profile, warnings = recognition.profile, recognition.warnings[len(file.warnings) :]
    reading = Reading(file, profile, month=month, known=known, doubts=not recognised)
    reading.warnings += warnings
    return reading


def _is_complete(file: TableFile, profile: Profile) -> bool:
    amounts = {"amount", "debit", "credit"} & set(profile.columns)
    said = profile.header_row is not None and profile.date_format is not None and bool(amounts)
    return said and (file.kind == "xlsx" or (profile.decimal_mark is not None and profile.delimiter is not None))


# --- totals


def _settled(rows: Iterator[tuple[ReadRow, list[Value]]], reader: RowReader, totals: FileTotals) -> Iterator[ReadRow]:
    """Hold back what may be a total until it is known what follows, and count everything."""
    sums = _Sums(reader, totals)
    held: list[tuple[ReadRow, list[Value]]] = []
    for found, row in rows:
        if found.kind in ("row", "left_out") and not sums.asks_every_row:
            candidate = False
        else:
            candidate = found.kind != "left_out" and found.reason in ("", "zero") and reader.belongs_to_nothing(row)
        if held and (found.reason == "blank" or _is_footer(found)):
            held.append((found, row))
            continue
        if held:
            yield from sums.settle(held, last=False)
            held = []
        if candidate and found.amount is not None:
            held = [(found, row)]
            continue
        yield sums.count(sums.noted(found, row))
    if held:
        yield from sums.settle(held, last=True)


def _is_footer(row: ReadRow) -> bool:
    """True for a line of words below the table, such as the time of printing."""
    missing = any(problem.code == "amount_missing" for problem in row.problems)
    return missing and sum(map(bool, row.cells)) <= 2


class _Sums:
    """Decides whether a row without date and codes is a total of the rows above it."""

    def __init__(self, reader: RowReader, totals: FileTotals) -> None:
        self.reader, self.totals = reader, totals
        self.since, self.rows_since, self.subtotals = ZERO, 0, 0
        # Where the month is asked for, a total can look like a row.
        self.asks_every_row = reader.profile.date_format == "none"

    def count(self, row: ReadRow) -> ReadRow:
        self.totals.add(row)
        if row.amount is not None and row.kind in ("row", "left_out", "error"):
            self.since += row.amount
            self.rows_since += 1
        return row

    def noted(self, row: ReadRow, cells: Sequence[Value]) -> ReadRow:
        """The row with a note, where it has a date or a code and still seems to be a total of rows above it."""
        if row.kind != "row" or self.rows_since < _MANY_ROWS or row.amount not in (self.since, self.totals.everything):
            return row
        if not self.reader.is_labelled(cells):
            return row
        message = _("The row says that it is a total, and is the sum of rows above it. Leave it out if it is one.")
        note = row_problem(self.reader.sheet, row.number, "", "", message, "may_be_total")
        return row._replace(notes=(*row.notes, note))

    def settle(self, held: Sequence[tuple[ReadRow, list[Value]]], *, last: bool) -> Iterator[ReadRow]:
        """Decide about a candidate and let go what was held back after it."""
        candidate, cells = held[0]
        reason = self._reason(candidate, cells, last=last)
        if reason:
            total = ReadRow(candidate.number, candidate.cells, "total", amount=candidate.amount, reason=reason)
            self.since, self.rows_since = ZERO, 0
            self.subtotals += reason == "subtotal"
            yield self.count(total)
        else:
            yield self.count(self._not_a_total(candidate))
        for row, _cells in held[1:]:
            if reason == "total" and row.kind == "error":
                row = ReadRow(row.number, row.cells, "skipped", reason="below_total")
            yield self.count(row)

    def _reason(self, candidate: ReadRow, cells: Sequence[Value], *, last: bool) -> str:
        labelled = self.reader.is_labelled(cells)
        everything = self.totals.everything
        above = self.totals.counts["row"] + self.totals.counts["left_out"] + self.totals.counts["error"]
        if last and above and (candidate.amount == everything or (self.totals.unreadable and not labelled)):
            return "total"
        if labelled and self.rows_since and candidate.amount in (self.since, everything):
            return "subtotal"
        return "total" if labelled and last else ""

    def _not_a_total(self, row: ReadRow) -> ReadRow:
        """A row with nothing but an amount is nobody's; a zero one is still nothing."""
        if row.kind != "row" or not self.reader.has_keys:
            return row
        message = _("The row has an amount, but neither a date nor a code nor a voucher.")
        problem = row_problem(self.reader.sheet, row.number, "", "", message, "no_codes")
        return row._replace(kind="error", problems=(problem,))
