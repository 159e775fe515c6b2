"""Purchase ledgers in the manners in which cities publish them, read by rules into a plan made for each.

The rows are invented. Every sum is counted in whole cents while the file is made, never from what was read.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from openpyxl import Workbook

from funds.actions.funds import create_fund
from funds.actions.plans import LineLayout, TargetLayout, activate_plan, create_plan, save_layout
from funds.models import Actual, ImportBatch
from organisations.rights import Role
from tests.factories import NOW, make_organisation

pytestmark = pytest.mark.django_db

COUNTS = ("rows", "new", "known", "changed", "removed", "left_out", "outside_plan")


def euros(cents: int) -> str:
    """Cents as the JSON result shows them."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"


def finnish(cents: int) -> str:
    """Cents as an accounting system writes them: ``-1 234,56``."""
    whole = f"{abs(cents) // 100:,}".replace(",", " ")
    return f"{'-' if cents < 0 else ''}{whole},{abs(cents) % 100:02}"


@dataclass
class Ledger:
    """Rows of a file, and what must come of them."""

    header: Sequence[str]
    rows: list[list[Any]] = field(default_factory=list)
    cents: list[int] = field(default_factory=list)
    by_line: Counter[str] = field(default_factory=Counter)
    by_month: Counter[str] = field(default_factory=Counter)

    def add(self, row: Sequence[Any], cents: int, line: str, month: str) -> None:
        self.rows.append(list(row))
        self.cents.append(cents)
        self.by_line[line] += cents
        self.by_month[month] += cents

    @property
    def total(self) -> str:
        return euros(sum(self.cents))

    def sums(self) -> list[object]:
        """What an import of everything says: totals, lines, months."""
        lines, months = (
            {key: euros(cents) for key, cents in counted.items()} for counted in (self.by_line, self.by_month)
        )
        return [self.total, self.total, lines, months]

    def text(self, *, delimiter: str = ";", end: str = "\r\n", rows: Sequence[Sequence[Any]] | None = None) -> str:
        stored = io.StringIO(newline="")
        shown = [self.header, *(self.rows if rows is None else rows)]
        csv.writer(stored, delimiter=delimiter, lineterminator=end).writerows(shown)
        return stored.getvalue()


def sums_of(result: dict[str, Any]) -> list[object]:
    return [result[key] for key in ("file_total", "imported_total", "by_line", "by_month")]


def counts_of(result: dict[str, Any]) -> list[int]:
    return [result[key] for key in COUNTS]


Import = Callable[..., dict[str, Any]]


def city(year: int, lines: dict[str, str]) -> Import:
    """An organisation whose plan has these lines (project code → cost centre); returns its import as a command."""
    organisation, members = make_organisation("koe")
    admin = members[Role.ADMIN]
    fund = create_fund(
        organisation=organisation,
        slug="rahasto",
        name="Rahasto",
        opening_balance=Decimal(50_000_000),
        opening_on=NOW.date().replace(year=year, month=1, day=1),
        by=admin,
        at=NOW,
    )
    amount = Decimal(40_000_000) / len(lines)
    plan = create_plan(fund=fund, year=year, ceiling=Decimal(40_000_000), by=admin)
    layout = [
        TargetLayout(name=f"Kohde {code}", cost_centre_code=centre, lines=[LineLayout(f"Rivi {code}", code, amount)])
        for code, centre in lines.items()
    ]
    plan = save_layout(plan=plan, ceiling=plan.ceiling, targets=layout, seen_version=plan.version, by=admin)
    activate_plan(plan=plan, by=admin, at=NOW)

    def run(path: Path, *options: str) -> dict[str, Any]:
        out = io.StringIO()
        by = ("--json", "--by", "finance@koe.example")
        call_command("import_actuals", "koe", "rahasto", str(path), *options, *by, stdout=out)
        result: dict[str, Any] = json.loads(out.getvalue())
        return result

    return run


def profile_file(folder: Path, **profile: Any) -> tuple[str, str]:
    """The options of an import that is read by this profile."""
    path = folder / "profiili.json"
    path.write_text(json.dumps(profile, ensure_ascii=False), encoding="utf-8")
    return "--profile-file", str(path)


def there_and_back(run: Import, path: Path, ledger: Ledger, options: tuple[str, ...]) -> None:
    """Import, import again, as whole months, undo, and import once more: to the cent each time."""
    rows = len(ledger.rows)
    control = ("--control-total", ledger.total)
    dry = run(path, *options, *control, "--dry-run")
    assert counts_of(dry) == [rows, rows, 0, 0, 0, 0, 0] and sums_of(dry) == ledger.sums()
    assert not ImportBatch.objects.exists()
    first = run(path, *options, *control)
    assert counts_of(first) == [rows, rows, 0, 0, 0, 0, 0] and sums_of(first) == ledger.sums()
    assert first["errors"] == [] and first["warnings"] == []
    for manner in ((), ("--whole-months",)):
        again = run(path, *options, *control, *manner)
        assert counts_of(again) == [rows, 0, rows, 0, 0, 0, 0]
        assert sums_of(again) == [ledger.total, "0.00", {}, {}]
    call_command("undo_import", "koe", str(first["batch"]), "--by", "finance@koe.example", stdout=io.StringIO())
    assert sum(actual.amount for actual in Actual.objects.all()) == 0
    once_more = run(path, *options, *control, "--whole-months")
    assert counts_of(once_more) == [rows, rows, 0, 0, 0, 0, 0] and sums_of(once_more) == ledger.sums()
    booked = Actual.objects.filter(booking__import_batch__number=once_more["batch"]).select_related("import_row")
    assert sorted(booked.values_list("amount", flat=True)) == [Decimal(euros(cents)) for cents in sorted(ledger.cents)]
    assert {row.import_row.number for row in booked if row.import_row} == set(range(2, rows + 2))


# --- a month of thousands of rows, Windows-1252, one line per responsible unit

UNITS = {"KIRJ": "71", "LIIK": "72", "KADUT": "73", "OPET": "74"}
SUPPLIERS = ("Äyrätien Öljy Oy", "MALLILAN SÄÄTIÖ", "Åkerby Städ Ab", "Rivi/0042", "Esimerkki & Pojat €uro Tmi")


def unit_ledger() -> Ledger:
    """3 000 rows of June; a step through the remainders makes sizes and signs of every shape, always the same."""
    header = ("Tapahtumapvm", "Tositenro", "Toimittajan  nimi", "Tili", "Tilin nimi", "Kustannuspaikka", "Vastuualue")
    ledger, state = Ledger((*header, "Summa ilman ALV")), 20_210_600
    for number in range(3_000):
        state = (state * 1_103_515_245 + 12_345) % 2**31
        cents = state % (10 ** (2 + number % 6)) + 1
        cents = -cents if number % 97 == 0 else cents
        unit, start = list(UNITS.items())[state // 7 % 4]
        centre, account = f"{start}{state // 31 % 40:02}", ("4340", "4820", "4580")[number % 3]
        # Leases are followed on a line of their own, whatever unit they belong to.
        line = "VUOKRA" if account == "4820" else unit
        day, supplier = f"{number // 100 + 1:02}.06.2021", SUPPLIERS[number % 5]
        row = [day, str(52_000 + number // 3), supplier, account, "Nimi", centre, f"Yksikkö {unit}", finnish(cents)]
        ledger.add(row, cents, line, "2021-06")
    # One lease stands there three times and another one twice, equal in every cell.
    for place in (10, 10, 1_501):
        ledger.add(ledger.rows[place], ledger.cents[place], "VUOKRA", "2021-06")
    return ledger


UNIT_RULES = [
    {"account": "4820", "project_code": "VUOKRA"},
    {"cost_centre": "71*", "project_code": "KIRJ"},
    {"cost_centre": "7200-7299", "project_code": "LIIK"},
    *({"cost_centre": f"73{number:02}", "project_code": "KADUT"} for number in range(40)),
    {"project_code": "OPET"},
]
UNIT_LINES = {"KIRJ": "7100", "LIIK": "7200", "KADUT": "7300", "OPET": "7400", "VUOKRA": "7900"}


def test_thousands_of_rows_in_windows_1252(tmp_path: Path) -> None:
    ledger, path = unit_ledger(), tmp_path / "ostot.csv"
    assert min(ledger.cents) < -100_000 and max(ledger.cents) > 1_000_000 and len(ledger.rows) == 3_003
    path.write_bytes(ledger.text().encode("cp1252"))
    run = city(2021, UNIT_LINES)
    there_and_back(run, path, ledger, profile_file(tmp_path, encoding="cp1252", rules=UNIT_RULES))
    newest = ImportBatch.objects.latest("number")
    assert [row.cells for row in newest.rows.order_by("number")] == [list(ledger.header), *ledger.rows]
    names = Actual.objects.filter(import_row__batch=newest).values_list("supplier", flat=True)
    assert set(names) == set(SUPPLIERS)


@pytest.mark.parametrize(
    ("encoding", "delimiter", "name"),
    [("utf-8", ";", "a.csv"), ("utf-8-sig", ",", "a.csv"), ("cp1252", "\t", "a.txt"), ("utf-16", "\t", "a.tsv")],
)
def test_the_same_rows_saved_in_another_manner(tmp_path: Path, encoding: str, delimiter: str, name: str) -> None:
    ledger, path = unit_ledger(), tmp_path / name
    path.write_bytes(ledger.text(delimiter=delimiter).encode(encoding))
    options = (*profile_file(tmp_path, rules=UNIT_RULES), "--control-total", ledger.total)
    result = city(2021, UNIT_LINES)(path, *options, "--dry-run")
    assert sums_of(result) == ledger.sums() and result["outside_plan"] == 0
    assert not result["warnings"]


# --- a sample in Latin-1 without cost centres: the account and its name tell the line

ACCOUNTS = {"4343": "Tietotekniikan työ", "4420": "Kyyti ja matkat", "4580": "Kalusto", "4990": "Sähköpylväät"}
ACCOUNT_LINES = {"MATKA": "8001", "PALVELU": "8002", "TARVIKE": "8003", "MUU": "8004"}
ACCOUNT_RULES = [
    {"description_contains": "MATKAT", "project_code": "MATKA"},
    {"account": "4300-4499", "project_code": "PALVELU"},
    {"account": "45*", "project_code": "TARVIKE"},
    {"account": "4990", "project_code": "MUU"},
]


def account_ledger() -> Ledger:
    ledger = Ledger(("Tapahtumanro", "Kausi", "Tilin nro", "Tilin nimi", "Toimittajanumero", "Summa"))
    lines = {"4343": "PALVELU", "4420": "MATKA", "4580": "TARVIKE", "4990": "MUU"}
    for number in range(57):
        account = list(ACCOUNTS)[number % 4]
        cents = (number * number * 977 + 312) * (-1 if number == 20 else 1)
        month = "2025-04" if number % 9 == 4 else "2025-03"
        shown = finnish(cents).replace(" ", "")
        row = [str(90_000 + number // 2), month.replace("-", ""), account, ACCOUNTS[account], str(number * 7), shown]
        ledger.add(row, cents, lines[account], month)
    for _equal in range(3):
        ledger.add(["90077", "202503", "4580", "Kalusto", "12", "245,50"], 24_550, "TARVIKE", "2025-03")
    return ledger


@pytest.fixture
def sample(tmp_path: Path) -> tuple[Ledger, Path, tuple[str, str]]:
    ledger, path = account_ledger(), tmp_path / "otos.csv"
    path.write_bytes(ledger.text(end="\n").encode("latin-1"))
    columns = {"description": "Tilin nimi"}
    return ledger, path, profile_file(tmp_path, encoding="latin1", columns=columns, rules=ACCOUNT_RULES)


def test_accounts_lead_to_lines_where_there_are_no_cost_centres(sample: Any) -> None:
    ledger, path, options = sample
    there_and_back(city(2025, ACCOUNT_LINES), path, ledger, options)
    assert Actual.objects.filter(description="Sähköpylväät", cost_centre_code="8004").exists()


def test_equal_rows_are_counted(sample: Any) -> None:
    ledger, path, options = sample
    run = city(2025, ACCOUNT_LINES)
    run(path, *options)
    path.write_bytes(ledger.text(rows=ledger.rows[:-1]).encode("latin-1"))
    assert counts_of(run(path, *options)) == [59, 0, 59, 0, 0, 0, 0]
    gone = run(path, *options, "--whole-months", "--dry-run")
    assert counts_of(gone) == [59, 0, 59, 0, 1, 0, 0]
    assert gone["by_line"] == {"TARVIKE": "-245.50"} and gone["by_month"] == {"2025-03": "-245.50"}
    path.write_bytes(ledger.text(rows=[*ledger.rows, ledger.rows[-1]]).encode("latin-1"))
    more = run(path, *options, "--dry-run")
    assert counts_of(more) == [61, 1, 60, 0, 0, 0, 0] and more["imported_total"] == "245.50"


def test_a_changed_and_a_removed_row_of_whole_months(sample: Any) -> None:
    ledger, path, options = sample
    run = city(2025, ACCOUNT_LINES)
    run(path, *options)
    changed = [*ledger.rows[7][:-1], finnish(ledger.cents[7] + 1).replace(" ", "")]
    rows = [*ledger.rows[:7], changed, *ledger.rows[8:11], *ledger.rows[12:]]
    path.write_bytes(ledger.text(rows=rows).encode("latin-1"))
    result = run(path, *options, "--whole-months", "--acknowledge-warnings")
    # Rows 7 and 11 are both on account 4990.
    assert counts_of(result) == [59, 0, 58, 1, 1, 0, 0]
    assert result["by_line"] == {"MUU": euros(1 - ledger.cents[11])}


def test_without_rules_nothing_is_guessed(sample: Any) -> None:
    ledger, path, _options = sample
    run = city(2025, ACCOUNT_LINES)
    result = run(path, "--dry-run")
    assert counts_of(result) == [60, 60, 0, 0, 0, 0, 60]
    assert (result["file_total"], result["by_line"]) == (ledger.total, {"": ledger.total})
    assert [warning["key"] for warning in result["warnings"]] == ["outside_plan"]
    with pytest.raises(CommandError, match="outside_plan"):
        run(path)
    # The rows know their months: one that is typed beside them does not silently come to nothing.
    said = run(path, "--month", "2025-05", "--dry-run")
    assert said["by_month"] == result["by_month"] and len(said["warnings"]) == 2


# --- a workbook that repeats the gross total of the voucher on each of its rows

WORKBOOK_LINES = {"KONE": "5100", "TOIMISTO": "1100", "OPISTO": "2000", "LIIKUNTA": "5400", "VELKA": "9900"}
WORKBOOK_RULES = [
    {"cost_centre": "51*", "project_code": "KONE"},
    {"cost_centre": "1161", "project_code": "TOIMISTO"},
    {"cost_centre": "2000-3999", "project_code": "OPISTO"},
    {"cost_centre": "5449", "project_code": "LIIKUNTA"},
    {"account": "2500-2599", "project_code": "VELKA"},
]
#: Voucher, day and what each of its rows costs: cost centre, account, cents without tax, tax in cents.
VOUCHERS: list[tuple[str, int, list[tuple[str, int, int, int]]]] = [
    ("7_1", 240_105, [("5130", 4830, 61_239, 15_616)]),
    *((f"7_{number}", 240_105, [("1161", 4341, 1_405, 0), ("3117", 4890, 12_000, 0)]) for number in range(2, 6)),
    ("7_6", 240_105, [("1161", 4341, 1_405, 0), ("3117", 4890, 6_000, 0), ("2090", 4890, 6_000, 0)]),
    ("7_77", 241_216, [("5449", 4470, 15_000, 3_825)] * 3),
    ("7_78", 241_231, [(" ", 2569, 484_052, 0)]),
    ("7_79", 241_231, [("5449", 4470, -99, 0)]),
]
GROSS = 7


def workbook_ledger() -> Ledger:
    header = ("Kuntanro", "Kunta", "Y-tunnus", "TOSITE", "Toimittaja", "Y-TUNNUS", "Maakoodi", "SUMMA", "TOSITEPÄIVÄ")
    ledger = Ledger((*header, "TILI", "TILIN NIMI", "VEROTON RIVIN OSUUS", "VERO RIVIN OSUUS", "Kustannuspaikka"))
    lines = {"5130": "KONE", "1161": "TOIMISTO", "3117": "OPISTO", "2090": "OPISTO", "5449": "LIIKUNTA", " ": "VELKA"}
    for voucher, day, rows in VOUCHERS:
        gross = sum(net + tax for _centre, _account, net, tax in rows)
        for centre, account, net, tax in rows:
            said = [999, "Mallila", "0000000-0", voucher, "ÖSTERBY ÄMPÄRIT OY", "0000000-1", "FI", gross / 100, day]
            row = [*said, account, "Nimi", net / 100, tax / 100, centre]
            ledger.add(row, net, lines[centre], f"20{day // 10_000}-{day // 100 % 100:02}")
    return ledger


def stored(ledger: Ledger, path: Path, *, rows: Sequence[Sequence[Any]] = (), header: Sequence[str] = ()) -> Path:
    book = Workbook()
    for row in (header or ledger.header, *(rows or ledger.rows)):
        book.active.append(list(row))
    book.save(path)
    return path


def test_the_gross_total_on_every_row_is_not_the_amount(tmp_path: Path) -> None:
    ledger = workbook_ledger()
    gross = sum(round(row[GROSS] * 100) for row in ledger.rows)
    assert (len(ledger.rows), ledger.total, euros(gross)) == (17, "6572.17", "8776.88")
    path, options = stored(ledger, tmp_path / "ostot.xlsx"), profile_file(tmp_path, rules=WORKBOOK_RULES)
    run = city(2024, WORKBOOK_LINES)
    with pytest.raises(CommandError, match="difference"):
        run(path, *options, "--control-total", euros(gross))
    # The last voucher is a credit on a line that has costs in the same month.
    there_and_back(run, path, ledger, options)
    assert ImportBatch.objects.latest("number").profile["columns"]["amount"] == "VEROTON RIVIN OSUUS"


def test_balance_sheet_accounts_can_be_left_out(tmp_path: Path) -> None:
    ledger = workbook_ledger()
    left_out = [{"column": "account", "from": "1000", "to": "2999"}]
    options = profile_file(tmp_path, rules=WORKBOOK_RULES[:4], leave_out=left_out)
    result = city(2024, WORKBOOK_LINES)(stored(ledger, tmp_path / "ostot.xlsx"), *options)
    assert counts_of(result) == [17, 16, 0, 0, 0, 1, 0]
    assert (result["file_total"], result["imported_total"]) == ("6572.17", "1731.65")


def test_the_workbook_saved_as_text(tmp_path: Path) -> None:
    ledger, path = workbook_ledger(), tmp_path / "ostot.csv"
    rows = [[str(cell).replace(".", ",") if isinstance(cell, float) else cell for cell in row] for row in ledger.rows]
    path.write_bytes(ledger.text(rows=rows).encode("utf-8-sig"))
    run, options = city(2024, WORKBOOK_LINES), profile_file(tmp_path, rules=WORKBOOK_RULES)
    assert sums_of(run(path, *options, "--control-total", ledger.total)) == ledger.sums()


@pytest.mark.parametrize("heading", ["Rivin veroton osuus", "Summa (veroton)", "Netto €", "Summa, alv 0 %"])
def test_other_words_for_net_go_before_the_repeated_total(tmp_path: Path, heading: str) -> None:
    ledger = workbook_ledger()
    header = [heading if text == "VEROTON RIVIN OSUUS" else text for text in ledger.header]
    path = stored(ledger, tmp_path / "ostot.xlsx", header=header)
    result = city(2024, WORKBOOK_LINES)(path, *profile_file(tmp_path, rules=WORKBOOK_RULES), "--dry-run")
    assert sums_of(result) == ledger.sums()


def test_a_repeated_total_without_its_rows_is_asked_about(tmp_path: Path) -> None:
    ledger = workbook_ledger()
    header = ["Osuus" if text == "VEROTON RIVIN OSUUS" else text for text in ledger.header]
    path, run = stored(ledger, tmp_path / "ostot.xlsx", header=header), city(2024, WORKBOOK_LINES)
    with pytest.raises(CommandError, match=r"SUMMA.*the voucher's total"):
        run(path, *profile_file(tmp_path, rules=WORKBOOK_RULES), "--dry-run")
    # Who takes it all the same must have seen what it is.
    said = profile_file(tmp_path, rules=WORKBOOK_RULES, columns={"amount": "SUMMA"})
    with pytest.raises(CommandError, match="note:1"):
        run(path, *said)
    said = profile_file(tmp_path, rules=WORKBOOK_RULES, columns={"amount": "Osuus"})
    assert sums_of(run(path, *said, "--dry-run")) == ledger.sums()
