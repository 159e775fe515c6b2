"""Creating and editing funds and cost centres; entries of a fund."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from django.utils.translation import gettext_lazy as _

from fundtrack import formats
from fundtrack.actions import action
from fundtrack.exceptions import Refusal
from fundtrack.periods import Month
from fundtrack.texts import long_text, one_line
from meetings.models import Body
from organisations.models import Membership, Organisation

from ..models import CostCentre, CostCentreName, Fund, FundEntry, MonthState
from ..queries.drawdowns import lowest_balance_from

#: Words that stand in the place of a fund in an address.
RESERVED_SLUGS = frozenset({"new"})
#: Characters of a fund's rules.
RULES_LENGTH = 20_000


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
    key: UUID | None = None,
) -> Fund:
    """Create a fund with its opening balance.

    Args:
        opening_balance: EUR, not negative.
        by: None for the command line, where the operator of the server acts.
        key: made by the sender; the same key creates once.

    Raises:
        Refusal: the address is taken, the balance is negative, or the opening month is closed.
    """
    if by is not None:
        by.require("edit_fund")
    earlier = FundEntry.objects.filter(organisation=organisation, key=key).first() if key else None
    if earlier is not None and earlier.fund.slug == slug:
        return earlier.fund
    if opening_balance < 0:
        raise FundRefusal(_("An opening balance cannot be negative."), code="fund_entry_sign")
    if slug in RESERVED_SLUGS or Fund.objects.filter(organisation=organisation, slug=slug).exists():
        raise FundRefusal(_("Another fund has the address %(slug)s.") % {"slug": slug}, code="fund_slug_once")
    if not 1900 <= opening_on.year <= 2199:
        raise FundRefusal(_("A fund opens between the years 1900 and 2199."))
    _refuse_closed(organisation, opening_on)
    fund = Fund.objects.create(
        organisation=organisation,
        slug=slug,
        name=one_line(Fund, "name", name),
        body=body,
        rules=_rules(rules),
        debit_account=one_line(Fund, "debit_account", debit_account),
        credit_account=one_line(Fund, "credit_account", credit_account),
        december_rule=december_rule,
    )
    FundEntry.objects.create(
        organisation=organisation,
        fund=fund,
        entry_on=opening_on,
        kind=FundEntry.Kind.OPENING,
        amount=opening_balance,
        key=key or uuid4(),
        entered_by=by,
        entered_at=at,
    )
    return fund


@action
def update_fund(*, fund: Fund, by: Membership) -> Fund:
    """Save changed settings of a fund (name, rules, body, accounts, December rule, address)."""
    by.require("edit_fund")
    for name in ("name", "debit_account", "credit_account"):
        setattr(fund, name, one_line(Fund, name, getattr(fund, name)))
    fund.rules = _rules(fund.rules)
    fund.save()
    return fund


def _rules(text: str) -> str:
    return long_text(Fund, "rules", text, limit=RULES_LENGTH)


@action
def governing_body(*, organisation: Organisation, chosen: Body | str | None) -> Body | None:
    """The body that decides on a fund: the chosen one, or the one of a name, made when it is new. Part of a save."""
    if not isinstance(chosen, str):
        return chosen
    return Body.objects.get_or_create(organisation=organisation, name=one_line(Body, "name", chosen))[0]


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
        Refusal: the month is closed, the balance would fall below zero, a deficit cover names no decision, or the
            key came before with other content.
    """
    by.require("enter_fund_entries")
    signed = -amount if kind == FundEntry.Kind.DEFICIT_COVER else amount
    earlier = FundEntry.objects.filter(organisation=fund.organisation, key=key).first()
    if earlier is not None:
        if (earlier.fund_id, earlier.kind, earlier.entry_on, earlier.amount) != (fund.pk, kind, entry_on, signed):
            raise FundRefusal(_("This form was sent before with other figures. Load the page again."), code="key")
        return earlier
    if kind not in (FundEntry.Kind.TRANSFER_IN, FundEntry.Kind.RETURN, FundEntry.Kind.DEFICIT_COVER):
        raise FundRefusal(_("This kind of entry is made by its own document."))
    if amount <= 0:
        raise FundRefusal(_("Give the amount as a positive number."))
    opening_on = fund.entries.filter(kind=FundEntry.Kind.OPENING).values_list("entry_on", flat=True).first()
    if opening_on is not None and entry_on < opening_on:
        raise FundRefusal(_("The fund opens on %(day)s.") % {"day": formats.day(opening_on)})
    if kind == FundEntry.Kind.DEFICIT_COVER and not decision_reference.strip():
        raise FundRefusal(_("Deficit cover needs a decision: give its reference."), code="fund_deficit_needs_decision")
    _refuse_closed(fund.organisation, entry_on)
    if signed < 0:
        _refuse_shortage(fund, entry_on, -signed)
    entry = FundEntry.objects.create(
        organisation=fund.organisation,
        fund=fund,
        entry_on=entry_on,
        kind=kind,
        amount=signed,
        decision_reference=one_line(FundEntry, "decision_reference", decision_reference),
        description=one_line(FundEntry, "description", description),
        key=key,
        entered_by=by,
        entered_at=at,
    )
    entry.refresh_from_db()
    return entry


def _refuse_closed(organisation: Organisation, day: date) -> None:
    month = Month.of(day)
    closed = MonthState.objects.filter(organisation=organisation, month=month.first)
    if closed.exclude(state=MonthState.State.OPEN).exists():
        raise FundRefusal(
            _("%(month)s is closed. An entry is dated in an open month.") % {"month": formats.month_short(month)},
            code="month_is_closed",
        )


def _refuse_shortage(fund: Fund, day: date, amount: Decimal) -> None:
    lowest = lowest_balance_from(fund, day)
    if amount > lowest.balance:
        raise FundRefusal(
            _("The fund's balance does not suffice: on %(day)s it is %(balance)s, and %(missing)s is missing.")
            % {
                "day": formats.day(lowest.day),
                "balance": formats.eur(lowest.balance),
                "missing": formats.eur(amount - lowest.balance),
            },
            code="fund_balance_not_negative",
        )


def cost_centre_of(*, organisation: Organisation, code: str, name: str = "", valid_from: date) -> CostCentre:
    """The cost centre of ``code``, created with ``name`` when it is new. Part of an action."""
    centre, created = CostCentre.objects.get_or_create(organisation=organisation, code=code)
    if created and name:
        CostCentreName.objects.create(organisation=organisation, cost_centre=centre, name=name, starts_on=valid_from)
    return centre
