"""A use plan in a file: columns found by their headings, every row checked, every problem named at once."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fundtrack.formats import exact_eur
from fundtrack.money import LARGEST, ZERO, AmountError, DecimalMark, count_decimals, parse_amount, round_cents

from ..layout import USE_PLAN_LENGTH, is_code, tidy
from .files import Cell, FileRefusal, Sheet, read_sheets
from .quotes import list_of

REQUIRED = ("target", "cost_centre", "line", "project_code", "amount")
OPTIONAL = ("responsible", "use_plan", "target_responsible", "target_use_plan")
COLUMNS = (*REQUIRED, *OPTIONAL)

#: Headings that mean a column, in English, Finnish and Swedish; compared without case, accents and punctuation.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "target": ("target", "development target", "kehittämiskohde", "kohde", "utvecklingsobjekt", "objekt"),
    "cost_centre": ("cost centre", "cost center", "kustannuspaikka", "kp", "kostnadsställe", "kst"),
    "line": ("line", "budget line", "rivi", "budjettirivi", "rad", "budgetrad"),
    "project_code": ("project code", "code", "projektitunniste", "projektikoodi", "tunniste", "projektkod", "kod"),
    "amount": (
        "amount",
        "amount €",
        "amount eur",
        "summa",
        "määrä",
        "määräraha",
        "euroa",
        "eur",
        "€",
        "belopp",
        "anslag",
        "summa €",
    ),
    "responsible": (
        "responsible",
        "responsible person",
        "vastuuhenkilö",
        "ansvarig",
        "ansvarig person",
        "ansvarsperson",
    ),
    "use_plan": (
        "use plan",
        "detailed use plan",
        "käyttösuunnitelma",
        "tarkka käyttösuunnitelma",
        "dispositionsplan",
        "detaljerad dispositionsplan",
    ),
    "target_responsible": (
        "target responsible",
        "responsible person of the target",
        "kohteen vastuuhenkilö",
        "objektets ansvariga",
    ),
    "target_use_plan": (
        "target use plan",
        "use plan of the target",
        "kohteen käyttösuunnitelma",
        "objektets dispositionsplan",
    ),
}
#: Column → its heading in the reader's language; each is among the headings above, so that an export can be read back.
LABELS: Mapping[str, str | Promise] = {
    "target": gettext_lazy("Target"),
    "cost_centre": gettext_lazy("Cost centre"),
    "line": gettext_lazy("Budget line"),
    "project_code": gettext_lazy("Project code"),
    "amount": gettext_lazy("Amount"),
    "responsible": gettext_lazy("Responsible person"),
    "use_plan": gettext_lazy("Detailed use plan"),
    "target_responsible": gettext_lazy("Responsible person of the target"),
    "target_use_plan": gettext_lazy("Use plan of the target"),
}
_HEADER_ROWS = 20
#: Most decimals that are written out; a number with more is shown as the file has it.
_DECIMALS_SHOWN = 15
#: A code that a spreadsheet has taken for a number and shortened.
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE][+-]?\d+")


@dataclass(frozen=True)
class PlanRow:
    """One budget line as the file has it."""

    #: Row of the file, from 1.
    row: int
    target: str
    cost_centre: str
    line: str
    project_code: str
    #: EUR.
    amount: Decimal
    responsible: str = ""
    use_plan: str = ""
    target_responsible: str = ""
    target_use_plan: str = ""

    def as_payload(self) -> dict[str, Any]:
        """The row for a signed form field."""
        return {**asdict(self), "amount": str(self.amount)}

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> "PlanRow":
        """The row back from a signed form field."""
        return cls(**{**payload, "amount": Decimal(payload["amount"])})


@dataclass(frozen=True)
class FileProblem:
    """One thing in the file that must be mended, or (in ``warnings``) looked at."""

    #: Row of the file, from 1; 0 for the file as a whole.
    row: int
    #: Column as the file heads it; empty for the row as a whole.
    column: str
    #: What stands in the cell.
    value: str
    message: str
    code: str

    def __str__(self) -> str:
        place = _("Row %(row)s, %(column)s") if self.column else _("Row %(row)s")
        return f"{place % {'row': self.row, 'column': self.column}}: {self.message}" if self.row else self.message


@dataclass
class PlanFile:
    """What a file says, and what is wrong with it."""

    name: str
    sha256: str
    kind: str
    encoding: str
    rows: list[PlanRow] = field(default_factory=list)
    problems: list[FileProblem] = field(default_factory=list)
    warnings: list[FileProblem] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        return sum((row.amount for row in self.rows), ZERO)


def read_plan(name: str, content: bytes, *, decimal_mark: DecimalMark | None = None) -> PlanFile:
    """Read a use plan from the bytes of a CSV or XLSX file.

    Args:
        name: the file's name, for messages.
        decimal_mark: the decimal mark that the file declares; None refuses amounts that can be read two ways.

    Raises:
        FileRefusal: the file is not a table with the columns of a use plan.
    """
    sheet, header, columns = _find_header(read_sheets(name, content))
    found = PlanFile(name=name, sha256=sheet.sha256, kind=sheet.kind, encoding=sheet.encoding)
    if sheet.encoding and not sheet.encoding.startswith("utf-"):
        message = _("The file was read as %(encoding)s. Check the letters å, ä and ö below.") % {
            "encoding": sheet.encoding
        }
        found.warnings.append(FileProblem(0, "", "", message, "encoding_guessed"))
    _warn_of_unread(found, sheet.rows[header])
    for number, row in enumerate(sheet.rows[header + 1 :], start=header + 2):
        cells = {column: row[index] if index < len(row) else Cell("") for column, index in columns.items()}
        if any(cell.text.strip() for cell in row):
            _read_row(found, number, cells, [cell.text for cell in sheet.rows[header]], columns, decimal_mark)
    if not found.rows and not found.problems:
        raise FileRefusal(_("The file has headings and no rows below them."), code="file_no_rows")
    _check_together(found)
    return found


# --- headings


def _find_header(sheets: Sequence[Sheet]) -> tuple[Sheet, int, dict[str, int]]:
    """The reading of the file, its header row and the place of each column."""
    best: tuple[int, Sheet, int, dict[str, int]] | None = None
    for sheet in sheets:
        for index, row in enumerate(sheet.rows[:_HEADER_ROWS]):
            columns = _columns_of(row)
            if best is None or len(columns) > best[0]:
                best = (len(columns), sheet, index, columns)
    if best is None:
        raise FileRefusal(_("The file is empty."), code="file_empty")
    _count, sheet, index, columns = best
    missing = [column for column in REQUIRED if column not in columns]
    if missing:
        raise FileRefusal(
            _("No row has the headings of a use plan. Missing: %(missing)s. Needed are %(needed)s.")
            % {"missing": labels_of(missing), "needed": labels_of(REQUIRED)},
            code="columns_missing",
        )
    _check_headings(sheet.rows[index], columns)
    return sheet, index, columns


def labels_of(columns: Sequence[str]) -> str:
    """Columns by their headings in the reader's language, for a sentence."""
    return ", ".join(str(LABELS[column]) for column in columns)


def _check_headings(header: Sequence[Cell], columns: Mapping[str, int]) -> None:
    """Refuse columns that come twice."""
    seen = set()
    for cell in header:
        heading = tidy(cell.text)
        column = _column_of(heading)
        if column is not None and column in seen:
            raise FileRefusal(
                _("Two columns mean %(column)s: “%(first)s” and “%(second)s”. Leave one of them out.")
                % {"column": LABELS[column], "first": tidy(header[columns[column]].text), "second": heading},
                code="column_twice",
            )
        if column is not None:
            seen.add(column)


def _warn_of_unread(found: PlanFile, header: Sequence[Cell]) -> None:
    """Name the columns that are passed over: never in silence."""
    headings = [tidy(cell.text) for cell in header]
    unread = [heading[:40] for heading in headings if heading and _column_of(heading) is None]
    if unread:
        message = _("Not read: %(unread)s. The columns that are read: %(known)s.") % {
            "unread": list_of(unread),
            "known": labels_of(COLUMNS),
        }
        found.warnings.append(FileProblem(0, "", "", message, "columns_unread"))


def _columns_of(row: Sequence[Cell]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for index, cell in enumerate(row):
        if (column := _column_of(cell.text)) is not None:
            columns.setdefault(column, index)
    return columns


def _plain(text: str) -> str:
    """A heading without case, accents, units and punctuation."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(
        char if char.isalnum() or char == "€" else " " for char in letters if not unicodedata.combining(char)
    )
    return " ".join(kept.split())


_MEANINGS = {_plain(heading): column for column, headings in HEADINGS.items() for heading in (column, *headings)}


def _column_of(heading: str) -> str | None:
    return _MEANINGS.get(_plain(heading[:200]))


# --- rows


class _Reader:
    """Takes the values out of one row and collects what is wrong with them."""

    def __init__(self, found: PlanFile, number: int, cells: Mapping[str, Cell], headings: Mapping[str, str]) -> None:
        self.found, self.number, self.cells, self.headings = found, number, cells, headings
        self.sound = True

    def problem(self, column: str, message: str, code: str) -> None:
        value = self.cells[column].text if column in self.cells else ""
        shown = value if len(value) <= 60 else value[:59] + "…"
        self.found.problems.append(FileProblem(self.number, self.headings.get(column, ""), shown, message, code))
        self.sound = False

    def warn(self, column: str, message: str, code: str) -> None:
        value = self.cells[column].text
        self.found.warnings.append(FileProblem(self.number, self.headings.get(column, ""), value, message, code))

    def text(self, column: str, *, required: bool = False, limit: int = 200) -> str:
        raw = self.cells[column].text if column in self.cells else ""
        value = raw.replace("\r\n", "\n").strip() if limit > 200 else tidy(raw)
        if value.startswith("="):
            self.problem(column, _("A formula stands here. Paste its value instead."), "formula")
        elif required and not value:
            self.problem(column, _("This cell is empty."), "missing")
        elif len(value) > limit:
            self.problem(
                column, _("This is too long: at most %(limit)s characters fit.") % {"limit": limit}, "too_long"
            )
        elif value.startswith("#") and value.rstrip("!?").isupper():
            self.problem(column, _("The spreadsheet shows an error here: %(value)s.") % {"value": value}, "cell_error")
        return value

    def code(self, column: str) -> str:
        value = self.text(column, required=True)
        cell = self.cells[column]
        if not value or not self.sound_so_far(value):
            return value
        if cell.number is not None and (cell.number != cell.number.to_integral_value() or abs(cell.number) >= 10**15):
            self.problem(column, _("The spreadsheet holds this code as a number and has changed it."), "code_is_number")
        elif _SCIENTIFIC.fullmatch(value):
            message = _("The spreadsheet has shortened this code. Format the column as text and type it again.")
            self.problem(column, message, "code_is_number")
        elif not is_code(value):
            message = _("A code has letters, digits and . : + - between them, at most 30 characters.")
            self.problem(column, message, "code_shape")
        elif cell.number is not None:
            message = _("The spreadsheet holds this code as a number; zeros at its beginning would be lost. Check it.")
            self.warn(column, message, "code_was_number")
        return value

    def sound_so_far(self, value: str) -> bool:
        return not value.startswith(("=", "#"))

    def amount(self, decimal_mark: DecimalMark | None) -> Decimal:
        cell = self.cells["amount"]
        try:
            if cell.number is not None:
                return self._number(cell.number)
            if cell.text.lstrip().startswith("="):
                self.problem("amount", _("A formula stands here. Paste its value instead."), "formula")
                return ZERO
            if not cell.text.strip() and self.found.kind == "xlsx":
                # A workbook written by a program can hold a formula without its result, which reads as an empty cell.
                self.problem("amount", _("This cell is empty, or its formula has no stored result."), "empty")
                return ZERO
            value = parse_amount(cell.text, decimal_mark=decimal_mark)
        except AmountError as error:
            advice = _("Or choose the decimal mark of the whole file.") if error.code == "ambiguous" else ""
            self.problem("amount", f"{error} {advice}".strip(), error.code)
            return ZERO
        if value < 0:
            self.problem("amount", _("An amount cannot be negative."), "line_amount_not_negative")
        return value

    def _number(self, number: Decimal) -> Decimal:
        # Before anything is rounded: a cell holds up to 1,8E+308, and as little as 5E-324.
        if abs(number) > LARGEST:
            raise AmountError("too_large", str(number))
        if (decimals := count_decimals(number)) > 2:
            shown = exact_eur(number) if decimals <= _DECIMALS_SHOWN else str(number)
            message = _("%(amount)s has more than two decimals.") % {"amount": shown}
            self.problem("amount", message, "too_many_decimals")
            return ZERO
        # Through the same door as a text, for its limits.
        value = parse_amount(f"{round_cents(number):f}", decimal_mark=".")
        if value < 0:
            self.problem("amount", _("An amount cannot be negative."), "line_amount_not_negative")
        return value


def _read_row(
    found: PlanFile,
    number: int,
    cells: Mapping[str, Cell],
    header: Sequence[str],
    columns: Mapping[str, int],
    decimal_mark: DecimalMark | None,
) -> None:
    headings = {column: tidy(header[index]) for column, index in columns.items()}
    reader = _Reader(found, number, cells, headings)
    row = PlanRow(
        row=number,
        target=reader.text("target", required=True),
        cost_centre=reader.code("cost_centre"),
        line=reader.text("line", required=True),
        project_code=reader.code("project_code"),
        amount=reader.amount(decimal_mark),
        responsible=reader.text("responsible"),
        use_plan=reader.text("use_plan", limit=USE_PLAN_LENGTH),
        target_responsible=reader.text("target_responsible"),
        target_use_plan=reader.text("target_use_plan", limit=USE_PLAN_LENGTH),
    )
    if reader.sound:
        found.rows.append(row)


def _check_together(found: PlanFile) -> None:
    """A project code stands once, and a target has one cost centre, in the whole file."""
    codes: dict[str, int] = {}
    centres: dict[str, PlanRow] = {}
    for row in found.rows:
        if (earlier := codes.setdefault(row.project_code, row.row)) != row.row:
            message = _("The project code %(code)s stands in row %(row)s already.") % {
                "code": row.project_code,
                "row": earlier,
            }
            found.problems.append(FileProblem(row.row, "", row.project_code, message, "code_twice"))
        first = centres.setdefault(row.target, row)
        if first.cost_centre != row.cost_centre:
            message = _("The target “%(target)s” has the cost centre %(centre)s in row %(row)s. A target has one.") % {
                "target": row.target,
                "centre": first.cost_centre,
                "row": first.row,
            }
            found.problems.append(FileProblem(row.row, "", row.cost_centre, message, "target_two_centres"))
    found.problems.sort(key=lambda problem: problem.row)
