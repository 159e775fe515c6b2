"""How a file is read, as a form: the settings of a profile, what is left out, and rules in their order."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..imports.encodings import ENCODINGS
from ..imports.headings import place_of
from ..imports.profile_values import DATE_FORMATS, EXAMPLES
from ..imports.profiles import COLUMN_KEYS, LeaveOut, Profile, ProfileRefusal, Rule, is_turned, turned
from ..imports.proposal import Proposal

#: Where the table of a file is: another answer needs another look at the file.
PLACE_FIELDS = ("encoding", "delimiter", "sheet", "header_row")
_SETTINGS = (*PLACE_FIELDS, "decimal_mark", "date_format", "negative_credit")
_FIND_OUT = _("Find out")
#: Empty rows below the rules there are.
_SPARE = 2
_MOST = 2_000

COLUMN_LABELS: Mapping[str, str | Promise] = {
    "date": _("Date"),
    "month": _("Month"),
    "year": _("Year"),
    "period": _("Period of the year"),
    "cost_centre": _("Cost centre"),
    "project_code": _("Project code"),
    "amount": pgettext_lazy("row", "Amount"),
    "debit": _("Debit"),
    "credit": _("Credit"),
    "side": _("Debit or credit (D/K)"),
    "account": _("Account"),
    "voucher": _("Voucher"),
    "description": _("Description"),
    "supplier": _("Supplier"),
}
DATE_LABELS: Mapping[str, str | Promise] = {
    **EXAMPLES,
    "excel": _("Dates of a spreadsheet"),
    "yyyymm": _("202106 (month)"),
    "yyyy-mm": _("2021-06 (month)"),
    "m/yyyy": _("6/2021 (month)"),
    "m.yyyy": _("6.2021 (month)"),
    "month yyyy": _("June 2021 (month by its name)"),
    "year_period": _("Year and period in two columns"),
    "none": _("None: the month is chosen"),
}
_DELIMITERS = (
    (";", _("Semicolon")),
    (",", _("Comma")),
    ("\t", _("Tabulator")),
    ("|", _("Vertical bar")),
)
_CODE = {"class": "code", "autocomplete": "off"}


def _text(label: Any, *, length: int = 500, css: str = "") -> forms.CharField:
    attrs = {"autocomplete": "off", **({"class": css} if css else {})}
    return forms.CharField(label=label, required=False, max_length=length, widget=forms.TextInput(attrs=attrs))


class DelimiterField(forms.ChoiceField):
    """A choice in which a tabulator is an answer, not a blank to be cut off."""

    def to_python(self, value: Any) -> str:
        return "" if value in self.empty_values else str(value)


class LeaveOutForm(forms.Form):
    """Rows that are not meant: a value, or a range of values, in one column."""

    column = _text(_("Column"))
    equals = _text(_("Is"))
    first = _text(_("From"))
    last = _text(_("To"))

    def clean(self) -> dict[str, Any]:
        """Which column, and a value or a range."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.initial and not _is_changed(self):
            return cleaned
        ranged = bool(cleaned.get("first") or cleaned.get("last"))
        if any(cleaned.get(name) for name in ("column", "equals", "first", "last")):
            if not cleaned.get("column"):
                self.add_error("column", _("Say in which column."))
            if ranged == bool(cleaned.get("equals")):
                self.add_error("equals", _("Give a value, or the first and the last of a range."))
            elif LeaveOut("", cleaned.get("first") or None, cleaned.get("last") or None).is_turned:
                self.add_error("last", turned())
        return cleaned

    @property
    def entry(self) -> LeaveOut | None:
        """The rule of a valid row; None for an empty one. One that was not changed is the rule as it was."""
        data = self.cleaned_data
        if self.initial and not _is_changed(self):
            kept: LeaveOut = self.initial["entry"]
            return kept
        if not data.get("column"):
            return None
        return LeaveOut(data["column"], data["first"] or None, data["last"] or None, data["equals"] or None)


class RuleForm(forms.Form):
    """Which line rows without a project code belong to."""

    cost_centre = _text(_("Cost centre"), css="code")
    account = _text(_("Account"), css="code")
    description_contains = _text(_("Text contains"))
    project_code = _text(_("Project code"), length=30, css="code")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["project_code"].widget.attrs["list"] = "project-codes"

    def clean(self) -> dict[str, Any]:
        """Ranges that something can be in."""
        cleaned: dict[str, Any] = super().clean() or {}
        for name in ("cost_centre", "account"):
            if is_turned(cleaned.get(name) or ""):
                self.add_error(name, turned())
        return cleaned

    @property
    def entry(self) -> Rule | None:
        """The rule of a valid row; None for an empty one. One that was not changed is the rule as it was."""
        if self.initial and not _is_changed(self):
            kept: Rule = self.initial["entry"]
            return kept
        names = ("cost_centre", "account", "description_contains", "project_code")
        parts = {name: self.cleaned_data.get(name, "") for name in names}
        return Rule(**parts) if any(parts.values()) else None


def shown(text: object) -> str:
    """A value as a field of one line shows and sends it; a browser drops line breaks, and the form outer blanks."""
    return " ".join(str(text).split())


def _shown_row(entry: LeaveOut | Rule, *names: str) -> dict[str, Any]:
    """The initial values of a row: ``entry`` is what it stands for."""
    return {"entry": entry, **{name: shown(getattr(entry, name) or "") for name in names}}


def _is_changed(form: forms.Form) -> bool:
    """True when a row says something else than the one that was shown; its place does not count."""
    return bool(set(form.changed_data) - {"ORDER", "DELETE"})


class OrderInput(forms.NumberInput):
    """Narrow: an order has two digits."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "order", "min": 1, **(attrs or {})})


class _Rows(forms.BaseFormSet):  # type: ignore[type-arg]
    """Rows with an order and a mark to take one away; what is sent decides how many there are."""

    ordering_widget = OrderInput

    @property
    def entries(self) -> list[Any]:
        """What the filled rows of a valid set say, in their order."""
        kept = [form for form in self.ordered_forms if form.cleaned_data]
        return [entry for form in kept if (entry := form.entry) is not None]

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["ORDER"].label, form.fields["DELETE"].label = _("Order"), _("Remove")


_OPTIONS: dict[str, Any] = {
    "formset": _Rows,
    "can_order": True,
    "can_delete": True,
    "extra": _SPARE,
    "max_num": _MOST,
    "absolute_max": _MOST + 100,
}
LeaveOutRows: Any = forms.formset_factory(LeaveOutForm, **_OPTIONS)
RuleRows: Any = forms.formset_factory(RuleForm, **_OPTIONS)


class SettingsForm(forms.Form):
    """The settings of a profile; of a file that was looked at, its own headings and sheets can be chosen."""

    encoding = forms.ChoiceField(
        label=_("Encoding"), required=False, choices=[("", _FIND_OUT), *((name, name) for name in ENCODINGS)]
    )
    delimiter = DelimiterField(
        label=_("Columns are divided by"), required=False, choices=[("", _FIND_OUT), *_DELIMITERS]
    )
    sheet = _text(_("Sheet"))
    header_row = forms.IntegerField(
        label=_("Row of the headings"),
        required=False,
        min_value=1,
        max_value=250_000,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )
    decimal_mark = forms.ChoiceField(
        label=_("Decimal mark"),
        required=False,
        choices=[("", _("As each amount shows it")), (",", _("Comma: 1 234,56")), (".", _("Point: 1,234.56"))],
    )
    date_format = forms.ChoiceField(
        label=_("Form of the dates"),
        required=False,
        choices=[("", _FIND_OUT), *((form, DATE_LABELS[form]) for form in DATE_FORMATS)],
    )

    negative_credit = forms.ChoiceField(
        label=_("A minus sign in the credit column"),
        required=False,
        choices=[
            ("", _("Decide by most of the credits")),
            ("credit", _("marks a credit: −100 takes 100 off the costs")),
            ("reversal", _("takes a credit back: −100 adds 100 to the costs")),
        ],
    )

    def __init__(self, *args: Any, profile: Profile, proposal: Proposal | None = None, **kwargs: Any) -> None:
        self.proposal = proposal or Proposal()
        labels = list(self.proposal.labels)
        super().__init__(*args, **kwargs)
        if self.proposal.sheets:
            names = list(self.proposal.sheets)
            self.fields["sheet"] = forms.ChoiceField(
                label=_("Sheet"), required=False, choices=[("", _("The first one")), *((name, name) for name in names)]
            )
        for key in COLUMN_KEYS:
            self.fields[f"column-{key}"] = self._column(key, labels)
        self.profile = profile
        said = {name: getattr(profile, name) or "" for name in _SETTINGS}
        said["sheet"] = str(said["sheet"]) if self.proposal.sheets else shown(said["sheet"])
        self.initial = {**said, **self._initial_columns(profile, labels), **self.initial}

    def _column(self, key: str, labels: Sequence[str]) -> forms.Field:
        name: Any = COLUMN_LABELS[key]
        if not labels:
            return _text(name)
        choices = [("", _("None")), *((label, label) for label in labels)]
        return forms.ChoiceField(label=name, required=False, choices=choices)

    def _initial_columns(self, profile: Profile, labels: Sequence[str]) -> dict[str, str]:
        found = {}
        for key, heading in profile.columns.items():
            try:
                place = place_of(heading, labels)
            except ProfileRefusal:
                place = None
            found[f"column-{key}"] = shown(heading) if place is None else labels[place]
        return found

    @property
    def has_sides(self) -> bool:
        """True when the question what a minus sign means in the credit column can come up."""
        return bool(self["column-credit"].value() or self["negative_credit"].value() or self["negative_credit"].errors)

    @property
    def place_changed(self) -> bool:
        """True when the person says that the table is elsewhere in the file."""
        return bool({*PLACE_FIELDS} & set(self.changed_data))

    def settings(self, *, only: Sequence[str] | None = None) -> dict[str, Any]:
        """The settings of a valid form with the keys of a profile; empty ones are found out.

        Args:
            only: names of the fields that count; None for all.
        """
        data = {name: self._value(name) for name in self.cleaned_data if only is None or name in only}
        said = {name: data[name] or None for name in _SETTINGS if name in data}
        columns = {key: data[f"column-{key}"] for key in COLUMN_KEYS if data.get(f"column-{key}")}
        return {**said, "columns": columns} if columns else said

    def _value(self, name: str) -> Any:
        """What a field says; one that was not changed says what the profile did, to the letter."""
        if name not in self.changed_data:
            key = name.removeprefix("column-")
            if name == "sheet" and not self.proposal.sheets:
                return self.profile.sheet
            if name != key and not self.proposal.labels:
                return self.profile.columns.get(key, "")
        return self.cleaned_data[name]


class ProfileForms:
    """The three parts of a profile on one page, valid together or not at all."""

    def __init__(
        self, data: Mapping[str, Any] | None, *, profile: Profile, proposal: Proposal | None = None, more: bool = False
    ) -> None:
        if data is not None and more:
            data = _with_more_rows(data)
        self.settings = SettingsForm(data, profile=profile, proposal=proposal)
        leave_out = [_shown_row(entry, "column", "equals", "first", "last") for entry in profile.leave_out]
        parts = ("cost_centre", "account", "description_contains", "project_code")
        rules = [_shown_row(rule, *parts) for rule in profile.rules]
        self.leave_out = LeaveOutRows(data, prefix="leave", initial=leave_out)
        self.rules = RuleRows(data, prefix="rule", initial=rules)
        self.parts = (self.settings, self.leave_out, self.rules)

    def is_valid(self) -> bool:
        """Every part is looked at, so that all errors show at once."""
        valid = [part.is_valid() for part in self.parts]
        return all(valid)

    @property
    def has_changed(self) -> bool:
        """True when the profile is not the one that was shown."""
        return any(part.has_changed() for part in self.parts)

    def to_keep(self, profile: Profile) -> Profile:
        """The profile for the next file, too: the only sheet may have another name there."""
        return replace(profile, sheet=None) if len(self.settings.proposal.sheets) < 2 else profile

    @property
    def profile(self) -> Profile:
        """The profile of valid forms.

        Raises:
            ProfileRefusal: a value that no profile may have.
        """
        return Profile.from_json({**self.settings.settings(), **self.lists})

    @property
    def lists(self) -> dict[str, Any]:
        """What is left out, and the rules, with the keys of a profile."""
        return {
            "leave_out": [entry.as_json() for entry in self.leave_out.entries],
            "rules": [rule.as_json() for rule in self.rules.entries],
        }

    @property
    def row_errors(self) -> list[tuple[str, str]]:
        """(id of the control, error with its row and column) of the leave-out rows and the rules."""
        rows: list[tuple[str, str]] = []
        for part, title in ((self.leave_out, _("Left-out rows, row %(number)s")), (self.rules, _("Rule %(number)s"))):
            rows += [("", str(error)) for error in part.non_form_errors()]
            for number, form in enumerate(part.forms, 1):
                for name, errors in form.errors.items():
                    target, label = ("", "") if name == "__all__" else (form[name].id_for_label, form[name].label)
                    place = ", ".join(filter(None, (title % {"number": number}, str(label))))
                    rows += [(target, f"{place}: {error}") for error in errors]
        return rows


def _with_more_rows(data: Mapping[str, Any]) -> dict[str, Any]:
    """The same form with more empty rows; everything typed stays."""
    copy = dict(data.items())
    for prefix in ("leave", "rule"):
        total = str(copy.get(f"{prefix}-TOTAL_FORMS", ""))
        if total.isdecimal() and len(total) < 5:
            copy[f"{prefix}-TOTAL_FORMS"] = str(min(int(total) + 5, _MOST))
    return copy
