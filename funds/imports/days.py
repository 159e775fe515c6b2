"""Days and months as cells hold them.

Source: domain.md §7.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

from fundtrack.formats import HELSINKI
from fundtrack.periods import FIRST_YEAR, LAST_YEAR, Month
from fundtrack.sentences import sentence as _

from .cells import CellError, Value, exact_number, text_of
from .month_names import named_month
from .profile_values import EXAMPLES
from .values import CellProblem, cell_problem, error_in_cell, quoted

_EPOCH = date(1899, 12, 30)
_FIRST_SERIAL, _LAST_SERIAL = 61, (date(LAST_YEAR, 12, 31) - _EPOCH).days
#: A time with its offset from universal time is a moment: its day in Finland may be another one than is written.
_OFFSET = r"(?P<zone> ?(?:Z|z|UTC|GMT)|(?P<sign> ?[+-])(?P<oh>[0-9]{2})(?::?(?P<om>[0-9]{2}))?)?"
_TIME = rf"(?:[ T]+(?:klo\.? ?)?(?P<hh>[0-9]{{1,2}})[:.](?P<mi>[0-9]{{2}})(?:[:.][0-9]{{2}}(?:[.,][0-9]+)?)?{_OFFSET})?"
_SHAPES = {
    "d.m.yyyy": re.compile(rf"(?P<d>[0-9]{{1,2}})\.\s?(?P<m>[0-9]{{1,2}})\.\s?(?P<y>[0-9]{{4}}){_TIME}"),
    "d.m.yy": re.compile(rf"(?P<d>[0-9]{{1,2}})\.(?P<m>[0-9]{{1,2}})\.(?P<y>[0-9]{{2}}){_TIME}"),
    "d/m/yyyy": re.compile(rf"(?P<d>[0-9]{{1,2}})([/-])(?P<m>[0-9]{{1,2}})\2(?P<y>[0-9]{{4}}){_TIME}"),
    "yyyy-mm-dd": re.compile(rf"(?P<y>[0-9]{{4}})([-/.])(?P<m>[0-9]{{1,2}})\2(?P<d>[0-9]{{1,2}}){_TIME}"),
    "yyyymmdd": re.compile(r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})"),
    "yymmdd": re.compile(r"(?P<y>[0-9]{2})(?P<m>[0-9]{2})(?P<d>[0-9]{2})"),
    "ddmmyy": re.compile(r"(?P<d>[0-9]{2})(?P<m>[0-9]{2})(?P<y>[0-9]{2})"),
    # Periods of three digits are SAP's: 2024001, 001/2024. A point before one digit could have lost a zero: 2024.1.
    "yyyymm": re.compile(r"(?P<y>[0-9]{4})(?P<m>0?[0-9]{2})"),
    "yyyy-mm": re.compile(r"(?P<y>[0-9]{4})(?: ?[-/Mm ] ?(?P<m>0?[0-9]{1,2})|\.(?P<n>0?[0-9]{2}))"),
    "m/yyyy": re.compile(r"[Pp]?(?P<m>0?[0-9]{1,2})[/-](?P<y>[0-9]{4})"),
    "m.yyyy": re.compile(r"(?P<m>0?[0-9]{1,2})[.,](?P<y>[0-9]{4})"),
}
#: Names of weekdays, which say nothing more; whole or as people shorten them in Finnish, Swedish and English.
_WEEKDAY = (
    r"(?:ma|ti|ke|to|pe|la|su)|(?:maanan|tiis|torsu?|perjan|lauan|sunnun)tai(?:na)?|keskiviikko(?:na)?|torstai(?:na)?"
    r"|m\u00e5n?|tis|ons?|tors?|fre?|l\u00f6r?|s\u00f6n?|(?:m\u00e5n|tis|ons|tors|fre|l\u00f6r|s\u00f6n)dag(?:en)?"
    r"|mon|tues?|wed|thu(?:rs?)?|fri|sat|sun|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
)
_BEFORE, _BEHIND = (
    re.compile(rf"(?:{_WEEKDAY})(?:[.,]+ ?| )(?=[0-9])", re.IGNORECASE),
    re.compile(rf",? \(?(?:{_WEEKDAY})\.?\)?$", re.IGNORECASE),
)
_NUMBERS = re.compile(r"[0-9]{1,4}([./-]) ?[0-9]{1,2}\1 ?[0-9]{2,4}(?:[ T].*)?")
_WORD = re.compile(r"[^\W\d_]{2}")
#: 1. lokakuuta 2024, 01-Oct-2024, 1 oktober 2024; and October 1, 2024.
_NAMED = re.compile(r"(?P<d>[0-9]{1,2})(?:\. ?|[ -])(?P<name>[^\W\d_]{3,12})\.?[ -](?P<y>[0-9]{4})(?P<rest>[ T].*)?")
_NAME_FIRST = re.compile(r"(?P<name>[^\W\d_]{3,12})\.? (?P<d>[0-9]{1,2}),? (?P<y>[0-9]{4})(?P<rest>[ T].*)?")
_SERIAL = re.compile(r"[0-9]{1,6}(?:[.,][0-9]+)?")
_ONE_OR_TEN = re.compile(r"[0-9]{4}\.1")
#: Of days with names: ``ti 1.1.24``.
_SHORTEST_NAMED, _LONGEST_DAY = 9, 60
_DIGITS = {"yymmdd": 6, "ddmmyy": 6, "yyyymmdd": 8, "yyyymm": 6}


def day_of(value: Value, form: str) -> tuple[date | None, Month]:
    """Read a day or a month in one of the forms of a profile; clock times are dropped.

    Args:
        form: one of ``DAY_FORMATS`` or ``MONTH_FORMATS``. Real dates of a spreadsheet are read in every form.

    Returns:
        The day, None where the form names only a month; and the month.

    Raises:
        CellProblem: no date in this form, or one that does not exist.
    """
    if isinstance(value, CellError):
        raise error_in_cell(value)
    if isinstance(value, datetime):
        return _existing(value.year, value.month, value.day, value)
    if isinstance(value, date):
        return _existing(value.year, value.month, value.day, value)
    text = _date_text(value, form)
    if form == "excel":
        return _excel_day(value, text)
    if form == "month yyyy":
        year, number = named_month(text) or (None, 0)
        if year is None:
            raise _not_in_form(value, text, form)
        return _existing(year, number, None, value)
    found = _SHAPES[form].fullmatch(text)
    if found is None:
        raise _not_in_form(value, text, form)
    parts = found.groupdict()
    if form == "d/m/yyyy" and int(parts["m"]) > 12 >= int(parts["d"]):
        raise _month_first(value)
    year, number = int(parts["y"]), int(parts["m"] or parts["n"])
    if len(parts["y"]) == 2:
        # Bookkeeping with two digits began in the seventies; nobody books a budget of the eighties to come.
        year += 1900 if year >= 70 else 2000
    day, month = _existing(year, number, int(parts["d"]) if "d" in parts else None, value)
    # 1.10.2024 10:00-11:00 is an hour, and 2024-10-01 10:00-11:00 by the standard a moment.
    if day is not None and parts.get("zone") and (form == "yyyy-mm-dd" or "-" not in (parts["sign"] or "")):
        day = _day_in_finland(day, parts, value)
        month = Month.of(day)
    return day, month


def plain_day(text: str) -> str:
    """A day without the name of its weekday, and the name of its month as a number; any other text as it is."""
    if not _SHORTEST_NAMED <= len(text) <= _LONGEST_DAY or _WORD.search(text) is None:
        return text
    bare = text
    if (found := _BEFORE.match(text)) is not None:
        bare = text[found.end() :]
    elif text[:1].isdigit() and (found := _BEHIND.search(text)) is not None:
        bare = text[: found.start()]
    named = _NAMED.fullmatch(bare) or _NAME_FIRST.fullmatch(bare)
    month = named_month(f"{named['name']} {named['y']}") if named is not None else None
    if named is not None and month is not None:
        return f"{named['d']}.{month[1]}.{named['y']}{named['rest'] or ''}"
    # “To 4000” is no Thursday.
    return bare if _NUMBERS.fullmatch(bare) else text


def moved_day(value: Value, form: str) -> date | None:
    """The day of a moment in Finland where it is another one than is written; None for any other cell."""
    if not isinstance(value, str) or ":" not in value or form not in _SHAPES:
        return None
    found = _SHAPES[form].fullmatch(text := _date_text(value, form))
    if found is None or not found.groupdict().get("zone"):
        return None
    written, day = (day_of(part, form)[0] for part in (text[: found.start("hh")].rstrip(" T"), text))
    return day if day != written else None


def _day_in_finland(day: date, parts: Mapping[str, str | None], value: Value) -> date:
    offset = timedelta(hours=int(parts["oh"] or 0), minutes=int(parts["om"] or 0))
    if "-" in (parts["sign"] or ""):
        offset = -offset
    hours, minutes = int(parts["hh"] or 0), int(parts["mi"] or 0)
    try:
        if (hours, minutes) == (24, 0):
            # The end of a day by the standard.
            day, hours = day + timedelta(days=1), 0
        clock = time(hours, minutes, tzinfo=timezone(offset))
        return datetime.combine(day, clock).astimezone(HELSINKI).date()
    except (ValueError, OverflowError):
        raise cell_problem("date_impossible", _("The day “%(value)s” does not exist."), value) from None


def _date_text(value: Value, form: str) -> str:
    text = text_of(value).strip().removeprefix("'")
    if isinstance(value, float | int) and not isinstance(value, bool):
        if form == "m.yyyy":
            # The number 6.202 was typed as 6.2020.
            return f"{exact_number(value):.4f}"
        if form == "yyyy-mm":
            # The number 2024.1 was typed as January or as 2024.10.
            return str(value)
        return text.zfill(_DIGITS.get(form, 0))
    return plain_day(" ".join(text.split()))


def _excel_day(value: Value, text: str) -> tuple[date | None, Month]:
    if _SERIAL.fullmatch(text):
        serial = int(Decimal(text.replace(",", ".")))
        if _FIRST_SERIAL <= serial <= _LAST_SERIAL:
            day = _EPOCH + timedelta(days=serial)
            return day, Month.of(day)
    for form in ("d.m.yyyy", "yyyy-mm-dd"):
        if _SHAPES[form].fullmatch(text):
            return day_of(text, form)
    raise _not_in_form(value, text, "excel")


def _not_in_form(value: Value, text: str, form: str) -> CellProblem:
    if not text:
        return cell_problem("date_missing", _("The date or month is missing."), value)
    if (found := _SHAPES["d/m/yyyy"].fullmatch(text)) and int(found["m"]) > 12:
        return _month_first(value)
    if form == "d.m.yyyy" and _SHAPES["d.m.yy"].fullmatch(text):
        message = _("“%(value)s” has a year of two digits. Four are needed: 1.6.2021.")
        return cell_problem("date_short_year", message, value)
    if form == "yyyy-mm" and _ONE_OR_TEN.fullmatch(text):
        message = _(
            "“%(value)s” can be January or October: a number loses the zero at its end. Write the month as 2024-01 or "
            "01/2024."
        )
        return CellProblem(message % {"value": quoted(text)}, code="date_lost_zero")
    message = _("“%(value)s” is not a date or month in the form %(form)s.")
    shown = quoted(value.strip() if isinstance(value, str) else text)
    return CellProblem(message % {"value": shown, "form": EXAMPLES[form]}, code="date_form")


def _month_first(value: Value) -> CellProblem:
    message = _(
        "“%(value)s” has the month first, which is not read. Write the date as 31.1.2024, 2024-01-31 or 31/1/2024."
    )
    return cell_problem("date_month_first", message, value)


def _existing(year: int, month: int, day: int | None, value: Value) -> tuple[date | None, Month]:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        message = _("“%(value)s” has a year that is not between %(first)s and %(last)s.")
        places = {"value": quoted(text_of(value)), "first": FIRST_YEAR, "last": LAST_YEAR}
        raise CellProblem(message % places, code="date_year")
    if not 1 <= month <= 12:
        raise _not_a_month(month, value)
    try:
        return (None if day is None else date(year, month, day)), Month(year, month)
    except ValueError:
        raise cell_problem("date_impossible", _("The day “%(value)s” does not exist."), value) from None


def _not_a_month(number: int, value: Value) -> CellProblem:
    if number > 12:
        message = _(
            "“%(value)s” has the period %(period)s, and only the periods 1–12 are months. "
            "Book closing entries in the month they belong to."
        )
    else:
        message = _("“%(value)s” has the period %(period)s, and only the periods 1–12 are months.")
    return CellProblem(message % {"value": quoted(text_of(value)), "period": number}, code="date_period")


def month_of_period(year: Value, period: Value) -> Month:
    """Read a month from a year and a period in two columns.

    Raises:
        CellProblem: no such year, or a period that is not a month (13 and more are closing entries).
    """
    for value in (year, period):
        if isinstance(value, CellError):
            raise error_in_cell(value)
    texts = [text_of(value).strip().removeprefix("'") for value in (year, period)]
    if not all(texts):
        raise cell_problem("date_missing", _("The date or month is missing."), "")
    if not re.fullmatch(r"[0-9]{4}", texts[0]):
        raise cell_problem("date_form", _("“%(value)s” is not a year."), year)
    if not re.fullmatch(r"[0-9]{1,3}", texts[1]):
        raise cell_problem("date_form", _("“%(value)s” is not a period from 1 to 12."), period)
    return _existing(int(texts[0]), int(texts[1]), None, period)[1]
