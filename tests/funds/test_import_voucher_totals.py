"""The total of an invoice or a voucher is not what its rows have of it: asked, or told, whatever stands beside it."""

import pytest

from funds.imports.files import open_file
from funds.imports.recognise import recognise

from .import_files import csv

pytestmark = pytest.mark.usefixtures("english")

REPEATED = "the same amount on all rows"
#: Rows of one voucher: account, side and amount, without the voucher itself; a % stands for its number.
GROSS = ("4300 D %40,00", "4340 D %40,00")
SIDES: list[tuple[str, tuple[str, ...], tuple[str, ...], bool]] = [
    ("totals on both rows", GROSS, (), True),
    ("a transfer among them", GROSS, ("4300 K 7,00", "4340 D 7,00"), True),
    ("a transfer with its sign", GROSS, ("4300 K -7,00", "4340 D 7,00"), True),
    ("a transfer of three rows", GROSS, ("4300 K 7,00", "4340 D 7,00", "4340 K 7,00"), True),
    ("the payables of each", (*GROSS, "2500 K %40,00"), (), True),
    ("the payables first", ("2500 K %40,00", *GROSS), (), True),
    ("payables without an amount", (*GROSS, "2500 K "), (), True),
    ("the payables of rows", ("4300 D %20,00", "4340 D %20,00", "2500 K %40,00"), (), False),
    ("debit and credit", ("4300 D %40,00", "2500 K %40,00"), (), False),
    ("debit and credit with signs", ("4300 D %40,00", "2500 K -%40,00"), (), False),
    ("one voucher with two amounts", GROSS, ("4300 D 7,00", "4340 D 8,00"), False),
]


@pytest.mark.parametrize(("what", "voucher", "last", "repeated"), SIDES)
@pytest.mark.parametrize("heading", ["Laskun summa", "Summa"])
def test_debit_and_credit_of_one_voucher_say_nothing_of_the_others(
    what: str, voucher: tuple[str, ...], last: tuple[str, ...], repeated: bool, heading: str
) -> None:
    rows = [
        (f"{number}.10.2024", str(number), *row.replace("%", str(number)).split(" "))
        for number in range(1, 9)
        for row in voucher
    ]
    rows += [("20.10.2024", "50", *row.split()) for row in last]
    header = ("Pvm", "Tosite", "Tili", "D/K", heading)
    recognition = recognise(open_file("x.csv", csv(*rows, header=header)))
    said = [question.message for question in recognition.questions] + list(recognition.warnings)
    assert [REPEATED in sentence for sentence in said] == [True] * repeated
    assert len(recognition.questions) == (repeated and heading == "Laskun summa")


def test_a_row_that_takes_another_one_back_says_nothing_of_the_others() -> None:
    rows = [(f"{n}.10.2024", f"{n}", account, f"{n}40,00") for n in range(1, 9) for account in ("4300", "4340")]
    rows += [("20.10.2024", "50", "4300", "-7,00"), ("20.10.2024", "50", "4340", "7,00")]
    recognition = recognise(open_file("x.csv", csv(*rows, header=("Pvm", "Tosite", "Tili", "Laskun summa"))))
    assert [REPEATED in question.message for question in recognition.questions] == [True]
