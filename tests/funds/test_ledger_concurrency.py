"""Two people at once, each with a connection and a transaction of their own: one is after the other, never through."""

import threading
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from itertools import count, pairwise
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from funds.actions.cells import CellChange, enter_cells
from funds.actions.drawdowns import approve_drawdown, post_drawdown
from funds.actions.funds import add_fund_entry
from funds.actions.months import close_month, reopen_month, state_of
from funds.actions.plans import record_amendment
from funds.models import Actual, Booking, Drawdown, FundEntry
from fundtrack.exceptions import Refusal
from fundtrack.periods import Month
from fundtrack.triggers import refusal_name
from organisations.rights import Role
from tests.factories import NOW, World, make_member, make_world
from tests.own_database import own_database

JANUARY, FEBRUARY = Month(2024, 1), Month(2024, 2)
PATIENCE = 30


@pytest.fixture(scope="module", autouse=True)
def database(django_test_environment: None, django_db_blocker: object) -> Iterator[None]:
    with own_database("concurrency", django_db_blocker):
        yield


_numbers = count(1)


@pytest.fixture
def world() -> World:
    """A world that is committed, for every test its own organisation."""
    return make_world(f"org{next(_numbers)}", lines={"A1": "1000.00"}, opening_balance="5000.00")


class Deed(threading.Thread):
    """What one person does, in a transaction of its own that can be held open before it is committed."""

    def __init__(self, act: Callable[[], Any], *, hold: bool = False) -> None:
        super().__init__()
        self.act, self.hold = act, hold
        self.connected, self.acted, self.released = threading.Event(), threading.Event(), threading.Event()
        self.result: Any = None
        self.refusal: Refusal | None = None
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            with transaction.atomic():
                connection.ensure_connection()
                self.backend = connection.connection.info.backend_pid
                self.connected.set()
                self.result = self.act()
                self.acted.set()
                if self.hold:
                    assert self.released.wait(PATIENCE)
        except Refusal as refusal:
            self.refusal = refusal
        except BaseException as error:
            self.error = error
        finally:
            self.acted.set()
            connection.close()

    def waits_for_somebody(self) -> bool:
        """True once the deed waits for a lock; False when it ends without waiting."""
        assert self.connected.wait(PATIENCE)
        while not self.acted.is_set():
            with connection.cursor() as cursor:
                cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [self.backend])
                if cursor.fetchone()[0]:
                    return True
        return False

    def finish(self) -> "Deed":
        self.released.set()
        self.join(PATIENCE)
        assert not self.is_alive()
        assert self.error is None, self.error
        return self


def close(world: World, month: Month) -> Callable[[], Any]:
    return lambda: close_month(organisation=world.organisation, month=month, by=world.finance, at=NOW)


def at_once(*deeds: Callable[[], Any]) -> list[Deed]:
    """Do all at the same time and wait for the end."""
    return [deed.finish() for deed in [Deed(act) for act in deeds]]


def test_closing_waits_for_a_booking_in_flight(world: World) -> None:
    booking = Deed(lambda: world.book("A1", "2024-01", "10.00"), hold=True)
    assert booking.acted.wait(PATIENCE)
    closing = Deed(close(world, JANUARY))
    assert closing.waits_for_somebody()
    assert booking.finish().refusal is None and closing.finish().refusal is None
    assert state_of(world.organisation, JANUARY) == "closed"
    assert Actual.objects.get(organisation=world.organisation).amount == Decimal("10.00")


def test_a_booking_waits_for_a_closing_in_flight_and_comes_too_late(world: World) -> None:
    closing = Deed(close(world, JANUARY), hold=True)
    assert closing.acted.wait(PATIENCE)
    booking = Deed(lambda: world.book("A1", "2024-01", "10.00"))
    assert booking.waits_for_somebody()
    assert closing.finish().refusal is None
    refusal = booking.finish().refusal
    assert refusal is not None and refusal.code == "month_is_closed"
    assert not Actual.objects.filter(organisation=world.organisation).exists()


@pytest.mark.parametrize("which", ["entry", "amendment"])
def test_entries_and_amendments_come_too_late_as_well(world: World, which: str) -> None:
    line = world.line("A1").pk
    acts = {
        "entry": lambda: add_fund_entry(
            fund=world.fund,
            kind=FundEntry.Kind.TRANSFER_IN,
            entry_on=date(2024, 1, 31),
            amount=Decimal("1.00"),
            by=world.finance,
            at=NOW,
            key=uuid4(),
        ),
        "amendment": lambda: record_amendment(
            plan=world.plan,
            effective_on=date(2024, 1, 31),
            changes={line: Decimal("-1.00")},
            reason="Palautus",
            by=world.admin,
            at=NOW,
            key=uuid4(),
        ),
    }
    closing = Deed(close(world, JANUARY), hold=True)
    assert closing.acted.wait(PATIENCE)
    late = Deed(acts[which])
    assert late.waits_for_somebody()
    closing.finish()
    refusal = late.finish().refusal
    assert refusal is not None and refusal.code == "month_is_closed"


def test_a_closing_and_a_reopening_of_neighbours_do_not_pass_each_other(world: World) -> None:
    """Otherwise February would end closed over an open January."""
    close(world, JANUARY)()
    closing = Deed(close(world, FEBRUARY), hold=True)
    assert closing.acted.wait(PATIENCE)
    reopening = Deed(
        lambda: reopen_month(organisation=world.organisation, month=JANUARY, by=world.approver, at=NOW, reason="Virhe")
    )
    assert reopening.waits_for_somebody()
    closing.finish()
    refusal = reopening.finish().refusal
    assert refusal is not None and refusal.code == "months_reopen_in_order"


def test_one_month_is_closed_once(world: World) -> None:
    deeds = at_once(*[close(world, JANUARY)] * 3)
    assert sorted(deed.refusal is None for deed in deeds) == [False, False, True]


def test_many_bookings_at_once_form_one_chain(world: World) -> None:
    def book_several() -> None:
        for _number in range(3):
            world.book("A1", "2024-01", "1.00")

    def one_by_one() -> None:
        for _number in range(3):
            with transaction.atomic():
                world.book("A1", "2024-01", "1.00")

    assert [deed.refusal for deed in at_once(book_several, one_by_one, book_several, one_by_one)] == [None] * 4
    chain = list(Booking.objects.filter(organisation=world.organisation).order_by("number"))
    assert [booking.number for booking in chain] == list(range(1, 13))
    assert all(later.previous_digest == earlier.digest for earlier, later in pairwise(chain))
    assert chain[0].previous_digest == ""


def test_one_key_books_once(world: World) -> None:
    key = uuid4()
    deeds = at_once(*[lambda: world.book("A1", "2024-01", "5.00", key=key)] * 4)
    assert len({deed.result.pk for deed in deeds}) == 1
    assert Booking.objects.filter(organisation=world.organisation).count() == 1


def test_two_people_on_one_cell(world: World) -> None:
    line = world.line("A1").pk

    def type_in(new: str) -> Callable[[], Any]:
        cell = CellChange(line, JANUARY, Decimal("0.00"), Decimal(new))
        return lambda: enter_cells(plan=world.plan, cells=[cell], by=world.finance, at=NOW, source="grid", key=uuid4())

    deeds = at_once(type_in("10.00"), type_in("20.00"))
    refusals = [deed.refusal for deed in deeds if deed.refusal is not None]
    assert [refusal.code for refusal in refusals] == ["conflict"]
    assert Actual.objects.filter(organisation=world.organisation).count() == 1


def proposed(world: World) -> Drawdown:
    world.book("A1", "2024-01", "400.00")
    world.close("2024-01")
    return world.propose("2024-01")


def test_two_proposals_make_one_document(world: World) -> None:
    world.book("A1", "2024-01", "400.00")
    world.close("2024-01")
    deeds = at_once(*[lambda: world.propose("2024-01")] * 3)
    assert sorted(deed.refusal is None for deed in deeds) == [False, False, True]
    assert Drawdown.objects.filter(plan=world.plan).count() == 1


def test_two_approvals(world: World) -> None:
    document = proposed(world)
    other = make_member(world.organisation, Role.APPROVER, email=f"toinen@{world.organisation.slug}.example")
    deeds = at_once(
        *[
            lambda member=member: approve_drawdown(drawdown=document, by=member, at=NOW)
            for member in (world.approver, other)
        ]
    )
    assert sorted(deed.refusal is None for deed in deeds) == [False, True]


def test_two_postings_book_once(world: World) -> None:
    document = approve_drawdown(drawdown=proposed(world), by=world.approver, at=NOW)
    deeds = at_once(*[lambda: post_drawdown(drawdown=document, by=world.finance, at=NOW)] * 3)
    assert sorted(deed.refusal is None for deed in deeds) == [False, False, True]
    assert FundEntry.objects.filter(fund=world.fund, kind="drawdown").count() == 1
    document.refresh_from_db()
    assert (document.state, document.number) == ("posted", 1)


def test_an_approval_and_a_reopening(world: World) -> None:
    document = proposed(world)
    approval = Deed(lambda: approve_drawdown(drawdown=document, by=world.approver, at=NOW), hold=True)
    assert approval.acted.wait(PATIENCE)
    reopening = Deed(
        lambda: reopen_month(organisation=world.organisation, month=JANUARY, by=world.finance, at=NOW, reason="Virhe")
    )
    assert reopening.waits_for_somebody()
    assert approval.finish().refusal is None
    assert reopening.finish().refusal is None
    document.refresh_from_db()
    # Approved first, then withdrawn by the reopening; never open with a standing document.
    assert (document.state, document.approved_by_id is not None) == ("withdrawn", True)
    assert state_of(world.organisation, JANUARY) == "open"


def test_a_posting_and_a_reopening(world: World) -> None:
    document = approve_drawdown(drawdown=proposed(world), by=world.approver, at=NOW)
    posting = Deed(lambda: post_drawdown(drawdown=document, by=world.finance, at=NOW), hold=True)
    assert posting.acted.wait(PATIENCE)
    reopening = Deed(
        lambda: reopen_month(organisation=world.organisation, month=JANUARY, by=world.finance, at=NOW, reason="Virhe")
    )
    assert reopening.waits_for_somebody()
    assert posting.finish().refusal is None
    refusal = reopening.finish().refusal
    assert refusal is not None and refusal.code == "month_step"
    assert state_of(world.organisation, JANUARY) == "locked"


def test_two_withdrawals_of_money_that_fit_alone_only(world: World) -> None:
    def take() -> FundEntry:
        return add_fund_entry(
            fund=world.fund,
            kind=FundEntry.Kind.DEFICIT_COVER,
            entry_on=date(2024, 3, 1),
            amount=Decimal("3000.00"),
            decision_reference="§ 1",
            by=world.finance,
            at=NOW,
            key=uuid4(),
        )

    deeds = at_once(take, take)
    assert sorted(deed.refusal is None for deed in deeds) == [False, True]


def test_two_amendments_that_fit_alone_only(world: World) -> None:
    line = world.line("A1").pk

    def give_back() -> Any:
        return record_amendment(
            plan=world.plan,
            effective_on=date(2024, 5, 1),
            changes={line: Decimal("-600.00")},
            reason="Palautus",
            by=world.admin,
            at=NOW,
            key=uuid4(),
        )

    deeds = at_once(give_back, give_back)
    assert sorted(deed.refusal is None for deed in deeds) == [False, True]


WRITES = {
    "actual": "INSERT INTO funds_actual (organisation_id, booking_id, row_number, month, cost_centre_code,"
    " project_code, amount, account, voucher, description, supplier, digest)"
    " VALUES (1, 1, 99, '2024-03-01', '1', '', 1, '', '', '', '', '')",
    "month": "INSERT INTO funds_monthstate (organisation_id, month, state, reason, changed_by_id, changed_at)"
    " VALUES (1, '2024-01-01', 'closed', '', 1, now())",
    "entry": "INSERT INTO funds_fundentry (organisation_id, fund_id, number, entry_on, kind, amount,"
    " decision_reference, description, key, entered_at, previous_digest, digest) VALUES (1, 1, 0, '2024-03-01',"
    " 'transfer_in', 1, '', '', gen_random_uuid(), now(), '', '')",
    "amendment": "INSERT INTO funds_amendment (organisation_id, plan_id, number, effective_on, kind, ceiling_change,"
    " reason, decision_reference, key, recorded_by_id, recorded_at) VALUES (1, 1, 0, '2024-03-01', 'ceiling', 1, 'x',"
    " '', gen_random_uuid(), 1, now())",
    "drawdown": "INSERT INTO funds_drawdown (organisation_id, plan_id, month, state, booking_on, total, prepared_by_id,"
    " prepared_at, withdrawal_reason) VALUES (1, 1, '2024-01-01', 'proposed', '2024-02-01', 0, 1, now(), '')",
}


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
@pytest.mark.parametrize("table", WRITES)
def test_an_old_snapshot_does_not_write(table: str, level: str) -> None:
    """A transaction that sees the months as they were before somebody closed one would book into it."""
    with pytest.raises(IntegrityError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
        cursor.execute(WRITES[table])
    assert refusal_name(error.value) == "read_committed_only"


def test_nobody_slips_a_row_into_a_document_that_somebody_else_is_sealing(world: World) -> None:
    """Whether a document is sealed cannot be seen while it is not committed: rows and seal wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('funds_booking', 'id'))")
        key = cursor.fetchone()[0]
    line = world.line("A1")

    def add(number: int, amount: str) -> None:
        Actual.objects.create(
            organisation=world.organisation,
            booking_id=key,
            row_number=number,
            month=FEBRUARY.first,
            line=line,
            cost_centre_code="1000",
            project_code="A1",
            amount=Decimal(amount),
        )

    def seal() -> None:
        add(1, "10.00")
        Booking.objects.create(
            pk=key, organisation=world.organisation, source="form", key=uuid4(), made_by=world.finance, made_at=NOW
        )

    slipping = Deed(lambda: add(2, "99.00"), hold=True)
    assert slipping.acted.wait(PATIENCE)
    sealing = Deed(seal)
    assert sealing.waits_for_somebody()
    slipping.released.set()
    slipping.join(PATIENCE)
    # Its booking is not there when it commits.
    assert isinstance(slipping.error, IntegrityError)
    sealing.finish()
    assert [row.amount for row in Booking.objects.get(pk=key).rows.all()] == [Decimal("10.00")]
