"""Exports: what a spreadsheet and a program read back is what went in."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timezone
from decimal import Decimal
from typing import Any
from unittest.mock import Mock

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from fundtrack.exports import Column, Row, Table, download, guarded, to_csv, to_xlsx, write_csv

COLUMNS = (
    Column("Koodi"),
    Column("Määrä", "amount"),
    Column("Käyttö", "percent"),
    Column("Rivejä", "integer"),
    Column("Päivä", "date"),
    Column("Hetki", "moment"),
)
ROW = ("0012", Decimal("-1234.50"), Decimal("63.65"), 3, date(2024, 3, 10), datetime(2024, 3, 10, 12, 5, tzinfo=UTC))
TOTAL = ("Yhteensä", Decimal("-1234.50"), None, 3, None, None)
TABLE = Table("Rivit", COLUMNS, [ROW], totals=[TOTAL])


def test_csv_is_what_a_finnish_spreadsheet_opens() -> None:
    assert (
        to_csv(TABLE)
        == (
            "\ufeffKoodi;Määrä;Käyttö;Rivejä;Päivä;Hetki\r\n"
            "0012;-1234,50;63,65;3;10.3.2024;10.3.2024 14.05\r\n"
            "Yhteensä;-1234,50;;3;;\r\n"
        ).encode()
    )


def test_csv_parameters_stand_below_the_table_after_an_empty_line() -> None:
    text = to_csv(TABLE, [("Kuukausi", "9/2024"), ("=1", "@x")]).decode("utf-8-sig")
    table, below = text.split("\r\n\r\n")
    assert len(list(csv.reader(io.StringIO(table), delimiter=";"))) == 3
    assert below == "Kuukausi;9/2024\r\n'=1;'@x\r\n"


def test_what_stands_hidden_before_a_formula_does_not_hide_it() -> None:
    assert guarded("\x00=1+1") == "'=1+1"
    sheet = load_workbook(io.BytesIO(to_xlsx([Table("a", (Column("a"),), [("\x00=1+1",)])])))["a"]
    assert (sheet["A2"].value, sheet["A2"].data_type, sheet["A2"].quotePrefix) == ("=1+1", "s", True)


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"])
def test_text_that_begins_like_a_formula_is_guarded(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-12,00", "-12.00", "+358401234567", "-5", "0012", "", "1=1", "Kuvaus -2"])
def test_numbers_and_other_text_are_left_alone(text: str) -> None:
    assert guarded(text) == text


def test_a_float_or_text_is_refused_in_a_column_of_numbers() -> None:
    for wrong in (1.5, "1,50", True):
        with pytest.raises(TypeError):
            to_csv(Table("", (Column("a", "amount"),), [(wrong,)]))
        with pytest.raises(TypeError):
            to_xlsx([Table("a", (Column("a", "amount"),), [(wrong,)])])


def test_a_number_that_is_none_is_refused() -> None:
    table = Table("a", (Column("a", "amount"),), [(Decimal("NaN"),)])
    for write in (to_csv, lambda table: to_xlsx([table])):
        with pytest.raises(ValueError, match="finite"):
            write(table)


def test_a_row_of_another_length_is_refused() -> None:
    for rows in ([("a",)], [ROW, ("a",)]):
        with pytest.raises(ValueError, match="zip"):
            to_csv(Table("", COLUMNS, rows))
        with pytest.raises(ValueError, match="zip"):
            to_xlsx([Table("a", COLUMNS, rows)])


def test_csv_rows_go_to_the_file_as_they_come() -> None:
    written, target = [], io.BytesIO()

    def rows() -> Iterator[Row]:
        for number in range(10_000):
            written.append(target.tell())
            yield (f"rivi {number}",)

    write_csv(target, Table("", (Column("a"),), rows()))
    assert written[0] < written[5_000] < written[-1]
    assert len(target.getvalue().splitlines()) == 10_001


def test_xlsx_keeps_numbers_dates_and_codes_as_what_they_are() -> None:
    sheet = load_workbook(io.BytesIO(to_xlsx([TABLE])))["Rivit"]
    cells = next(iter(sheet.iter_rows(min_row=2, max_row=2)))
    assert [cell.value for cell in cells[:4]] == ["0012", -1234.5, 0.6365, 3]
    assert [cell.value.isoformat() for cell in cells[4:]] == ["2024-03-10T00:00:00", "2024-03-10T14:05:00"]
    assert cells[0].data_type == "s"
    assert cells[1].number_format.startswith("# ##0.00")
    assert sheet["A3"].font.bold
    assert sheet.freeze_panes == "A2"


def test_xlsx_holds_the_largest_amount_to_the_cent() -> None:
    largest = Decimal("999999999999.99")
    content = to_xlsx([Table("a", (Column("a", "amount"),), [(largest,)])])
    assert CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()[1] == [999999999999.99]


def test_xlsx_text_is_never_a_formula_and_keeps_its_value() -> None:
    sheet = load_workbook(io.BytesIO(to_xlsx([Table("a", (Column("=A1"),), [("=1+1",), ("-2+3",), ("a\x00b",)])])))["a"]
    values = [row[0] for row in sheet.iter_rows()]
    assert [cell.value for cell in values] == ["=A1", "=1+1", "-2+3", "ab"]
    assert {cell.data_type for cell in values} == {"s"}
    assert [cell.quotePrefix for cell in values] == [True, True, True, False]


def test_xlsx_parameters_are_the_last_sheet_and_names_are_made_fit() -> None:
    one = Table("Rivit: 1/2 " + "x" * 40, (Column("a"),), [])
    book = load_workbook(io.BytesIO(to_xlsx([one, one], [("Kuukausi", "9/2024")])))
    assert len(book.sheetnames) == 3
    assert all(len(name) <= 31 for name in book.sheetnames)
    assert [cell.value for cell in list(book.worksheets[-1].iter_rows())[1]] == ["Kuukausi", "9/2024"]


def test_xlsx_goes_on_on_a_further_sheet_where_one_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fundtrack.exports.LARGEST_SHEET", 2)
    table = Table("Rivit", (Column("a", "integer"),), ([number] for number in range(4)), totals=[[6]])
    book = load_workbook(io.BytesIO(to_xlsx([table])))
    assert {sheet.title: [row[0].value for row in sheet.iter_rows()] for sheet in book} == {
        "Rivit": ["a", 0, 1],
        "Rivit 2": ["a", 2, 3],
        "Rivit 3": ["a", 6],
    }


def test_xlsx_of_many_rows_is_packed_fast_and_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table("Rivit", COLUMNS, [ROW] * 500, totals=[TOTAL])
    usual = to_xlsx([table])
    monkeypatch.setattr("fundtrack.sheets._MANY_ROWS", 100)
    fast = to_xlsx([table])
    assert len(fast) > len(usual)
    for read in (_by_openpyxl, _by_calamine):
        assert read(fast) == read(usual)
        assert len(read(fast)) == 502


def _by_openpyxl(content: bytes) -> list[Any]:
    return list(load_workbook(io.BytesIO(content))["Rivit"].iter_rows(values_only=True))


def _by_calamine(content: bytes) -> list[Any]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("Rivit").to_python()


def test_xlsx_keeps_every_text_and_every_cent() -> None:
    texts = ["", " a ", "<&>\"'", "a\nb", "\t", "]]>", "=1", "\u2028", "ä€😀"]
    cents = [Decimal(number) / 100 for number in range(10_000)]
    tables = [Table("t", (Column("a"),), [[text] for text in texts]), Table("c", (Column("a", "amount"),), zip(cents))]
    book = load_workbook(io.BytesIO(to_xlsx(tables)))
    assert [row[0] or "" for row in book["t"].iter_rows(min_row=2, values_only=True)] == texts
    assert [Decimal(str(row[0])) for row in book["c"].iter_rows(min_row=2, values_only=True)] == cents


def test_xlsx_is_the_same_bytes_whatever_the_clock_says(monkeypatch: pytest.MonkeyPatch) -> None:
    first = to_xlsx([TABLE], [("a", "b")], made_at=datetime(2024, 10, 7, tzinfo=UTC))
    # Both clocks that a workbook could take: of its properties and of its zip directory.
    clock = Mock(wraps=datetime, **{"now.return_value": datetime(2033, 5, 18, tzinfo=UTC)})
    monkeypatch.setattr("openpyxl.writer.excel.datetime", Mock(datetime=clock, timezone=timezone))
    monkeypatch.setattr("time.localtime", lambda _moment=None: datetime(2033, 5, 18, tzinfo=UTC).timetuple())
    assert to_xlsx([TABLE], [("a", "b")], made_at=datetime(2024, 10, 7, tzinfo=UTC)) == first
    assert load_workbook(io.BytesIO(first)).properties.modified.isoformat() == "2024-10-07T03:00:00"


def test_download_names_the_file() -> None:
    response = download(b"x", "käyttö.csv", "text/csv; charset=utf-8")
    assert response.content == b"x"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''k%C3%A4ytt%C3%B6.csv"
