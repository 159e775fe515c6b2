"""Funds with their balances, and their entries with the balance after each."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum

from fundtrack.money import ZERO
from organisations.models import Organisation

from ..models import BudgetLine, CostCentreName, Fund, FundEntry
from .plans import PlanSummary, plan_summaries_of


@dataclass(frozen=True)
class FundSummary:
    """A fund in a list."""

    fund: Fund
    #: EUR at the end of the asked day.
    balance: Decimal
    #: Newest year first.
    plans: tuple[PlanSummary, ...]


def fund_summaries(organisation: Organisation, on: date) -> list[FundSummary]:
    """The organisation's funds with balance and plans; the same queries whatever their number."""
    funds = list(organisation.funds.select_related("body"))
    entries = FundEntry.objects.filter(organisation=organisation).up_to(on)
    balances = dict(entries.values_list("fund_id").annotate(Sum("amount")).order_by())
    plans = plan_summaries_of([fund.pk for fund in funds])
    return [FundSummary(fund, balances.get(fund.pk, ZERO), tuple(plans.get(fund.pk, ()))) for fund in funds]


def entries_with_balance(fund: Fund) -> QuerySet[FundEntry]:
    """Entries of a fund, each with ``balance``: the fund's balance after it, whatever filter comes on top.

    Entries of one day follow each other by number.
    """
    up_to_it = FundEntry.objects.filter(fund=fund).filter(
        Q(entry_on__lt=OuterRef("entry_on")) | Q(entry_on=OuterRef("entry_on"), number__lte=OuterRef("number"))
    )
    running = up_to_it.order_by().values("fund").annotate(running=Sum("amount")).values("running")
    return (
        FundEntry.objects.filter(fund=fund)
        .annotate(balance=Subquery(running))
        .select_related("entered_by__user", "drawdown__plan")
        .order_by("entry_on", "number")
    )


@dataclass(frozen=True)
class CostCentreRow:
    """A cost centre in the list, on a date."""

    code: str
    #: Name on the date; empty when it has none.
    name: str
    #: Aliases on the date.
    aliases: tuple[str, ...]
    #: Budget lines of all plans that use it.
    lines: int


def cost_centre_rows(organisation: Organisation, on: date) -> list[CostCentreRow]:
    """The organisation's cost centres with the names of a date, by code; three queries."""
    valid = Q(starts_on__lte=on) & (Q(ends_on__isnull=True) | Q(ends_on__gte=on))
    names: dict[int, list[CostCentreName]] = {}
    for row in CostCentreName.objects.filter(valid, organisation=organisation).order_by("name"):
        names.setdefault(row.cost_centre_id, []).append(row)
    counted = BudgetLine.objects.filter(organisation=organisation).values_list("target__cost_centre_id")
    lines = dict(counted.annotate(Count("pk")).order_by())
    rows = []
    for centre in organisation.cost_centres.order_by("code"):
        mine = names.get(centre.pk, [])
        name = next((row.name for row in mine if row.kind == CostCentreName.Kind.NAME), "")
        aliases = tuple(row.name for row in mine if row.kind == CostCentreName.Kind.ALIAS)
        rows.append(CostCentreRow(centre.code, name, aliases, lines.get(centre.pk, 0)))
    return rows
