"""Forms of the actuals: filters of the grid, the grid as a plain form, one row, a correction, a settlement."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import SuspiciousOperation
from django.utils.translation import gettext_lazy as _

from fundtrack import formats
from fundtrack.days import DayField
from fundtrack.money import ZERO, AmountError, AmountField, parse_amount
from fundtrack.periods import Month

from ..actions.actuals import TEXT_FIELDS, NewActual
from ..actions.cells import CellChange, CellClash
from ..models import BudgetLine
from ..queries.actuals import MonthColumn
from ..queries.outside import OutsideRow

#: ``c-<line id>-<month>``: a cell of the grid, in forms, scripts and answers.
CELL_NAME = re.compile(r"c-([0-9]{1,18})-([0-9]{4}-[0-9]{2})")
#: A figure as the page sends it back (``formats.machine``).
SEEN = re.compile(r"-?[0-9]{1,14}\.[0-9]{2}")
#: Filter value for lines that nobody is responsible for.
NOBODY = "none"


def cell_name(line_id: int, month: Month) -> str:
    """Name of a cell: ``c-12-2024-10``."""
    return f"c-{line_id}-{month}"


def read_cell_name(name: str) -> tuple[int, Month] | None:
    """Line id and month of a cell's name; None when it names no cell."""
    match = CELL_NAME.fullmatch(name)
    try:
        return (int(match[1]), Month.parse(match[2])) if match else None
    except ValueError:
        return None


def read_typed(text: str) -> Decimal:
    """What a person typed into a cell of the grid, EUR; an emptied cell is zero. Raises ``AmountError``."""
    return parse_amount(text) if text.strip() else ZERO


def read_seen(text: str) -> Decimal:
    """The figure that a page showed, as the page sends it back; anything else is not our form."""
    if not SEEN.fullmatch(text):
        raise SuspiciousOperation("not a figure of the grid")
    return Decimal(text)


class GridFilter(forms.Form):
    """Which lines and months of the grid are shown; lives in the address."""

    target = forms.ChoiceField(label=_("Target"), required=False, widget=forms.Select(attrs={"data-submit": ""}))
    responsible = forms.ChoiceField(
        label=_("Responsible person"), required=False, widget=forms.Select(attrs={"data-submit": ""})
    )
    month = forms.ChoiceField(label=_("Month"), required=False, widget=forms.Select(attrs={"data-submit": ""}))

    def __init__(self, data: Mapping[str, Any], *, lines: Iterable[BudgetLine], year: int) -> None:
        super().__init__(data)
        self.lines = list(lines)
        targets = {line.target_id: line.target.name for line in self.lines}
        people = {
            person.pk: person.user.name
            for line in self.lines
            if (person := line.responsible or line.target.responsible)
        }
        self._choose("target", _("All targets"), targets.items())
        nobody = [(NOBODY, _("Nobody"))] if any(self._person(line) == NOBODY for line in self.lines) else []
        self._choose("responsible", _("Everybody"), [*sorted(people.items(), key=lambda item: item[1]), *nobody])
        months = ((str(month), formats.month(month)) for month in Month.year_of(year))
        self._choose("month", _("The whole year"), months)

    def _choose(self, name: str, everything: Any, choices: Iterable[tuple[Any, Any]]) -> None:
        chosen = self.fields[name]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = [("", everything), *((str(value), label) for value, label in choices)]

    @staticmethod
    def _person(line: BudgetLine) -> str:
        person = line.responsible_id or line.target.responsible_id
        return str(person) if person else NOBODY

    @property
    def chosen(self) -> dict[str, str]:
        """The filters in force; unknown values filter nothing."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def only_month(self) -> Month | None:
        """The only month shown, or None for the year."""
        month = self.chosen.get("month")
        return Month.parse(month) if month else None

    @property
    def labels(self) -> dict[str, str]:
        """The filters in force, their values in words."""
        return {
            name: str(dict(self.fields[name].choices)[value])  # type: ignore[attr-defined]
            for name, value in self.chosen.items()
        }

    @property
    def line_ids(self) -> list[int]:
        """Lines that are shown."""
        target, person = self.chosen.get("target"), self.chosen.get("responsible")
        return [
            line.pk
            for line in self.lines
            if target in (None, str(line.target_id)) and person in (None, self._person(line))
        ]


# --- the grid as a plain form


@dataclass
class TypedCell:
    """A cell as a person left it in the plain form."""

    line_id: int
    month: Month
    text: str
    seen: Decimal
    new: Decimal | None = None
    #: Why it cannot be saved, one sentence.
    error: str = ""
    #: Set when somebody else changed the figure meanwhile: what it is now, EUR.
    current: Decimal | None = None

    @property
    def name(self) -> str:
        return cell_name(self.line_id, self.month)

    def read(self, *, undecided: bool) -> None:
        """Read the typed text; note why it cannot be saved."""
        try:
            self.new = read_typed(self.text)
        except AmountError as error:
            self.error = str(error)
        if undecided:
            self.current = self.seen
            self.error = self.error or str(_("Choose which figure stays."))


def same_text(text: str, shown: Decimal) -> bool:
    """True when a cell still says what the page showed (an empty one shows nothing for zero)."""
    return text.strip() in (formats.amount(shown), "" if not shown else None)


@dataclass
class PlainEntry:
    """The grid sent as a plain form: all cells that differ from what the page showed."""

    cells: dict[tuple[int, Month], TypedCell] = field(default_factory=dict)

    @classmethod
    def read(cls, data: Mapping[str, str]) -> "PlainEntry":
        """Read a form's ``c-…`` (typed), ``s-…`` (shown) and ``k-…`` (choice after a conflict) fields."""
        entry = cls()
        for name, text in data.items():
            place = read_cell_name(name)
            if place is None:
                continue
            cell = TypedCell(*place, text=text, seen=read_seen(data.get(f"s{name[1:]}", "")))
            choice = data.get(f"k{name[1:]}")
            if choice == "theirs" or (choice is None and same_text(text, cell.seen)):
                continue
            entry.cells[place] = cell
            cell.read(undecided=choice == "")
        return entry

    @property
    def has_errors(self) -> bool:
        return any(cell.error for cell in self.cells.values())

    @property
    def changes(self) -> list[CellChange]:
        """Cells whose figure differs from what the page showed."""
        return [
            CellChange(cell.line_id, cell.month, cell.seen, cell.new)
            for cell in self.cells.values()
            if cell.new is not None and cell.new != cell.seen
        ]

    def mark_clashes(self, clashes: Sequence[CellClash]) -> None:
        """Note what the conflicting cells hold now; the next answer must choose for each."""
        for clash in clashes:
            cell = self.cells[clash.change.line_id, clash.change.month]
            cell.current = clash.current


# --- one row at a time


class KeyedForm(forms.Form):
    """A form that books once, however often it is sent."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid4(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    @property
    def sent_key(self) -> UUID:
        key: UUID = self.cleaned_data["key"]
        return key


def _text(label: Any, name: str, css: str, *, required: bool = False) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": css, "autocomplete": "off"})
    return forms.CharField(label=label, max_length=TEXT_FIELDS[name].max_length, required=required, widget=widget)


def _day_widget() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class BookForm(KeyedForm):
    """One row: on a line, or on a cost centre and project code as the ledger has them."""

    month = forms.ChoiceField(label=_("Month"), widget=forms.Select(attrs={"class": "medium"}))
    line = forms.ChoiceField(label=_("Budget line"), required=False)
    cost_centre_code = _text(_("Cost centre"), "cost_centre_code", "code")
    project_code = _text(_("Project code"), "project_code", "code")
    amount = AmountField(
        label=_("Amount, €"),
        widget=forms.TextInput(attrs={"class": "amount"}),
        help_text=_("A credit is negative."),
    )
    booked_on = DayField(label=_("Date of the voucher"), required=False, widget=_day_widget())
    account = _text(_("Account"), "account", "code")
    voucher = _text(_("Voucher"), "voucher", "medium")
    supplier = _text(_("Supplier"), "supplier", "")
    description = _text(_("Description"), "description", "")
    outside = forms.BooleanField(label=_("Book it outside the plan"), required=False)

    def __init__(self, *args: Any, lines: Sequence[BudgetLine], months: Sequence[MonthColumn], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = {str(line.pk): line for line in lines}
        chosen, month = self.fields["line"], self.fields["month"]
        assert isinstance(chosen, forms.ChoiceField) and isinstance(month, forms.ChoiceField)
        chosen.choices = [("", _("By cost centre and project code"))] + [
            (pk, str(line)) for pk, line in self.lines.items()
        ]
        month.choices = [(str(column.month), _month_label(column)) for column in months]
        self.initial.setdefault("month", next((str(column.month) for column in months if column.is_open), ""))
        #: Set by ``ask_outside``; only then the question about the plan is shown.
        self.asks_outside = bool(self.data.get("outside"))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        typed = bool(cleaned.get("cost_centre_code") or cleaned.get("project_code"))
        if cleaned.get("line") and typed:
            self.add_error("line", _("Choose a line or type a cost centre and a code, not both."))
        elif not cleaned.get("line") and not cleaned.get("cost_centre_code"):
            self.add_error("cost_centre_code", _("Choose a line, or type the cost centre."))
        if cleaned.get("amount") == ZERO:
            self.add_error("amount", _("An amount of zero is not booked."))
        return cleaned

    def ask_outside(self, reason: str) -> None:
        """Ask for an explicit confirmation before a pair without a line is booked."""
        self.asks_outside = True
        self.add_error("outside", reason)

    @property
    def row(self) -> NewActual:
        """The row to book."""
        data = self.cleaned_data
        line = self.lines.get(data["line"])
        return NewActual(
            month=Month.parse(data["month"]),
            amount=data["amount"],
            cost_centre_code=line.target.cost_centre.code if line else data["cost_centre_code"],
            project_code=line.project_code if line else data["project_code"],
            booked_on=data["booked_on"],
            account=data["account"],
            voucher=data["voucher"],
            description=data["description"],
            supplier=data["supplier"],
        )


def _month_label(column: MonthColumn) -> Any:
    name = formats.month(column.month)
    return name if column.is_open else _("%(month)s (closed)") % {"month": name}


class CorrectForm(KeyedForm):
    """A correction: the difference, or the figure that should stand."""

    DIFFERENCE, FIGURE = "difference", "figure"

    manner = forms.ChoiceField(
        label=_("What do you type?"),
        choices=[(FIGURE, _("The right figure")), (DIFFERENCE, _("The difference"))],
        widget=forms.RadioSelect,
        initial=FIGURE,
    )
    amount = AmountField(label=_("Amount, €"), widget=forms.TextInput(attrs={"class": "amount"}))
    description = _text(_("Why is it corrected?"), "description", "", required=True)
    voucher = _text(_("Voucher"), "voucher", "medium")

    def difference_from(self, figure: Decimal) -> Decimal:
        """What to book so that ``figure`` (EUR) becomes right."""
        amount: Decimal = self.cleaned_data["amount"]
        return amount - figure if self.cleaned_data["manner"] == self.FIGURE else amount


class SettleForm(KeyedForm):
    """Where a row outside the plan belongs, and why."""

    ORDINARY = "ordinary"

    destination = forms.ChoiceField(label=_("The row belongs to"), widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}), strip=True)

    def __init__(self, *args: Any, row: OutsideRow, lines: Sequence[BudgetLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = {str(line.pk): line for line in lines}
        likely = {line.pk for line in row.known_lines}
        # Lines with the row's own code stand first; nothing is chosen beforehand.
        ordered = sorted(self.lines.values(), key=lambda line: line.pk not in likely)
        destination = self.fields["destination"]
        assert isinstance(destination, forms.ChoiceField)
        destination.choices = [
            *((str(line.pk), f"{line} · {line.target.cost_centre.code}") for line in ordered),
            (self.ORDINARY, _("The ordinary budget, not the fund")),
        ]

    @property
    def line(self) -> BudgetLine | None:
        """The chosen line; None for the ordinary budget."""
        return self.lines.get(self.cleaned_data["destination"])
