"""Forms of use plans, amendments and notes on a line. The rules are in the actions."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fundtrack.days import DayField
from fundtrack.money import ZERO, AmountField
from fundtrack.periods import FIRST_YEAR, LAST_YEAR
from fundtrack.texts import LONG_TEXT

from ..models import BudgetLine, Interface, Judgement, UsePlan
from .funds import KeyForm, TidyField, amount_input, date_input


class PlanForm(forms.Form):
    """A new plan: its year and ceiling."""

    year = forms.IntegerField(
        label=_("Year"),
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        widget=forms.TextInput(attrs={"class": "short", "inputmode": "numeric"}),
    )
    ceiling = AmountField(
        label=_("Ceiling (€)"), widget=amount_input(), help_text=_("The most that may be used: a limit, not a budget.")
    )


class PlanFileForm(forms.Form):
    """The file of an import, and how to read it."""

    file = forms.FileField(label=_("File"), widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt"}))
    decimal_mark = forms.ChoiceField(
        label=_("Decimal mark"),
        required=False,
        choices=[
            ("", _("Not known: refuse what can be read two ways")),
            (",", _("Comma: 1234,56")),
            (".", _("Point: 1234.56")),
        ],
        help_text=_("Matters only for amounts such as 1.234, which are one thousand or one euro."),
    )
    ceiling = AmountField(
        label=_("New ceiling (€)"),
        required=False,
        widget=amount_input(),
        help_text=_("Leave empty to keep the ceiling."),
    )
    whole = forms.BooleanField(
        label=_("The file is the whole plan: remove lines that are not in it"),
        required=False,
    )

    def __init__(self, *args: Any, plan: UsePlan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if plan.is_active:
            del self.fields["ceiling"], self.fields["whole"]


class AmendmentForm(KeyForm):
    """An amendment: its date, reason and decision, a change per line, and a change of the ceiling."""

    effective_on = DayField(
        label=_("Effective from"), widget=date_input(), help_text=_("First day of the new amounts, in an open month.")
    )
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=LONG_TEXT)
    decision_reference = TidyField(
        label=_("Decision"), required=False, max_length=200, help_text=_("For example body, date and section.")
    )
    ceiling_change = AmountField(
        label=_("Change of the ceiling (€)"),
        required=False,
        widget=amount_input(),
        help_text=_("Only when the ceiling itself was decided anew, for example 10 000 or −10 000."),
    )

    def __init__(self, *args: Any, lines: Sequence[BudgetLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            self.fields[f"change-{line.pk}"] = AmountField(
                label=_("Change of %(code)s (€)") % {"code": line.project_code},
                required=False,
                widget=forms.TextInput(attrs={"class": "amount", "data-change": line.pk}),
            )

    def changes(self) -> dict[int, Decimal]:
        """Line id → change in EUR, of a valid form."""
        found = {line.pk: self.cleaned_data.get(f"change-{line.pk}") for line in self.lines}
        return {pk: change for pk, change in found.items() if change}

    def ceiling(self) -> Decimal:
        """Change of the ceiling in EUR, of a valid form."""
        change: Decimal | None = self.cleaned_data["ceiling_change"]
        return change or ZERO


class JudgementForm(forms.ModelForm):  # type: ignore[type-arg]
    """Whether the measures of a line fit a rule, when that was judged and on what grounds."""

    class Meta:
        model = Judgement
        fields = ("rule", "verdict", "judged_on", "grounds")
        field_classes = {"judged_on": DayField}
        widgets = {"judged_on": date_input(), "grounds": forms.Textarea(attrs={"rows": 3})}

    def validate_constraints(self) -> None:
        """Left to the action."""


class InterfaceForm(forms.ModelForm):  # type: ignore[type-arg]
    """A measure on the same theme that is paid from another source."""

    class Meta:
        model = Interface
        fields = ("theme", "other_measure", "funding_source", "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 2})}

    def validate_constraints(self) -> None:
        """Left to the action."""
