"""Members of an organisation: the list, adding, and changing roles, unit and a project lead's cost centres."""

from typing import Any

import django_tables2 as tables
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fundtrack import formats
from fundtrack.exceptions import Refusal
from organisations.actions import add_member, rename_person, update_member
from organisations.downloads import chosen_filters, table_response
from organisations.http import OrganisationRequest, organisation_view
from organisations.models import Membership
from organisations.rights import Role

from ..actions.scopes import set_lead_scope
from ..forms.members import MemberFilter, MemberForm, NewMemberForm
from .fund_files import members_table

PAGE_SIZE = 50


class MemberTable(tables.Table):  # type: ignore[misc]
    """Members as the list shows them."""

    region_label = gettext_lazy("Members")
    empty_title = gettext_lazy("No such members")
    empty_text = gettext_lazy("Change what is searched for, or add the person.")

    name = tables.Column(verbose_name=gettext_lazy("Name"), accessor="user__name", order_by=("user__name", "pk"))
    email = tables.Column(
        verbose_name=gettext_lazy("E-mail address"), accessor="user__email", attrs={"td": {"class": "breakable"}}
    )
    roles = tables.Column(verbose_name=gettext_lazy("Roles"))
    unit = tables.Column(verbose_name=gettext_lazy("Unit"), accessor="unit__name", default="–")
    title = tables.Column(verbose_name=gettext_lazy("Title"))
    last_login = tables.Column(
        verbose_name=gettext_lazy("Last signed in"), accessor="user__last_login", default=gettext_lazy("never")
    )
    is_active = tables.Column(verbose_name=gettext_lazy("State"))

    class Meta:
        attrs = {"class": "table", "data-testid": "members"}
        row_attrs = {"data-member": lambda record: record.user.email}
        order_by = ("name",)

    def render_name(self, record: Membership, value: str) -> SafeString:
        url = reverse("member-edit", kwargs={"organisation": record.organisation.slug, "member": record.pk})
        return format_html('<a href="{}">{}</a>', url, value)

    def render_roles(self, record: Membership) -> str:
        centres = ", ".join(scope.cost_centre.code for scope in record.lead_scopes.all())
        labels = ", ".join(record.role_labels)
        return f"{labels} ({centres})" if centres else labels

    def render_last_login(self, value: Any) -> str:
        return formats.moment(value)

    def render_is_active(self, record: Membership) -> str:
        return _("Active") if record.is_active and record.user.is_active else _("Disabled")


@organisation_view("manage_members")
def member_list(request: OrganisationRequest) -> HttpResponse:
    """Members with filters and order in the address."""
    chosen, table = _chosen(request)
    tables.RequestConfig(request, paginate={"per_page": PAGE_SIZE}).configure(table)
    return render(request, "funds/members/list.html", {"filter": chosen, "table": table})


@organisation_view("manage_members")
def member_export(request: OrganisationRequest, format: str) -> HttpResponse:
    """All members that fit the filters as a file, in the order of the page."""
    chosen, table = _chosen(request)
    return table_response(request, format, "members", [members_table(table.data.data)], chosen_filters(chosen.form))


def _chosen(request: OrganisationRequest) -> tuple[MemberFilter, MemberTable]:
    """The members with the filters and the order of the address."""
    members = request.organisation.memberships.select_related("user", "unit", "organisation").prefetch_related(
        "lead_scopes__cost_centre"
    )
    chosen = MemberFilter(request.GET, queryset=members, request=request)
    table = MemberTable(chosen.qs)
    tables.RequestConfig(request, paginate=False).configure(table)
    return chosen, table


@organisation_view("manage_members", methods=("GET", "POST"))
def member_add(request: OrganisationRequest) -> HttpResponse:
    """Add a person under an e-mail address; the password comes by mail."""
    form = NewMemberForm(request.POST or None, organisation=request.organisation)
    if request.method == "POST" and form.is_valid():
        try:
            member = _add(request, form.cleaned_data)
        except Refusal as refusal:
            form.add_error("email" if refusal.code in ("member", "member_once") else None, str(refusal))
        else:
            messages.success(request, _("%(name)s is a member now.") % {"name": member})
            if not member.user.has_usable_password():
                messages.info(
                    request,
                    _('%(email)s chooses a password on the sign-in page with "Forgot your password?".')
                    % {"email": member.user.email},
                )
            return redirect("member-list", organisation=request.organisation.slug)
    return render(request, "funds/members/form.html", {"form": form, "member": None})


@organisation_view("manage_members", methods=("GET", "POST"))
def member_edit(request: OrganisationRequest, member: int) -> HttpResponse:
    """Change a member; disabling one changes nothing in the history."""
    found = get_object_or_404(
        request.organisation.memberships.select_related("user", "organisation", "unit"), pk=member
    )
    form = MemberForm(request.POST or None, organisation=request.organisation, initial=_initial(found))
    if request.method == "POST" and form.is_valid():
        try:
            _update(request, found, form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(name)s is saved.") % {"name": form.cleaned_data["name"]})
            return redirect("member-list", organisation=request.organisation.slug)
    context = {"form": form, "member": found, "may_audit": request.membership.may("view_audit")}
    return render(request, "funds/members/form.html", context)


def _initial(member: Membership) -> dict[str, Any]:
    return {
        "name": member.user.name,
        "title": member.title,
        "unit": member.unit_id,
        "roles": member.roles,
        "cost_centres": [scope.cost_centre_id for scope in member.lead_scopes.all()],
        "is_active": member.is_active,
    }


@transaction.atomic
def _add(request: OrganisationRequest, data: dict[str, Any]) -> Membership:
    added = add_member(
        organisation=request.organisation,
        email=data["email"],
        name=data["name"],
        roles=[Role(role) for role in data["roles"]],
        unit=data["unit"],
        title=data["title"],
        by=request.membership,
        extend=False,
    )
    set_lead_scope(membership=added.membership, cost_centres=data["cost_centres"], by=request.membership)
    return added.membership


@transaction.atomic
def _update(request: OrganisationRequest, member: Membership, data: dict[str, Any]) -> None:
    rename_person(membership=member, name=data["name"], by=request.membership)
    updated = update_member(
        membership=member,
        roles=[Role(role) for role in data["roles"]],
        is_active=data["is_active"],
        unit=data["unit"],
        title=data["title"],
        by=request.membership,
    )
    set_lead_scope(membership=updated, cost_centres=data["cost_centres"], by=request.membership)
