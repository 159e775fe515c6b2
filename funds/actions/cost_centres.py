"""Cost centres: their codes, and their names and aliases valid in time."""

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fundtrack import formats
from fundtrack.actions import action
from fundtrack.exceptions import Refusal
from fundtrack.texts import one_line
from organisations.models import Membership, Organisation

from ..layout import is_code
from ..models import CostCentre, CostCentreName


class CostCentreRefusal(Refusal):
    """The cost centre or its name cannot be like this."""

    code = "cost_centre"


@action
def create_cost_centre(
    *, organisation: Organisation, code: str, name: str, starts_on: date, by: Membership
) -> CostCentre:
    """Create a cost centre with its first name.

    Args:
        starts_on: first day on which the name is valid.

    Raises:
        Refusal: the code is taken or has another shape.
    """
    by.require("edit_fund")
    if not is_code(code):
        raise CostCentreRefusal(
            _("A code has letters, digits and . : + - between them, at most 30 characters."), code="code_shape"
        )
    if CostCentre.objects.filter(organisation=organisation, code=code).exists():
        raise CostCentreRefusal(_("The cost centre %(code)s exists already.") % {"code": code}, code="code_twice")
    name = one_line(CostCentreName, "name", name)
    centre = CostCentre.objects.create(organisation=organisation, code=code)
    CostCentreName.objects.create(organisation=organisation, cost_centre=centre, name=name, starts_on=starts_on)
    return centre


@action
def save_cost_centre_name(*, name: CostCentreName, by: Membership) -> CostCentreName:
    """Save a new or changed name or alias.

    Args:
        name: with all its values set; unsaved when it is new.

    Raises:
        Refusal: it ends before it begins, or another name is valid on the same days.
    """
    by.require("edit_fund")
    name.name = one_line(CostCentreName, "name", name.name)
    if name.ends_on is not None and name.ends_on < name.starts_on:
        raise CostCentreRefusal(_("The last day is before the first."), code="cost_centre_name_ends_after_start")
    if other := _overlapping(name):
        raise CostCentreRefusal(
            _("“%(other)s” is the name %(when)s. Two names are never valid on the same day: end one of them first.")
            % {"other": other.name, "when": validity_text(other)},
            code="cost_centre_one_name_a_day",
        )
    name.save()
    return name


@action
def remove_cost_centre_name(*, name: CostCentreName, by: Membership) -> None:
    """Remove a name or alias that was entered by mistake; its history stays."""
    by.require("edit_fund")
    name.delete()


def validity_text(name: CostCentreName) -> str:
    """From when to when a name is valid, in the reader's language."""
    if name.ends_on is None:
        return str(_("from %(start)s on") % {"start": formats.day(name.starts_on)})
    return str(
        _("from %(start)s to %(end)s") % {"start": formats.day(name.starts_on), "end": formats.day(name.ends_on)}
    )


def _overlapping(name: CostCentreName) -> CostCentreName | None:
    if name.kind != CostCentreName.Kind.NAME:
        return None
    others = CostCentreName.objects.filter(cost_centre_id=name.cost_centre_id, kind=CostCentreName.Kind.NAME)
    others = others.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=name.starts_on)).exclude(pk=name.pk)
    if name.ends_on is not None:
        others = others.filter(starts_on__lte=name.ends_on)
    return others.order_by("starts_on").first()
