"""No cent is lost on the way through CSV and XLSX, and no bytes break the reader."""

import io
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from funds.imports.files import FileRefusal
from funds.imports.profiles import Profile, ProfileRefusal
from funds.imports.values import amount_of
from fundtrack.exports import Column, Table, to_csv, to_xlsx
from fundtrack.money import LARGEST, AmountError, DecimalMark, parse_amount

from .files import changed_zip
from .import_files import ROW, changed, csv, reading, xlsx

EVERY_CENT = [Decimal(cents).scaleb(-2) for cents in range(10_000)]
AMOUNTS = st.integers(-int(LARGEST * 100), int(LARGEST * 100)).map(lambda cents: Decimal(cents).scaleb(-2))
#: What a workbook's binary numbers can hold to the cent: fifteen digits.
FIFTEEN_DIGITS = AMOUNTS.filter(lambda amount: abs(amount) < 10**12)


def _read(content: bytes, **profile: Any) -> list[Decimal]:
    found = list(reading(content, {"date_format": "d.m.yyyy", **profile}))
    assert {row.kind for row in found} <= {"row", "skipped"}
    return [row.amount for row in found if row.amount is not None]


def _csv(amounts: Sequence[Decimal], mark: str, group: str) -> bytes:
    texts = (f"{amount:,.2f}".replace(",", "_").replace(".", mark).replace("_", group) for amount in amounts)
    return csv(*(changed(amount=text) for text in texts))


def _exported(amounts: Sequence[Decimal]) -> Table:
    columns = (Column("Päivä"), Column("Tosite"), Column("Kustannuspaikka"), Column("Summa", "amount"))
    return Table("Ote", columns, [("1.6.2021", str(number), "2000", amount) for number, amount in enumerate(amounts)])


def _floats(amounts: Sequence[Decimal]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Ote")
    sheet.append(["Päivä", "Kustannuspaikka", "Summa"])
    for amount in amounts:
        sheet.append(["1.6.2021", "2000", float(amount)])
    stored = io.BytesIO()
    book.save(stored)
    return stored.getvalue()


@pytest.mark.parametrize(("mark", "group"), [(",", ""), (",", " "), (",", "."), (".", ""), (".", ","), (",", "\u00a0")])
def test_every_cent_through_csv(mark: str, group: str) -> None:
    assert _read(_csv(EVERY_CENT, mark, group)) == EVERY_CENT


def test_every_cent_through_our_own_exports() -> None:
    assert _read(to_csv(_exported(EVERY_CENT))) == EVERY_CENT
    assert _read(to_xlsx([_exported(EVERY_CENT)])) == EVERY_CENT


def test_every_cent_through_the_binary_numbers_of_a_workbook() -> None:
    assert _read(_floats(EVERY_CENT)) == EVERY_CENT
    # As sums leave them: 4840.5200000000004.
    noisy = [Decimal(4840) + cents for cents in EVERY_CENT]
    assert [amount_of(float(cents) + 4840.0, None) for cents in EVERY_CENT] == noisy


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(AMOUNTS, min_size=1, max_size=30), st.sampled_from([",", "."]), st.sampled_from(["", " ", "\u202f"]))
def test_large_amounts_through_csv(amounts: list[Decimal], mark: str, group: str) -> None:
    assert _read(_csv(amounts, mark, group), decimal_mark=mark) == amounts
    assert _read(to_csv(_exported(amounts)), decimal_mark=",") == amounts


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(FIFTEEN_DIGITS, min_size=1, max_size=30))
def test_large_amounts_through_xlsx(amounts: list[Decimal]) -> None:
    assert _read(to_xlsx([_exported(amounts)])) == amounts
    assert _read(_floats(amounts)) == amounts


TYPED = st.from_regex(r"[-+\u2212]?[0-9]{0,4}([ .,\u00a0][0-9]{3}){0,3}([.,][0-9]{0,3})?-?( ?€)?", fullmatch=True)


@given(TYPED, st.sampled_from([None, ",", "."]))
def test_the_short_cut_reads_what_the_general_reader_reads(text: str, mark: DecimalMark | None) -> None:
    def outcome(read: Any) -> Any:
        try:
            return read()
        except AmountError as error:
            return error.code

    assert outcome(lambda: amount_of(text, mark)) == outcome(lambda: parse_amount(text, decimal_mark=mark))


# --- anything at all


def _never_breaks(content: bytes, name: str, profile: Profile | None = None) -> None:
    try:
        found = reading(content, profile.as_json() if profile else None, name=name)
        assert [row.number for row in found] == list(range(1, found.totals.counts.total() + 1))
    except (FileRefusal, ProfileRefusal) as refusal:
        assert str(refusal) and refusal.code


PROFILE = Profile.from_json({"date_format": "d.m.yyyy", "columns": {"date": "Päivä", "amount": "Summa"}})
NAMES = st.sampled_from(["x.csv", "x.xls", "x.xlsx", "x", "x.txt"])


@given(st.binary(max_size=400), NAMES)
def test_random_bytes(content: bytes, name: str) -> None:
    _never_breaks(content, name)


@given(st.text(alphabet="PäivSuma;,\t|\"\r\n0123456789.-='#€ \ufeff\ufffd\x00", max_size=300), NAMES)
def test_random_text(text: str, name: str) -> None:
    _never_breaks(b"P\xc3\xa4iv\xc3\xa4;Summa\r\n" + text.encode(), name, PROFILE)
    _never_breaks(text.encode(), name)
    _never_breaks(text.encode("utf-16"), name)


def _mutated(content: bytes, changes: Sequence[tuple[int, bytes]]) -> bytes:
    for place, new in changes:
        place %= len(content)
        content = content[:place] + new + content[place + len(new) :]
    return content


CHANGES = st.lists(st.tuples(st.integers(0, 100_000), st.binary(min_size=1, max_size=4)), min_size=1, max_size=6)
WORKBOOK = xlsx(ROW, changed(amount=12.5), changed(date=44348))
with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as archive:
    PARTS = {name: archive.read(name) for name in archive.namelist()}


@given(CHANGES)
def test_a_changed_csv_file(changes: list[tuple[int, bytes]]) -> None:
    _never_breaks(_mutated(csv(*[ROW] * 5), changes), "x.csv")


@given(CHANGES)
def test_a_changed_workbook(changes: list[tuple[int, bytes]]) -> None:
    _never_breaks(_mutated(WORKBOOK, changes), "x.xlsx")


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(PARTS)), CHANGES)
def test_a_workbook_with_a_changed_part(part: str, changes: list[tuple[int, bytes]]) -> None:
    _never_breaks(changed_zip(WORKBOOK, {part: _mutated(PARTS[part], changes)}), "x.xlsx", PROFILE)


CELLS = """<c r="A2">|<c r="G3" t="s">|<c>|</c>|<v>|</v>|1|-5|1e999|<row r="3">|</row>|<c r="B2" t="e">|#REF!
|<f>|</f>|<f/>|<is><t>|</t></is>|<!--|-->|<![CDATA[|]]>|<c r="" t="d">|<c r="1A">|<c t="b" r="C2">|&#0;|&amp;
|99999999999999999999|<c r="ZZ9" s="9">"""
SNIPPETS = st.lists(st.sampled_from(CELLS.replace("\n", "").split("|")), max_size=25).map("".join)


@settings(max_examples=300)
@given(SNIPPETS)
def test_a_sheet_of_strange_xml(cells: str) -> None:
    sheet = PARTS["xl/worksheets/sheet1.xml"].replace(b"</sheetData>", cells.encode() + b"</sheetData>")
    _never_breaks(changed_zip(WORKBOOK, {"xl/worksheets/sheet1.xml": sheet}), "x.xlsx", PROFILE)


#: What stands in a cell, what is read from a row, and what from the file's total: None is an error.
NOISE: list[tuple[float, str | None, str | None]] = [
    (4840.5200000000004, "4840.52", "4840.52"),
    (30583023.80999996, "30583023.81", "30583023.81"),
    (30583023.8100009, None, "30583023.81"),
    (30583023.812, None, None),
    (12.345, None, None),
    (12.34001, None, None),
    (12.3400000001, None, "12.34"),
    (0.1 + 0.2, "0.30", "0.30"),
    (123456789012.34, "123456789012.34", "123456789012.34"),
    (123456789012.345, None, None),
]


@pytest.mark.parametrize(("value", "of_a_row", "of_a_total"), NOISE)
def test_the_noise_of_sums_is_no_third_decimal(value: float, of_a_row: str | None, of_a_total: str | None) -> None:
    _headings, row, total = reading(xlsx(changed(amount=value), ("Yhteensä", *[None] * 5, value)))
    assert row.amount == (None if of_a_row is None else Decimal(of_a_row))
    assert total.amount == (None if of_a_total is None else Decimal(of_a_total))
    assert of_a_row is not None or row.problems[0].code == "too_many_decimals"
