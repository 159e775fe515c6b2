"""What a budget line is called where its figures stand: line, target, cost centre and person, for one plan."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from ..models import CostCentreName, UsePlan


@dataclass(frozen=True)
class LineLabel:
    """Names of a line as they hold on a date."""

    line_id: int
    project_code: str
    name: str
    target_id: int
    target: str
    centre_code: str
    #: Empty when the cost centre had no name on that date.
    centre_name: str
    #: The line's own responsible person, else the target's; empty when nobody is named.
    responsible: str
    responsible_id: int | None
    #: True when the line or its target says what will be done (rule R7).
    has_use_plan: bool


def line_labels(plan: UsePlan, on: date) -> dict[int, LineLabel]:
    """Line id → label, in the plan's order; two queries.

    Args:
        on: the date on which cost centre names are looked up.
    """
    lines = list(plan.lines.select_related("target__cost_centre", "target__responsible__user", "responsible__user"))
    names = centre_names({line.target.cost_centre_id for line in lines}, on)
    labels = {}
    for line in lines:
        person = line.responsible or line.target.responsible
        labels[line.pk] = LineLabel(
            line_id=line.pk,
            project_code=line.project_code,
            name=line.name,
            target_id=line.target_id,
            target=line.target.name,
            centre_code=line.target.cost_centre.code,
            centre_name=names.get(line.target.cost_centre_id, ""),
            responsible=person.user.name if person else "",
            responsible_id=person.pk if person else None,
            has_use_plan=bool((line.use_plan or line.target.use_plan).strip()),
        )
    return labels


def centre_names(centres: set[int], on: date) -> dict[int, str]:
    """Cost centre id → its name on a date; one query. A cost centre without a name on that date is left out."""
    valid = Q(starts_on__lte=on) & (Q(ends_on__isnull=True) | Q(ends_on__gte=on))
    found = CostCentreName.objects.filter(valid, cost_centre__in=centres, kind=CostCentreName.Kind.NAME)
    return dict(found.values_list("cost_centre_id", "name"))
