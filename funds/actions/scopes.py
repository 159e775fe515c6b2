"""Which cost centres a project lead sees and comments on."""

from collections.abc import Iterable

from fundtrack.actions import action
from organisations.models import Membership

from ..models import CostCentre, LeadScope


@action
def set_lead_scope(*, membership: Membership, cost_centres: Iterable[CostCentre], by: Membership) -> None:
    """Make ``cost_centres`` the whole scope of a project lead: what is missing is added, what is too much removed."""
    by.require("manage_members")
    wanted = {centre.pk: centre for centre in cost_centres}
    present = {scope.cost_centre_id: scope for scope in membership.lead_scopes.select_for_update()}
    for pk, scope in present.items():
        if pk not in wanted:
            scope.delete()
    for pk, centre in wanted.items():
        if pk not in present:
            LeadScope.objects.create(
                organisation_id=membership.organisation_id, membership=membership, cost_centre=centre
            )
