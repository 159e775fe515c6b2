"""Rules that lead rows away from where the file has them are said before anything is booked."""

from decimal import Decimal

import pytest
from django.utils import translation

from funds.actions.plans import LineLayout, TargetLayout, activate_plan, save_layout
from funds.models import ImportBatch
from funds.queries.imports import preview_batch
from organisations.rights import Role
from tests.factories import NOW, World, make_world
from tests.factories.imports import FileRow, make_batch

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """Line A1 on cost centre 1000, line B1 on cost centre 2000."""
    world = make_world(active=False)
    layouts = [
        TargetLayout(
            name=f"Kohde {centre}",
            cost_centre_code=centre,
            lines=[LineLayout(name=f"Rivi {code}", project_code=code, amount=Decimal("20000.00"))],
        )
        for centre, code in (("1000", "A1"), ("2000", "B1"))
    ]
    plan, admin = world.plan, world.members[Role.ADMIN]
    save_layout(plan=plan, ceiling=plan.ceiling, targets=layouts, seen_version=plan.version, by=admin)
    activate_plan(plan=plan, by=admin, at=NOW)
    return world


def said(batch: ImportBatch) -> dict[str, str]:
    with translation.override("en"):
        return {warning.key: str(warning.message).replace("\u00a0", " ") for warning in preview_batch(batch).warnings}


def with_rules(batch: ImportBatch, *codes: str) -> ImportBatch:
    batch.profile = {**batch.profile, "rules": [{"account": "4*", "project_code": code} for code in codes]}
    batch.save()
    return batch


def test_rows_of_one_cost_centre_of_the_plan_on_lines_of_another(world: World) -> None:
    rows = [
        FileRow("B1", "2024-01", "100.00", "1", centre="1000", by_rule=True),
        FileRow("B1", "2024-02", "99.50", "2", centre="1000", by_rule=True),
        # Its own cost centre, one that the plan does not know, none at all, and codes of the file: nothing to say.
        FileRow("B1", "2024-01", "7.00", "3", centre="2000", by_rule=True),
        FileRow("B1", "2024-01", "8.00", "4", centre="9999", by_rule=True),
        FileRow("B1", "2024-01", "9.00", "5", centre="", by_code=True),
    ]
    batch = make_batch(world, rows)
    with translation.override("en"):
        preview = preview_batch(batch)
    # A rule is meant so: it is shown, and nobody has to acknowledge it each month.
    assert preview.warnings == ()
    assert [remark.replace("\u00a0", " ") for remark in preview.remarks] == [
        "2 rows (199,50 €) of the cost centre 1000 are booked on lines of the cost centre 2000."
    ]


def test_a_rule_with_a_code_that_no_plan_has(world: World) -> None:
    rows = [
        FileRow("NO1", "2024-01", "100.00", "1", by_rule=True),
        FileRow("A1", "2024-01", "1.00", "2", by_rule=True),
        FileRow("NO2", "2024-01", "2.00", "3"),
    ]
    warnings = said(with_rules(make_batch(world, rows), "NO1", "A1"))
    assert [found for found in warnings if found.startswith("rule_code")] == ["rule_code:NO1"]
    assert warnings["rule_code:NO1"] == "A rule gives 1 row (100,00 €) the project code “NO1”, which no plan has."
    assert "outside_plan" in warnings


@pytest.mark.parametrize(
    ("amounts", "key", "expected"),
    [
        ({"01": "-5.00"}, "sign:A1:2024-01", "A1 in 1/2024 becomes negative: −5,00 €."),
        (
            {"01": "-5.00", "02": "-6.00", "03": "7.00"},
            "sign:A1:2024-03",
            "A1 in 3/2024 becomes 7,00 €, and its other months have another sign.",
        ),
    ],
)
def test_a_sign_is_said_as_it_is(world: World, amounts: dict[str, str], key: str, expected: str) -> None:
    rows = [FileRow("A1", f"2024-{month}", amount, month) for month, amount in amounts.items()]
    assert said(make_batch(world, rows))[key] == expected
