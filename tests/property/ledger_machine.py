"""A machine that takes random steps with one plan: database and plain model of the rules agree after every step.

Every step is tried whether the rules allow it or not. Where the model allows it, it must succeed; where it does not, it
must be refused, and nothing may change.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from funds.actions.actuals import NewActual, correct_actual, record_actuals, settle_outside
from funds.actions.cells import CellChange, enter_cells
from funds.actions.drawdowns import approve_drawdown, post_drawdown, propose_drawdown, withdraw_drawdown
from funds.actions.funds import add_fund_entry
from funds.actions.months import close_month, lock_month, reopen_month
from funds.actions.plans import record_amendment
from funds.models import Actual, Booking, BudgetLine, Drawdown, FundEntry
from funds.queries.drawdowns import balance_on, drawdown_lines
from fundtrack.exceptions import Refusal
from fundtrack.periods import Month
from tests.factories import NOW, World

from .ledger_model import ZERO, Change, Document, Model, Row
from .ledger_state import check_digests, check_totals, everything

LINES = {"A1": "500.00", "A2": "300.00", "A3": "0.00"}
CEILING, OPENING = "1000.00", "900.00"

cents = st.integers(min_value=-60_000, max_value=60_000).filter(bool).map(lambda value: Decimal(value).scaleb(-2))
money = st.integers(min_value=1, max_value=60_000).map(lambda value: Decimal(value).scaleb(-2))
codes = st.sampled_from([*LINES])
#: Few months, so that steps meet.
months = st.integers(min_value=1, max_value=5)


class Ledger(RuleBasedStateMachine):
    """One history, in a transaction that is rolled back at its end."""

    world: World
    lines: dict[str, BudgetLine]
    both: Any
    #: How often what happened, over all histories.
    happened: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.model = Model({code: Decimal(amount) for code, amount in LINES.items()}, Decimal(CEILING))
        self.model.entries.append((date(2024, 1, 1), Decimal(OPENING)))
        #: month → what it said when it was closed
        self.closed: dict[int, object] = {}
        self._stored: dict[str, list[list[Any]]] | None = None

    def teardown(self) -> None:
        try:
            check_totals(self.world, self.model)
            check_digests()
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    def attempt(self, allowed: bool, act: Callable[[], Any]) -> Any:
        """Do it; None when it was refused, which must be when the rules do not allow it."""
        self._stored = None
        try:
            result = act()
        except Refusal as refusal:
            assert not allowed, f"refused: {refusal.code} {refusal}"
            self.happened["refused"] += 1
            return None
        assert allowed, "not refused"
        return result

    def note_booking(self, booking: Booking | None) -> None:
        """Take the rows of a booking into the model, their months and corrections included."""
        if booking is None:
            return
        codes = {line.pk: code for code, line in self.lines.items()}
        for row in booking.rows.order_by("row_number"):
            concerns = row.concerns_month.month if row.concerns_month else None
            line = codes[row.line_id] if row.line_id else None
            self.model.rows.append(Row(row.pk, row.month.month, line, row.amount, row.corrects_id, concerns))

    @property
    def common(self) -> dict[str, Any]:
        return {"organisation": self.world.organisation, "at": NOW}

    @initialize(
        rows=st.lists(st.tuples(codes, st.integers(min_value=1, max_value=2), cents), max_size=5),
        closed=st.integers(min_value=0, max_value=2),
    )
    def begin(self, rows: list[tuple[str, int, Decimal]], closed: int) -> None:
        """Start in the middle of the year: some rows, some months closed."""
        if rows:
            new = [
                # January spends, February does either: so the fund is repaid now and then.
                NewActual(
                    Month(2024, month),
                    abs(amount) if month == 1 else amount,
                    cost_centre_code="1000",
                    project_code=code,
                )
                for code, month, amount in rows
            ]
            act = lambda: record_actuals(  # noqa: E731
                rows=new, by=self.world.finance, source=Booking.Source.PASTE, key=uuid4(), **self.common
            )
            self.note_booking(self.attempt(True, act))
        for _number in range(closed):
            self.close(0)

    # --- steps: the ledger

    @rule(code=st.sampled_from([*LINES, "NONE", "NONE"]), month=months, amount=cents)
    def book(self, code: str, month: int, amount: Decimal) -> None:
        act = lambda: self.world.book(code, f"2024-{month:02}", str(amount))  # noqa: E731
        booking = self.attempt(self.model.is_open(month), act)
        self.note_booking(booking)
        if booking is not None:
            row = self.model.rows[-1]
            assert (row.month, row.line, row.amount) == (month, None if code == "NONE" else code, amount)

    @rule(code=codes, month=months, new=cents, stale=st.booleans())
    def type_a_figure(self, code: str, month: int, new: Decimal, stale: bool) -> None:
        now = self.model.cell(code, month)
        seen = now + 1 if stale else now
        cell = CellChange(self.lines[code].pk, Month(2024, month), seen, new)
        allowed = new == now or (not stale and self.model.is_open(month))
        act = lambda: enter_cells(  # noqa: E731
            plan=self.world.plan, cells=[cell], by=self.world.finance, at=NOW, source="grid", key=uuid4()
        )
        booking = self.attempt(allowed, act)
        self.note_booking(booking)
        if allowed:
            assert self.model.cell(code, month) == new

    @precondition(lambda self: any(row.line for row in self.model.rows))
    @rule(data=st.data(), amount=cents)
    def correct(self, data: st.DataObject, amount: Decimal) -> None:
        row = data.draw(st.sampled_from([row for row in self.model.rows if row.line]))
        act = lambda: correct_actual(  # noqa: E731
            actual=Actual.objects.get(pk=row.pk),
            amount=amount,
            by=self.world.finance,
            key=uuid4(),
            description="Oikaisu",
            **self.common,
        )
        self.note_booking(self.attempt(True, act))
        made = self.model.rows[-1]
        where = row.month if self.model.is_open(row.month) else self.model.first_open
        concerns = row.concerns if where == row.month else row.concerns or row.month
        assert (made.month, made.line, made.amount, made.concerns) == (where, row.line, amount, concerns)
        self.happened["corrected late"] += concerns is not None

    @precondition(lambda self: any(row.line is None and row.corrects is None for row in self.model.rows))
    @rule(data=st.data(), code=st.sampled_from([*LINES, None]))
    def settle(self, data: st.DataObject, code: str | None) -> None:
        outside = [row for row in self.model.rows if row.line is None and row.corrects is None]
        row = data.draw(st.sampled_from(outside))
        settled = any(other.corrects == row.pk for other in self.model.rows)
        act = lambda: settle_outside(  # noqa: E731
            actual=Actual.objects.get(pk=row.pk),
            line=self.world.line(code) if code else None,
            by=self.world.finance,
            key=uuid4(),
            reason="Väärä koodi",
            **self.common,
        )
        booking = self.attempt(not settled, act)
        self.note_booking(booking)
        if booking is not None:
            assert booking.total == (ZERO if code else -row.amount)
            self.happened["settled"] += 1

    # --- steps: months

    @rule(offset=st.sampled_from([0, 0, 0, -1, 1]))
    def close(self, offset: int) -> None:
        month = min(12, max(1, self.model.first_open + offset))
        act = lambda: close_month(month=Month(2024, month), by=self.world.finance, **self.common)  # noqa: E731
        if self.attempt(self.model.may_close(month), act):
            self.model.states[month] = "closed"

    @rule(offset=st.sampled_from([-1, -1, -2, 0]))
    def reopen(self, offset: int) -> None:
        month = max(1, self.model.first_open + offset)
        act = lambda: reopen_month(  # noqa: E731
            month=Month(2024, month), by=self.world.approver, reason="Puuttuva lasku", **self.common
        )
        if self.attempt(self.model.may_reopen(month), act):
            self.happened["reopened"] += 1
            del self.model.states[month]
            self.closed.pop(month, None)
            for document in self.model.standing:
                if document.month == month:
                    document.state = "withdrawn"

    @rule(month=months)
    def lock(self, month: int) -> None:
        allowed = self.model.may_lock(month)
        self.attempt(allowed, lambda: lock_month(month=Month(2024, month), by=self.world.finance, **self.common))
        if allowed:
            self.model.lock_up_to(month)

    # --- steps: drawdowns

    @precondition(lambda self: self.model.states)
    @rule(month=months, preparer=st.sampled_from(["finance", "both"]))
    def propose(self, month: int, preparer: str) -> None:
        act = lambda: propose_drawdown(  # noqa: E731
            plan=self.world.plan, month=Month(2024, month), by=self.member(preparer), at=NOW
        )
        made = self.attempt(self.model.may_propose(month), act)
        if made is not None:
            self.model.documents.append(
                Document(made.pk, month, preparer, self.model.figures(month), max(month + 1, self.model.first_open))
            )

    @precondition(lambda self: self.model.documents)
    @rule(who=st.sampled_from(["approver", "approver", "both"]))
    def approve(self, who: str) -> None:
        document = self.model.documents[-1]
        allowed = document.state == "proposed" and document.preparer != who
        allowed = allowed and self.model.takes(document) and self.model.is_carried(document)
        if self.attempt(allowed, lambda: approve_drawdown(drawdown=self.kept(document), by=self.member(who), at=NOW)):
            document.state = "approved"

    @precondition(lambda self: self.model.documents)
    @rule()
    def post(self) -> None:
        document = self.model.documents[-1]
        allowed = document.state == "approved" and self.model.takes(document) and self.model.is_carried(document)
        act = lambda: post_drawdown(drawdown=self.kept(document), by=self.world.finance, at=NOW)  # noqa: E731
        posted = self.attempt(allowed, act)
        if posted is not None:
            self.happened["posted"] += 1
            document.number = self.model.next_number()
            document.state = "posted"
            assert posted.number == document.number
            if document.total:
                self.model.entries.append((document.booking_on, -document.total))
                self.happened["repaid"] += document.total < 0
            self.model.lock_up_to(document.month)

    @rule(steps=st.integers(min_value=1, max_value=3))
    def go_on_with_the_next_drawdown(self, steps: int) -> None:
        """The usual way: propose the first month that can be, have it approved, post it."""
        for _step in range(steps):
            waiting = [document for document in self.model.standing if document.state != "posted"]
            if not waiting:
                possible = [month for month in range(1, 6) if self.model.may_propose(month)]
                if possible:
                    self.propose(possible[0], "finance")
            elif waiting[0].state == "proposed":
                self.approve("approver")
            else:
                self.post()

    @rule()
    def go_on_with_another(self) -> None:
        self.go_on_with_the_next_drawdown(3)

    @precondition(lambda self: self.model.documents)
    @rule()
    def withdraw(self) -> None:
        document = self.model.documents[-1]
        allowed = document.state in ("proposed", "approved")
        act = lambda: withdraw_drawdown(  # noqa: E731
            drawdown=self.kept(document), by=self.world.approver, at=NOW, reason="Virhe"
        )
        if self.attempt(allowed, act):
            document.state = "withdrawn"
            self.happened["withdrawn"] += 1

    # --- steps: plan and fund

    @rule(month=months, line=codes, other=st.sampled_from([*LINES, None]), amount=cents, ceiling=st.booleans())
    def amend(self, month: int, line: str, other: str | None, amount: Decimal, ceiling: bool) -> None:
        lines = {line: amount}
        if other is not None and other != line:
            lines[other] = -amount
        lifted = amount if ceiling and len(lines) == 1 else ZERO
        change = Change(date(2024, month, 1), lines, lifted)
        act = lambda: record_amendment(  # noqa: E731
            plan=self.world.plan,
            effective_on=change.effective,
            changes={self.lines[code].pk: value for code, value in lines.items()},
            ceiling_change=lifted,
            reason="Päätös",
            by=self.world.admin,
            at=NOW,
            key=uuid4(),
        )
        if self.attempt(self.model.may_amend(change), act):
            self.happened["amended"] += 1
            self.model.changes.append(change)

    @rule(month=months, amount=money, comes=st.booleans())
    def enter(self, month: int, amount: Decimal, comes: bool) -> None:
        day = date(2024, month, 15)
        signed = amount if comes else -amount
        act = lambda: add_fund_entry(  # noqa: E731
            fund=self.world.fund,
            kind=FundEntry.Kind.TRANSFER_IN if comes else FundEntry.Kind.DEFICIT_COVER,
            entry_on=day,
            amount=amount,
            decision_reference="§ 1",
            by=self.world.finance,
            at=NOW,
            key=uuid4(),
        )
        if self.attempt(self.model.may_enter(day, signed), act):
            self.model.entries.append((day, signed))

    def member(self, name: str) -> Any:
        return self.both if name == "both" else getattr(self.world, name)

    def kept(self, document: Document) -> Drawdown:
        return Drawdown.objects.get(pk=document.pk)

    # --- what holds after every step

    @property
    def stored(self) -> dict[str, list[list[Any]]]:
        """Everything that is stored, in one query, with amounts as ``Decimal``."""
        if self._stored is None:
            self._stored = everything(self.world.plan)
        return self._stored

    @invariant()
    def rows_are_those_of_the_model(self) -> None:
        codes = {line.pk: code for code, line in self.lines.items()}
        assert [
            (pk, month, codes.get(line), Decimal(amount), concerns)
            for pk, month, line, amount, _booking, concerns in self.stored["rows"]
        ] == [(row.pk, row.month, row.line, row.amount, row.concerns) for row in self.model.rows]
        for line in drawdown_lines(self.world.plan, Month(2024, 12)):
            code = codes[line.line_id]
            assert line.actual_cumulative == self.model.cumulative(code, 12)
            assert line.amount == self.model.amount(code, date(2024, 12, 31)) >= ZERO
            assert line.drawn_before == self.model.drawn(code, 12)

    @invariant()
    def closed_months_stay_as_they_were_closed(self) -> None:
        states = {month: state for month, state in self.stored["months"] if state != "open"}
        assert states == self.model.states
        for month in states:
            rows = [row for row in self.stored["rows"] if row[1] == month]
            amended = [change for change in self.stored["amended"] if change[0] <= month]
            now = (rows, amended)
            assert self.closed.setdefault(month, now) == now

    @invariant()
    def documents_follow_from_the_rows(self) -> None:
        codes = {line.pk: code for code, line in self.lines.items()}
        stored = {
            (document, codes[line]): [Decimal(figure) for figure in figures]
            for document, line, *figures in self.stored["document_rows"]
        }
        assert [(pk, state, number, Decimal(total)) for pk, state, number, total in self.stored["documents"]] == [
            (document.pk, document.state, document.number, document.total) for document in self.model.documents
        ]
        for document in self.model.documents:
            now = self.model.figures(document.month) if document.state != "withdrawn" else document.lines
            for code, line in now.items():
                figures = stored[document.pk, code]
                assert figures[:3] == [line.amount, line.cumulative, line.drawn_before]
                assert figures[3:] == [line.covered, line.drawdown, line.uncovered]
                assert ZERO <= line.drawn_before + line.drawdown <= line.amount

    @invariant()
    def the_fund_is_the_sum_of_its_entries(self) -> None:
        entries = [(date.fromisoformat(day), Decimal(amount)) for day, amount in self.stored["entries"]]
        assert entries == self.model.entries
        assert all(self.model.balance(day) >= 0 for day, _amount in entries)
        assert balance_on(self.world.fund, date(2025, 12, 31)) == sum(amount for _day, amount in entries)

    @invariant()
    def bookings_form_one_chain(self) -> None:
        sums: dict[int, Decimal] = defaultdict(lambda: ZERO)
        for _pk, _month, _line, amount, booking, _concerns in self.stored["rows"]:
            sums[booking] += Decimal(amount)
        previous = ""
        for number, (pk, found, before, digest, total) in enumerate(self.stored["bookings"], start=1):
            assert (found, before, Decimal(total)) == (number, previous, sums.pop(pk))
            previous = digest
        assert not sums
