"""The rows of a file of actuals, one after the other, none dropped in silence."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from fundtrack.formats import count
from fundtrack.periods import Month
from fundtrack.sentences import plural_sentence as ngettext
from fundtrack.sentences import sentence as _

from .cells import Value, text_of
from .files import TableFile
from .guesses import guesses
from .headings import HEADING_ROWS, labels_of, place_of, places_of
from .other_sheets import look_at_sheets
from .profiles import AMOUNT_KEYS, Profile, ProfileRefusal
from .row_reader import RowReader
from .rows import FileTotals, KnownCodes, ReadRow
from .shapes import SAMPLE, Shape, is_ruled
from .sign_columns import blanks_are_debits
from .totals import settled
from .watchers import Watchers


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
        if (side := places.get("side")) is not None:
            below = islice(self._rows(), self._header_row, None)
            repeated = self._reader.repeats_headings
            self._reader.blanks_are_debits = blanks_are_debits(below, side, self.labels[side], repeated)
        self._watchers = Watchers(
            profile,
            places,
            self.labels,
            month=month,
            doubts=doubts,
            blanks_are_debits=self._reader.blanks_are_debits,
        )
        #: None for a workbook, whose cells have their places.
        self._shape = self._find_shape(places, header) if file.kind == "csv" else None
        #: Rows that a filter or a person has hidden: who did may mean only what is shown.
        self._hidden = frozenset(file.hidden_rows(self.sheet))
        self._hidden_read: list[int] = []
        self._iterator = settled(self._read_all(), self._reader, self.totals, self.warnings)

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
        amounts = {places[key] for key in AMOUNT_KEYS if key in places}
        question, told = look_at_sheets(self.file, self.sheet, amounts)
        self.warnings += told
        if question is not None:
            raise ProfileRefusal(question.message, code="sheet_missing")

    def _hidden_warnings(self) -> list[str]:
        rows = self._hidden_read
        message = ngettext(
            "%(count)s row of the sheet is hidden (row %(row)s). It is read like the others: delete it from the file "
            "if it is not meant.",
            "%(count)s rows of the sheet are hidden (the first is row %(row)s). They are read like the others: delete "
            "them from the file if they are not meant.",
            len(rows),
        )
        return [message % {"count": count(len(rows)), "row": rows[0]}] if rows else []

    def _find_shape(self, places: Mapping[str, int], header: Sequence[Value]) -> Shape:
        below = islice(self._rows(), self._header_row, self._header_row + SAMPLE)
        reader = self._reader
        blank: list[Value] = [""] * self._width
        sample = [
            row
            for row in below
            if not (reader.is_blank(row) or is_ruled(row) or reader.belongs_to_nothing(row + blank))
        ]
        return Shape(places, header, sample, self.profile.delimiter or self.file.delimiter)

    def _where_headings_are(self) -> int | None:
        for number, row in enumerate(islice(self._rows(), HEADING_ROWS), start=1):
            labels = labels_of(row)
            if number != self._header_row and all(
                place_of(text, labels) is not None for text in self.profile.columns.values()
            ):
                return number
        return None

    def _read_all(self) -> Iterator[tuple[ReadRow, list[Value]]]:
        reader, width, watchers, shape = self._reader, self._width, self._watchers, self._shape
        for number, row in enumerate(self._rows(), start=1):
            if number <= self._header_row:
                reason = "headings" if number == self._header_row else "above_headings"
                if reason == "above_headings":
                    watchers.above(number, row)
                yield ReadRow(number, tuple(map(text_of, row)), "skipped", reason=reason), row
                continue
            shifted = shape is not None and len(row) > shape.widest
            if len(row) < width:
                row = row + [""] * (width - len(row))
            if reader.is_blank(row):
                yield ReadRow(number, tuple(map(text_of, row)), "skipped", reason="blank"), row
                continue
            watchers.below(number, row)
            found = reader.read(number, row, width, shifted=shifted)
            if found.problems and reader.repeats_headings(row):
                found = ReadRow(number, found.cells, "skipped", reason="headings_again")
            elif found.problems and is_ruled(row):
                found = ReadRow(number, found.cells, "skipped", reason="ruled")
            elif found.problems and reader.is_words(found, row):
                found = ReadRow(number, found.cells, "skipped", reason="words")
                watchers.words(found)
            watchers.dated(found, row)
            if shape is not None:
                found = shape.checked(found)
            if found.kind == "row":
                watchers.booked(found, row)
                if number in self._hidden:
                    self._hidden_read.append(number)
            yield found, row
        self.warnings += self._hidden_warnings()
        self.warnings += [warning for warning in watchers.warnings() if warning not in self.warnings]
        if shape is not None:
            self.warnings += shape.warnings()
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
        # Who has confirmed the profile has seen what is uncertain.
        warnings = [*warnings, *([] if confirmed else guesses(recognition.choices))]
    reading = Reading(file, profile, month=month, known=known, doubts=not recognised)
    reading.warnings += warnings
    return reading


def _is_complete(file: TableFile, profile: Profile) -> bool:
    amounts = set(AMOUNT_KEYS) & set(profile.columns)
    said = profile.header_row is not None and profile.date_format is not None and bool(amounts)
    return said and (file.kind == "xlsx" or (profile.decimal_mark is not None and profile.delimiter is not None))
