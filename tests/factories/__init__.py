"""Small worlds for tests: an organisation with one member per role, a fund, a plan in force. Dates are fixed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from funds.actions.actuals import NewActual, record_actuals
from funds.actions.drawdowns import approve_drawdown, post_drawdown, propose_drawdown
from funds.actions.funds import create_fund
from funds.actions.months import close_month
from funds.actions.plans import LineLayout, TargetLayout, activate_plan, create_plan, save_layout
from funds.models import Booking, BudgetLine, Drawdown, Fund, UsePlan
from fundtrack.periods import Month
from organisations.models import Membership, Organisation, User
from organisations.rights import Role

#: The moment at which everything in tests happens.
NOW = datetime(2024, 10, 7, 9, 30, tzinfo=UTC)


@dataclass
class World:
    """An organisation with a plan in force. ``world.finance`` etc. are its members, one per role."""

    organisation: Organisation
    fund: Fund
    plan: UsePlan
    members: dict[Role, Membership] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Membership:
        try:
            return self.members[Role(name)]
        except ValueError:
            raise AttributeError(name) from None

    def line(self, code: str) -> BudgetLine:
        return BudgetLine.objects.select_related("target__cost_centre", "plan").get(plan=self.plan, project_code=code)

    def book(
        self, code: str, month: str, amount: str, *, centre: str = "1000", key: UUID | None = None, **extra: object
    ) -> Booking:
        """Book one row on the pair (``centre``, ``code``)."""
        row = NewActual(
            month=Month.parse(month), amount=Decimal(amount), cost_centre_code=centre, project_code=code, **extra
        )
        return record_actuals(
            organisation=self.organisation,
            rows=[row],
            by=self.finance,
            at=NOW,
            source=Booking.Source.COMMAND,
            key=key or uuid4(),
        )

    def close(self, *months: str) -> None:
        for month in months:
            close_month(organisation=self.organisation, month=Month.parse(month), by=self.finance, at=NOW)

    def propose(self, month: str) -> Drawdown:
        return propose_drawdown(plan=self.plan, month=Month.parse(month), by=self.finance, at=NOW)

    def draw(self, month: str) -> Drawdown:
        """Propose, approve and post the drawdown of a closed month."""
        proposed = self.propose(month)
        approved = approve_drawdown(drawdown=proposed, by=self.approver, at=NOW)
        return post_drawdown(drawdown=approved, by=self.finance, at=NOW)


def make_member(organisation: Organisation, *roles: Role, email: str | None = None) -> Membership:
    """A member with ``roles``; the e-mail address is made from the first role and the organisation."""
    address = email or f"{roles[0]}@{organisation.slug}.example"
    user = User.objects.create_user(email=address, name=address.split("@")[0].title(), password=None)
    return Membership.objects.create(organisation=organisation, user=user, roles=list(roles))


def make_organisation(slug: str = "testila") -> tuple[Organisation, dict[Role, Membership]]:
    """An organisation with one member per role."""
    organisation = Organisation.objects.create(slug=slug, name=slug.title())
    return organisation, {role: make_member(organisation, role) for role in Role}


def make_world(
    slug: str = "testila",
    *,
    lines: Mapping[str, str] | None = None,
    opening_balance: str = "1000000.00",
    ceiling: str | None = None,
    december_rule: str = Fund.DecemberRule.SAME_YEAR,
    active: bool = True,
    year: int = 2024,
    opening_on: date | None = None,
    beside: Mapping[str, Mapping[str, str]] | None = None,
) -> World:
    """A world with one target on cost centre 1000 and a line per ``lines`` (project code → amount).

    Args:
        beside: lines of other cost centres, by their codes.
    """
    centres = {"1000": lines or {"A1": "50000.00", "A2": "20000.00"}, **(beside or {})}
    layouts = [
        TargetLayout(
            name="Kohde" if centre == "1000" else f"Kohde {centre}",
            cost_centre_code=centre,
            lines=[
                LineLayout(name=f"Rivi {code}", project_code=code, amount=Decimal(amount))
                for code, amount in amounts.items()
            ],
        )
        for centre, amounts in centres.items()
    ]
    organisation, members = make_organisation(slug)
    fund = create_fund(
        organisation=organisation,
        slug="rahasto",
        name="Kehittämisrahasto",
        opening_balance=Decimal(opening_balance),
        opening_on=opening_on or date(year, 1, 1),
        by=members[Role.ADMIN],
        at=NOW,
        december_rule=december_rule,
    )
    plan = create_plan(
        fund=fund,
        year=year,
        ceiling=Decimal(ceiling or sum(line.amount for layout in layouts for line in layout.lines)),
        by=members[Role.ADMIN],
    )
    plan = save_layout(
        plan=plan, ceiling=plan.ceiling, targets=layouts, seen_version=plan.version, by=members[Role.ADMIN]
    )
    if active:
        plan = activate_plan(plan=plan, by=members[Role.ADMIN], at=NOW)
    return World(organisation=organisation, fund=fund, plan=plan, members=members)
