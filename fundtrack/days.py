"""Dates that people type: between the first and the last year for which there are months."""

from datetime import date

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from fundtrack.periods import FIRST_YEAR, LAST_YEAR

FIRST_DAY = date(FIRST_YEAR, 1, 1)
LAST_DAY = date(LAST_YEAR, 12, 31)
_OUTSIDE = _("Choose a date between the years 1900 and 2199.")


def is_day(day: date) -> bool:
    """True for a date that the program can reckon with."""
    return FIRST_DAY <= day <= LAST_DAY


class DayField(forms.DateField):
    """A form field for a date; forms use it in place of ``forms.DateField``, which lets the year 9999 through."""

    default_validators = [MinValueValidator(FIRST_DAY, _OUTSIDE), MaxValueValidator(LAST_DAY, _OUTSIDE)]
