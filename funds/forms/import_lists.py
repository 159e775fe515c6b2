"""What a profile leaves out, and its rules, as editable rows of a form."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..imports.headings import place_of
from ..imports.profiles import COLUMN_KEYS, LeaveOut, ProfileRefusal, Rule, is_turned, turned
from .import_labels import COLUMN_LABELS

#: Empty rows below those that there are.
_SPARE = 2
_MOST = 2_000
#: A form that is sent has at most so many rows more than it was shown with, or than it has values for.
_MORE = 20

INCOMPLETE = _("The form was incomplete: load the page again. Nothing was changed.")
TOO_MANY = _("The form says that it has more rows than it had: load the page again. Nothing was changed.")


def text_field(label: Any, *, length: int = 500, css: str = "") -> forms.CharField:
    """A line of text that may stay empty."""
    attrs = {"autocomplete": "off", **({"class": css} if css else {})}
    return forms.CharField(label=label, required=False, max_length=length, widget=forms.TextInput(attrs=attrs))


class LeaveOutForm(forms.Form):
    """Rows that are not meant: a value, no value, or a range of values, in one column."""

    column = text_field(_("Column"))
    equals = text_field(_("Is"))
    blank = forms.BooleanField(label=_("Is blank"), required=False)
    first = text_field(_("From"))
    last = text_field(_("To"))

    def __init__(self, *args: Any, headings: Sequence[str] = (), **kwargs: Any) -> None:
        """``headings``: of the file that was looked at; without one, the heading is typed."""
        super().__init__(*args, **kwargs)
        if headings:
            self.fields["column"] = self._choice(headings)

    def _choice(self, headings: Sequence[str]) -> forms.Field:
        """The headings of the file, and the one of the profile, whether the file has it or not."""
        choices: list[tuple[str, str | Promise]] = [("", _("Choose")), *((label, label) for label in headings)]
        said = self.initial.get("column", "")
        if said in COLUMN_KEYS:
            choices.append((said, f"{COLUMN_LABELS[said]} ({said})"))
        elif said:
            place = _place(said, headings)
            if place is not None:
                self.initial = {**self.initial, "column": headings[place]}
            else:
                choices.append((said, _("%(heading)s (not in this file)") % {"heading": said}))
        return forms.ChoiceField(label=_("Column"), required=False, choices=choices)

    def clean(self) -> dict[str, Any]:
        """Which column, and a value, none, or a range."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.initial and not _is_changed(self):
            return cleaned
        ranged = bool(cleaned.get("first") or cleaned.get("last"))
        said = [ranged, bool(cleaned.get("equals")), bool(cleaned.get("blank"))]
        if any(said) or cleaned.get("column"):
            if not cleaned.get("column") and "column" not in self.errors:
                self.add_error("column", _("Say in which column."))
            if sum(said) != 1:
                text = _("Give one of the three: a value, the mark for blank cells, or the first and last of a range.")
                self.add_error("equals", text)
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
        if data["blank"]:
            return LeaveOut(data["column"], equals="")
        return LeaveOut(data["column"], data["first"] or None, data["last"] or None, data["equals"] or None)


def _place(heading: str, headings: Sequence[str]) -> int | None:
    try:
        return place_of(heading, headings)
    except ProfileRefusal:
        return None


class RuleForm(forms.Form):
    """Which line rows belong to that have no project code, or the one that is said first."""

    replaces = text_field(_("Code of the file"), css="code")
    cost_centre = text_field(_("Cost centre"), css="code")
    account = text_field(_("Account"), css="code")
    description_contains = text_field(_("Text contains"))
    project_code = text_field(_("Project code"), length=30, css="code")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["project_code"].widget.attrs["list"] = "project-codes"

    def clean(self) -> dict[str, Any]:
        """Ranges that something can be in."""
        cleaned: dict[str, Any] = super().clean() or {}
        for name in ("replaces", "cost_centre", "account"):
            if is_turned(cleaned.get(name) or ""):
                self.add_error(name, turned())
        return cleaned

    @property
    def entry(self) -> Rule | None:
        """The rule of a valid row; None for an empty one. One that was not changed is the rule as it was."""
        if self.initial and not _is_changed(self):
            kept: Rule = self.initial["entry"]
            return kept
        names = ("cost_centre", "account", "description_contains", "project_code", "replaces")
        parts = {name: self.cleaned_data.get(name, "") for name in names}
        return Rule(**parts) if any(parts.values()) else None


def shown(text: object) -> str:
    """A value as a field of one line shows and sends it; a browser drops line breaks, and the form outer blanks."""
    return " ".join(str(text).split())


def shown_left_out(entry: LeaveOut) -> dict[str, Any]:
    """The initial values of a row: ``entry`` is what it stands for."""
    return {**_shown_row(entry, "column", "equals", "first", "last"), "blank": entry.is_blank}


def shown_rule(rule: Rule) -> dict[str, Any]:
    """The initial values of a row: ``entry`` is what it stands for."""
    return _shown_row(rule, "replaces", "cost_centre", "account", "description_contains", "project_code")


def _shown_row(entry: LeaveOut | Rule, *names: str) -> dict[str, Any]:
    return {"entry": entry, **{name: shown(getattr(entry, name) or "") for name in names}}


def _is_changed(form: forms.Form) -> bool:
    """True when a row says something else than the one that was shown; its place does not count."""
    return bool(set(form.changed_data) - {"ORDER", "DELETE"})


class OrderInput(forms.NumberInput):
    """Narrow: an order has two digits."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "order", "min": 1, **(attrs or {})})


class _Rows(forms.BaseFormSet):  # type: ignore[type-arg]
    """Rows with a mark to take one away, and perhaps an order; what is sent decides how many there are."""

    ordering_widget = OrderInput

    @property
    def entries(self) -> list[Any]:
        """What the filled rows of a valid set say, in their order."""
        deleted = self.deleted_forms
        rows = self.ordered_forms if self.can_order else [form for form in self.forms if form not in deleted]
        return [entry for form in rows if form.cleaned_data and (entry := form.entry) is not None]

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Remove")
        if self.can_order:
            form.fields["ORDER"].label = _("Order")


_OPTIONS: dict[str, Any] = {
    "formset": _Rows,
    "can_delete": True,
    "extra": _SPARE,
    "max_num": _MOST,
    "absolute_max": _MOST + 100,
}
#: Each is asked, so their order says nothing.
LeaveOutRows: Any = forms.formset_factory(LeaveOutForm, **_OPTIONS)
RuleRows: Any = forms.formset_factory(RuleForm, can_order=True, **_OPTIONS)


def problem_of(data: Mapping[str, Any], prefix: str, stored: int) -> str | Promise:
    """Why rows that were sent cannot be those of a page that was shown; empty where they can.

    Args:
        stored: how many rows the page began with.
    """
    counts = [str(data.get(f"{prefix}-{name}_FORMS", "")) for name in ("TOTAL", "INITIAL")]
    if not all(re.fullmatch("[0-9]{1,9}", count) for count in counts):
        return INCOMPLETE
    pattern = re.compile(rf"{prefix}-([0-9]{{1,9}})-")
    sent = len({found[1] for name in data if (found := pattern.match(name))})
    total = int(counts[0])
    if total < sent:
        return INCOMPLETE
    return TOO_MANY if total > max(stored, sent) + _MORE else ""


def with_more_rows(data: Mapping[str, Any]) -> dict[str, Any]:
    """The same form with more empty rows; everything typed stays."""
    copy = dict(data.items())
    for prefix in ("leave", "rule"):
        total = str(copy.get(f"{prefix}-TOTAL_FORMS", ""))
        if total.isdecimal() and len(total) < 5:
            copy[f"{prefix}-TOTAL_FORMS"] = str(min(int(total) + 5, _MOST))
    return copy
