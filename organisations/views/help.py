"""The help page: who may do what, made from the table of rights, and where to begin."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from fundtrack.exports import Column, Table

from ..actions import members_who_may
from ..downloads import table_response
from ..http import OrganisationRequest, organisation_view
from ..rights import RIGHTS, Role


@dataclass(frozen=True)
class RightRow:
    """One right and, in the order of the roles, whether each role has it."""

    permission: str
    label: str | Promise
    #: (role, has it, the reader's own role)
    cells: tuple[tuple[Role, bool, bool], ...]
    #: The reader has the right.
    own: bool


def right_rows(own_roles: list[str]) -> list[RightRow]:
    """The table of rights as the help page shows it."""
    return [
        RightRow(
            permission=permission,
            label=label,
            cells=tuple((role, role in roles, role in own_roles) for role in Role),
            own=not roles.isdisjoint(own_roles),
        )
        for permission, (roles, label) in RIGHTS.items()
    ]


@organisation_view("view_overview")
def right_export(request: OrganisationRequest, format: str) -> HttpResponse:
    """The table of rights as a file."""
    columns = [Column(_("Right")), *(Column(role.label) for role in Role)]
    rows = [
        (row.label, *(_("yes") if has_it else _("no") for _role, has_it, _own in row.cells))
        for row in right_rows(request.membership.roles)
    ]
    return table_response(request, format, "rights", [Table(_("Who may do what"), columns, rows)])


@organisation_view("view_overview")
def help_page(request: OrganisationRequest) -> HttpResponse:
    """Who may do what, whom to ask, and how to begin."""
    return render(
        request,
        "organisations/help.html",
        {
            "roles": list(Role),
            "rows": right_rows(request.membership.roles),
            "admins": members_who_may(request.organisation, "manage_members"),
        },
    )
