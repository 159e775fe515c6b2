"""Months and periods: half-open in code, inclusive on paper.

A ``Month`` is the unit of booking, closing and drawdown. In the database it is a date column that holds the
month's first day.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self, overload

FIRST_YEAR = 1900
LAST_YEAR = 2199

_ISO_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """One calendar month, for example ``Month(2024, 9)``; ``str()`` gives ``2024-09``.

    Raises:
        ValueError: the year is not in 1900 to 2199 or the number not in 1 to 12.
    """

    #: calendar year, 1900 to 2199
    year: int
    #: 1 for January to 12 for December
    number: int

    def __post_init__(self) -> None:
        if not FIRST_YEAR <= self.year <= LAST_YEAR:
            raise ValueError(f"Year {self.year} is not in {FIRST_YEAR} to {LAST_YEAR}")
        if not 1 <= self.number <= 12:
            raise ValueError(f"Month {self.number} is not in 1 to 12")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``2024-09``.

        Raises:
            ValueError: the text has another shape or names no month.
        """
        match = _ISO_MONTH.fullmatch(text)
        if match is None:
            raise ValueError(f"A month is written like 2024-09, not {text!r}")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the month a day belongs to.

        Raises:
            TypeError: the day is a datetime, whose month depends on the time zone; pass its local date.
        """
        if isinstance(day, datetime):
            raise TypeError("A moment has no month of its own; pass its local date")
        return cls(day.year, day.month)

    @classmethod
    def range(cls, first: "Month", last: "Month") -> "list[Month]":
        """Return the months ``first`` to ``last``, both included; none when ``last`` is the earlier one."""
        return [first + step for step in range(last - first + 1)]

    @classmethod
    def year_of(cls, year: int) -> "list[Month]":
        """Return the twelve months of a calendar year."""
        return [cls(year, number) for number in range(1, 13)]

    @property
    def first(self) -> date:
        """The first day of the month: what the database stores."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """The last day of the month."""
        return self.period.ends_on

    @property
    def period(self) -> "Period":
        """The month as a half-open period."""
        # The first of the next month, also after the last month there is.
        following = date(self.year + self.number // 12, self.number % 12 + 1, 1)
        return Period(self.first, following)

    def next(self) -> "Month":
        """Return the following month."""
        return self + 1

    def previous(self) -> "Month":
        """Return the month before."""
        return self - 1

    def __contains__(self, day: date) -> bool:
        return day in self.period

    def __add__(self, months: int) -> "Month":
        if not isinstance(months, int):
            return NotImplemented
        years, position = divmod(self.number - 1 + months, 12)
        return Month(self.year + years, position + 1)

    @overload
    def __sub__(self, other: int) -> "Month": ...
    @overload
    def __sub__(self, other: "Month") -> int: ...
    def __sub__(self, other: "int | Month") -> "Month | int":
        if isinstance(other, Month):
            return (self.year - other.year) * 12 + self.number - other.number
        if not isinstance(other, int):
            return NotImplemented
        return self + -other

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """Days from ``starts_on`` up to but not including ``ends_before``; at least one day.

    Raises:
        ValueError: the period ends before it has begun.
    """

    #: first day of the period
    starts_on: date
    #: the day after the last day
    ends_before: date

    def __post_init__(self) -> None:
        if self.ends_before <= self.starts_on:
            raise ValueError(f"A period from {self.starts_on} cannot end before {self.ends_before}")

    @classmethod
    def of_year(cls, year: int) -> Self:
        """Return a calendar year."""
        return cls.of_months(Month(year, 1), Month(year, 12))

    @classmethod
    def of_months(cls, first: Month, last: Month) -> Self:
        """Return the days of the months ``first`` to ``last``, both included."""
        return cls(first.first, last.period.ends_before)

    @classmethod
    def of_days(cls, starts_on: date, ends_on: date) -> Self:
        """Return the days ``starts_on`` to ``ends_on`` as written on paper, both included."""
        return cls(starts_on, ends_on + timedelta(days=1))

    @property
    def ends_on(self) -> date:
        """The last day, as written on paper."""
        return self.ends_before - timedelta(days=1)

    @property
    def months(self) -> list[Month]:
        """The months the period touches, in order."""
        return Month.range(Month.of(self.starts_on), Month.of(self.ends_on))

    def __contains__(self, day: date) -> bool:
        return self.starts_on <= day < self.ends_before


class MonthConverter:
    """URL converter: ``<month:month>`` matches ``2024-09`` and gives ``Month(2024, 9)``."""

    regex = r"[0-9]{4}-(?:0[1-9]|1[0-2])"

    def to_python(self, value: str) -> Month:
        """Return the month of a URL; a ``ValueError`` tells Django that the URL does not match."""
        return Month.parse(value)

    def to_url(self, value: Month | date | str) -> str:
        """Write a month (or a day in it, or its text) into a URL.

        Raises:
            ValueError: the text is not a month.
        """
        if isinstance(value, Month):
            return str(value)
        return str(Month.of(value) if isinstance(value, date) else Month.parse(value))
