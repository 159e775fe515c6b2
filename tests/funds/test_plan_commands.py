"""create_fund, import_plan and amend: what they print, what they write, how they refuse."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from funds.models import BudgetLine, CostCentre, Fund, FundEntry, UsePlan
from funds.queries.plans import plan_overview
from tests.factories import World, make_organisation, make_world

from .files import HEADER, csv_file, xlsx_file

pytestmark = pytest.mark.django_db
ADMIN = "admin@testila.example"


def run(command: str, *arguments: str) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


def refused(command: str, *arguments: str) -> str:
    with pytest.raises(CommandError) as error:
        run(command, *arguments)
    assert error.value.returncode == 1
    assert "\n" not in str(error.value)
    return str(error.value).replace("\u00a0", " ")


@pytest.fixture
def world() -> World:
    return make_world(ceiling="80000.00")


# --- create_fund


@pytest.mark.parametrize(("options", "rule"), [([], "same-year"), (["--december", "following"], "following")])
def test_create_fund(options: list[str], rule: str) -> None:
    organisation, _members = make_organisation()
    said = run(
        "create_fund", "testila", "rahasto", "--name", "Rahasto", "--opening-balance", "1 200 000,50",
        "--opening-date", "2024-01-01", *options,
    )  # fmt: skip
    fund = Fund.objects.get(organisation=organisation)
    assert (fund.slug, fund.name, fund.december_rule) == ("rahasto", "Rahasto", rule)
    entry = FundEntry.objects.get(fund=fund)
    assert f"{entry.amount} {entry.entry_on} {entry.entered_by}" == "1200000.50 2024-01-01 None"
    assert "1200000.50" in said and "2024-01-01" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["puuttuu", "toinen"], "no organisation puuttuu"),
        (["testila", "rahasto"], "rahasto"),
        (["testila", "Iso Rahasto"], "not an address"),
        (["testila", "toinen", "--opening-balance", "1.234"], "can be read as"),
        (["testila", "toinen", "--opening-balance=-5"], "negative"),
        (["testila", "toinen", "--opening-date", "31.2.2024"], "not a date"),
    ],
)
def test_create_fund_refuses_in_one_line(world: World, arguments: list[str], words: str) -> None:
    rest = ["--name", "Rahasto", "--opening-balance", "1.00", "--opening-date", "2024-01-01"]
    assert words in refused("create_fund", *arguments[:2], *rest, *arguments[2:])
    assert Fund.objects.count() == 1


# --- import_plan


@pytest.fixture
def plan_file(tmp_path: Path) -> Path:
    path = tmp_path / "plan.csv"
    path.write_bytes(csv_file())
    return path


def importing(path: Path, *options: str, year: str = "2025") -> tuple[str, ...]:
    return ("import_plan", "testila", "rahasto", year, str(path), "--by", ADMIN, *options)


def test_import_creates_what_is_missing(world: World, plan_file: Path) -> None:
    said = run(*importing(plan_file))
    plan = UsePlan.objects.get(fund=world.fund, year=2025)
    assert (plan.state, str(plan.ceiling)) == ("draft", "210000.50")
    assert list(plan.lines.values_list("project_code", "first_amount")) == [
        (code, line.first_amount) for code, line in [(x.project_code, x) for x in plan.lines.all()]
    ]
    assert [str(line) for line in plan.lines.all()] == [
        "KR1 Identiteetinhallinta",
        "KR2 Laitehallinta",
        "KR3 Hyvinvointi",
    ]
    assert set(CostCentre.objects.values_list("code", flat=True)) == {"1000", "2000"}
    assert "2 targets, 3 new lines; sum 210000.50, ceiling 210000.50, unallocated 0.00" in said


def test_import_with_ceiling_and_activation_and_again(world: World, plan_file: Path) -> None:
    run(*importing(plan_file, "--ceiling", "250 000", "--activate"))
    plan = UsePlan.objects.get(fund=world.fund, year=2025)
    assert (plan.state, str(plan.ceiling)) == ("active", "250000.00")
    # The same file again is no error and changes nothing.
    assert "3 same lines" in run(*importing(plan_file, "--activate"))
    history = plan.lines.first().events.count()
    assert history == 1


def test_history_says_which_file(world: World, plan_file: Path) -> None:
    run(*importing(plan_file))
    context = BudgetLine.objects.get(project_code="KR1").events.get().pgh_context
    assert context.metadata["file"] == "plan.csv"
    assert len(context.metadata["sha256"]) == 64
    assert context.metadata["user_email"] == ADMIN
    assert context.metadata["source"] == "manage.py import_plan"


def test_dry_run_writes_nothing(world: World, plan_file: Path) -> None:
    said = run(*importing(plan_file, "--dry-run"))
    assert "new      KR1" in said and "50000.00" in said and "Nothing was written" in said
    assert not UsePlan.objects.filter(year=2025).exists() and CostCentre.objects.count() == 1


def test_dry_run_lists_every_problem_and_fails(world: World, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(csv_file([("Kohde", "1000", "Rivi", "A1", "1.234"), ("Kohde", "2000", "", "A2", "x")]))
    out = StringIO()
    with pytest.raises(CommandError):
        call_command(*importing(path, "--dry-run"), stdout=out)
    assert out.getvalue().count("problem  Row") == 3


def test_a_workbook_is_imported_to_the_cent(world: World, tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    path.write_bytes(xlsx_file([("Kohde", "1000", "Rivi", "KR1", 4840.5200000000004)]))
    run(*importing(path))
    assert str(BudgetLine.objects.get(project_code="KR1").first_amount) == "4840.52"


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        (b"", [], "empty"),
        (b"%PDF-1.4 ...", [], "PDF"),
        (b"x" * (20 * 1024 * 1024), [], "20 MB"),
        (csv_file([("K", "1", "R", "A1", "1.234")]), [], "Row 2, amount: “1.234” can be read"),
        (csv_file([("K", "1", "R", "A1", "1"), ("K", "1", "R", "A1", "2")]), [], "stands in row 2 already"),
        (csv_file(header=(*HEADER[:4], "alv")), [], "Missing: Amount"),
        (csv_file(), ["--ceiling", "210000.49"], "0,01 € more than the ceiling"),
        (csv_file(), ["--by", "finance@testila.example"], "may not do this"),
        (csv_file(), ["--by", "nobody@testila.example"], "not a member"),
    ],
)
def test_import_refuses_in_one_line(
    world: World, tmp_path: Path, content: bytes, options: list[str], words: str
) -> None:
    path = tmp_path / "plan.csv"
    path.write_bytes(content)
    assert words in refused(*importing(path, *options))
    assert not UsePlan.objects.filter(year=2025).exists()


def test_a_missing_file_fund_and_organisation(world: World, plan_file: Path) -> None:
    assert "cannot be read" in refused(*importing(plan_file.with_name("x.csv")))
    assert "has no fund" in refused("import_plan", "testila", "x", "2025", str(plan_file), "--by", ADMIN)
    assert "no organisation" in refused("import_plan", "x", "x", "2025", str(plan_file), "--by", ADMIN)


def test_amounts_of_a_plan_in_force_stay(world: World, tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    path.write_bytes(csv_file([("Kohde", "1000", "Rivi A1", "A1", "50 000,01")]))
    assert "recorded as an amendment" in refused(*importing(path, year="2024"))
    path.write_bytes(
        csv_file([("Kohde", "1000", "Uusi nimi", "A1", "50 000,00"), ("Kohde", "1000", "Uusi", "A9", "0")])
    )
    assert "1 new, 1 changed, 1 kept lines" in run(*importing(path, year="2024"))
    assert str(world.line("A1")) == "A1 Uusi nimi"


# --- amend


def amending(*arguments: str) -> tuple[str, ...]:
    rest = ("--effective", "2024-07-01", "--reason", "Johtokunta", "--by", ADMIN)
    return ("amend", "testila", "rahasto", "2024", *rest, *arguments)


@pytest.mark.parametrize(
    ("arguments", "amounts"),
    [
        (["A1=-500.00", "A2=+500"], ["49500.00", "20500.00"]),
        (["A1=500,50"], ["50500.50", "20000.00"]),
        (["A1=−500,50"], ["49499.50", "20000.00"]),
        (["A1=15000", "--ceiling-change", "5000.00", "--decision", "§ 3"], ["65000.00", "20000.00"]),
        (["--ceiling-change", "-10000"], ["50000.00", "20000.00"]),
    ],
)
def test_amend(world: World, arguments: list[str], amounts: list[str]) -> None:
    said = run(*amending(*arguments))
    day = world.plan.amendments.get().effective_on
    overview = plan_overview(world.plan, day, list(world.plan.lines.select_related("target__cost_centre")))
    assert [str(line.amount) for line in overview.lines] == amounts
    assert "Recorded amendment 1 of 2024" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["A1=10000.01"], "0,01 € more than the ceiling"),
        (["A9=1"], "no line A9"),
        (["A1=1", "A1=2"], "named twice"),
        (["A1"], "not a change"),
        (["A1=1.234"], "A1: “1.234” can be read"),
        (["A1=0"], "changes nothing"),
        ([], "changes nothing"),
        (["A1=1", "--effective", "2025-01-01"], "2024, the plan's year"),
        (["A1=1", "--reason", " "], "reason"),
        (["A1=1", "--by", "finance@testila.example"], "may not do this"),
    ],
)
def test_amend_refuses_in_one_line(world: World, arguments: list[str], words: str) -> None:
    assert words in refused(*amending(*arguments))
    assert not world.plan.amendments.exists()


def test_amend_of_a_plan_that_is_not_there(world: World) -> None:
    rest = ("--effective", "2024-07-01", "--reason", "x", "--by", ADMIN, "A1=1")
    assert "no use plan for 2030" in refused("amend", "testila", "rahasto", "2030", *rest)


@pytest.mark.parametrize(("option", "limit"), [("--reason", 5000), ("--decision", 200)])
def test_texts_of_an_amendment_have_the_length_of_its_form(world: World, option: str, limit: int) -> None:
    texts = {"--reason": "Syy", "--decision": "", option: "a" * (limit + 1)}
    arguments = [part for pair in texts.items() for part in pair]
    said = refused(
        "amend", "testila", "rahasto", "2024", "A1=-1", "--effective", "2024-05-01", "--by", ADMIN, *arguments
    )
    assert str(limit) in said


@pytest.mark.parametrize("day", ["9999-12-31", "31.12.1899"])
def test_a_day_outside_the_years_that_there_are_is_refused(world: World, day: str) -> None:
    said = refused("amend", "testila", "rahasto", "2024", "A1=-1", "--effective", day, "--reason", "x", "--by", ADMIN)
    assert "1900" in said
