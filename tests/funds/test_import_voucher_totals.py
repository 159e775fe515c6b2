"""The total of an invoice or a voucher is not what its rows have of it: asked, or told, whatever stands beside it."""

import pytest

from funds.imports.files import open_file
from funds.imports.profiles import ProfileRefusal
from funds.imports.recognise import Recognition, recognise

from .import_files import csv, reading

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


def beside_totals(heading: str, other: str) -> Recognition:
    """Vouchers that repeat their total, beside another column with cents."""
    rows = [
        ("1.10.2024", f"{number}", account, f"{number}24,00", share)
        for number in range(1, 5)
        for account, share in (("4300", f"{number}0,10"), ("4340", f"{number}9,50"))
    ]
    return recognise(open_file("x.csv", csv(*rows, header=("Pvm", "Tosite", "Tili", heading, other))))


@pytest.mark.parametrize(
    "other",
    [
        *["Osuus ilman alv", "Rivin osuus alv 0 %", "Tiliöity (alv 0 %)", "ALV 0 %", "Kulu ilman alv", "Net (VAT 0%)"],
        *[
            "Andel moms 0 %",
            "Osuus (alv 0)",
            "Osuus sis. alv",
            "Net ex VAT",
            "Alviton osuus",
            "Osuus",
            "Tiliöinti alv 0",
        ],
    ],
)
def test_shares_without_tax_are_no_rates(other: str) -> None:
    recognition = beside_totals("Summa", other)
    (question,) = recognition.questions
    assert REPEATED in question.message and other in question.choices
    assert not any("has taxes" in warning for warning in recognition.warnings), recognition.warnings
    # Where nothing repeats, the amounts without tax are told.
    once = csv(("1.10.2024", "4300", "124,00", "100,10"), header=("Pvm", "Tili", "Summa", other))
    if "ilman" in other or "0" in other or "Alviton" in other:
        for profile in ({}, COMPLETE):
            assert ["amounts without tax" in warning for warning in reading_of(once, profile)] == [True]


COMPLETE = {
    **{"header_row": 1, "date_format": "d.m.yyyy", "decimal_mark": ",", "delimiter": ";"},
    "columns": {"date": "Pvm", "account": "Tili", "amount": "Summa"},
}


def reading_of(content: bytes, profile: dict[str, object]) -> list[str]:
    actuals = reading(content, profile)
    assert [row.kind for row in actuals] == ["skipped", "row"]
    return list(actuals.warnings)


@pytest.mark.parametrize("other", ["ALV %", "ALV-%", "Osuus-%", "%", "ALV (%)", "Alennus % ilman alv", "ALV 25,5 %"])
def test_rates_beside_repeated_totals_are_told_and_not_asked(other: str) -> None:
    recognition = beside_totals("Summa", other)
    assert not recognition.questions and REPEATED in recognition.warnings[0]


TOTALS = [
    *["Laskun summa", "Laskun loppusumma", "Loppusumma", "Kokonaissumma", "Verollinen summa", "Summa sis. alv"],
    *["Total amount", "Fakturabelopp", "Brutto", "Bruttosumma", "Bruttobelopp"],
]
SHARES = [
    *["Osuus", "Rahaston osuus", "Projektin osuus", "Kohdistettu", "Kohdistus €", "Tiliöinti", "Tiliöity", "Rivi"],
    *["Kustannus", "Andel", "Kontering", "Share", "Maksuosuus", "Osuus ilman alv"],
]
HEADER = ("Pvm", "Laskunro", "Kp", "Projekti")


def invoices(*amounts: str) -> list[tuple[str, ...]]:
    """Eight invoices, each of one row; a % stands for their number."""
    return [
        (f"{n}.10.2024", f"{n}", "2000", "KR1", *(text.replace("%", str(n)) for text in amounts)) for n in range(1, 9)
    ]


@pytest.mark.parametrize("total", TOTALS)
@pytest.mark.parametrize("share", SHARES)
def test_a_share_beside_whole_invoices_is_asked_about(total: str, share: str) -> None:
    content = csv(*invoices("%00,10", "%7,31"), header=(*HEADER, total, share))
    (question,) = recognise(open_file("x.csv", content)).questions
    assert (question.key, question.column, list(question.choices)) == ("column", "amount", [total, share])
    assert f"“{total}” has the amounts of whole invoices" in question.message and f"“{share}”" in question.message
    with pytest.raises(ProfileRefusal):
        reading(content)
    for meant, sum_of_rows in ((total, "3600.80"), (share, "418.48")):
        actuals = reading(content, {"columns": {"amount": meant}})
        assert {row.kind for row in actuals} == {"skipped", "row"} and str(actuals.totals.rows) == sum_of_rows


#: Headings beside the total of an invoice and a cell of theirs, with which nothing is asked.
ORDINARY = [
    *[(heading, "%,50") for heading in (
        "ALV", "ALV-määrä", "Veron määrä", "Kassa-alennus", "Alennus", "Viivästyskorko", "Pyöristys", "Avoin summa",
        "Maksettu", "Rahti", "Valuuttakurssi", "Kurssi", "Valuuttasumma", "Summa valuutassa", "Yksikköhinta", "Tunnit",
        "Moms", "Ränta", "Rabatt", "Öresutjämning", "Laskutuslisä", "Budjetti",
    )],
    ("Osuus", "0,00"),
    ("Osuus", ""),
    ("Osuus", "100"),
    ("ALV %", "25,5"),
    ("Selite", "Kahvi"),
]  # fmt: skip


@pytest.mark.parametrize(("other", "cell"), ORDINARY)
@pytest.mark.parametrize("total", ["Laskun summa", "Loppusumma", "Fakturabelopp"])
def test_what_is_no_share_beside_whole_invoices_is_not_asked_about(other: str, cell: str, total: str) -> None:
    recognition = recognise(open_file("x.csv", csv(*invoices("%00,10", cell), header=(*HEADER, total, other))))
    assert recognition.profile.columns["amount"] == total
    assert not recognition.questions


@pytest.mark.parametrize("amount", ["Summa", "Rivin summa", "Tiliöity summa", "Netto", "Veroton summa"])
def test_amounts_of_rows_beside_whole_invoices_are_taken(amount: str) -> None:
    content = csv(*invoices("%00,10", "%7,31"), header=(*HEADER, "Laskun summa", amount))
    recognition = recognise(open_file("x.csv", content))
    assert recognition.profile.columns["amount"] == amount and not recognition.questions
