"""``check_ledger`` finds what a superuser changed with the triggers disabled, and names it."""

import io
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection

from funds.actions.actuals import correct_actual
from funds.actions.funds import add_fund_entry
from funds.actions.plans import record_amendment
from funds.models import Actual, Comment, FundEntry
from funds.triggers.ledger import ACTUAL_DIGEST
from fundtrack.checks import differences_of, run_checks
from organisations.management.base import Refused
from organisations.models import Unit
from reporting.management.commands.check_ledger import all_checks
from tests.factories import NOW, World, make_world
from tests.factories.pages import make_page_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """January drawn, February proposed, March open with a correction of February and an amendment."""
    world = make_world(lines={"A1": "50000.00", "A2": "20000.00"}, ceiling="75000.00")
    Unit.objects.create(organisation=world.organisation, name="Lukio")
    add_fund_entry(
        fund=world.fund,
        kind=FundEntry.Kind.TRANSFER_IN,
        entry_on=date(2024, 1, 15),
        amount=Decimal("1000.00"),
        by=world.finance,
        at=NOW,
        key=uuid4(),
    )
    world.book("A1", "2024-01", "1000.00")
    world.book("A2", "2024-01", "-20.50")
    world.book("B9", "2024-02", "77.00")
    world.book("A1", "2024-02", "500.00", voucher="24001")
    world.close("2024-01")
    world.draw("2024-01")
    world.close("2024-02")
    world.propose("2024-02")
    correct_actual(
        organisation=world.organisation,
        actual=Actual.objects.get(voucher="24001"),
        amount=Decimal("-100.00"),
        by=world.finance,
        at=NOW,
        key=uuid4(),
        description="Hyvitys",
    )
    Comment.objects.create(
        organisation=world.organisation,
        line=world.line("A1"),
        month=date(2024, 2, 1),
        text="Hyvitys tuli",
        written_by=world.lead,
        written_at=NOW,
    )
    record_amendment(
        plan=world.plan,
        effective_on=date(2024, 3, 1),
        changes={world.line("A1").pk: Decimal("-500.00"), world.line("A2").pk: Decimal("500.00")},
        reason="Siirto",
        by=world.admin,
        at=NOW,
        key=uuid4(),
    )
    return world


def found(world: World) -> list[str]:
    return differences_of(run_checks(all_checks(), world.organisation.pk))


def tamper(*statements: str) -> None:
    """Change rows as a superuser who has disabled the triggers."""
    with connection.cursor() as cursor:
        # What was waiting to be checked is checked now, as at the commit before.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_what_the_application_wrote_differs_in_nothing(world: World) -> None:
    assert found(world) == []


FIRST_ROW = "(SELECT min(id) FROM funds_actual)"
COPY_OF_FIRST_ROW = """
    INSERT INTO funds_actual (organisation_id, booking_id, row_number, month, line_id, cost_centre_code, project_code,
        amount, account, voucher, description, supplier, digest)
    SELECT organisation_id, booking_id, 99, month, line_id, cost_centre_code, project_code, 1, '', '', '', '', ''
    FROM funds_actual ORDER BY id LIMIT 1
"""
FORGED_DIGEST = f"UPDATE funds_actual a SET digest = {ACTUAL_DIGEST.format(row='a')}"


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        pytest.param(
            [f"UPDATE funds_actual SET amount = amount + 0.01 WHERE id = {FIRST_ROW}"],
            ["actuals: row", "bookings: booking 1 holds 1 rows, 1000.01 EUR", "drawdowns: drawdown of 2024-01"],
            id="amount of a row",
        ),
        pytest.param(
            [f"UPDATE funds_actual SET voucher = '9' WHERE id = {FIRST_ROW}"], ["actuals: row"], id="voucher of a row"
        ),
        pytest.param(
            [f"UPDATE funds_actual SET voucher = '9' WHERE id = {FIRST_ROW}", FORGED_DIGEST],
            ["bookings: booking 1 was changed"],
            id="voucher of a row with a forged digest",
        ),
        pytest.param(
            [f"DELETE FROM funds_actual WHERE id = {FIRST_ROW}"],
            ["bookings: booking 1 holds 0 rows", "drawdowns: drawdown of 2024-01, line A1"],
            id="a row removed",
        ),
        pytest.param([COPY_OF_FIRST_ROW], ["actuals: row", "bookings: booking 1 holds 2 rows"], id="a row added"),
        pytest.param(
            [f"UPDATE funds_actual SET month = '2024-02-01' WHERE id = {FIRST_ROW}"],
            ["actuals: row", "drawdowns: drawdown of 2024-01, line A1"],
            id="a row moved to another month",
        ),
        pytest.param(
            ["UPDATE funds_actual SET line_id = (SELECT id FROM funds_budgetline WHERE project_code = 'A2') "
             f"WHERE id = {FIRST_ROW}"],
            ["does not belong to line A2"],
            id="a row moved to another line",
        ),
        pytest.param(
            ["UPDATE funds_actual SET concerns_month = '2024-01-01' WHERE corrects_id IS NOT NULL"],
            ["names the wrong month as concerned"],
            id="the month that a correction concerns",
        ),
        pytest.param(
            ["UPDATE funds_booking SET description = 'muu' WHERE number = 2"],
            ["bookings: booking 2 was changed"],
            id="description of a booking",
        ),
        pytest.param(
            ["DELETE FROM funds_booking WHERE number = 2"],
            ["belongs to no booking", "bookings: booking 3 does not follow booking 1"],
            id="a booking removed",
        ),
        pytest.param(
            ["DELETE FROM funds_actual WHERE booking_id = (SELECT max(id) FROM funds_booking)",
             "DELETE FROM funds_booking WHERE id = (SELECT max(id) FROM funds_booking)"],
            ["history of booking: booking", "is gone, and no event says"],
            id="the newest booking removed with its rows",
        ),
        pytest.param(
            ["UPDATE funds_comment SET text = 'muu'"],
            ["history of comment: comment", "text was"],
            id="words of a comment",
        ),
        pytest.param(
            ["UPDATE funds_booking SET made_at = made_at + interval '1 day' WHERE number = 1"],
            ["bookings: booking 1 was changed", "after that month had closed"],
            id="time of a booking",
        ),
        pytest.param(
            ["UPDATE funds_monthstate SET state = 'closed' WHERE state = 'locked'"],
            ["months: the drawdown of 2024-01 is posted", "history of monthstate: monthstate"],
            id="a month unlocked",
        ),
        pytest.param(
            ["DELETE FROM funds_monthstate WHERE month = '2024-01-01'"],
            ["months: the drawdown of 2024-01 is posted", "is gone"],
            id="the state of a month removed",
        ),
        pytest.param(
            ["UPDATE funds_drawdownrow SET amount = amount + 1"], ["drawdowns: drawdown of 2024-01, line A1"],
            id="a row of a posted drawdown",
        ),
        pytest.param(
            ["DELETE FROM funds_drawdownrow WHERE drawdown_amount > 0"], ["the row is missing", "its rows sum to"],
            id="a row of a drawdown removed",
        ),
        pytest.param(
            ["UPDATE funds_drawdown SET total = total + 5 WHERE state = 'posted'"],
            ["its rows sum to", "its fund entry says", "history of drawdown", "total was 1000.00, is 1005.00"],
            id="total of a posted drawdown",
        ),
        pytest.param(
            ["UPDATE funds_drawdown SET number = 7 WHERE state = 'posted'"],
            ["drawdowns: voucher 7 of 2024 does not follow voucher 0"],
            id="number of a voucher",
        ),
        pytest.param(
            ["UPDATE funds_fundentry SET amount = amount + 100 WHERE kind = 'transfer_in'"],
            ["fund entries: entry 2 of rahasto was changed"],
            id="amount of a fund entry",
        ),
        pytest.param(
            ["UPDATE funds_fundentry SET amount = 0 WHERE kind = 'opening'",
             "UPDATE funds_fundentry SET amount = 1 WHERE kind = 'transfer_in'"],
            ["fund entries: the balance of rahasto on 2024-02-01 is"],
            id="a balance below zero",
        ),
        pytest.param(
            ["DELETE FROM funds_fundentry WHERE kind = 'drawdown'"],
            ["drawdowns: drawdown of 2024-01 is posted with 1000.00 EUR; its fund entry says nothing"],
            id="the entry of a drawdown removed",
        ),
        pytest.param(
            ["DELETE FROM funds_fundentry WHERE kind = 'transfer_in'"],
            ["fund entries: entry 3 of rahasto does not follow entry 1"],
            id="a fund entry removed",
        ),
        pytest.param(
            ["UPDATE funds_budgetline SET first_amount = 90000 WHERE project_code = 'A1'"],
            ["plans: plan rahasto 2024 allocates", "history of budgetline", "drawdowns: drawdown of 2024-01, line A1"],
            id="amount of a line in force",
        ),
        pytest.param(
            ["UPDATE funds_amendmentrow SET amount = 900 WHERE amount > 0"],
            ["plans: amendment 1 of rahasto 2024 (transfer)", "history of amendmentrow"],
            id="a row of an amendment",
        ),
        pytest.param(
            ["UPDATE organisations_membership SET roles = '{admin}' WHERE roles = '{viewer}'"],
            ["history of membership: membership", 'roles was ["viewer"], is ["admin"]'],
            id="roles of a member",
        ),
        pytest.param(
            ["DELETE FROM organisations_unit"], ["history of unit: unit", "is gone, and no event says"],
            id="a unit removed",
        ),
        pytest.param(
            ["INSERT INTO organisations_unit (organisation_id, name) SELECT organisation_id, 'Uusi' "
             "FROM organisations_unit"],
            ["is stored, and no event says that it was made"],
            id="a unit added",
        ),
        pytest.param(
            ["UPDATE organisations_user SET email = 'x@y.example' WHERE email LIKE 'viewer@%'"],
            ["history of user: user", "email was"],
            id="address of a person",
        ),
    ],
)  # fmt: skip
def test_what_was_changed_past_the_triggers_is_named(world: World, statements: list[str], expected: list[str]) -> None:
    tamper(*statements)
    differences = "\n".join(found(world))
    for text in expected:
        assert text in differences, differences


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE reporting_issuedreport SET result = result || ' '", "issued reports: report 1 was changed"),
        ("UPDATE reporting_issuedfile SET content = 'x' WHERE language = 'sv'", "report 1, file sv.pdf was changed"),
        ("DELETE FROM reporting_issuedfile WHERE format = 'pdf'", "report 1 lacks its PDF in 3 languages"),
        ("UPDATE reporting_issuedreport SET number = 2", "report 2 does not follow report 0"),
        ("DELETE FROM reporting_issuedreport", "belongs to no report"),
    ],
)
def test_changed_issued_reports_are_named(statement: str, expected: str) -> None:
    page = make_page_world("testila")
    assert found(page.world) == []
    tamper(statement)
    assert any(expected in line for line in found(page.world))


def test_another_organisation_is_not_blamed(world: World) -> None:
    other = make_world("muu")
    tamper(f"UPDATE funds_actual SET amount = amount + 0.01 WHERE id = {FIRST_ROW}")
    assert found(world) != []
    assert found(other) == []


def test_the_command_names_differences_and_ends_with_an_error(world: World) -> None:
    out = io.StringIO()
    call_command("check_ledger", "testila", stdout=out)
    assert "DIFFERS" not in out.getvalue()
    assert "actuals: digests of actuals, their budget lines and their corrections (5)" in out.getvalue()
    tamper(f"UPDATE funds_actual SET voucher = '9' WHERE id = {FIRST_ROW}")
    with pytest.raises(Refused, match="1 difference found"):
        call_command("check_ledger", stdout=out)
    assert "DIFFERS" in out.getvalue()


def test_an_unknown_organisation_is_refused() -> None:
    with pytest.raises(Refused, match="sotkamo"):
        call_command("check_ledger", "sotkamo")


def test_a_line_added_after_a_drawdown_is_no_difference(world: World) -> None:
    from funds.actions.plans import LineLayout, TargetLayout, save_layout

    target = world.plan.targets.get()
    lines = [
        LineLayout(id=line.pk, name=line.name, project_code=line.project_code, amount=line.first_amount)
        for line in target.lines.all()
    ]
    world.plan.refresh_from_db()
    save_layout(
        plan=world.plan,
        ceiling=world.plan.ceiling,
        targets=[
            TargetLayout(
                id=target.pk,
                name=target.name,
                cost_centre_code="1000",
                lines=[*lines, LineLayout(name="Uusi", project_code="A3", amount=Decimal(0))],
            )
        ],
        seen_version=world.plan.version,
        by=world.admin,
    )
    assert found(world) == []


def test_the_number_of_queries_does_not_grow(world: World, django_assert_num_queries: object) -> None:
    queries = 2 * len(all_checks())
    with django_assert_num_queries(queries):  # type: ignore[operator]
        found(world)


def test_an_organisation_that_is_gone_and_triggers_that_are_off_are_named(world: World) -> None:
    out = io.StringIO()
    call_command("check_ledger", stdout=out)
    assert out.getvalue().endswith("installation: ok\n")
    tamper("DELETE FROM organisations_organisation")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE funds_actual DISABLE TRIGGER USER")
    with pytest.raises(Refused):
        call_command("check_ledger", stdout=out)
    assert "funds_actual has rows of an organisation that is gone: 5" in out.getvalue()
    assert "funds_actual has its trigger actual_fits switched off" in out.getvalue()


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "UPDATE funds_drawdown SET approved_by_id = prepared_by_id WHERE state = 'posted'",
            "was approved by the person who prepared it",
        ),
        ("UPDATE funds_amendment SET effective_on = '2024-01-15'", "was recorded after that month had closed"),
        (
            "UPDATE funds_fundentry SET entry_on = '2024-01-02', entered_at = entered_at + interval '1 hour' "
            "WHERE kind = 'transfer_in'",
            "was entered after that month had closed",
        ),
    ],
)
def test_what_the_rules_forbid_is_named(world: World, statement: str, expected: str) -> None:
    without = ["ALTER TABLE funds_drawdown DROP CONSTRAINT approver_is_not_preparer"]
    tamper(*without, "UPDATE funds_amendment SET recorded_at = recorded_at + interval '1 hour'", statement)
    assert any(expected in line for line in found(world))
