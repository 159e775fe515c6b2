"""The form of the dates of a file, decided by whole columns."""

from collections import Counter
from collections.abc import Mapping, Sequence

from fundtrack.exceptions import Refusal
from fundtrack.formats import day as shown_day
from fundtrack.sentences import plural_sentence as ngettext
from fundtrack.sentences import sentence as _

from .column_facts import TWO_DIGITS, ColumnFacts
from .days import day_of
from .profile_values import DAY_FORMATS, EXAMPLES, MONTH_FORMATS
from .recognition import Choice, Question

#: Where no plan says which years are meant.
_LIKELY_YEARS = frozenset(range(2010, 2040))
#: A reading with so few years is meant rather than one with so many: days of a month read as years are many.
_FEW_YEARS, _MANY_YEARS = 2, 4
_NEARLY_ALL = 0.9


def find_date_form(
    choices: Mapping[str, Choice],
    facts: Sequence[ColumnFacts],
    years: frozenset[int],
    questions: list[Question],
    warnings: list[str],
) -> str | None:
    """The form that most cells of the column of dates, or else of months, have.

    Args:
        years: those of the organisation's plans.

    Returns:
        None where a question asks for it.
    """
    if "year" in choices and "period" in choices:
        return "year_period"
    for key, forms in (("date", (*DAY_FORMATS, *MONTH_FORMATS)), ("month", (*MONTH_FORMATS, *DAY_FORMATS))):
        if key not in choices or not facts[choices[key].index].filled:
            continue
        heading, column = choices[key].heading, facts[choices[key].index]
        counted = [(column.forms[form], -forms.index(form), form) for form in forms if column.forms[form]]
        if not counted:
            questions.append(_ask_for_form(key, heading, column, forms))
            return None
        form = max(counted)[2]
        if form in TWO_DIGITS:
            form = _of_two_digits(column, years)
            if not form:
                questions.append(_ask_which_first(heading, column))
                return None
        warnings += _not_in_form(heading, column, form)
        if form == "d/m/yyyy" and not column.late_days:
            warnings.append(_month_may_be_first(heading, column))
        return form
    message = _("The file does not say which month its rows belong to. Choose the month.")
    questions.append(Question("month", message))
    return "none"


def _ask_for_form(key: str, heading: str, column: ColumnFacts, forms: Sequence[str]) -> Question:
    if key == "date":
        message = _(
            "The form of the dates in the column “%(column)s” is not known, for example “%(value)s”. Choose it, or "
            "write the dates as 31.1.2024 or 2024-01-31. Dates with the month first (1/31/2024) are not read."
        )
    else:
        message = _(
            "The form of the months in the column “%(column)s” is not known, for example “%(value)s”. Choose it, or "
            "write them as 10/2024 or 2024-10. If the column says no months, choose none and the month of all rows."
        )
    places = {"column": heading, "value": column.samples[0][1] if column.samples else ""}
    return Question("date_format", message % places, choices=forms)


def _not_in_form(heading: str, column: ColumnFacts, form: str) -> list[str]:
    others = column.filled - column.labels - column.having(form)
    if others <= 0:
        return []
    message = ngettext(
        "One cell of the column “%(column)s” is not a date in the form %(form)s.",
        "%(count)s cells of the column “%(column)s” are not dates in the form %(form)s.",
        others,
    )
    return [message % {"count": others, "column": heading, "form": EXAMPLES[form]}]


def _month_may_be_first(heading: str, column: ColumnFacts) -> str:
    message = _(
        "The dates in the column “%(column)s” are read with the day first, and none of them is after the 12th: "
        "“%(value)s” could have the month first as well. Check the months below."
    )
    return message % {"column": heading, "value": column.samples[0][1]}


# --- 251124 is 24.11.2025 and 25.11.2024


def _of_two_digits(column: ColumnFacts, years: frozenset[int]) -> str:
    """The form of dates of six digits; empty where both are as likely."""
    fitting = [form for form in TWO_DIGITS if column.having(form) >= column.filled - column.labels]
    if len(fitting) == 1:
        return fitting[0]
    found = column.years_by
    for expected in (years, None, _LIKELY_YEARS):
        better = [
            form
            for form, other in (TWO_DIGITS, TWO_DIGITS[::-1])
            if (
                len(found[form]) <= _FEW_YEARS and len(found[other]) >= _MANY_YEARS
                if expected is None
                else _within(found[form], expected) >= _NEARLY_ALL > 2 * _within(found[other], expected)
            )
        ]
        if better:
            return better[0]
    return ""


def _within(cells: Counter[int], years: frozenset[int]) -> float:
    """The part of the cells whose years are expected."""
    return sum(count for year, count in cells.items() if year in years) / (cells.total() or 1)


def _ask_which_first(heading: str, column: ColumnFacts) -> Question:
    text, readings = _both_readings(column)
    message = _(
        "The dates in the column “%(column)s” can be read two ways: “%(value)s” is %(first)s or %(second)s. Choose "
        "their form."
    )
    places = {"column": heading, "value": text, "first": readings[0], "second": readings[1]}
    return Question("date_format", message % places, choices=TWO_DIGITS)


def _both_readings(column: ColumnFacts) -> tuple[str, list[str]]:
    for _row, text in column.samples:
        try:
            days = [day_of(text.zfill(6), form)[0] for form in TWO_DIGITS]
        except Refusal:
            continue
        return text, [shown_day(day) for day in days if day is not None]
    return "", ["", ""]
