"""How a file is read, as a form: the settings of a profile, what is left out, and rules in their order."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..imports.encodings import ENCODINGS
from ..imports.headings import place_of
from ..imports.keeping import PLACE_FIELDS, to_keep
from ..imports.profile_values import DATE_FORMATS
from ..imports.profiles import COLUMN_KEYS, MAY_LACK, Profile, ProfileRefusal
from ..imports.proposal import Proposal
from ..imports.recognition import Question
from .import_labels import COLUMN_LABELS, DATE_LABELS
from .import_lists import (
    LeaveOutRows,
    RuleRows,
    problem_of,
    shown,
    shown_left_out,
    shown_rule,
    text_field,
    with_more_rows,
)

_SETTINGS = (*PLACE_FIELDS, "decimal_mark", "date_format", "negative_credit")
_FIND_OUT = _("Find out")
#: The answer that the file has no such column, which is another one than no answer. No heading is written like this.
_NO_COLUMN = "::none"
_DELIMITERS = (
    (";", _("Semicolon")),
    (",", _("Comma")),
    ("\t", _("Tabulator")),
    ("|", _("Vertical bar")),
)


class DelimiterField(forms.ChoiceField):
    """A choice in which a tabulator is an answer, not a blank to be cut off."""

    def to_python(self, value: Any) -> str:
        return "" if value in self.empty_values else str(value)


class SettingsForm(forms.Form):
    """The settings of a profile; of a file that was looked at, its own headings and sheets can be chosen."""

    encoding = forms.ChoiceField(
        label=_("Encoding"), required=False, choices=[("", _FIND_OUT), *((name, name) for name in ENCODINGS)]
    )
    delimiter = DelimiterField(
        label=_("Columns are divided by"), required=False, choices=[("", _FIND_OUT), *_DELIMITERS]
    )
    sheet = text_field(_("Sheet"))
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

    #: What is asked is needed only where the file is read as it is: other buttons send the form, too.
    use_required_attribute = False

    def __init__(
        self,
        *args: Any,
        profile: Profile,
        proposal: Proposal | None = None,
        asked: Sequence[Question] = (),
        looks: bool = False,
        **kwargs: Any,
    ) -> None:
        """The settings of a file, or of a profile where there is no proposal.

        Args:
            asked: questions that nobody has answered. What was guessed for them is not chosen already.
            looks: the form is sent for another look at the file, which needs no answers.
        """
        self.proposal, self.looks = proposal or Proposal(), looks
        labels = list(self.proposal.labels)
        super().__init__(*args, **kwargs)
        if self.proposal.sheets:
            names = list(self.proposal.sheets)
            self.fields["sheet"] = forms.ChoiceField(
                label=_("Sheet"), required=False, choices=[("", _("The first one")), *((name, name) for name in names)]
            )
        for key in COLUMN_KEYS:
            self.fields[f"column-{key}"] = self._column(key, labels, lacks=key in profile.without)
        self.profile = profile
        said = {name: getattr(profile, name) or "" for name in _SETTINGS}
        said["sheet"] = str(said["sheet"]) if self.proposal.sheets else shown(said["sheet"])
        #: What was found out or is said already, also where it is asked.
        self.proposed: Mapping[str, Any] = {**said, **self._initial_columns(profile, labels)}
        #: Field → questions that it answers.
        self.asked: dict[str, list[str]] = {}
        self.initial = {**self.proposed, **self.initial}
        self._ask(asked)

    def _ask(self, questions: Sequence[Question]) -> None:
        for question in questions:
            name = f"column-{question.column}" if question.column else question.key
            if name in self.fields:
                self.asked.setdefault(name, []).append(question.message)
        for name, messages in self.asked.items():
            field = self.fields[name]
            field.required, field.error_messages["required"] = True, " ".join(messages)
            field.widget.attrs["aria-required"] = "true"
            if isinstance(field, forms.ChoiceField):
                offered: Any = field.choices
                none = [(_NO_COLUMN, _("None"))] if name.removeprefix("column-") in MAY_LACK else []
                field.choices = [("", _("Choose")), *none, *(choice for choice in offered if choice[0] != "")]
            self.initial[name] = ""

    def clean(self) -> dict[str, Any]:
        """What is asked need not be said for another look, and expenses and income are amounts as well."""
        cleaned: dict[str, Any] = super().clean() or {}
        sides = bool(cleaned.get("column-debit") or cleaned.get("column-credit"))
        for name in self.asked:
            excused = self.looks or self._is_elsewhere(cleaned) or (name == "column-amount" and sides)
            if excused and self.has_error(name, "required"):
                del self.errors[name]
                cleaned[name] = ""
        return cleaned

    def _column(self, key: str, labels: Sequence[str], *, lacks: bool) -> forms.Field:
        name: Any = COLUMN_LABELS[key]
        if not labels:
            field = text_field(name)
            field.help_text = _("The file has no such column.") if lacks else ""
            return field
        choices = [(_NO_COLUMN if lacks else "", _("None")), *((label, label) for label in labels)]
        return forms.ChoiceField(label=name, required=False, choices=choices)

    def _initial_columns(self, profile: Profile, labels: Sequence[str]) -> dict[str, str]:
        found = {f"column-{key}": _NO_COLUMN for key in profile.without if labels}
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
        """True when the person says, in a valid form, that the table is elsewhere in the file."""
        return self._is_elsewhere(self.cleaned_data)

    def _is_elsewhere(self, cleaned: Mapping[str, Any]) -> bool:
        changed = {*PLACE_FIELDS} & set(self.changed_data)
        return any(name in cleaned and (cleaned[name] or "") != self.proposed[name] for name in changed)

    @property
    def differs(self) -> bool:
        """True when a valid form says something else than what was proposed or said already."""
        data = self.cleaned_data
        return any((data[name] or "") != self.proposed.get(name, "") for name in self.changed_data if name in data)

    def settings(self, *, only: Sequence[str] | None = None) -> dict[str, Any]:
        """The settings of a valid form with the keys of a profile; empty ones are found out.

        Args:
            only: names of the fields that count; None for all.
        """
        data = {name: self._value(name) for name in self.cleaned_data if only is None or name in only}
        said = {name: data[name] or None for name in _SETTINGS if name in data}
        columns = {key: data[f"column-{key}"] for key in COLUMN_KEYS if data.get(f"column-{key}")}
        lacking = {key for key, heading in columns.items() if heading == _NO_COLUMN}
        if not self.proposal.labels:
            # A page without headings to choose shows a blank field.
            lacking |= set(self.profile.without) - columns.keys()
        columns |= dict.fromkeys(lacking, "")
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
        self,
        data: Mapping[str, Any] | None,
        *,
        profile: Profile,
        proposal: Proposal | None = None,
        asked: Sequence[Question] = (),
        step: str = "",
    ) -> None:
        """``step``: "more" shows the form with more empty rows, "look" asks for another look at the file."""
        looks = step in ("look", "more")
        self.settings = SettingsForm(data, profile=profile, proposal=proposal, asked=asked, looks=looks)
        counts = (("leave", len(profile.leave_out)), ("rule", len(profile.rules)))
        problems = [problem_of(data, prefix, stored) for prefix, stored in counts] if data is not None else []
        #: Why the rows cannot be those of a page that was shown; they are then as they were.
        self.problem: str | Promise = next((problem for problem in problems if problem), "")
        rows = None if self.problem or data is None else with_more_rows(data) if step == "more" else data
        headings = {"headings": list(proposal.labels) if proposal else []}
        left_out = [shown_left_out(entry) for entry in profile.leave_out]
        self.leave_out = LeaveOutRows(rows, prefix="leave", initial=left_out, form_kwargs=headings)
        self.rules = RuleRows(rows, prefix="rule", initial=[shown_rule(rule) for rule in profile.rules])

    def is_valid(self) -> bool:
        """Every part is looked at, so that all errors show at once."""
        parts = (self.settings,) if self.problem else (self.settings, self.leave_out, self.rules)
        valid = [part.is_valid() for part in parts]
        return all(valid) and not self.problem

    @property
    def differs(self) -> bool:
        """True when the profile of valid forms is not the one that was shown."""
        return self.settings.differs or self.leave_out.has_changed() or self.rules.has_changed()

    def to_keep(self, profile: Profile) -> Profile:
        """The profile for the next file, too."""
        return to_keep(profile, self.settings.proposal, self.settings.changed_data)

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
        rows: list[tuple[str, str]] = [("", str(self.problem))] if self.problem else []
        for part, title in ((self.leave_out, _("Left-out rows, row %(number)s")), (self.rules, _("Rule %(number)s"))):
            rows += [("", str(error)) for error in part.non_form_errors()]
            for number, form in enumerate(part.forms, 1):
                for name, errors in form.errors.items():
                    target, label = ("", "") if name == "__all__" else (form[name].id_for_label, form[name].label)
                    place = ", ".join(filter(None, (title % {"number": number}, str(label))))
                    rows += [(target, f"{place}: {error}") for error in errors]
        return rows
