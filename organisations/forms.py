"""Forms of organisations and people."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from fundtrack.days import DayField

from .history import tracked_models
from .models import Membership, Organisation


class OwnSettingsForm(forms.Form):
    """What people choose for themselves."""

    name = forms.CharField(label=_("Name"), max_length=150, widget=forms.TextInput({"autocomplete": "name"}))
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, widget=forms.Select({"class": "medium"})
    )


class UnitForm(forms.Form):
    """The name of a unit."""

    name = forms.CharField(label=_("Name of the unit"), max_length=200)


class AuditFilterForm(forms.Form):
    """What the audit page shows; stands in its address."""

    first = DayField(label=_("From"), required=False, widget=forms.DateInput({"type": "date"}))
    last = DayField(label=_("To"), required=False, widget=forms.DateInput({"type": "date"}))
    person = forms.TypedChoiceField(label=_("Person"), required=False, coerce=int, empty_value=None)
    table = forms.ChoiceField(label=_("What was changed"), required=False)
    object = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Membership.objects.filter(organisation=organisation).order_by("user__name")
        choices: list[tuple[Any, Any]] = [("", _("Everybody"))]
        choices += list(people.values_list("user_id", "user__name"))
        self.fields["person"].choices = choices  # type: ignore[attr-defined]
        tables = sorted(((tracked.name, str(tracked.label)) for tracked in tracked_models()), key=lambda pair: pair[1])
        self.fields["table"].choices = [("", _("Everything")), *tables]  # type: ignore[attr-defined]
