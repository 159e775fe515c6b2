"""Creating and editing funds and cost centres; entries of a fund."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from django.utils.translation import gettext_lazy as _

from fundtrack import formats
from fundtrack.actions import action
from fundtrack.exceptions import Refusal
from meetings.models import Body
from organisations.models import Membership, Organisation

from ..models import CostCentre, CostCentreName, Fund, FundEntry


class FundRefusal(Refusal):
    """The fund cannot be created, changed or charged like this."""

    code = "fund"


@action
def create_fund(
    *,
    organisation: Organisation,
    slug: str,
    name: str,
    opening_balance: Decimal,
    opening_on: date,
    by: Membership | None,
    at: datetime,
    december_rule: str = Fund.DecemberRule.SAME_YEAR,
    body: Body | None = None,
    rules: str = "",
    debit_account: str = "",
    credit_account: str = "",
) -> Fund:
    """Create a fund with its opening balance.

    Args:
        opening_balance: EUR, not negative.
        by: None for the command line, where the operator of the server acts.

    Raises:
        Refusal: the address is taken, the balance is negative, or the opening month is closed.
    """
    if by is not None:
        by.require("edit_fund")
    if opening_balance < 0:
        raise FundRefusal(_("An opening balance cannot be negative."))
    fund = Fund.objects.create(
        organisation=organisation,
        slug=slug,
        name=name,
        body=body,
        rules=rules,
        debit_account=debit_account,
        credit_account=credit_account,
        december_rule=december_rule,
    )
    FundEntry.objects.create(
        organisation=organisation,
        fund=fund,
        entry_on=opening_on,
        kind=FundEntry.Kind.OPENING,
        amount=opening_balance,
        key=uuid4(),
        entered_by=by,
        entered_at=at,
    )
    return fund


@action
def update_fund(*, fund: Fund, by: Membership) -> Fund:
    """Save changed settings of a fund (name, rules, body, accounts, December rule, address)."""
    by.require("edit_fund")
    fund.save()
    return fund


@action
def add_fund_entry(
    *,
    fund: Fund,
    kind: str,
    entry_on: date,
    amount: Decimal,
    by: Membership,
    at: datetime,
    key: UUID,
    decision_reference: str = "",
    description: str = "",
) -> FundEntry:
    """Record a transfer in, a return or a deficit cover.

    Args:
        amount: EUR, positive; a deficit cover is stored as money out.

    Raises:
        Refusal: the month is closed, the balance would fall below zero, or a deficit cover names no decision.
    """
    by.require("enter_fund_entries")
    earlier = FundEntry.objects.filter(organisation=fund.organisation, key=key).first()
    if earlier is not None:
        return earlier
    if kind not in (FundEntry.Kind.TRANSFER_IN, FundEntry.Kind.RETURN, FundEntry.Kind.DEFICIT_COVER):
        raise FundRefusal(_("This kind of entry is made by its own document."))
    if amount <= 0:
        raise FundRefusal(_("Give the amount as a positive number."))
    opening_on = fund.entries.filter(kind=FundEntry.Kind.OPENING).values_list("entry_on", flat=True).first()
    if opening_on is not None and entry_on < opening_on:
        raise FundRefusal(_("The fund opens on %(day)s.") % {"day": formats.day(opening_on)})
    entry = FundEntry.objects.create(
        organisation=fund.organisation,
        fund=fund,
        entry_on=entry_on,
        kind=kind,
        amount=-amount if kind == FundEntry.Kind.DEFICIT_COVER else amount,
        decision_reference=decision_reference.strip(),
        description=description.strip(),
        key=key,
        entered_by=by,
        entered_at=at,
    )
    entry.refresh_from_db()
    return entry


def cost_centre_of(*, organisation: Organisation, code: str, name: str = "", valid_from: date) -> CostCentre:
    """The cost centre of ``code``, created with ``name`` when it is new. Part of an action."""
    centre, created = CostCentre.objects.get_or_create(organisation=organisation, code=code)
    if created and name:
        CostCentreName.objects.create(organisation=organisation, cost_centre=centre, name=name, starts_on=valid_from)
    return centre
