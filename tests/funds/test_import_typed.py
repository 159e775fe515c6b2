"""Figures that people typed are asked about where a file may bring the same costs."""

from dataclasses import replace
from decimal import Decimal

import pytest

from funds.actions.months import close_month
from funds.actions.plans import LineLayout, TargetLayout, activate_plan, create_plan, save_layout
from funds.models import Actual
from tests.factories import NOW, World
from tests.factories.imports import FileRow

from .import_ledger import JANUARY, V1, V2, commit, correct, keys, preview, settle

pytestmark = pytest.mark.django_db


def test_figures_that_people_typed_for_the_same_month_are_asked_about(world: World) -> None:
    world.book("A1", "2024-01", "150.00")
    assert "typed" in keys(preview(world, V1, V2, whole=False))
    assert "typed" not in keys(preview(world, replace(V1, month="2024-02"), whole=False))
    assert "typed" not in keys(preview(world, V1, V2))


def test_typed_figures_that_are_gone_or_opposite_are_not_asked_about(world: World) -> None:
    world.book("A1", "2024-01", "150.00")
    correct(world, "-150.00", Actual.objects.get())
    assert "typed" not in keys(preview(world, V1, whole=False))
    world.book("A2", "2024-01", "-10.00")
    assert "typed" not in keys(preview(world, FileRow("A2", "2024-01", "5.00", "V6"), whole=False))


def test_typed_figures_of_a_month_that_closed_are_asked_about(world: World) -> None:
    world.book("A1", "2024-01", "100.00")
    close_month(organisation=world.organisation, month=JANUARY, by=world.finance, at=NOW)
    assert "typed" in keys(preview(world, V1, whole=False))
    assert "typed" not in keys(preview(world, replace(V1, month="2024-02"), whole=False))


@pytest.mark.parametrize(
    ("typed", "file", "asked"),
    [
        (["100.00"], ["100.00", "-150.00"], True),
        (["100.00"], ["100.00", "-100.00"], True),
        (["100.00", "-150.00"], ["100.00"], True),
        (["100.00", "-100.00"], ["100.00"], False),
        (["100.00", "-100.00"], ["100.00", "-5.00"], False),
        (["100.00", "-30.00"], ["100.00"], True),
        (["-10.00"], ["5.00"], False),
        (["10.00"], ["-5.00"], False),
        (["-10.00"], ["5.00", "-10.00"], True),
    ],
)
def test_a_credit_on_the_same_line_hides_no_typed_cost(
    world: World, typed: list[str], file: list[str], asked: bool
) -> None:
    for amount in typed:
        world.book("A1", "2024-01", amount)
    rows = [replace(V1, amount=amount, voucher=f"V{number}") for number, amount in enumerate(file)]
    assert ("typed" in keys(preview(world, *rows, whole=False))) is asked


def test_a_figure_that_was_typed_and_changed_is_asked_about(world: World) -> None:
    world.book("A1", "2024-01", "100.00")
    correct(world, "-150.00", Actual.objects.get())
    assert "typed" in keys(preview(world, V1, whole=False))


def test_what_stands_of_a_typed_figure_is_told(world: World) -> None:
    for amount in ("50.00", "-30.00"):
        world.book("A1", "2024-01", amount)
    (warning,) = [warning for warning in preview(world, V1, whole=False).warnings if warning.key == "typed"]
    assert "20,00" in str(warning.message)


@pytest.mark.parametrize("whole", [False, True])
def test_late_costs_that_were_typed_into_the_open_month_are_asked_about(world: World, whole: bool) -> None:
    commit(world, V2)
    world.close("2024-01")
    assert "typed" not in keys(preview(world, V1, V2, whole=whole))
    world.book("A1", "2024-02", "100.00")
    assert "typed" in keys(preview(world, V1, V2, whole=whole))
    # Its own month is compared with a whole month.
    assert "typed" not in keys(preview(world, replace(V1, month="2024-02"), whole=True))


def test_late_costs_that_were_typed_into_a_month_between_are_asked_about(world: World) -> None:
    world.close("2024-01")
    world.book("A1", "2024-02", "100.00")
    world.close("2024-02")
    assert "typed" in keys(preview(world, V1, whole=False))


def test_typed_figures_are_asked_about_across_the_end_of_the_year(world: World) -> None:
    world.book("A1", "2024-12", "100.00")
    plan_of(world, 2025)
    world.close(*(f"2024-{month:02}" for month in range(1, 13)))
    found = preview(world, replace(V1, month="2024-12"), whole=False)
    assert found.new.count == 1 and "typed" in keys(found)


def test_typed_figures_outside_the_plan_are_asked_about_where_they_were_settled(world: World) -> None:
    world.book("ZZ", "2024-01", "100.00")
    assert "typed" in keys(preview(world, replace(V1, code="ZZ"), whole=False))
    settle(world, world.line("A1"))
    assert "typed" in keys(preview(world, V1, whole=False))
    assert "typed" not in keys(preview(world, replace(V1, code="ZZ"), whole=False))


def plan_of(world: World, year: int) -> None:
    """A plan in force of another year, with the line A1."""
    plan = create_plan(fund=world.fund, year=year, ceiling=Decimal("1000.00"), by=world.admin)
    line = LineLayout(name="Rivi", project_code="A1", amount=Decimal("1000.00"))
    target = TargetLayout(name="Kohde", cost_centre_code="1000", lines=[line])
    plan = save_layout(plan=plan, ceiling=plan.ceiling, targets=[target], seen_version=plan.version, by=world.admin)
    activate_plan(plan=plan, by=world.admin, at=NOW)
