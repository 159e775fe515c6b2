"""The ledger rows of the demonstration as a file: imported once, twice, and as whole months with two differences."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from funds.actions.funds import create_fund
from funds.actions.plans import LineLayout, TargetLayout, activate_plan, create_plan, save_layout
from funds.demonstration import load as demonstration
from funds.demonstration import plan as facts
from funds.models import Actual, Booking, ImportBatch
from organisations.rights import Role
from tests.factories import NOW, make_organisation

pytestmark = pytest.mark.django_db

ROWS = Path(demonstration.__file__).with_name("kajaani-2024-actuals.csv")
MONTHS = [f"2024-0{number}" for number in range(1, 10)]
ACTUALS = ["22300.00", "32500.75", "45499.75", "37834.05", "48898.99", "31866.45", "3850.00", "45550.01", "49950.00"]

Import = Callable[..., dict[str, object]]


@pytest.fixture
def imported() -> Import:
    """Import into an organisation that has the plan of the seed and nothing else; returns the JSON result."""
    organisation, members = make_organisation("koe")
    admin = members[Role.ADMIN]
    fund = create_fund(
        organisation=organisation,
        slug="rahasto",
        name="Rahasto",
        opening_balance=facts.OPENING_BALANCE,
        opening_on=NOW.date().replace(month=1, day=1),
        by=admin,
        at=NOW,
    )
    plan = create_plan(fund=fund, year=facts.YEAR, ceiling=facts.CEILING, by=admin)
    layout = [
        TargetLayout(
            name=target.name,
            cost_centre_code=target.cost_centre,
            lines=[LineLayout(line.name, line.code, line.amount) for line in target.lines],
        )
        for target in facts.TARGETS
    ]
    plan = save_layout(plan=plan, ceiling=plan.ceiling, targets=layout, seen_version=plan.version, by=admin)
    activate_plan(plan=plan, by=admin, at=NOW)

    def run(path: Path, *options: str) -> dict[str, object]:
        out = StringIO()
        call_command(
            "import_actuals", "koe", "rahasto", str(path), *options, "--json", "--by", "finance@koe.example", stdout=out
        )
        result: dict[str, object] = json.loads(out.getvalue())
        return result

    return run


def counts(result: dict[str, object]) -> list[object]:
    return [result[name] for name in ("rows", "new", "known", "changed", "removed", "left_out", "outside_plan")]


def test_once_and_twice(imported: Import) -> None:
    result = imported(ROWS, "--acknowledge-warnings", "--control-total", "318 250,00")
    assert counts(result) == [95, 95, 0, 0, 0, 0, 0]
    assert (result["file_total"], result["imported_total"]) == ("318250.00", "318250.00")
    assert result["by_month"] == dict(zip(MONTHS, ACTUALS, strict=True))
    assert set(result["by_line"]) == {f"KR240{number}" for number in range(1, 8)}  # type: ignore[call-overload]
    assert result["errors"] == [] and result["batch"] == 1
    # KR2402 passes its 10 000 in June: somebody must have seen it.
    assert "passes_amount:KR2402:2024-06" in [warning["key"] for warning in result["warnings"]]  # type: ignore[attr-defined]
    again = imported(ROWS)
    assert counts(again) == [95, 0, 95, 0, 0, 0, 0]
    assert (again["file_total"], again["imported_total"], again["by_line"]) == ("318250.00", "0.00", {})
    assert Booking.objects.count() == 1 and Actual.objects.count() == 95


def test_warnings_must_be_acknowledged(imported: Import) -> None:
    with pytest.raises(CommandError, match="passes_amount:KR2402:2024-06"):
        imported(ROWS)
    assert not ImportBatch.objects.exists() and not Actual.objects.exists()


def test_one_row_changed_and_one_removed(imported: Import, tmp_path: Path) -> None:
    imported(ROWS, "--acknowledge-warnings")
    lines = ROWS.read_text(encoding="utf-8-sig").splitlines()
    changed = lines[1].replace("2 500,00", "2 600,10")
    assert changed != lines[1]
    removed = lines.pop(2)
    lines[1] = changed
    path = tmp_path / "vienti.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    dry = imported(path, "--whole-months", "--dry-run")
    assert counts(dry) == [94, 0, 93, 1, 1, 0, 0] and dry["batch"] is None
    result = imported(path, "--whole-months", "--acknowledge-warnings")
    assert counts(result) == [94, 0, 93, 1, 1, 0, 0]
    assert "6 076,00" in removed
    assert result["by_line"] == {"KR2403": "100.10", "KR2405": "-6076.00"}
    assert result["by_month"] == {"2024-01": "-5975.90"}
    corrections = Actual.objects.filter(booking__import_batch__number=2).order_by("amount")
    assert [str(row.amount) for row in corrections] == ["-6076.00", "100.10"]
    assert all(row.corrects_id for row in corrections)
    assert counts(imported(path, "--whole-months"))[1:5] == [0, 94, 0, 0]


def test_every_actual_leads_to_its_row_of_the_file(imported: Import) -> None:
    imported(ROWS, "--acknowledge-warnings")
    text = ROWS.read_text(encoding="utf-8-sig").splitlines()
    for actual in Actual.objects.select_related("import_row__batch__file"):
        assert actual.import_row is not None
        assert ";".join(actual.import_row.cells) == text[actual.import_row.number - 1]
        assert bytes(actual.import_row.batch.file.content) == ROWS.read_bytes()
