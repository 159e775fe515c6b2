"""Forms of months and drawdowns. The rules are in the actions; a form only reads what was typed."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fundtrack import formats
from fundtrack.days import DayField

from ..actions.months import REASON_LENGTH


class ReasonForm(forms.Form):
    """A written reason: for reopening a month, for withdrawing a drawdown."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays in the history."),
    )


class ProposalForm(forms.Form):
    """The booking date of a drawdown, within the days that the fund's rule allows."""

    booking_on = DayField(label=_("Booking date"))

    def __init__(self, *args: Any, days: tuple[date, date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.first_day, self.last_day = days
        field = self.fields["booking_on"]
        field.initial = self.first_day
        field.widget = forms.DateInput(
            format="%Y-%m-%d",
            attrs={
                "type": "date",
                "min": self.first_day.isoformat(),
                "max": self.last_day.isoformat(),
                "class": "short",
            },
        )
        field.help_text = _("From %(first)s to %(last)s: the month after the actuals.") % {
            "first": formats.day(self.first_day),
            "last": formats.day(self.last_day),
        }
        if self.first_day == self.last_day:
            field.help_text = _("The fund's rule sets the date of December's drawdown.")
            field.widget.attrs["readonly"] = True

    def clean_booking_on(self) -> date:
        """Keep the date inside the allowed days, saying which they are."""
        day: date = self.cleaned_data["booking_on"]
        if not self.first_day <= day <= self.last_day:
            raise forms.ValidationError(
                _("Choose a date from %(first)s to %(last)s.")
                % {"first": formats.day(self.first_day), "last": formats.day(self.last_day)}
            )
        return day
