"""Forms of members: roles, unit, title, and a project lead's cost centres."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from organisations.models import Membership, Organisation, Unit
from organisations.rights import Role

from ..models import CostCentre, CostCentreName


class CostCentreChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Cost centres with their present name."""

    def label_from_instance(self, obj: Any) -> str:
        name = next((name.name for name in obj.names.all()), "")
        return f"{obj.code} {name}".strip()


class MemberForm(forms.Form):
    """A member as the admin edits it."""

    name = forms.CharField(label=_("Name"), max_length=150)
    title = forms.CharField(label=_("Title"), max_length=150, required=False)
    unit = forms.ModelChoiceField(
        label=_("Unit"), queryset=Unit.objects.none(), required=False, widget=forms.Select({"class": "medium"})
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The help page shows what each role may do."),
    )
    cost_centres = CostCentreChoice(
        label=_("Cost centres of a project lead"),
        queryset=CostCentre.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A project lead sees the lines of these cost centres and comments on them."),
    )
    is_active = forms.BooleanField(
        label=_("Active"),
        required=False,
        help_text=_("A member who is not active cannot open the organisation's pages. What the member did stays."),
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = organisation.units.all()  # type: ignore[attr-defined]
        names = CostCentreName.objects.filter(kind=CostCentreName.Kind.NAME).order_by("-starts_on")
        self.fields["cost_centres"].queryset = organisation.cost_centres.prefetch_related(  # type: ignore[attr-defined]
            Prefetch("names", queryset=names)
        )


class NewMemberForm(MemberForm):
    """A new member: the address too, and always active."""

    email = forms.EmailField(
        label=_("E-mail address"), help_text=_("The person signs in with it and gets the password through it.")
    )
    field_order = ("email", "name", "title", "unit", "roles", "cost_centres")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["is_active"]


class MemberFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What the member list shows; stands in its address."""

    q = django_filters.CharFilter(label=_("Name or e-mail address"), method="by_text")
    role = django_filters.ChoiceFilter(
        label=_("Role"), choices=Role.choices, method="by_role", empty_label=_("All roles")
    )
    unit = django_filters.ModelChoiceFilter(
        label=_("Unit"), queryset=lambda request: request.organisation.units.all(), empty_label=_("All units")
    )
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[("active", _("Active")), ("disabled", _("Disabled"))],
        method="by_state",
        empty_label=_("All"),
    )

    class Meta:
        model = Membership
        fields: list[str] = []

    def by_text(self, members: QuerySet[Membership], name: str, value: str) -> QuerySet[Membership]:
        return members.filter(Q(user__name__icontains=value) | Q(user__email__icontains=value))

    def by_role(self, members: QuerySet[Membership], name: str, value: str) -> QuerySet[Membership]:
        return members.filter(roles__contains=[value])

    def by_state(self, members: QuerySet[Membership], name: str, value: str) -> QuerySet[Membership]:
        working = Q(is_active=True, user__is_active=True)
        return members.filter(working if value == "active" else ~working)
