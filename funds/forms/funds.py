"""Forms of funds, their entries and cost centres. The rules are in the actions; a form only reads what was typed."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import django_filters
from django import forms
from django.core.validators import RegexValidator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from fundtrack.days import DayField, is_day
from fundtrack.money import AmountField
from meetings.models import Body
from organisations.models import Organisation

from ..layout import CODE_LENGTH, NAME_LENGTH, tidy
from ..models import CostCentreName, Fund, FundEntry

SLUG = RegexValidator(r"^[a-z0-9]+(?:-[a-z0-9]+)*\Z", _("Use small letters a–z, digits and hyphens."))


class TidyField(forms.CharField):
    """One line of text, stored without doubled blanks."""

    def to_python(self, value: Any) -> str:
        return tidy(super().to_python(value) or "")


def date_input() -> forms.DateInput:
    """The browser's own date field."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def amount_input() -> forms.TextInput:
    """A right-aligned field for an amount."""
    return forms.TextInput(attrs={"class": "amount"})


class KeyForm(forms.Form):
    """A form that books: its key, made when the form is rendered, lets a double click book once."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def booking_key(self) -> UUID:
        """The key of a valid form."""
        key: UUID = self.cleaned_data["key"]
        return key


class FundForm(forms.ModelForm):  # type: ignore[type-arg]
    """Name, governing body, rules, accounts and the December rule."""

    new_body = TidyField(
        label=_("Another governing body"),
        required=False,
        max_length=NAME_LENGTH,
        help_text=_("Write the name here if the body is not in the list."),
    )

    field_order: tuple[str, ...] = (
        "name",
        "slug",
        "body",
        "new_body",
        "rules",
        "debit_account",
        "credit_account",
        "december_rule",
    )

    class Meta:
        model = Fund
        fields = ("name", "body", "rules", "debit_account", "credit_account", "december_rule")
        help_texts = {
            "rules": _("What the fund is for and who decides, in the words of its own rules."),
            "debit_account": _("Account of the drawdown voucher."),
            "credit_account": _("Account of the drawdown voucher."),
        }
        widgets = {
            "debit_account": forms.TextInput(attrs={"class": "code"}),
            "credit_account": forms.TextInput(attrs={"class": "code"}),
            "body": forms.Select(attrs={"class": "medium"}),
        }

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation = organisation
        bodies: Any = self.fields["body"]
        bodies.queryset = Body.objects.filter(organisation=organisation)

    def governing_body(self) -> Body | str | None:
        """The chosen body, or the name of a new one."""
        new: str = self.cleaned_data["new_body"]
        chosen: Body | None = self.cleaned_data["body"]
        return new or chosen


class FundCreateForm(FundForm):
    """A new fund with its opening balance."""

    slug = forms.CharField(
        label=_("Address"),
        max_length=50,
        validators=[SLUG],
        help_text=_("Stands in the address of the fund's pages and never changes, for example development-fund."),
        widget=forms.TextInput(attrs={"class": "medium"}),
    )
    opening_balance = AmountField(label=_("Opening balance (€)"), widget=amount_input())
    opening_on = DayField(label=_("Opening date"), widget=date_input())
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    field_order = (*FundForm.field_order[:2], "opening_balance", "opening_on", *FundForm.field_order[2:])


class FundEntryForm(KeyForm):
    """Money into the fund, or deficit cover out of it."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[
            (kind.value, kind.label)
            for kind in (FundEntry.Kind.TRANSFER_IN, FundEntry.Kind.RETURN, FundEntry.Kind.DEFICIT_COVER)
        ],
        widget=forms.Select(attrs={"class": "medium"}),
        help_text=_("Drawdowns make their own entries when they are posted."),
    )
    entry_on = DayField(label=_("Date"), widget=date_input())
    amount = AmountField(
        label=_("Amount (€)"),
        widget=amount_input(),
        help_text=_("Positive; deficit cover is booked as money out by itself."),
    )
    decision_reference = TidyField(
        label=_("Decision"),
        required=False,
        max_length=200,
        help_text=_("For example body, date and section. Deficit cover needs one."),
    )
    description = TidyField(label=_("Description"), required=False, max_length=500)


class DayFilter(django_filters.DateFilter):  # type: ignore[misc]
    """A filter by a date."""

    field_class = DayField


class EntryFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of a fund's entries; they live in the address."""

    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=FundEntry.Kind.choices, empty_label=_("All"))
    since = DayFilter("entry_on", "gte", label=_("From"), widget=date_input())
    until = DayFilter("entry_on", "lte", label=_("To"), widget=date_input())

    class Meta:
        model = FundEntry
        fields: tuple[str, ...] = ()


class CostCentreForm(forms.Form):
    """A new cost centre with its first name."""

    code = TidyField(label=_("Code"), max_length=CODE_LENGTH, widget=forms.TextInput(attrs={"class": "code"}))
    name = TidyField(label=_("Name"), max_length=NAME_LENGTH)
    starts_on = DayField(label=_("Valid from"), widget=date_input())


class CostCentreNameForm(forms.ModelForm):  # type: ignore[type-arg]
    """A name or alias, valid in time."""

    class Meta:
        model = CostCentreName
        fields = ("kind", "name", "starts_on", "ends_on")
        field_classes = {"starts_on": DayField, "ends_on": DayField}
        widgets = {"starts_on": date_input(), "ends_on": date_input(), "kind": forms.Select(attrs={"class": "medium"})}
        help_texts = {
            "kind": _("A cost centre has one name on a day, and any number of aliases."),
            "ends_on": _("Leave empty while it goes on."),
        }

    def _get_validation_exclusions(self) -> set[str]:
        # The rules are in the action, which explains them; the database is the referee.
        return {*super()._get_validation_exclusions(), "cost_centre", "organisation"}  # type: ignore[misc]

    def validate_constraints(self) -> None:
        """Left to the action."""


def asked_date(data: QueryDict, name: str, default: date) -> date:
    """A date of the address, such as ``?on=2024-09-30``; the default when it is missing or no date."""
    try:
        day = date.fromisoformat(data.get(name, ""))
    except ValueError:
        return default
    return day if is_day(day) else default
