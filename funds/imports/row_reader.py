"""One row of a file becomes one row of actuals, or a list of everything that is wrong with it."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from fundtrack.exceptions import Refusal
from fundtrack.money import ZERO
from fundtrack.periods import Month
from fundtrack.sentences import sentence as _

from .cells import Value, text_of
from .days import day_of, month_of_period
from .headings import bare_label, letters_of, place_of
from .plan_codes import PlanCodes
from .profile_values import DAY_FORMATS, MONTH_FORMATS
from .profiles import COLUMN_KEYS, LeaveOut, Profile, ProfileRefusal, plain
from .rows import KnownCodes, ReadRow, RowProblem, row_problem
from .sides import SIDES, TwoSides, sided
from .values import (
    amount_of,
    is_bare_total,
    is_total_label,
    quoted,
    text_on_one_line,
    without_noise,
)

#: What the ledger keeps of each text.
CODE_LENGTHS = {"cost_centre": 30, "project_code": 30, "account": 30, "voucher": 50}
TEXT_LENGTHS = {"description": 500, "supplier": 200}
#: A row without any of these belongs to nothing.
_KEY_COLUMNS = ("date", "month", "year", "period", "cost_centre", "project_code", "account", "voucher")
_DAY_COLUMNS = _KEY_COLUMNS[:4]
#: How SAP marks its subtotals: the more, the more rows they sum.
_STARS = re.compile(r"\s*\*{1,9}\s*")
#: Forms that a column of months, or of days beside it, may have when the profile's form is that of the other one.
_ANY_MONTH = (*MONTH_FORMATS, "excel")
_ANY_DAY = ("d.m.yyyy", "yyyy-mm-dd", "yyyymmdd", "excel")
_CACHED = 50_000
#: A formula or an error of a spreadsheet is no line of words.
_ERROR_LIKE = re.compile(r"[#=]")

Day = tuple[date | None, Month]


class RowReader:
    """Reads rows by a complete profile.

    Args:
        places: column key → place of the column, from 0.
        labels: the headings of the file.
        month: the month of every row, for a file without months.

    Raises:
        ProfileRefusal: the profile lacks an amount, or the file a month and none is given.
    """

    def __init__(
        self,
        profile: Profile,
        places: Mapping[str, int],
        labels: Sequence[str],
        *,
        sheet: str = "",
        month: Month | None = None,
        known: KnownCodes | None = None,
    ) -> None:
        self.profile, self.places, self.labels, self.sheet = profile, places, labels, sheet
        self.mark, self.rules = profile.decimal_mark, tuple(profile.rules)
        self._keys = [places[key] for key in _KEY_COLUMNS if key in places]
        self._day_places = [places[key] for key in _DAY_COLUMNS if key in places]
        #: False for a file of words and amounts: there a row without words may be a total, and may be a row.
        self.has_keys = bool(self._keys)
        self._keys = self._keys or [places[key] for key in TEXT_LENGTHS if key in places]
        self._month_of = self._choose_month(month)
        #: None for a file with one column of amounts.
        self.sides: TwoSides | None = None
        #: Only credits are marked in the column of sides.
        self.blanks_are_debits = False
        self._amount_of = self._choose_amount()
        self._left_out = [(self._place(entry.column), entry) for entry in profile.leave_out]
        self._by_text = any(rule.description_contains for rule in self.rules)
        self._replaces = any(rule.replaces for rule in self.rules)
        self._codes: dict[str, dict[Value, str | Refusal]] = {key: {} for key in CODE_LENGTHS}
        self._days: dict[tuple[str, Value], Day | Refusal] = {}
        self._matched: dict[tuple[str, str, str, str], str] = {}
        kept = [text for rule in self.rules for text in (rule.cost_centre, rule.account, rule.replaces)]
        self._plan = PlanCodes(known or KnownCodes(), kept)

    # --- how this file is read

    def _place(self, column: str) -> int:
        if column in COLUMN_KEYS and column in self.places:
            return self.places[column]
        place = place_of(column, self.labels)
        if place is None:
            message = _("Rows are left out by the column “%(column)s”, which the file does not have.")
            raise ProfileRefusal(message % {"column": column}, code="column_missing")
        return place

    def _choose_month(self, month: Month | None) -> Callable[[Sequence[Value]], Day]:
        places, form = self.places, self.profile.date_format
        period = places.get("period", places.get("month"))
        if form == "year_period" and "year" in places and period is not None:
            return self._with_day(lambda row: month_of_period(row[places["year"]], row[period]))
        if form != "none" and "month" in places:
            forms = (form,) if form in MONTH_FORMATS else (*_ANY_MONTH, *([form] if form in DAY_FORMATS else []))
            return self._with_day(lambda row: self._day(row[places["month"]], forms)[1])
        if form != "none" and "date" in places and form in (*DAY_FORMATS, *MONTH_FORMATS):
            day_form = (str(form),)
            return lambda row: self._day(row[places["date"]], day_form)
        if form is None and "date" in places:
            message = _("The form of the dates in the column “%(column)s” is not known. Choose it.")
            raise ProfileRefusal(message % {"column": self.labels[places["date"]]}, code="date_format_missing")
        if month is None:
            message = _("The file does not say which month its rows belong to. Choose the month.")
            raise ProfileRefusal(message, code="month_missing")
        return self._with_day(lambda _row: month)

    def _with_day(self, month_of: Callable[[Sequence[Value]], Month]) -> Callable[[Sequence[Value]], Day]:
        """The month by a column of its own (or as asked), the day by the date column if there is one."""
        place, form = self.places.get("date"), self.profile.date_format
        if place is None:
            return lambda row: (None, month_of(row))
        forms = (form,) if form in DAY_FORMATS else _ANY_DAY

        def both(row: Sequence[Value]) -> Day:
            month = month_of(row)
            if form == "none":
                return self._day_or_none(row[place]), month
            return (self._day(row[place], forms)[0] if row[place] else None), month

        return both

    def _day(self, value: Value, forms: tuple[str, ...]) -> Day:
        key = (value.__class__.__name__, value)
        found = self._days.get(key)
        if found is None:
            found = self._first_day(value, forms)
            if len(self._days) < _CACHED:
                self._days[key] = found
        if isinstance(found, Refusal):
            # Without the trace of the row before, which would keep that row in memory.
            raise found.with_traceback(None)
        return found

    def _day_or_none(self, value: Value) -> date | None:
        """The day of a row whose month a person has chosen: a form that is not known hinders nothing."""
        try:
            # Any short number could be the serial one of a spreadsheet's day.
            return self._day(value, _ANY_DAY[:-1])[0] if value else None
        except Refusal:
            return None

    def _first_day(self, value: Value, forms: tuple[str, ...]) -> Day | Refusal:
        first: Refusal | None = None
        for form in forms:
            try:
                return day_of(value, form)
            except Refusal as refusal:
                # Of several forms the one that fits and still fails tells most.
                first = refusal if first is None or first.code == "date_form" else first
        assert first is not None, "at least one form"
        return first

    def _choose_amount(self) -> Callable[[Sequence[Value]], Decimal]:
        places = self.places
        if "amount" in places and {"debit", "credit"} & places.keys():
            message = _("Both an amount and debit or credit are chosen: take the one or the other.")
            raise ProfileRefusal(message, code="column_missing")
        if "amount" in places:
            return self._sided if "side" in places else self._plain_amount
        if "debit" in places or "credit" in places:
            self.sides = TwoSides(self.profile, {key: self.labels[places[key]] for key in SIDES if key in places})
            return self._two_sided
        message = _("No column of the file is chosen as the amount.")
        raise ProfileRefusal(message, code="column_missing")

    def _plain_amount(self, row: Sequence[Value]) -> Decimal:
        return amount_of(row[self.places["amount"]], self.mark)

    def _sided(self, row: Sequence[Value]) -> Decimal:
        amount, side = amount_of(row[self.places["amount"]], self.mark), row[self.places["side"]]
        blank = isinstance(side, str) and not side.strip()
        if blank and (self.blanks_are_debits or (side == "" and self._without_keys(row))):
            # The file's own total has no side.
            return amount
        return sided(amount, side)

    def _two_sided(self, row: Sequence[Value]) -> Decimal:
        assert self.sides is not None, "chosen with them"
        sides = [row[self.places[key]] if key in self.places else "" for key in SIDES]
        if all(isinstance(side, str) and not side.strip() for side in sides):
            return amount_of("", self.mark)
        debit, credit = (
            ZERO if isinstance(side, str) and not side.strip() else amount_of(side, self.mark) for side in sides
        )
        return self.sides.amount(debit, credit)

    def _amount_or_sum(self, row: Sequence[Value]) -> Decimal:
        """The amount; of a total without the noise that a sum of many cells leaves."""
        try:
            return self._amount_of(row)
        except Refusal as refusal:
            if refusal.code != "too_many_decimals" or not self.belongs_to_nothing(row):
                raise
        return self._amount_of([without_noise(value) for value in row])

    # --- one row

    def is_blank(self, row: Sequence[Value]) -> bool:
        """True when no cell holds anything."""
        return all(isinstance(value, str) and (not value or value.isspace()) for value in row)

    def repeats_headings(self, row: Sequence[Value]) -> bool:
        """True when the row has the headings once more, in the columns that are read."""
        return all(
            place < len(row) and plain(text_of(row[place])) == plain(bare_label(self.labels[place]))
            for place in self.places.values()
        )

    def is_words(self, found: ReadRow, row: Sequence[Value]) -> bool:
        """True for a line of words, such as a page number or the name of a group: no amount, no month and no code."""
        filled = [place for place, value in enumerate(row) if text_of(value).strip()]
        if len(filled) != 1 or not any(problem.code == "amount_missing" for problem in found.problems):
            return False
        text = row[filled[0]]
        # Half a date is the rest of a row, and one word with digits may be a code.
        if not isinstance(text, str) or not any(map(str.isalpha, text)) or _ERROR_LIKE.match(text.strip()):
            return False
        coded = {self.places[key] for key in (*CODE_LENGTHS, *SIDES, "amount") if key in self.places}
        if filled[0] not in coded:
            return found.month is None or self.profile.date_format == "none"
        return not any(map(str.isdigit, text)) or len(text.split()) > 1

    def _without_keys(self, row: Sequence[Value]) -> bool:
        """True when the row has neither date nor code nor voucher; a word like ``Yhteensä`` is none."""
        for place in self._keys:
            value = row[place]
            if value != "" and (not isinstance(value, str) or (value.strip() and not _is_mark(value))):
                return False
        return True

    def is_starred(self, row: Sequence[Value]) -> bool:
        """True for a row without a day or a month that has stars for a label."""
        if not any(isinstance(value, str) and "*" in value and _STARS.fullmatch(value) for value in row):
            return False
        if not self._day_places:
            return self._without_keys(row)
        return all(
            isinstance(value := row[place], str) and (not value.strip() or _STARS.fullmatch(value) is not None)
            for place in self._day_places
        )

    def is_labelled(self, row: Sequence[Value]) -> bool:
        """True when a cell says that the row is a total."""
        return self.is_starred(row) or any(
            isinstance(value, str) and value != "" and is_total_label(value) for value in row
        )

    def belongs_to_nothing(self, row: Sequence[Value]) -> bool:
        """True when the file has keys and this row has none of them, or says total in one: a total, or an error."""
        if self.says_total(row):
            return True
        return self._without_keys(row) and (bool(self._keys) or self.is_labelled(row))

    def says_total(self, row: Sequence[Value]) -> bool:
        """True when a date, a code or a voucher is the word of a total, whatever the other ones are."""
        return self.has_keys and (
            self.is_starred(row)
            or any(
                isinstance(value := row[place], str) and value != "" and is_bare_total(value) for place in self._keys
            )
        )

    def is_left_out(self, row: Sequence[Value]) -> LeaveOut | None:
        """The first entry by which the row is left out."""
        for place, entry in self._left_out:
            # As codes are read: a guarding apostrophe is no part of the value.
            if entry.matches(text_of(row[place]).strip().removeprefix("'") if place < len(row) else ""):
                return entry
        return None

    def read(self, number: int, row: list[Value], width: int, *, shifted: bool = False) -> ReadRow:
        """Read one row that is not blank.

        Args:
            row: at least ``width`` cells.
            width: columns that the headings have.
            shifted: the row has more cells than the other rows, blank or not.
        """
        cells = tuple([value if isinstance(value, str) else text_of(value) for value in row])
        if self._left_out and (entry := self.is_left_out(row)) is not None:
            return self._leave(number, cells, row, entry)
        problems: list[RowProblem] = []
        notes: list[RowProblem] = []
        if shifted or (len(row) > width and not self.is_blank(row[width:])):
            message = _("The row has more cells than the headings have: its cells may have shifted.")
            problems.append(row_problem(self.sheet, number, "", "", message, "cells_shifted"))
        day: Day | tuple[None, None] = (None, None)
        amount: Decimal | None = None
        try:
            amount = self._amount_or_sum(row)
        except Refusal as refusal:
            problems.append(self._amount_problem(number, row, refusal))
        try:
            day = self._month_of(row)
        except Refusal as refusal:
            problems.append(self._month_problem(number, row, refusal))
        codes = [self._code(key, number, row, problems) for key in CODE_LENGTHS]
        description, supplier = (self._text(key, number, row, problems, notes) for key in TEXT_LENGTHS)
        by_rule = ""
        if self.rules and not problems and (self._replaces or not codes[1]):
            by_rule = self._by_rules(codes, f"{description}\n{supplier}")
        kind, reason = ("error", "") if problems else ("row", "")
        if kind == "row" and self.sides is not None and not self.belongs_to_nothing(row):
            self.sides.count(number)
        if amount == 0 and not any(problem.code == "cells_shifted" for problem in problems):
            kind, reason, problems = "skipped", "zero", []
        return ReadRow(
            number,
            cells,
            kind,  # type: ignore[arg-type]
            day[1],
            day[0],
            codes[0],
            by_rule or codes[1],
            amount,
            codes[2],
            codes[3],
            description,
            supplier,
            bool(by_rule),
            reason,
            tuple(problems),
            tuple(notes),
            codes[1] if by_rule else "",
        )

    def _leave(self, number: int, cells: tuple[str, ...], row: Sequence[Value], entry: LeaveOut) -> ReadRow:
        try:
            amount = self._amount_of(row)
        except Refusal:
            amount = None
        label = self.labels[self._place(entry.column)]
        shown = entry.equals if entry.equals is not None else f"{entry.first or ''}\u2013{entry.last or ''}"
        return ReadRow(number, cells, "left_out", amount=amount, reason=f"{label}: {shown}")

    def _code(self, key: str, number: int, row: Sequence[Value], problems: list[RowProblem]) -> str:
        place = self.places.get(key)
        if place is None:
            return ""
        value = row[place]
        if value == "":
            return ""
        # True equals 1 as a key, so only texts and plain numbers are kept.
        kept = self._codes[key] if value.__class__ is str or value.__class__ is float else {}
        found = kept.get(value)
        if found is None:
            found = self._plan.read(key, value, CODE_LENGTHS[key])
            if len(kept) < _CACHED:
                kept[value] = found
        if isinstance(found, str):
            return found
        problems.append(self.problem(number, place, row, found))
        return ""

    def _text(
        self, key: str, number: int, row: Sequence[Value], problems: list[RowProblem], notes: list[RowProblem]
    ) -> str:
        place = self.places.get(key)
        if place is None:
            return ""
        try:
            text = text_on_one_line(row[place])
        except Refusal as refusal:
            problems.append(self.problem(number, place, row, refusal))
            return ""
        longest = TEXT_LENGTHS[key]
        if len(text) > longest:
            message = _("The text is longer than %(limit)s characters; the rest stays with the row of the file.")
            cut = Refusal(message % {"limit": longest}, code="text_cut")
            notes.append(self.problem(number, place, row, cut))
            return text[: longest - 1].rstrip() + "…"
        return text

    def _by_rules(self, codes: Sequence[str], words: str) -> str:
        """The project code of the first rule that fits; empty where none does, or one that leaves the row as it is."""
        cost_centre, project, account, _voucher = codes
        key = (cost_centre, account, plain(words) if self._by_text else "", project)
        if (found := self._matched.get(key)) is None:
            found = next((rule.project_code for rule in self.rules if rule.matches(*key)), "")
            if len(self._matched) < _CACHED:
                self._matched[key] = found
        return found

    # --- what is wrong

    def problem(self, number: int, place: int, row: Sequence[Value], refusal: Refusal) -> RowProblem:
        """The refusal of one cell, with its place."""
        label = self.labels[place] if place < len(self.labels) else letters_of(place)
        return row_problem(self.sheet, number, label, quoted(text_of(row[place])), str(refusal), refusal.code)

    def _amount_problem(self, number: int, row: Sequence[Value], refusal: Refusal) -> RowProblem:
        if refusal.code == "empty":
            refusal = Refusal(_("The amount is missing."), code="amount_missing")
        if refusal.code in ("side", "ambiguous_side"):
            return self.problem(number, self.places["side"], row, refusal)
        return self.problem(number, self._amount_place(row), row, refusal)

    def _amount_place(self, row: Sequence[Value]) -> int:
        """The amount column, or the one of debit and credit that cannot be read."""
        if "amount" in self.places:
            return self.places["amount"]
        both = [self.places[key] for key in SIDES if key in self.places]
        for place in both:
            try:
                amount_of(row[place], self.mark)
            except Refusal as refusal:
                if refusal.code != "empty":
                    return place
        return both[0]

    def _month_problem(self, number: int, row: Sequence[Value], refusal: Refusal) -> RowProblem:
        keys = ("period", "month", "date") if self.profile.date_format == "year_period" else ("month", "date")
        place = next((self.places[key] for key in keys if key in self.places), None)
        if place is None:
            return row_problem(self.sheet, number, "", "", str(refusal), refusal.code)
        return self.problem(number, place, row, refusal)


def _is_mark(text: str) -> bool:
    """True for the word or the stars of a total."""
    return is_total_label(text) or _STARS.fullmatch(text) is not None
