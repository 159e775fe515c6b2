"""Nothing dated in a closed or locked month is added, changed, moved or deleted, by any path.

Every path is tried against a locked month (January), a closed one (February) and one before the first (December of
the year before). Rows of the open month are attacked too where they would be moved into a closed one.
"""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from io import StringIO
from uuid import uuid4

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, models, transaction

from funds.actions.cells import CellChange, enter_cells
from funds.actions.drawdowns import approve_drawdown
from funds.actions.funds import add_fund_entry, create_fund
from funds.actions.months import close_month
from funds.actions.plans import record_amendment
from funds.models import Actual, Amendment, AmendmentRow, Booking, Drawdown, DrawdownRow, FundEntry, MonthState
from funds.sql import LINE_FACTS
from fundtrack.exceptions import Refusal
from fundtrack.periods import Month
from fundtrack.triggers import refusal_name
from tests.factories import NOW
from tests.own_database import own_database

from .full_world import Full, make_full
from .raw import check_deferred, copy, execute, next_id, refused, row

CLOSED = ["2023-12", "2024-01", "2024-02"]
JANUARY, FEBRUARY, MARCH = (date(2024, number, 1) for number in (1, 2, 3))


@pytest.fixture(scope="module")
def full(django_test_environment: None, django_db_blocker: object) -> Iterator[Full]:
    with own_database("closed", django_db_blocker), transaction.atomic():
        yield make_full("oma")


@pytest.fixture(autouse=True)
def unchanged(full: Full) -> Iterator[None]:
    """Each test ends with the closed months as they were."""
    before = digest_of_closed_months(full)
    with transaction.atomic():
        yield
        check_deferred()
        assert digest_of_closed_months(full) == before
        transaction.set_rollback(True)


def digest_of_closed_months(full: Full) -> list[object]:
    """Everything that a closed month says: its rows, its lines' facts, its documents, its state."""
    organisation = full.world.organisation
    facts = LINE_FACTS.format(plan="%(plan)s", month="%(month)s")
    found: list[object] = []
    with connection.cursor() as cursor:
        for month in (JANUARY, FEBRUARY):
            cursor.execute(f"SELECT * FROM ({facts}) f ORDER BY line_id", {"plan": full.plan, "month": month})
            found.append(cursor.fetchall())
    closed = {"organisation": organisation, "month__lt": MARCH}
    found.append(list(Actual.objects.filter(**closed).order_by("pk").values_list()))
    found.append(list(MonthState.objects.filter(**closed).order_by("pk").values_list()))
    found.append(list(Drawdown.objects.filter(**closed).order_by("pk").values_list()))
    found.append(list(DrawdownRow.objects.filter(drawdown__month__lt=MARCH).order_by("pk").values_list()))
    found.append(list(FundEntry.objects.filter(entry_on__lt=MARCH).order_by("pk").values_list()))
    return found


def book_in_sql(full: Full, month: date, statement: str) -> None:
    """Write a row of ``month`` and its booking by one kind of SQL statement."""
    booking = next_id("booking")
    values = row("actual", full.march_actual) | {"id": next_id("actual"), "booking_id": booking, "month": month}
    columns, places = ", ".join(values), ", ".join(["%s"] * len(values))
    execute(statement.format(columns=columns, places=places), *values.values())
    copy("booking", full.booking, id=booking)


# --- through the actions


@pytest.mark.parametrize("month", CLOSED)
def test_booking_a_row(full: Full, month: str) -> None:
    with pytest.raises(Refusal) as refusal:
        full.world.book("A1", month, "1.00")
    assert refusal.value.code == "month_is_closed"


@pytest.mark.parametrize("month", CLOSED)
def test_a_row_outside_the_plan(full: Full, month: str) -> None:
    with pytest.raises(Refusal) as refusal:
        full.world.book("NONE", month, "1.00")
    assert refusal.value.code == "month_is_closed"


@pytest.mark.parametrize(("month", "seen"), [("2024-01", "300.00"), ("2024-02", "200.00")])
def test_a_cell_of_the_grid(full: Full, month: str, seen: str) -> None:
    cell = CellChange(full.line, Month.parse(month), Decimal(seen), Decimal("1.00"))
    with pytest.raises(Refusal) as refusal:
        enter_cells(plan=full.world.plan, cells=[cell], by=full.world.finance, at=NOW, source="grid", key=uuid4())
    assert refusal.value.code == "month_is_closed"


@pytest.mark.parametrize("month", CLOSED)
def test_an_amendment(full: Full, month: str) -> None:
    with pytest.raises(Refusal) as refusal:
        record_amendment(
            plan=full.world.plan,
            effective_on=Month.parse(month).last,
            changes={full.line: Decimal("-1.00"), full.other_line: Decimal("1.00")},
            reason="Siirto",
            by=full.world.admin,
            at=NOW,
            key=uuid4(),
        )
    assert refusal.value.code in ("month_is_closed", "amendment_in_plan_year")


@pytest.mark.parametrize("month", CLOSED)
def test_a_fund_entry(full: Full, month: str) -> None:
    with pytest.raises(Refusal):
        add_fund_entry(
            fund=full.world.fund,
            kind=FundEntry.Kind.TRANSFER_IN,
            entry_on=Month.parse(month).last,
            amount=Decimal("1.00"),
            by=full.world.finance,
            at=NOW,
            key=uuid4(),
        )


@pytest.mark.parametrize("month", CLOSED)
def test_an_opening_balance(full: Full, month: str) -> None:
    with pytest.raises(Refusal) as refusal:
        create_fund(
            organisation=full.world.organisation,
            slug="toinen",
            name="Toinen",
            opening_balance=Decimal("1.00"),
            opening_on=Month.parse(month).first,
            by=full.world.admin,
            at=NOW,
        )
    assert refusal.value.code == "month_is_closed"


def test_the_command_line(full: Full) -> None:
    book = ["book", "oma", "rahasto", "A1", "2024-02", "5.00", "--by", "finance@oma.example"]
    for command in (book, ["month", "oma", "close", "2024-02", "--by", "finance@oma.example"]):
        with pytest.raises(CommandError) as refusal:
            call_command(*command, stdout=StringIO())
        assert "\n" not in str(refusal.value)


# --- through Django's models


def by_bulk_create(full: Full, month: date) -> object:
    values = Actual.objects.filter(pk=full.march_actual).values().get()
    del values["id"]
    made = Actual.objects.bulk_create([Actual(**values | {"booking_id": next_id("booking"), "month": month})])
    copy("booking", full.booking, id=made[0].booking_id)
    return made


def by_save(full: Full, month: date) -> object:
    actual = Actual.objects.get(pk=full.march_actual)
    actual.month = month
    return actual.save()


def by_bulk_update(full: Full, month: date) -> object:
    actual = Actual.objects.get(pk=full.march_actual)
    actual.month = month
    return Actual.objects.bulk_update([actual], ["month"])


def by_update(full: Full, month: date) -> object:
    return Actual.objects.filter(pk=full.march_actual).update(month=month)


def by_update_or_create(full: Full, month: date) -> object:
    return Actual.objects.update_or_create(pk=full.march_actual, defaults={"month": month})


@pytest.mark.parametrize("month", CLOSED)
@pytest.mark.parametrize("path", [by_bulk_create, by_save, by_bulk_update, by_update, by_update_or_create])
def test_django_models(full: Full, month: str, path: Callable[[Full, date], object]) -> None:
    with refused("month_is_closed", "actual_append_only"):
        path(full, Month.parse(month).first)


@pytest.mark.parametrize(
    "model", [Actual, Booking, FundEntry, Amendment, AmendmentRow, Drawdown, DrawdownRow, MonthState]
)
def test_django_deletes_nothing(full: Full, model: type[models.Model]) -> None:
    with pytest.raises((IntegrityError, models.ProtectedError)), transaction.atomic():
        model._default_manager.all().delete()
    with pytest.raises((IntegrityError, models.ProtectedError)), transaction.atomic():
        model._default_manager.first().delete()


# --- in raw SQL


@pytest.mark.parametrize("month", CLOSED)
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO funds_actual ({columns}) VALUES ({places})",
        "INSERT INTO funds_actual ({columns}) VALUES ({places}) ON CONFLICT DO NOTHING",
        "INSERT INTO funds_actual ({columns}) VALUES ({places}) ON CONFLICT (id) DO UPDATE SET amount = 1",
        "WITH x AS (INSERT INTO funds_actual ({columns}) VALUES ({places}) RETURNING 1) SELECT * FROM x",
    ],
)
def test_inserts(full: Full, month: str, statement: str) -> None:
    with refused("month_is_closed"):
        book_in_sql(full, Month.parse(month).first, statement)


@pytest.mark.parametrize("month", CLOSED)
def test_merge(full: Full, month: str) -> None:
    values = row("actual", full.march_actual) | {"booking_id": next_id("booking"), "month": Month.parse(month).first}
    del values["id"]
    columns, places = ", ".join(values), ", ".join(["%s"] * len(values))
    with refused("month_is_closed"):
        execute(
            "MERGE INTO funds_actual t USING (SELECT 1 AS x) s ON false "
            f"WHEN NOT MATCHED THEN INSERT ({columns}) VALUES ({places})",
            *values.values(),
        )
    with refused("actual_append_only"):
        execute(
            "MERGE INTO funds_actual t USING (SELECT %s::bigint AS pk) s ON t.id = s.pk "
            "WHEN MATCHED THEN UPDATE SET month = %s",
            full.march_actual,
            Month.parse(month).first,
        )


@pytest.mark.parametrize("month", CLOSED)
def test_insert_from_a_select(full: Full, month: str) -> None:
    with refused("month_is_closed"):
        execute(
            "INSERT INTO funds_actual (organisation_id, booking_id, row_number, month, line_id, cost_centre_code, "
            "project_code, amount, account, voucher, description, supplier, digest) SELECT organisation_id, %s, "
            "row_number, %s, line_id, cost_centre_code, project_code, amount, '', '', '', '', '' FROM funds_actual "
            "WHERE id = %s",
            next_id("booking"),
            Month.parse(month).first,
            full.march_actual,
        )


@pytest.mark.parametrize("month", CLOSED)
def test_copy(full: Full, month: str) -> None:
    values = row("actual", full.march_actual) | {
        "id": next_id("actual"),
        "booking_id": next_id("booking"),
        "month": Month.parse(month).first,
    }
    columns = ", ".join(values)
    with (
        pytest.raises(psycopg.errors.CheckViolation) as error,
        transaction.atomic(),
        connection.cursor() as cursor,
        cursor.copy(f"COPY funds_actual ({columns}) FROM STDIN") as stream,
    ):
        stream.write_row(list(values.values()))
    assert error.value.diag.constraint_name == "month_is_closed"


@pytest.mark.parametrize("month", CLOSED)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE funds_actual SET month = %(month)s WHERE id = %(march)s",
        "UPDATE funds_actual SET month = '2024-03-01' WHERE id = %(january)s",
        "UPDATE funds_actual SET line_id = NULL WHERE id = %(january)s",
        "UPDATE funds_actual SET amount = amount + 0.01 WHERE id = %(january)s",
        "UPDATE funds_actual SET month = %(month)s",
        "INSERT INTO funds_actual SELECT * FROM funds_actual WHERE id = %(january)s "
        "ON CONFLICT (id) DO UPDATE SET amount = 1",
        "DELETE FROM funds_actual WHERE id = %(january)s",
        "DELETE FROM funds_actual WHERE month = %(month)s OR true",
        "WITH gone AS (DELETE FROM funds_actual WHERE id = %(january)s RETURNING id) SELECT * FROM gone",
    ],
)
def test_rows_are_not_changed_moved_or_deleted(full: Full, month: str, statement: str) -> None:
    values = {"march": full.march_actual, "january": full.january_actual, "month": Month.parse(month).first}
    with refused("actual_append_only"), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("UPDATE funds_booking SET total = 0 WHERE id = {booking}", "booking_append_only"),
        ("UPDATE funds_booking SET made_at = now()", "booking_append_only"),
        ("DELETE FROM funds_booking", "booking_append_only"),
        ("UPDATE funds_fundentry SET entry_on = '2024-01-15' WHERE id = {transfer}", "fund_entry_append_only"),
        ("DELETE FROM funds_fundentry WHERE id = {drawn_entry}", "fund_entry_append_only"),
        ("UPDATE funds_amendment SET effective_on = '2024-01-15' WHERE id = {amendment}", "amendment_append_only"),
        ("UPDATE funds_amendmentrow SET amount = amount * 2", "amendment_row_append_only"),
        ("DELETE FROM funds_amendmentrow", "amendment_row_append_only"),
        ("UPDATE funds_monthstate SET state = 'open', reason = 'x' WHERE id = {january}", "month_step"),
        ("UPDATE funds_monthstate SET state = 'open', reason = 'x' WHERE id = {february}", "month_has_drawdown"),
        ("UPDATE funds_monthstate SET state = 'closed' WHERE id = {january}", "month_step"),
        ("UPDATE funds_monthstate SET month = '2030-01-01' WHERE id = {january}", "month_identity_stays"),
        ("DELETE FROM funds_monthstate", "month_state_no_delete"),
        ("UPDATE funds_drawdown SET total = 0 WHERE id = {posted}", "drawdown_step"),
        ("UPDATE funds_drawdown SET state = 'proposed' WHERE id = {posted}", "drawdown_step"),
        ("DELETE FROM funds_drawdown", "drawdown_no_delete"),
        ("UPDATE funds_drawdownrow SET drawdown_amount = 0 WHERE id = {posted_row}", "drawdown_row_append_only"),
        ("DELETE FROM funds_drawdownrow", "drawdown_row_append_only"),
        ("UPDATE funds_budgetline SET first_amount = 1 WHERE id = {line}", "line_in_force_stays"),
        ("UPDATE funds_budgetline SET target_id = {draft_target} WHERE id = {line}", "line_in_force_stays"),
        ("UPDATE funds_costcentre SET code = '1' WHERE id = {centre}", "cost_centre_code_stays"),
        ("UPDATE funds_useplan SET ceiling = ceiling + 1 WHERE id = {plan}", "plan_in_force_amended_only"),
    ],
)
def test_nothing_around_the_rows_changes_either(full: Full, statement: str, name: str) -> None:
    with refused(name):
        execute(statement.format(**vars(full)))


@pytest.mark.parametrize(
    "table",
    ["actual", "booking", "fundentry", "amendment", "amendmentrow", "monthstate", "drawdown", "drawdownrow", "useplan"],
)
@pytest.mark.parametrize("manner", ["CASCADE", "RESTART IDENTITY CASCADE", ""])
def test_truncate(full: Full, table: str, manner: str) -> None:
    with pytest.raises(Exception) as error, transaction.atomic():
        execute(f"TRUNCATE funds_{table} {manner}")
    # Without CASCADE PostgreSQL itself may refuse first, because other tables refer to this one.
    assert not isinstance(error.value, IntegrityError) or refusal_name(error.value).endswith("_no_truncate")


def test_a_drawdown_in_the_name_of_a_closed_month_needs_its_document(full: Full) -> None:
    with refused("fund_entry_fits_drawdown"):
        copy("fundentry", full.drawn_entry, drawdown_id=full.proposed, entry_on=FEBRUARY, amount="-1.00")


def test_the_preparer_does_not_approve_by_any_path(full: Full) -> None:
    proposed = Drawdown.objects.get(pk=full.proposed)
    with pytest.raises(Refusal):
        approve_drawdown(drawdown=proposed, by=full.world.finance, at=NOW)
    with refused("approver_is_not_preparer"):
        execute(
            "UPDATE funds_drawdown SET state = 'approved', approved_by_id = prepared_by_id, approved_at = now() "
            "WHERE id = %s",
            full.proposed,
        )
    with refused("approver_is_not_preparer"):
        Drawdown.objects.filter(pk=full.proposed).update(
            state="approved", approved_by=full.world.finance, approved_at=NOW
        )


def test_a_month_that_is_closed_stays_closed_to_the_same_transaction(full: Full) -> None:
    """Closing and booking in one transaction: the row comes too late."""
    close_month(organisation=full.world.organisation, month=Month(2024, 3), by=full.world.finance, at=NOW)
    with refused("month_is_closed"):
        book_in_sql(full, MARCH, "INSERT INTO funds_actual ({columns}) VALUES ({places})")
