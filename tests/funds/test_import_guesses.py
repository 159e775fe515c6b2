"""What was found out without certainty is told or asked, never booked in silence."""

from typing import Any

import pytest

from funds.imports.files import open_file
from funds.imports.profiles import Profile, ProfileRefusal
from funds.imports.recognise import recognise
from fundtrack.periods import Month

from .import_files import csv, reading

pytestmark = pytest.mark.usefixtures("english")


KEYS = ("Pvm", "Kustannuspaikka", "Projekti")
#: Headings of amounts with the values of two rows, and the columns that are offered; none where nothing is asked.
ASKED: list[tuple[tuple[str, ...], tuple[tuple[str, ...], ...], tuple[str, ...]]] = [
    (("Tunnit",), (("7,50",), ("3,25",)), ("Tunnit",)),
    (("Budjetti",), (("7500,50",), ("300,25",)), ("Budjetti",)),
    (("TA 2024", "TOT 2024"), (("10,00", "5,50"), ("20,00", "6,50")), ("TA 2024", "TOT 2024")),
    (("ALV-summa",), (("2,40",), ("4,80",)), ("ALV-summa",)),
    (("Vero", "Osuus"), (("2,40", "10,00"), ("4,80", "20,00")), ("Vero", "Osuus")),
    (("Poikkeama",), (("7,50",), ("3,25",)), ("Poikkeama",)),
    (("Toteuma kum.",), (("7,50",), ("3,25",)), ("Toteuma kum.",)),
    (("Kertymä",), (("7,50",), ("3,25",)), ("Kertymä",)),
    (("Tapahtuma", "Saldo"), (("100,00", "100,00"), ("50,00", "150,00")), ("Tapahtuma", "Saldo")),
    (("Määrä", "á-hinta", "Yhteensä"), (("3", "10,00", "30,00"), ("2", "5,00", "10,00")),
     ("Määrä", "á-hinta", "Yhteensä")),
    (("Määrä",), (("3",), ("2",)), ("Määrä",)),
    (("kpl", "Yksikköhinta"), (("3", "10,00"), ("2", "5,00")), ("kpl", "Yksikköhinta")),
    (("Toteuma 2023", "Toteuma 2024"), (("300,00", "100,00"), ("50,00", "20,00")), ("Toteuma 2023", "Toteuma 2024")),
    (("1-2", "2"), (("300,00", "100,00"), ("50,00", "20,00")), ("1-2", "2")),
    (("kum.", "kausi"), (("300,00", "100,00"), ("50,00", "20,00")), ("kum.", "kausi")),
    (("Menot", "Tulot"), (("100,00", "0,00"), ("0,00", "40,00")), ("Menot", "Tulot")),
    # What is meant goes before all of these.
    (("Tunnit", "Summa"), (("7,50", "100,00"), ("3,25", "50,00")), ()),
    (("Budjetti", "Toteuma"), (("7,50", "100,00"), ("3,25", "50,00")), ()),
    (("Toteuma 2023", "Toteuma"), (("7,50", "100,00"), ("3,25", "50,00")), ()),
    (("Menot", "Tulot", "Netto"), (("100,00", "0,00", "100,00"), ("0,00", "40,00", "-40,00")), ()),
    (("Määrä",), (("100,50",), ("50,00",)), ()),
    (("Määrä EUR", "kpl"), (("100,00", "1"), ("50,00", "2")), ()),
]  # fmt: skip


@pytest.mark.parametrize(("headings", "values", "choices"), ASKED)
def test_what_may_be_no_amount_is_asked(
    headings: tuple[str, ...], values: tuple[tuple[str, ...], ...], choices: tuple[str, ...]
) -> None:
    rows = [("1.6.2021", "2000", "KR1", *cells) for cells in values]
    content = csv(*rows, header=(*KEYS, *headings))
    questions = recognise(open_file("x.csv", content)).questions
    assert [(question.key, question.column) for question in questions] == [("column", "amount")] * bool(choices)
    if choices:
        assert set(questions[0].choices) == set(choices)
        with pytest.raises(ProfileRefusal):
            reading(content)
    said = Profile(columns={"amount": headings[-1]})
    assert not recognise(open_file("x.csv", content), declared=said).questions


def test_expenses_and_income_can_be_said_to_be_debit_and_credit() -> None:
    rows = [("1.6.2021", "2000", "KR1", "100,00", "0,00"), ("1.6.2021", "2000", "KR1", "0,00", "40,00")]
    content = csv(*rows, header=(*KEYS, "Menot", "Tulot"))
    actuals = reading(content, {"columns": {"debit": "Menot", "credit": "Tulot"}})
    assert [str(row.amount) for row in actuals if row.kind == "row"] == ["100.00", "-40.00"]


#: Headings, one row, and the headings of which the reading tells that they are not certain.
UNCERTAIN: list[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = [
    (("Pvm", "Kustannuspaikka", "Projekti", "Summa"), ("1.6.2021", "2000", "KR1", "5,00"), ()),
    (("Eräpäivä", "Kustannuspaikka", "Summa"), ("1.6.2021", "2000", "5,00"), ("Eräpäivä",)),
    (("Tulostettu", "Kustannuspaikka", "Summa"), ("1.6.2021", "2000", "5,00"), ("Tulostettu",)),
    (("Pvm", "Kustannuspaikka", "Tapahtuma"), ("1.6.2021", "2000", "5,00"), ("Tapahtuma",)),
    (("Pvm", "Oma kustannuspaikka", "Summa"), ("1.6.2021", "2000", "5,00"), ("Oma kustannuspaikka",)),
    (("Pvm", "KP", "Projekti vanha", "Maksettu summa"), ("1.6.2021", "2000", "K1", "5,00"),
     ("Projekti vanha", "Maksettu summa")),
]  # fmt: skip


@pytest.mark.parametrize(("header", "row", "headings"), UNCERTAIN)
def test_what_was_found_without_certainty_is_told_once(
    header: tuple[str, ...], row: tuple[str, ...], headings: tuple[str, ...]
) -> None:
    content = csv(row, row, header=header)
    actuals = reading(content)
    assert [found.kind for found in actuals] == ["skipped", "row", "row"]
    assert len(actuals.warnings) == len(headings)
    for heading in headings:
        assert any(f"“{heading}”" in warning and "not certain" in warning for warning in actuals.warnings)
    # The page shows what is uncertain beside each column, and what a person has confirmed is not told again.
    assert not recognise(open_file("x.csv", content)).warnings
    confirmed = reading(content, actuals.profile.as_json(), confirmed=True)
    assert [found.kind for found in confirmed] == ["skipped", "row", "row"] and not confirmed.warnings
    # Nor what a profile says.
    said = reading(content, {"columns": dict(actuals.profile.columns)})
    assert [found.kind for found in said] == ["skipped", "row", "row"] and not said.warnings


@pytest.mark.parametrize(
    ("amount", "tax", "told"),
    [
        ("Summa", "ALV", True),
        ("Summa", "Veron määrä", True),
        ("Summa", "ALV %", False),
        ("Summa", "ALV-koodi", False),
        ("Netto", "ALV", False),
        ("Summa alviton", "ALV", False),
    ],
)
def test_taxes_beside_amounts_that_do_not_say_whether_they_have_them(amount: str, tax: str, told: bool) -> None:
    rows = [("1.6.2021", "2000", "KR1", "10,00", "2,40")] * 2
    actuals = reading(csv(*rows, header=(*KEYS, amount, tax)))
    assert [row.kind for row in actuals] == ["skipped", "row", "row"]
    assert ["with or without" in warning for warning in actuals.warnings] == [True] * told


COMPLETE = {"header_row": 1, "date_format": "d.m.yyyy", "decimal_mark": ",", "delimiter": ";"}
GROSS = [
    *["Brutto", "Bruttosumma", "Brutto eur", "Bruttobelopp", "Gross amount", "Gross", "Verollinen", "Verollinen summa"],
    *["Summa sis. alv", "Summa (sis. ALV)", "Summa sis alv 25,5 %", "Laskun summa sisältää alv", "Toteuma (sis. alv)"],
    *["Belopp inkl moms", "Belopp inkl. moms", "Fakturabelopp inkl. moms", "Amount incl. VAT", "Amount including VAT"],
    *["Alvillinen summa", "Summa, ml. alv", "Summa alv sis."],
]
NOT_GROSS = [
    *[
        "Summa",
        "Laskun summa",
        "Loppusumma",
        "Netto",
        "Summa ilman alv",
        "Summa alv 0 %",
        "Veroton summa",
        "Total amount",
    ],
    *["Summa (ei sis. alv)", "Belopp exkl. moms", "Amount excl. VAT", "Bruttomenot", "Brutto kulut", "Bruttopalkka"],
]


@pytest.mark.parametrize("heading", [*GROSS, *NOT_GROSS])
def test_a_heading_that_says_that_tax_is_inside_is_told(heading: str) -> None:
    content = csv(*[("1.6.2021", "2000", "KR1", "12,40", "2,40")] * 2, header=(*KEYS, heading, "ALV"))
    columns = {"columns": {"date": "Pvm", "cost_centre": "Kustannuspaikka", "amount": heading}}
    for profile in ({}, columns, {**COMPLETE, **columns}):
        actuals = reading(content, profile)
        assert [str(row.amount) for row in actuals if row.kind == "row"] == ["12.40"] * 2
        told = [warning for warning in actuals.warnings if "have tax in them" in warning]
        assert [f"“{heading}”" in warning for warning in told] == [True] * (heading in GROSS), actuals.warnings
        # The column of taxes says nothing more then.
        assert not told or not any("with or without" in warning for warning in actuals.warnings)


def test_tax_inside_is_told_of_debit_and_credit_and_once_beside_amounts_without_it() -> None:
    header = (*KEYS, "Debet sis. alv", "Kredit sis. alv")
    columns = {"debit": header[3], "credit": header[4]}
    for profile in ({"columns": columns}, {**COMPLETE, "columns": {"date": "Pvm", **columns}}):
        actuals = reading(csv(("1.6.2021", "2000", "KR1", "12,40", ""), header=header), profile)
        assert [row.kind for row in actuals] == ["skipped", "row"]
        assert ["have tax in them" in warning for warning in actuals.warnings] == [True, True]
    columns = {"amount": "Brutto"}
    for profile in ({"columns": columns}, {**COMPLETE, "columns": {"date": "Pvm", **columns}}):
        content = csv(("1.6.2021", "2000", "KR1", "12,40", "10,00"), header=(*KEYS, "Brutto", "Osuus ilman alv"))
        actuals = reading(content, profile)
        assert [row.kind for row in actuals] == ["skipped", "row"]
        assert ["amounts without tax in the column" in warning for warning in actuals.warnings] == [True]


@pytest.mark.parametrize("heading", ["Valuutta", "Valuta", "Currency", "Val.", "Kurssi"])
@pytest.mark.parametrize("again", ["{}", " {} "])
def test_headings_once_more_are_no_currency(heading: str, again: str) -> None:
    header = ("Pvm", "KP", heading, "Summa", "Laji")
    rows = [("1.6.2021", "2000", "1,00" if heading == "Kurssi" else "EUR", "5,50", side) for side in "DK"]
    repeated = tuple(again.format(text) if text == heading else text for text in header)
    columns = {"columns": {"date": "Pvm", "cost_centre": "KP", "amount": "Summa"}}
    for profile in (columns, {**COMPLETE, **columns}):
        actuals = reading(csv(*rows, repeated, *rows, header=header), profile)
        assert [row.kind for row in actuals] == ["skipped", "row", "row", "skipped", "row", "row"]
        # Nor are they a third kind of side.
        (warning,) = actuals.warnings
        assert "debit and credit" in warning
    other = reading(csv(*rows, repeated, ("1.6.2021", "2000", "11,25", "5,50", "D"), header=header), columns)
    assert sum(row.kind == "row" for row in other) == 3
    assert [f"“{heading}” has another currency" in text for text in other.warnings] == [False] + [True] * (
        heading == "Kurssi"
    )


@pytest.mark.parametrize("vouchers", ["1", "12"])
def test_two_vouchers_with_shares_beside_their_total(vouchers: str) -> None:
    header = ("Pvm", "Tosite", "Tili", "Summa", "Osuus")
    rows = [("1.6.2021", voucher, "4000", "30,00", share) for voucher in vouchers for share in ("10,00", "20,00")]
    questions = recognise(open_file("x.csv", csv(*rows, header=header))).questions
    assert ["voucher's total" in question.message for question in questions] == [True] * (len(vouchers) > 1)
    complete = {"header_row": 1, "date_format": "d.m.yyyy", "decimal_mark": ",", "delimiter": ";"}
    actuals = reading(csv(*rows, header=header), {**complete, "columns": {"date": "Pvm", "amount": "Summa"}})
    assert [row.kind for row in actuals] == ["skipped", *["row"] * len(rows)]
    assert ["voucher's total" in warning for warning in actuals.warnings] == [True] * (len(vouchers) > 1)


#: Lines above the headings, heading of the amounts, heading and value of the column beside them, and what is said.
UNITS: list[tuple[str, str, str, str, str]] = [
    *[("", heading, "Muu", "x", f"The heading “{heading}” seems to mean another unit") for heading in (
        "Summa t€", "Summa M€", "Summa, milj. €", "Toteuma 1000e", "Summa (te)", "Summa t.e.", "Summa x1000",
        "Summa k€",
        "Summa SEK", "Belopp (SEK)", "Amount USD", "Belopp kr",
    )],
    *[("", heading, "Muu", "x", "") for heading in ("Summa €", "Summa (€)", "Summa EUR", "Toteuma, euroa")],
    *[("", "Summa", heading, "SEK", f"The column “{heading}” has another currency") for heading in (
        "Val.", "Val", "Ccy", "Valuuttatunnus", "Tapahtumavaluutta",
    )],
    *[("", "Summa", heading, "11,25", f"The column “{heading}” has another currency") for heading in (
        "Kurssi", "Valuuttakurssi", "Exchange rate",
    )],
    ("", "Summa", "Kurssi", "1,0000", ""),
    ("", "Summa", "Kurssi", "Englanti", ""),
    ("", "Summa", "Val.", "EUR", ""),
    *[(line, "Summa", "Muu", "x", f"another unit, and the amounts are read as euros: “{line}") for line in (
        "Luvut tuhansina euroina", "Summat sentteinä", "Valuutta: SEK", "Belopp i SEK", "(1 000 €)", "Tusental euro",
    )],
    *[(line, "Summa", "Muu", "x", "") for line in (
        "Luvut euroina", "Valuutta: EUR", "Kustannuspaikka 1000 Tietohallinto", "Toteumaraportti 1.1.-31.3.2024",
    )],
]  # fmt: skip


#: Headings of the amounts that are read and of other ones, and whether a row in another currency is told.
IN_CURRENCY = [
    ("Summa", "Valuuttasumma", False),
    ("Summa", "Summa valuutassa", False),
    ("Summa", "Määrä tositteen valuutassa", False),
    ("Belopp", "Belopp i valuta", False),
    ("Amount", "Amount in document currency", False),
    ("Summa EUR", "Muu", False),
    ("Summa", "Muu", True),
    ("Summa", "Määrä paikallisessa valuutassa", True),
    ("Valuuttasumma", "Summa", True),
    ("Summa valuutassa", "Valuuttasumma", True),
]


@pytest.mark.parametrize(("heading", "beside", "told"), IN_CURRENCY)
def test_amounts_beside_those_in_another_currency_are_euros(heading: str, beside: str, told: bool) -> None:
    rows = [("1.6.2021", "2000", "88,12", "1000,00", currency) for currency in ("EUR", "SEK")]
    content = csv(*rows, header=("Pvm", "KP", heading, beside, "Valuutta"))
    for form in ({}, {"header_row": 1, "date_format": "d.m.yyyy", "decimal_mark": ",", "delimiter": ";"}):
        actuals = reading(content, {**form, "columns": {"date": "Pvm", "amount": heading}})
        assert [str(row.amount) for row in actuals if row.kind == "row"] == ["88.12"] * 2
        assert ["another currency" in warning for warning in actuals.warnings] == [True] * told


@pytest.mark.parametrize(("line", "heading", "beside", "value", "said"), UNITS)
def test_other_units_and_currencies_are_told(line: str, heading: str, beside: str, value: str, said: str) -> None:
    header = ("Pvm", "KP", heading, beside)
    rows = [("1.6.2021", "2000", "5,50", value)] * 2
    content = csv(header, *rows, header=(line,)) if line else csv(*rows, header=header)
    for confirmed in (False, True):
        said_so: dict[str, Any] = {"columns": {"date": "Pvm", "amount": heading}}
        if confirmed:
            said_so |= {
                "header_row": 2 if line else 1,
                "date_format": "d.m.yyyy",
                "decimal_mark": ",",
                "delimiter": ";",
            }
        actuals = reading(content, said_so, confirmed=confirmed)
        assert [row.kind for row in actuals if row.kind != "skipped"] == ["row", "row"]
        assert len(actuals.warnings) == bool(said) and said in "".join(actuals.warnings), actuals.warnings


#: Heading and form of the dates, the heading beside them, its value in two rows, and whether they say another month.
OTHER_MONTHS: list[tuple[str, str, str, tuple[str, str], bool]] = [
    *[("", "", heading, values, told) for heading, values, told in (
        ("Kausi", ("1", "2"), True),
        ("Kausi", ("2", "2"), True),
        ("Kausi", ("1", "1"), False),
        ("Kausi", ("001", "002"), True),
        ("Kausi", ("tammikuu", "helmikuu"), True),
        ("Kuukausi", ("Tammikuu", "tammikuu 2024"), False),
        ("Kuukausi", ("tammikuu 2024", "tammikuu 2023"), True),
        ("Kausi", ("001/2024", "002.2024"), True),
        ("Kausi", ("2024001", "2024/002"), True),
        ("Vuosi", ("2024", "2023"), True),
        ("Vuosi", ("2024", "2024"), False),
        ("Kausi", ("", "-"), False),
        ("Muu", ("1", "2"), False),
    )],
    ("Laskupvm", "31.12.2023", "Kausi", ("1", "1"), True),
    ("Laskupvm", "31.1.2024", "Kausi", ("1", "1"), False),
    ("Laskupvm", "31.1.2024", "Vuosi", ("2024", "2023"), True),
]  # fmt: skip


@pytest.mark.parametrize(("date", "day", "heading", "values", "told"), OTHER_MONTHS)
def test_columns_with_another_month_than_the_rows_are_named(
    date: str, day: str, heading: str, values: tuple[str, str], told: bool
) -> None:
    first = (date,) if date else ()
    rows = [(*((day,) if date else ()), "2000", "KR1", "5,50", value) for value in values]
    content = csv(*rows, header=(*first, "Kustannuspaikka", "Projekti", "Summa", heading))
    columns = {"amount": "Summa", "cost_centre": "Kustannuspaikka"} | ({"date": date} if date else {})
    form = "d.m.yyyy" if date else "none"
    complete = {"header_row": 1, "date_format": form, "decimal_mark": ",", "delimiter": ";", "columns": columns}
    for profile in ({"date_format": form, "columns": columns}, complete):
        actuals = reading(content, profile, month=None if date else Month(2024, 1))
        assert [row.kind for row in actuals] == ["skipped", "row", "row"]
        assert ["says another month" in warning for warning in actuals.warnings] == [True] * told, actuals.warnings


@pytest.mark.parametrize("headings", [("Bruttopalkka", "Sivukulut"), ("Bruttomenot", "Tulot")])
def test_gross_pay_and_gross_costs_are_no_whole_invoices(headings: tuple[str, str]) -> None:
    rows = [("1.6.2021", "2000", "KR1", "12,40", "2,40"), ("2.6.2021", "2000", "KR1", "13,40", "3,40")]
    recognition = recognise(open_file("ote.csv", csv(*rows, header=(*KEYS, *headings))))
    assert not any("whole invoices" in question.message for question in recognition.questions)
