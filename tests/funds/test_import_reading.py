"""Reading is exact: every manner of file, how it is read, and the sentence for what cannot be."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from funds.imports.profiles import ProfileRefusal
from funds.imports.rows import KnownCodes
from fundtrack.periods import Month

from .import_files import HEADER, ROW, changed, csv, reading, rows_of, sheet_xml, xlsx

pytestmark = pytest.mark.usefixtures("english")

WIDE = "\u00a0"
XML_ROW = (
    '<row r="2"><c r="A2" t="inlineStr"><is><t>1.6.2021</t></is></c><c r="C2" t="inlineStr"><is><t>2000</t></is></c>{}'
    "</row>"
)


# --- amounts

AMOUNTS = [
    ("100.000", ",", "100000.00"),
    ("250 000", ",", "250000.00"),
    ("50 000 €", ",", "50000.00"),
    ("3 163  euroa", ",", "3163.00"),
    ("1 234,56", ",", "1234.56"),
    (f"1{WIDE}234,56", ",", "1234.56"),
    ("1\u202f234,56", ",", "1234.56"),
    ("1234.56", ".", "1234.56"),
    ("1,234.56", ".", "1234.56"),
    ("1.234,56", ",", "1234.56"),
    ("\u221212,00", ",", "-12.00"),
    ("12,00-", ",", "-12.00"),
    ("1.234,56-", ",", "-1234.56"),
    ("(12,00)", ",", "-12.00"),
    ("'-12,00", ",", "-12.00"),
    ("+12,00", ",", "12.00"),
    (",50", ",", "0.50"),
    (" 12,00 ", ",", "12.00"),
]


@pytest.mark.parametrize(("text", "mark", "amount"), AMOUNTS)
def test_amounts_as_finns_write_them(text: str, mark: str, amount: str) -> None:
    (row,) = rows_of(csv(changed(amount=text)), {"decimal_mark": mark})
    assert (row.kind, row.amount) == ("row", Decimal(amount))
    (row,) = rows_of(xlsx(changed(amount=text)), {"decimal_mark": mark})
    assert (row.kind, row.amount) == ("row", Decimal(amount))


def test_the_whole_column_decides_the_decimal_mark() -> None:
    rows = rows_of(csv(changed(amount="1.234"), changed(amount="1.234,56")))
    assert [row.amount for row in rows] == [Decimal("1234.00"), Decimal("1234.56")]
    rows = rows_of(csv(changed(amount="1,234"), changed(amount="1,234.56")))
    assert [row.amount for row in rows] == [Decimal("1234.00"), Decimal("1234.56")]


def test_an_amount_with_two_readings_names_both() -> None:
    (row,) = rows_of(csv(changed(amount="1.234")))
    (problem,) = row.problems
    assert (row.kind, row.amount, problem.code, problem.row, problem.column) == ("error", None, "ambiguous", 2, "Summa")
    assert "1 234,00 €" in problem.message.replace(WIDE, " ") and "1,234 €" in problem.message.replace(WIDE, " ")


# --- days and months

DAYS = [
    ("1.6.2021", None, date(2021, 6, 1)),
    ("01.06.2021", None, date(2021, 6, 1)),
    ("1.6.2021 0.00.00", None, date(2021, 6, 1)),
    ("1.6.2021 13:45", None, date(2021, 6, 1)),
    ("2021-06-01", None, date(2021, 6, 1)),
    ("2021-06-01T00:00:00", None, date(2021, 6, 1)),
    ("2021-06-01 00:00:00.000", None, date(2021, 6, 1)),
    ("1/6/2021", None, date(2021, 6, 1)),
    ("1.6.21", "d.m.yy", date(2021, 6, 1)),
    ("20210601", None, date(2021, 6, 1)),
    ("210601", None, date(2021, 6, 1)),
    ("44348", "excel", date(2021, 6, 1)),
    ("44348,75", "excel", date(2021, 6, 1)),
    ("202106", "yyyymm", None),
    ("6/2021", None, None),
    ("06/2021", None, None),
    ("6.2021", None, None),
    ("2021-06", None, None),
    ("2021/06", None, None),
    ("2021.06", None, None),
    # Periods of three digits, as SAP writes them.
    ("2021006", None, None),
    ("006/2021", None, None),
    ("006.2021", None, None),
    ("2021/006", None, None),
    ("2021.006", None, None),
    ("kesäkuu 2021", None, None),
    ("Kesä 2021", None, None),
    ("kesäkuuta 2021", None, None),
    ("kesä-21", None, None),
    ("kesä.21", None, None),
    ("Jun 2021", None, None),
    ("juni 2021", None, None),
    ("june 2021", "month yyyy", None),
    ("2021 juni", "month yyyy", None),
]


@pytest.mark.parametrize(("text", "form", "day"), DAYS)
def test_days_and_months_in_every_form(text: str, form: str | None, day: date | None) -> None:
    (row,) = rows_of(csv(changed(date=text)), {"date_format": form} if form else {})
    assert (row.kind, row.month, row.booked_on) == ("row", Month(2021, 6), day)


@pytest.mark.parametrize(
    ("text", "form", "code"),
    [
        # The zero of October may be lost.
        ("2021.1", "yyyy-mm", "date_lost_zero"),
        ("013/2021", "m/yyyy", "date_period"),
        ("2021013", "yyyymm", "date_period"),
        ("2021101", "yyyymm", "date_form"),
        ("kesäkuu", "month yyyy", "date_form"),
        ("kesä 21", "month yyyy", "date_form"),
        ("maali 2021", "month yyyy", "date_form"),
        ("kesä 0021", "month yyyy", "date_year"),
        ("202106", "month yyyy", "date_form"),
    ],
)
def test_months_that_are_not_read(text: str, form: str, code: str) -> None:
    (row,) = rows_of(csv(changed(date=text)), {"date_format": form})
    assert (row.kind, [problem.code for problem in row.problems]) == ("error", [code])


def test_every_name_of_a_month() -> None:
    names = (
        "tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu marraskuu joulukuu",
        "januari februari mars april maj juni juli augusti september oktober november december",
        "January February March April May June July August September October November December",
        "tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu",
        "jan feb mar apr may jun jul aug sep oct nov dec",
    )
    for written in names:
        rows = rows_of(csv(*(changed(date=f"{name} 2021") for name in written.split())))
        assert [row.month for row in rows] == list(Month.year_of(2021))


def test_dates_with_the_month_first_are_not_read_and_said() -> None:
    rows = rows_of(csv(changed(date="25/1/2024"), changed(date="01/15/2024")), {"date_format": "d/m/yyyy"})
    assert [row.kind for row in rows] == ["row", "error"]
    assert "“01/15/2024” has the month first, which is not read. Write the date as 31.1.2024" in str(
        rows[1].problems[0]
    )
    with pytest.raises(ProfileRefusal) as refusal:
        reading(csv(changed(date="01/15/2024"), changed(date="02/20/2024")))
    assert "“01/15/2024”" in str(refusal.value) and "(1/31/2024) are not read" in str(refusal.value)


@pytest.mark.parametrize(
    ("days", "warned"),
    [
        (("1/2/2024", "02/03/2024"), True),
        (("1/2/2024", "25/03/2024"), False),
        (("1.2.2024", "2.3.2024"), False),
        (("2024-02-01", "2024-03-02"), False),
    ],
)
def test_days_that_could_be_months_are_to_be_checked(days: tuple[str, ...], warned: bool) -> None:
    found = reading(csv(*(changed(date=day) for day in days)))
    assert [row.month for row in found if row.kind == "row"] == [Month(2024, 2), Month(2024, 3)]
    assert ["could have the month first" in warning for warning in found.warnings] == [True] * warned
    # Who says the form has answered it.
    assert not warned or not reading(csv(changed(date=days[0])), {"date_format": "d/m/yyyy"}).warnings


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (date(2021, 6, 1), None),
        (datetime.fromisoformat("2021-06-01T23:59"), None),
        (210601, None),
        (20210601, None),
        (202106, "yyyymm"),
        (44348, "excel"),
        (44348.75, "excel"),
        (6.2021, "m.yyyy"),
    ],
)
def test_days_in_cells_of_a_workbook(value: Any, form: str | None) -> None:
    (row,) = rows_of(xlsx(changed(date=value)), {"date_format": form} if form else {})
    assert (row.kind, row.month) == ("row", Month(2021, 6))


def test_the_month_as_number_keeps_its_last_zero() -> None:
    (row,) = rows_of(xlsx(changed(date=6.202)), {"date_format": "m.yyyy"})
    assert row.month == Month(2020, 6)


def test_year_and_period_in_two_columns() -> None:
    header = ("Vuosi", "Kausi", *HEADER[1:])
    rows = rows_of(csv(("2021", "6", *ROW[1:]), ("2021", "13", *ROW[1:]), header=header))
    assert (rows[0].month, rows[0].kind) == (Month(2021, 6), "row")
    assert (rows[1].kind, rows[1].problems[0].code) == ("error", "date_period")
    assert "period 13" in rows[1].problems[0].message and rows[1].problems[0].column == "Kausi"


def test_the_period_of_the_ledger_goes_before_the_day_of_the_voucher() -> None:
    (row,) = rows_of(csv((*ROW, "202107"), header=(*HEADER, "Kausi")))
    assert (row.month, row.booked_on) == (Month(2021, 7), date(2021, 6, 1))


def test_a_file_without_months_asks_for_one() -> None:
    content = csv(ROW[1:], header=HEADER[1:])
    with pytest.raises(ProfileRefusal) as refusal:
        reading(content)
    assert refusal.value.code == "month_missing"
    (row,) = rows_of(content, month=Month(2021, 6))
    assert (row.kind, row.month) == ("row", Month(2021, 6))


# --- codes


def test_codes_are_text() -> None:
    (row,) = rows_of(csv(changed(cost_centre="'0012", project_code="'=KR1", account=f"{WIDE}004000 ", voucher="'-7")))
    assert (row.cost_centre_code, row.project_code, row.account, row.voucher) == ("0012", "", "004000", "-7")
    assert [problem.code for problem in row.problems] == ["formula"]
    (row,) = rows_of(xlsx(changed(cost_centre="0012", account=4830.0, voucher=20001)))
    assert (row.cost_centre_code, row.account, row.voucher) == ("0012", "4830", "20001")


def test_zeros_that_a_spreadsheet_took_off_are_missed() -> None:
    known = KnownCodes(cost_centres=frozenset({"0012"}))
    (row,) = rows_of(csv(changed(cost_centre="12")), known=known)
    assert row.problems[0].message == (
        "Row 2, column “Kustannuspaikka”: The plan knows “0012”: a spreadsheet has taken the zeros off “12”."
    )


# --- what cannot be read: sheet, row, column, value, all at once

ERRORS = [
    (csv(changed(amount="sata"), ROW), "Summa", "sata", "not_a_number"),
    (csv(changed(amount="12,345678")), "Summa", "12,345678", "too_many_decimals"),
    (csv(changed(amount="")), "Summa", "", "amount_missing"),
    (csv(changed(amount="9999999999999,00")), "Summa", "9999999999999,00", "too_large"),
    (csv(changed(amount="#REF!"), ROW), "Summa", "#REF!", "cell_error"),
    (csv(changed(amount="#PUUTTUU!"), ROW), "Summa", "#PUUTTUU!", "cell_error"),
    (csv(changed(amount="=A1+B2"), ROW), "Summa", "=A1+B2", "formula"),
    (csv(changed(date="31.2.2021"), ROW), "Päivä", "31.2.2021", "date_impossible"),
    (csv(changed(date="1.6.21"), ROW, ROW), "Päivä", "1.6.21", "date_short_year"),
    (csv(changed(date="1.6.0021"), ROW), "Päivä", "1.6.0021", "date_year"),
    (csv(changed(date="1.13.2021"), ROW), "Päivä", "1.13.2021", "date_period"),
    (csv(changed(date="01/15/2024"), ROW), "Päivä", "01/15/2024", "date_month_first"),
    (csv(changed(date="kesäkuu"), ROW), "Päivä", "kesäkuu", "date_form"),
    (csv(changed(date=""), ROW), "Päivä", "", "date_missing"),
    (csv(changed(cost_centre="2,9183E+09"), ROW), "Kustannuspaikka", "2,9183E+09", "code_is_number"),
    (csv(changed(project_code="2918300002,00")), "Projekti", "2918300002,00", "code_is_number"),
    (csv(changed(cost_centre="2918300002.0")), "Kustannuspaikka", "2918300002.0", "code_is_number"),
    (csv(changed(cost_centre="x" * 31)), "Kustannuspaikka", "x" * 31, "too_long"),
    (csv(changed(voucher="9" * 51)), "Tosite", "9" * 51, "too_long"),
    (csv((*ROW, "siirtynyt")), "", "", "cells_shifted"),
    (xlsx(changed(amount=12.345)), "Summa", "12.345", "too_many_decimals"),
    (xlsx(changed(amount=date(2021, 6, 1)), ROW), "Summa", "2021-06-01", "not_a_number"),
    (xlsx(changed(amount=True), ROW), "Summa", "TRUE", "not_a_number"),
    (xlsx(changed(cost_centre=12.5)), "Kustannuspaikka", "12.50", "code_is_number"),
    (xlsx(changed(project_code=12345678901234567)), "Projekti", "12345678901234570", "code_is_number"),
    (xlsx(changed(project_code=date(2024, 3, 1))), "Projekti", "2024-03-01", "code_is_date"),
    (sheet_xml(XML_ROW.format('<c r="G2" t="e"><v>#REF!</v></c>')), "Summa", "#REF!", "cell_error"),
    (sheet_xml(XML_ROW.format('<c r="G2"><f>A1+B2</f></c>')), "Summa", "=A1+B2", "formula"),
    (sheet_xml(XML_ROW.format('<c r="G2"><f>A1&amp;B2</f><v></v></c>')), "Summa", "=A1&B2", "formula"),
    (
        sheet_xml(XML_ROW.format('<x:c xmlns:x="y" r="G2" t="e"><x:v>#N/A</x:v></x:c><c r="F2" t="e"><v>#N/A</v></c>')),
        "Selite",
        "#N/A",
        "cell_error",
    ),
]


@pytest.mark.parametrize(("content", "column", "value", "code"), ERRORS)
def test_what_cannot_be_read_is_named_by_row_column_and_value(
    content: bytes, column: str, value: str, code: str
) -> None:
    found = reading(content, {"date_format": "d.m.yyyy", "columns": {"date": "Päivä", "amount": "Summa"}})
    errors = [row for row in found if row.kind == "error"]
    assert [row.number for row in errors] == [2]
    problem = next(found for found in errors[0].problems if (found.code, found.column) == (code, column))
    assert (problem.row, problem.value) == (2, value)
    assert "row 2" in problem.message.lower() and problem.message.endswith(".") and column in problem.message
    assert problem.sheet == ("Sheet" if content.startswith(b"PK") else "")
    assert not problem.sheet or "Sheet “Sheet”" in problem.message


def test_all_problems_of_a_row_are_named() -> None:
    (row, _good) = rows_of(csv(changed(date="31.2.2021", cost_centre="1E+10", amount="x"), ROW))
    assert {problem.column for problem in row.problems} == {"Päivä", "Kustannuspaikka", "Summa"}


def test_a_formula_with_its_result_is_a_number() -> None:
    cells = '<c r="G2"><f>A1+B2</f><v>12.5</v></c><c r="F2" t="str"><f>A1</f><v></v></c>'
    (row,) = rows_of(sheet_xml(XML_ROW.format(cells)))
    assert (row.kind, row.amount, row.description) == ("row", Decimal("12.50"), "")


def test_a_negative_amount_on_the_credit_side_can_be_read_two_ways() -> None:
    rows = rows_of(csv((*ROW[:6], "-100,00", "K"), (*ROW, "X"), (*ROW, "D"), (*ROW, "K"), header=(*HEADER, "D/K")))
    assert [problem.code for row in rows for problem in row.problems] == ["ambiguous_side", "side"]


# --- what is read as it stands, and may be meant in another way


@pytest.mark.parametrize(
    ("last", "noted"),
    [
        (("30.6.2021", "", "2000", "KR1", "", "Yhteensä", "200,00"), ["may_be_total"]),
        (("30.6.2021", "", "", "", "", "Summa:", "200,00"), ["may_be_total"]),
        (("30.6.2021", "", "2000", "KR1", "", "Yhteensä", "199,00"), ["says_total"]),
        (("30.6.2021", "", "2000", "KR1", "", "Palkat yhteensä", "199,00"), []),
        (("30.6.2021", "", "2000", "KR1", "", "Palkat", "200,00"), []),
    ],
)
def test_a_total_with_a_date_or_codes_is_noted(last: tuple[str, ...], noted: list[str]) -> None:
    rows = rows_of(csv(ROW, ROW, last))
    assert [row.kind for row in rows] == ["row"] * 3
    assert [note.code for note in rows[-1].notes] == noted


#: Heading of the amounts, heading and value of the column beside them, and what is said.
UNITS = [
    ("Summa (1000 €)", "Muu", "x", "seems to mean another unit"),
    ("Summa, tuhatta euroa", "Muu", "x", "seems to mean another unit"),
    ("Summa (snt)", "Muu", "x", "seems to mean another unit"),
    ("Summa", "Valuutta", "SEK", "another currency than the euro (“SEK” in row 3)"),
    ("Summa", "Valuutta", "EUR", ""),
    ("Summa EUR", "Valuutta", "SEK", ""),
    ("Summa", "Maa", "SE", ""),
]


@pytest.mark.parametrize(("heading", "beside", "value", "said"), UNITS)
@pytest.mark.parametrize("confirmed", [True, False])
def test_amounts_that_may_not_be_euros_are_noted(
    heading: str, beside: str, value: str, said: str, confirmed: bool
) -> None:
    header = ("Päivä", "Tosite", "Projekti", heading, beside)
    content = csv(*(("1.6.2021", "1", "KR1", "5,00", unit) for unit in ("EUR", value)), header=header)
    columns = {"date": "Päivä", "amount": heading, "project_code": "Projekti"}
    said_before = {
        "header_row": 1,
        "date_format": "d.m.yyyy",
        "decimal_mark": ",",
        "delimiter": ";",
        "columns": columns,
    }
    for profile in ({}, said_before):
        found = reading(content, profile, confirmed=confirmed and bool(profile))
        assert [row.amount for row in found if row.kind == "row"] == [Decimal(5)] * 2
        # A heading that is only in part that of amounts is told besides.
        warnings = [warning for warning in found.warnings if "not certain" not in warning]
        assert len(warnings) == bool(said) and said in "".join(warnings)
