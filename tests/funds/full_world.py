"""Two organisations with one row of everything, for tests that try to break the database's rules.

January is locked and drawn, February closed with a proposal, March open with actuals, one of them from a file. Another
file is read and waits.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import uuid4

from funds.actions.funds import add_fund_entry
from funds.actions.import_work import ask_for
from funds.actions.imports import commit_batch, save_profile
from funds.actions.notes import add_interface, record_judgement, write_comment
from funds.actions.plans import LineLayout, TargetLayout, create_plan, record_amendment, save_layout
from funds.imports.profiles import Profile
from funds.models import (
    Actual,
    AmendmentRow,
    BudgetLine,
    Comment,
    CostCentre,
    CostCentreName,
    DrawdownRow,
    FundEntry,
    ImportBatch,
    ImportWork,
    LeadScope,
    MonthState,
    Target,
    UsePlan,
)
from fundtrack.periods import Month
from meetings.models import Body
from tests.factories import NOW, World, make_world
from tests.factories.imports import FileRow, make_batch


@dataclass
class Full:
    """Ids of one organisation's rows, by what they are."""

    world: World
    plan: int
    draft: int
    fund: int
    centre: int
    centre_name: int
    scope: int
    target: int
    draft_target: int
    line: int
    other_line: int
    draft_line: int
    #: A row on ``line`` in locked January and one in open March.
    january_actual: int
    march_actual: int
    outside_actual: int
    booking: int
    amendment: int
    amendment_row: int
    opening: int
    transfer: int
    drawn_entry: int
    posted: int
    proposed: int
    posted_row: int
    proposed_row: int
    january: int
    february: int
    comment: int
    judgement: int
    interface: int
    body: int
    profile: int
    #: A batch that was committed, the row of its file that was booked, the one that a rule left out, and the actual.
    committed_batch: int
    committed_row: int
    committed_left_out: int
    imported_actual: int
    import_booking: int
    import_file: int
    #: A batch that was read, with a row and one that a rule left out.
    read_batch: int
    read_row: int
    read_left_out: int
    #: A step of the batch that was read, which waits for a worker.
    import_work: int

    def member(self, role: str) -> int:
        return self.world.members[role].pk  # type: ignore[index]


def make_full(slug: str) -> Full:
    """Build one organisation with a row of everything."""
    world = make_world(slug, lines={"A1": "1000.00", "A2": "500.00"}, opening_balance="5000.00")
    return Full(
        world=world,
        **_months(world),
        **_plans(world),
        **_fund(world),
        **_notes(world),
        **_imports(world),
        body=Body.objects.create(organisation=world.organisation, name="Johtokunta").pk,
    )


def _months(world: World) -> dict[str, int]:
    """Actuals of three months: January drawn, February closed and proposed, March open."""
    world.book("A1", "2024-01", "300.00")
    world.book("A1", "2024-02", "200.00")
    world.close("2024-01", "2024-02")
    posted = world.draw("2024-01")
    proposed = world.propose("2024-02")
    booking = world.book("A1", "2024-03", "50.00")
    world.book("NONE", "2024-03", "7.00")
    line = world.line("A1")
    actuals = Actual.objects.filter(organisation=world.organisation)
    months = MonthState.objects.filter(organisation=world.organisation)
    return {
        "january_actual": actuals.get(month=date(2024, 1, 1)).pk,
        "march_actual": actuals.get(month=date(2024, 3, 1), line=line).pk,
        "outside_actual": actuals.get(line=None).pk,
        "booking": booking.pk,
        "drawn_entry": posted.entry.pk,
        "posted": posted.pk,
        "proposed": proposed.pk,
        "posted_row": DrawdownRow.objects.get(drawdown=posted, line=line).pk,
        "proposed_row": DrawdownRow.objects.get(drawdown=proposed, line=line).pk,
        "january": months.get(month=date(2024, 1, 1)).pk,
        "february": months.get(month=date(2024, 2, 1)).pk,
    }


def _plans(world: World) -> dict[str, int]:
    """An amendment of the plan in force, and a draft of the next year."""
    line, other = world.line("A1"), world.line("A2")
    amendment = record_amendment(
        plan=world.plan,
        effective_on=date(2024, 4, 1),
        changes={line.pk: Decimal("-100.00"), other.pk: Decimal("100.00")},
        reason="Siirto",
        by=world.admin,
        at=NOW,
        key=uuid4(),
    )
    draft = _draft(world)
    return {
        "plan": world.plan.pk,
        "draft": draft.pk,
        "target": Target.objects.get(plan=world.plan).pk,
        "draft_target": Target.objects.get(plan=draft).pk,
        "line": line.pk,
        "other_line": other.pk,
        "draft_line": BudgetLine.objects.get(plan=draft).pk,
        "amendment": amendment.pk,
        "amendment_row": AmendmentRow.objects.get(amendment=amendment, line=line).pk,
    }


def _fund(world: World) -> dict[str, int]:
    """A transfer to the fund, and the cost centre of the lead."""
    transfer = add_fund_entry(
        fund=world.fund,
        kind=FundEntry.Kind.TRANSFER_IN,
        entry_on=date(2024, 3, 5),
        amount=Decimal("10.00"),
        by=world.finance,
        at=NOW,
        key=uuid4(),
    )
    centre = CostCentre.objects.get(organisation=world.organisation, code="1000")
    scope = LeadScope.objects.create(organisation=world.organisation, membership=world.lead, cost_centre=centre)
    return {
        "fund": world.fund.pk,
        "opening": FundEntry.objects.get(fund=world.fund, kind="opening").pk,
        "transfer": transfer.pk,
        "centre": centre.pk,
        "centre_name": CostCentreName.objects.get(cost_centre=centre).pk,
        "scope": scope.pk,
    }


def _notes(world: World) -> dict[str, int]:
    """What people wrote about line A1."""
    line = world.line("A1")
    write_comment(line=line, month=Month(2024, 1), text="Alku", by=world.lead, at=NOW)
    judgement = record_judgement(
        line=line, rule="interface", verdict="fits", grounds="Ok", judged_on=NOW.date(), by=world.admin, at=NOW
    )
    interface = add_interface(
        line=line, theme="Teema", other_measure="Hanke", funding_source="", note="", by=world.admin
    )
    return {
        "comment": Comment.objects.get(line=line).pk,
        "judgement": judgement.pk,
        "interface": interface.pk,
    }


def _imports(world: World) -> dict[str, int]:
    """Two batches on line A2 in March, one committed, one read; and a profile."""
    profile = save_profile(organisation=world.organisation, name="Vienti", profile=Profile(), by=world.finance, at=NOW)
    batches = {}
    for name, amount, voucher in (("committed", "20.00", "K1"), ("read", "30.00", "R1")):
        row = FileRow("A2", "2024-03", amount, voucher, day=5)
        batches[name] = make_batch(world, [row, FileRow("A2", "2024-03", "1.00", "X1", kind="left_out")])
    committed = commit_batch(batch=batches["committed"], by=world.finance, at=NOW, acknowledged=None)
    assert committed.booking is not None
    rows = {
        f"{name}_{what}": batch.rows.get(kind=kind).pk
        for name, batch in batches.items()
        for what, kind in (("row", "row"), ("left_out", "left_out"))
    }
    return {
        "profile": profile.pk,
        "committed_batch": committed.pk,
        "imported_actual": committed.booking.rows.get().pk,
        "import_booking": committed.booking.pk,
        "import_file": committed.file_id,
        "read_batch": batches["read"].pk,
        "import_work": _work(world, batches["committed"]).pk,
        **rows,
    }


def _work(world: World, batch: ImportBatch) -> ImportWork:
    return ask_for(
        batch=batch, step="undo", arguments={}, form={}, by=world.finance, at=NOW, source="/testi/", request="0" * 32
    )


def _draft(world: World) -> UsePlan:
    plan = create_plan(fund=world.fund, year=2025, ceiling=Decimal("10.00"), by=world.admin)
    line = LineLayout(name="Rivi", project_code="D1", amount=Decimal("10.00"))
    target = TargetLayout(name="Kohde", cost_centre_code="1000", lines=[line])
    return save_layout(plan=plan, ceiling=plan.ceiling, targets=[target], seen_version=plan.version, by=world.admin)
