"""The form that issues a board report."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fundtrack.days import DayField


class IssueForm(forms.Form):
    """To which meeting the report goes."""

    meeting_on = DayField(
        label=_("Date of the meeting"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    body = forms.CharField(label=_("Body"), max_length=200)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def clean_body(self) -> Any:
        """A body's name without spaces around it."""
        return self.cleaned_data["body"].strip()
