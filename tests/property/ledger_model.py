"""The ledger's rules in plain Python, without the database: what may happen next, and what every sum must be.

One organisation, one fund and one plan of 2024, months 1 to 12. It is written from the rules of the domain and shares
no code with the application, so that a mistake would have to be made twice to go unnoticed.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

ZERO = Decimal("0.00")


@dataclass
class Row:
    """One booked row; ``line`` is None outside the plan."""

    pk: int
    month: int
    line: str | None
    amount: Decimal
    corrects: int | None = None
    concerns: int | None = None


@dataclass
class LineFigures:
    """What a document says of one line."""

    amount: Decimal
    cumulative: Decimal
    drawn_before: Decimal

    @property
    def covered(self) -> Decimal:
        return min(max(self.cumulative, ZERO), self.amount)

    @property
    def drawdown(self) -> Decimal:
        return self.covered - self.drawn_before

    @property
    def uncovered(self) -> Decimal:
        return max(self.cumulative - self.amount, ZERO)


@dataclass
class Document:
    """A drawdown document."""

    pk: int
    month: int
    preparer: str
    lines: dict[str, LineFigures]
    #: Month of 2024 in which it is booked; 13 is January 2025.
    booked_in: int
    state: str = "proposed"
    number: int | None = None

    @property
    def total(self) -> Decimal:
        return sum((line.drawdown for line in self.lines.values()), ZERO)

    @property
    def booking_on(self) -> date:
        """The first day of the next month that is open; December in December (the model's fund has that rule)."""
        if self.month == 12:
            return date(2024, 12, 31)
        return date(2024, self.booked_in, 1) if self.booked_in <= 12 else date(2025, 1, 1)


@dataclass
class Change:
    """A recorded amendment."""

    effective: date
    lines: dict[str, Decimal]
    ceiling: Decimal


@dataclass
class Model:
    """The state of everything, and the rules on it."""

    first_amounts: dict[str, Decimal]
    ceiling: Decimal
    rows: list[Row] = field(default_factory=list)
    #: month → closed or locked; an open month is not in it
    states: dict[int, str] = field(default_factory=dict)
    documents: list[Document] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    #: (date, EUR) in the order of entry
    entries: list[tuple[date, Decimal]] = field(default_factory=list)

    # --- months

    def is_open(self, month: int) -> bool:
        return all(later not in self.states for later in range(month, 13))

    @property
    def first_open(self) -> int:
        return max(self.states, default=0) + 1

    def may_close(self, month: int) -> bool:
        return month == self.first_open and month <= 12

    def may_reopen(self, month: int) -> bool:
        return self.states.get(month) == "closed" and month == self.first_open - 1

    def may_lock(self, month: int) -> bool:
        return self.states.get(month) == "closed"

    def lock_up_to(self, month: int) -> None:
        for earlier in range(1, month + 1):
            if earlier in self.states:
                self.states[earlier] = "locked"

    # --- sums

    def cell(self, line: str, month: int) -> Decimal:
        return sum((row.amount for row in self.rows if row.line == line and row.month == month), ZERO)

    def cumulative(self, line: str, month: int) -> Decimal:
        return sum((row.amount for row in self.rows if row.line == line and row.month <= month), ZERO)

    def amount(self, line: str, day: date) -> Decimal:
        changes = (change.lines.get(line, ZERO) for change in self.changes if change.effective <= day)
        return self.first_amounts[line] + sum(changes, ZERO)

    def drawn(self, line: str, before: int = 13) -> Decimal:
        standing = (document for document in self.standing if document.month < before)
        return sum((document.lines[line].drawdown for document in standing), ZERO)

    def figures(self, month: int) -> dict[str, LineFigures]:
        last = date(2024, month, 28)
        return {
            line: LineFigures(self.amount(line, last), self.cumulative(line, month), self.drawn(line, month))
            for line in self.first_amounts
        }

    def balance(self, day: date) -> Decimal:
        return sum((amount for on, amount in self.entries if on <= day), ZERO)

    def lowest_from(self, day: date) -> Decimal:
        return min(self.balance(on) for on in {day, *(on for on, _amount in self.entries if on > day)})

    # --- drawdowns

    @property
    def standing(self) -> list[Document]:
        return [document for document in self.documents if document.state != "withdrawn"]

    def may_propose(self, month: int) -> bool:
        if month not in self.states or any(document.month >= month for document in self.standing):
            return False
        if any(document.state != "posted" for document in self.standing):
            return False
        last = max((document.month for document in self.standing), default=0)
        between = range(last + 1, month)
        return not any(line.drawdown for other in between for line in self.figures(other).values())

    def takes(self, document: Document) -> bool:
        """The month in which the document is booked is open, or it is December's own date."""
        return document.month == 12 or document.booked_in >= self.first_open

    def is_carried(self, document: Document) -> bool:
        """The balance suffices on the booking date and on every later day."""
        return document.total <= 0 or self.lowest_from(document.booking_on) >= document.total

    def next_number(self) -> int:
        return 1 + sum(document.number is not None for document in self.documents)

    # --- amendments and entries

    def may_amend(self, change: Change) -> bool:
        if not self.is_open(change.effective.month):
            return False
        trial = Model(self.first_amounts, self.ceiling, changes=[*self.changes, change])
        days = [date(2024, 1, 1), *(other.effective for other in trial.changes)]
        for day in days:
            ceiling = self.ceiling + sum((c.ceiling for c in trial.changes if c.effective <= day), ZERO)
            if ceiling < 0 or sum(trial.amount(line, day) for line in self.first_amounts) > ceiling:
                return False
            for line in change.lines:
                least = self.drawn(line) if day >= change.effective else ZERO
                if trial.amount(line, day) < max(least, ZERO):
                    return False
        return True

    def may_enter(self, day: date, amount: Decimal) -> bool:
        return self.is_open(day.month) and (amount > 0 or self.lowest_from(day) + amount >= 0)
