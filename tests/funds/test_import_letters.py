"""Letters and cells of CSV files: encodings, delimiters, and what stands around a text."""

from datetime import date
from decimal import Decimal

import pytest

from funds.imports.files import FileRefusal, open_file

from .import_files import HEADER, ROW, changed, csv, reading, rows_of

pytestmark = pytest.mark.usefixtures("english")


LETTERS = changed(description="Työ Åbo €", voucher="1")
ENCODINGS = [
    ("utf-8", "utf-8"),
    ("utf-8-sig", "utf-8"),
    ("utf-16", "utf-16"),
    ("cp1252", "windows-1252"),
]


@pytest.mark.parametrize(("codec", "name"), ENCODINGS)
@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_encodings_and_delimiters_are_found_out(codec: str, name: str, delimiter: str) -> None:
    content = csv(LETTERS, encoding=codec, delimiter=delimiter)
    file = open_file("x.csv", content)
    assert (file.encoding, file.delimiter) == (name, delimiter)
    (row,) = rows_of(content)
    assert (row.description, row.voucher) == ("Työ Åbo €", "1")
    assert not file.warnings


#: Words, in which code page they are written, and how they are read where nobody says it.
OLD_LETTERS = [
    ("Päivää Åbo työ ÄÖ", "cp437", "ibm850"),
    ("Päivää Åbo työ ÄÖ", "cp850", "ibm850"),
    ("Päivää åbo työ Ä", "mac-roman", "macintosh"),
    ("„Hanke” ”Hanke”n Tšekki – 5 €", "cp1252", "windows-1252"),
    ("Päivää è", "cp850", "windows-1252"),
]


@pytest.mark.parametrize(("words", "codec", "name"), OLD_LETTERS)
def test_old_code_pages_are_found_where_nothing_else_is_possible(words: str, codec: str, name: str) -> None:
    content = csv(changed(description=words), header=("Pvm", *HEADER[1:]), encoding=codec)
    file = open_file("x.csv", content)
    assert file.encoding == name
    (row,) = rows_of(content)
    assert (row.description == words) == (codec != "cp850" or name == "ibm850")
    # What could be read in another way a person sees as it was read.
    (warning,) = file.warnings
    assert name in warning and f"“{row.description.split()[0]}”" in warning
    assert not open_file("x.csv", content, encoding=name).warnings


#: Words in Windows-1252, and whether another encoding would make words of them as well.
WESTERN = [
    ("Päivää Åbo työ ÄÖ", False),
    ("Pöytä – 5 € ”Hanke” José Ünal 20 °C", False),
    ("Käyttö\u00a0menot Søren", False),
    ("Kela´n", False),
    # Code page 850 has an ö there, the Macintosh one as well, the Baltic code page a š, ISO 8859-15 a š.
    ("a”b", True),
    ("a”b Päivä", False),
    ("Tšekki", True),
    ("Tšekki Päivä", False),
    ("aðb Päivä", True),
    ("a¨b Päivä", True),
]


@pytest.mark.parametrize(("words", "told"), WESTERN)
def test_letters_that_no_other_encoding_explains_are_not_to_be_checked(words: str, told: bool) -> None:
    content = csv(changed(description=words), header=("Pvm", *HEADER[1:]), encoding="cp1252")
    file = open_file("x.csv", content)
    assert file.encoding == "windows-1252" and rows_of(content)[0].description == " ".join(words.split())
    assert ["Check the letters" in warning for warning in file.warnings] == [True] * told


def test_a_file_with_a_stray_control_character_is_a_table() -> None:
    content = csv(changed(description="Pal\x07kat", project_code="K\x08R1"), ROW, changed(amount="1\x070,00"))
    file = open_file("x.csv", content)
    assert file.warnings[0].endswith("Check them: 2, 4.")
    first, _good, odd = rows_of(content)
    assert (first.kind, first.description, first.project_code) == ("row", "Palkat", "KR1")
    assert "Pal\x07kat" in first.cells
    assert [problem.code for problem in odd.problems] == ["not_a_number"]


def test_commas_divide_a_file_with_points() -> None:
    (row,) = rows_of(csv(changed(amount="1234.56"), delimiter=","))
    assert str(row.amount) == "1234.56"


GUARDED = changed(
    date='="1.6.2021"', voucher='="0002"', cost_centre='="2000"', project_code=' ="KR1"', account='"=""0040"""',
    description='"=""Työ """"A"""" """', amount='="1 100,50"',
)  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "utf-16", "utf-16-be"])
def test_texts_that_guard_themselves_from_a_spreadsheet_are_the_texts_inside(encoding: str) -> None:
    header = [f'="{heading}"' for heading in HEADER]
    (row,) = rows_of(csv(GUARDED, header=header, encoding=encoding))
    assert (row.kind, row.booked_on, row.amount) == ("row", date(2021, 6, 1), Decimal("1100.50"))
    assert (row.voucher, row.cost_centre_code, row.project_code, row.account) == ("0002", "2000", "KR1", "0040")
    assert row.description == 'Työ "A"'


@pytest.mark.parametrize("formula", ["=1+1", '="a"&"b"', '="a', "=A1", '=A1&"x"'])
def test_a_real_formula_stays_an_error(formula: str) -> None:
    for key in ("cost_centre", "amount"):
        rows = rows_of(csv(ROW, changed(**{key: formula}), changed(voucher='="7"')))
        assert [row.kind for row in rows] == ["row", "error", "row"]
        assert [problem.code for problem in rows[1].problems] == ["formula"] and rows[2].voucher == "7"


def test_a_guarded_nothing_is_an_empty_cell() -> None:
    (row,) = rows_of(csv(changed(project_code='=""', description='=""')))
    assert (row.kind, row.project_code, row.description) == ("row", "", "")


def test_a_first_line_may_name_the_delimiter() -> None:
    rows = rows_of(b"sep=,\r\n" + csv(changed(amount='"1,50"'), delimiter=","))
    assert [(row.number, str(row.amount)) for row in rows] == [(3, "1.50")]


def test_a_late_byte_decides_the_encoding() -> None:
    rows = rows_of(csv(*[ROW] * 30_000, LETTERS, encoding="cp1252"))
    assert rows[-1].description == "Työ Åbo €" and len(rows) == 30_001


def test_an_odd_byte_far_into_a_file_does_not_break_its_letters() -> None:
    western = csv(*[LETTERS] * 3_000, changed(description="odd"), encoding="cp1252").replace(b"odd", b"o\x81d")
    file = open_file("x.csv", western)
    assert file.encoding == "windows-1252" and "3002" in file.warnings[0]
    # The row keeps the character as it came; the ledger takes no control characters from anybody.
    odd = rows_of(western)[-1]
    assert "o\x81d" in odd.cells and odd.description == "od"
    unicode = csv(*[LETTERS] * 3_000, changed(description="odd")).replace(b"odd", b"\xe4")
    file = open_file("x.csv", unicode)
    assert file.encoding == "utf-8" and "3002" in file.warnings[0]
    rows = rows_of(unicode)
    assert (rows[0].description, rows[-1].description) == ("Työ Åbo €", "ä")


def test_a_declared_encoding_holds() -> None:
    content = csv(LETTERS, encoding="cp858").replace(b"\xd5", b"E")
    (row,) = rows_of(content, {"encoding": "cp850"})
    assert row.description == "Työ Åbo E"
    with pytest.raises(FileRefusal) as refusal:
        rows_of(csv(ROW, LETTERS, encoding="cp1252"), {"encoding": "utf-8", "date_format": "d.m.yyyy"})
    assert refusal.value.code == "file_encoding"
    with pytest.raises(FileRefusal) as refusal:
        rows_of(csv(LETTERS), {"encoding": "windows-1252"})
    assert refusal.value.code == "file_encoding" and "Unicode" in str(refusal.value)


@pytest.mark.parametrize("encoding", ["windows-1252", "utf-8"])
def test_an_encoding_that_was_found_and_confirmed_lets_the_same_odd_bytes_through(encoding: str) -> None:
    content = csv(*[LETTERS] * 50, changed(description="odd"), encoding=encoding)
    content = content.replace(b"odd", b"o\x81d" if encoding != "utf-8" else b"o\xe4d")
    file = open_file("x.csv", content)
    again = open_file("x.csv", content, encoding=file.encoding)
    assert file.encoding == again.encoding == encoding
    assert "52" in again.warnings[0] and list(file.rows()) == list(again.rows())


def test_letters_of_an_encoding_that_nobody_looks_for_can_be_declared() -> None:
    # Each Å of code page 850 is a byte that Windows-1252 does not have.
    content = csv(*[changed(description="ÅBO ÅLAND")] * 30, header=("Pvm", *HEADER[1:]), encoding="cp850")
    with pytest.raises(FileRefusal):
        open_file("x.csv", content)
    assert rows_of(content, {"encoding": "cp850"})[0].description == "ÅBO ÅLAND"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_declared_utf_16_that_is_none_is_refused_in_words(encoding: str) -> None:
    with pytest.raises(FileRefusal) as refusal:
        rows_of(csv(LETTERS, encoding="cp1252") + b"x", {"encoding": encoding})
    assert refusal.value.code in ("file_encoding", "header_missing")


def test_a_byte_that_does_not_fit_is_named_by_row_and_column() -> None:
    ascii_header = ("Date", *HEADER[1:])
    content = csv(ROW, LETTERS, header=ascii_header, encoding="cp1252")
    with pytest.raises(FileRefusal) as refusal:
        rows_of(content, {"encoding": "utf-8"})
    assert "Row 3, column 6" in str(refusal.value)


def test_text_named_xls_is_read_and_said() -> None:
    file = open_file("sap.xls", csv(ROW, delimiter="\t", encoding="utf-16"))
    assert file.kind == "csv" and "sap.xls is text" in file.warnings[0]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_found(encoding: str) -> None:
    actuals = reading(csv(changed(description="Työnantajan maksut"), encoding=encoding))
    assert [row.kind for row in actuals] == ["skipped", "row"] and actuals.profile.encoding == encoding
    # Zero bytes at both places are no text.
    with pytest.raises(FileRefusal):
        reading(csv(ROW, encoding=encoding) + b"\x00\x00")
    with pytest.raises(FileRefusal):
        reading(csv(ROW, encoding="utf-8") + b"\x00")
