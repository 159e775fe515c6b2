"""Forms of importing actuals: the file, how it is read, rules for rows outside the plan, profiles."""

import json
from collections.abc import Iterable, Mapping, Sequence
from json import JSONDecodeError
from pathlib import PurePath
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fundtrack import formats
from fundtrack.money import AmountField
from fundtrack.periods import Month
from fundtrack.texts import tidy

from ..imports.limits import ACTUALS_LIMITS, too_large
from ..imports.profiles import Rule
from ..models import Fund, ImportBatch, ImportFile, ImportProfile

_MOST_PAIRS = 200
#: What a rule for rows outside the plan asks for, as fields of the form: the file's project code first.
PAIR_PARTS = ("said", "centre", "account")
#: Characters of a file's name that are kept.
_LONGEST_NAME: int = ImportFile._meta.get_field("name").max_length or 0

MANNERS = (
    (
        ImportBatch.Manner.MOVEMENTS,
        _("Movements. Rows that the ledger does not have are added; nothing else changes."),
    ),
    (
        ImportBatch.Manner.WHOLE_MONTHS,
        _(
            "Whole months. The file is the truth for its months and cost centres: a row that is missing is reversed, "
            "one that differs is corrected by the difference."
        ),
    ),
)


def month_choices(years: Iterable[int]) -> list[tuple[str, str | Promise]]:
    """Every month of these years, the newest year first."""
    months = [month for year in sorted(set(years), reverse=True) for month in Month.year_of(year)]
    return [("", _("The file says it")), *((str(month), formats.month(month)) for month in months)]


class HowForm(forms.Form):
    """What a file does to the ledger."""

    manner = forms.ChoiceField(
        label=_("What the file holds"), choices=MANNERS, widget=forms.RadioSelect(attrs={"class": "ways"})
    )
    month = forms.ChoiceField(
        label=_("Month"),
        required=False,
        widget=forms.Select(attrs={"class": "medium"}),
        help_text=_("Only for a file that names no month in its rows."),
    )
    control_total = AmountField(
        label=_("Control total (€)"),
        required=False,
        widget=forms.TextInput(attrs={"class": "amount"}),
        help_text=_("What the file must sum to. When it does not, it cannot be committed."),
    )

    def __init__(
        self, *args: Any, months: Sequence[tuple[str, str | Promise]], month_asked: str = "", **kwargs: Any
    ) -> None:
        """``month_asked``: the question that the month answers, where the file leaves it open."""
        super().__init__(*args, **kwargs)
        self.initial.setdefault("manner", ImportBatch.Manner.MOVEMENTS)
        _choose(self, "month", [("", _("Choose")), *months[1:]] if month_asked else months)
        if month_asked:
            field = self.fields["month"]
            field.required, field.error_messages["required"] = True, month_asked
            # Other buttons send the form, too.
            self.use_required_attribute = False
            field.widget.attrs["aria-required"] = "true"

    def excuse_month(self) -> None:
        """Do without the month that was asked for."""
        if self.has_error("month", "required"):
            del self.errors["month"]
            self.cleaned_data["month"] = ""

    @property
    def how(self) -> dict[str, Any]:
        """What ``read_batch`` takes, of a valid form; one that lacks the total only has none."""
        month = self.cleaned_data["month"]
        return {
            "manner": self.cleaned_data["manner"],
            "month": Month.parse(month) if month else None,
            "control_total": self.cleaned_data.get("control_total"),
        }


def _choose(form: forms.Form, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


class UploadForm(HowForm):
    """A file, and what is known about it."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("An export of the accounting system, CSV or XLSX."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.xlsm"}),
    )
    fund = forms.ChoiceField(label=_("Fund"))
    profile = forms.ChoiceField(
        label=_("Profile"),
        required=False,
        help_text=_("How the files of one accounting system are read. Without one, the file is looked at and you "
        "confirm what was found."),
    )  # fmt: skip
    field_order = ("file", "fund", "manner", "profile", "month", "control_total")

    def __init__(self, *args: Any, funds: Sequence[Fund], profiles: Sequence[ImportProfile], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.funds = {fund.slug: fund for fund in funds}
        self.profiles = {str(profile.pk): profile for profile in profiles}
        _choose(self, "fund", [(fund.slug, fund.name) for fund in funds])
        _choose(self, "profile", [("", _("Find out")), *((pk, profile.name) for pk, profile in self.profiles.items())])
        if len(funds) == 1:
            self.fields["fund"].widget, self.fields["fund"].required = forms.HiddenInput(), False

    def clean_file(self) -> "UploadedFile[Any]":
        """Refused by its size before it is read into memory."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > ACTUALS_LIMITS.bytes:
            raise forms.ValidationError(too_large(file.size or 0, ACTUALS_LIMITS), code="file_too_large")
        return file

    @property
    def lacks_total_only(self) -> bool:
        """True where all but the control total is right: a browser would forget the file that was chosen."""
        return set(self.errors) == {"control_total"}

    @property
    def file_name(self) -> str:
        """The name of a valid form's file as it is kept."""
        return short_name(self.cleaned_data["file"].name)

    @property
    def fund_chosen(self) -> Fund:
        """The fund of a valid form; the only one needs no choice."""
        return self.funds.get(self.cleaned_data["fund"]) or next(iter(self.funds.values()))

    @property
    def profile_chosen(self) -> ImportProfile | None:
        """The profile of a valid form; None to find out."""
        return self.profiles.get(self.cleaned_data["profile"])


def short_name(name: str, longest: int = _LONGEST_NAME) -> str:
    """A file's name with its middle left out where it is too long: begin, end and ending tell files apart."""
    if len(name) <= longest:
        return name
    ending = PurePath(name).suffix
    ending = ending if len(ending) <= 20 else ""
    rest = name.removesuffix(ending)
    end = min(60, (longest - len(ending)) // 3)
    return f"{rest[: longest - len(ending) - end - 1]}…{rest[-end:]}{ending}"


def known_spelling(name: str, names: Iterable[str]) -> str:
    """The profile that a name means: itself, else one that differs by case or blanks only; empty for a new one."""
    known, wanted = list(names), tidy(name)
    if wanted in known:
        return wanted
    return next((other for other in known if tidy(other).casefold() == wanted.casefold()), "")


def _refuse_near_twin(name: str, names: Sequence[str]) -> str:
    """The name as it is stored; two profiles never differ by case or blanks only."""
    known = known_spelling(name, names)
    if known and known != tidy(name):
        text = _(
            "There is the profile “%(name)s” already. Write it like that for its next version, or choose another name."
        )
        raise forms.ValidationError(text, code="near_twin", params={"name": known})
    return tidy(name)


class SaveAsForm(forms.Form):
    """The settings of this file for the next one."""

    save_as = forms.CharField(
        label=_("Save as profile"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"class": "medium"}),
        help_text=_("A name, such as that of the accounting system. A name that exists gets a new version."),
    )

    def __init__(self, *args: Any, names: Sequence[str] = (), **kwargs: Any) -> None:
        """``names``: of the profiles there are."""
        super().__init__(*args, **kwargs)
        self.names = names

    def clean_save_as(self) -> str:
        return _refuse_near_twin(self.cleaned_data["save_as"], self.names)


class MapForm(forms.Form):
    """Rules for rows that lead to no line: one choice per project code, cost centre and account."""

    keep = forms.BooleanField(label=_("Keep these rules in the profile"), required=False)
    keep_as = forms.CharField(
        label=_("Name of the profile"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"class": "medium"}),
    )

    def __init__(
        self,
        *args: Any,
        pairs: Sequence[tuple[str, str, str]],
        lines: Mapping[str, str],
        names: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        """``pairs``: project code, cost centre and account, as ``PAIR_PARTS``; ``names``: of the profiles there are."""
        super().__init__(*args, **kwargs)
        self.names = names
        self.pairs = list(pairs)
        choices = [("", "–"), *((code, f"{code} {name}") for code, name in lines.items())]
        for index, pair in enumerate(self.pairs):
            # The pair stands in the form: the rows may be others when it is sent.
            for name, value in zip(PAIR_PARTS, pair, strict=True):
                self.fields[f"{name}-{index}"] = forms.CharField(
                    required=False, max_length=30, initial=value, widget=forms.HiddenInput
                )
            label = " · ".join(filter(None, pair)) or _("All rows")
            self.fields[f"code-{index}"] = forms.ChoiceField(label=label, required=False, choices=choices)

    def clean(self) -> dict[str, Any]:
        """At least one line, and a name for rules that are kept."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(cleaned.get(f"code-{index}") for index in range(len(self.pairs))):
            self.add_error(None, _("Choose a line for at least one of the rows."))
        if cleaned.get("keep") and "keep_as" not in self.errors:
            self._clean_name(cleaned)
        return cleaned

    def _clean_name(self, cleaned: dict[str, Any]) -> None:
        try:
            cleaned["keep_as"] = _refuse_near_twin(cleaned["keep_as"], self.names)
        except forms.ValidationError as error:
            self.add_error("keep_as", error)
        else:
            if not cleaned["keep_as"]:
                self.add_error("keep_as", _("Give the profile a name."))

    @property
    def rules(self) -> list[Rule]:
        """The rules of a valid form, those with an account first: a cost centre as a whole takes what they leave."""
        data = self.cleaned_data
        found = [
            Rule(replaces=said, cost_centre=centre, account=account, project_code=data[f"code-{index}"])
            for index, (said, centre, account) in enumerate(self.pairs)
            if data[f"code-{index}"]
        ]
        return sorted(found, key=lambda rule: not rule.account)

    @property
    def kept_as(self) -> str:
        """The profile that gets the rules; empty for none."""
        return str(self.cleaned_data["keep_as"]) if self.cleaned_data["keep"] else ""


def posted_pairs(data: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Project codes, cost centres and accounts of a form that was sent, in its order."""
    pairs: list[tuple[str, str, str]] = []
    while f"code-{len(pairs)}" in data and len(pairs) < _MOST_PAIRS:
        said, centre, account = (str(data.get(f"{name}-{len(pairs)}", ""))[:30] for name in PAIR_PARTS)
        pairs.append((said, centre, account))
    return pairs


class ProfileFileForm(forms.Form):
    """A profile as somebody else wrote it."""

    name = forms.CharField(label=_("Name"), max_length=100, widget=forms.TextInput(attrs={"class": "medium"}))
    file = forms.FileField(
        label=_("Profile file"),
        required=False,
        help_text=_("A JSON file that was exported here or written by hand."),
        widget=forms.FileInput(attrs={"accept": ".json"}),
    )
    text = forms.CharField(
        label=_("Or the JSON itself"),
        required=False,
        max_length=1_000_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
    )

    _LARGEST = 2 * 1024 * 1024

    def clean(self) -> dict[str, Any]:
        """Exactly one of file and text."""
        cleaned: dict[str, Any] = super().clean() or {}
        file, text = cleaned.get("file"), (cleaned.get("text") or "").strip()
        if not self.errors and bool(file) == bool(text):
            self.add_error("file", _("Choose a file or paste the JSON, one of the two."))
        if file and (file.size or 0) > self._LARGEST:
            self.add_error("file", _("The file is too large for a profile."))
        if not self.errors:
            self._source: bytes | str = file.read() if file else cleaned["text"]
            if problem := _no_json(self._source):
                self.add_error("file" if file else "text", str(problem))
        return cleaned

    @property
    def source(self) -> bytes | str:
        """The JSON of a valid form."""
        return self._source


def _no_json(source: bytes | str) -> str | Promise:
    """Why something is not JSON, in the reader's language: the parser speaks English; empty where it is."""
    try:
        text = source.decode("utf-8-sig") if isinstance(source, bytes) else source.removeprefix("\ufeff")
        json.dumps(json.loads(text), ensure_ascii=False).encode()
    except JSONDecodeError as error:
        place = {"row": error.lineno, "column": error.colno}
        return _("This is not JSON: it cannot be understood from row %(row)s, column %(column)s on.") % place
    except UnicodeDecodeError:
        return _("This is not a text in UTF-8. Save the file in that encoding.")
    except UnicodeEncodeError:
        return _("The JSON names half of a character (\\ud800 to \\udfff). Write the character itself.")
    except RecursionError:
        return _("The JSON is nested too deep for a profile.")
    except ValueError:
        return _("The JSON has a number that is too long.")
    return ""
