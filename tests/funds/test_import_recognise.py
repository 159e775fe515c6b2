"""What is found out from a file as a whole: headings, contents, known codes; and what must be asked."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from funds.imports.files import open_file
from funds.imports.heading_words import WORDS, meanings_of, rank_of
from funds.imports.profiles import Profile, ProfileRefusal
from funds.imports.reading import read_actuals
from funds.imports.recognise import KnownCodes, recognise
from fundtrack.periods import Month

from .import_files import HEADER, ROW, changed, csv, found, reading, sheets, xlsx

pytestmark = pytest.mark.usefixtures("english")


def test_the_demonstration_file() -> None:
    folder = Path(settings.BASE_DIR, "funds", "demonstration")
    files = sorted(folder.glob("*.csv"))
    file = open_file(files[0].name, files[0].read_bytes())
    recognition = recognise(file)
    assert recognition.profile.as_json()["columns"] == {
        "date": "Kirjauspäivä",
        "cost_centre": "Kustannuspaikka",
        "project_code": "Projekti",
        "amount": "Summa EUR",
        "account": "Tili",
        "voucher": "Tositenumero",
        "description": "Selite",
    }
    assert (recognition.profile.date_format, recognition.profile.decimal_mark) == ("d.m.yyyy", ",")
    assert not recognition.questions and not recognition.unused and recognition.rows == 95
    reading = read_actuals(file, recognition.profile)
    months = {}
    for row in reading:
        if row.kind == "row" and row.month and row.amount:
            months[row.month] = months.get(row.month, Decimal(0)) + row.amount
    assert months[Month(2024, 6)] == Decimal("31866.45") and len(months) == 9
    assert (reading.totals.rows, reading.totals.counts["row"]) == (Decimal("318250.00"), 95)


#: Headings and rows in the manner of published purchase ledgers; the rows are invented.
MANNERS: list[tuple[tuple[str, ...], list[tuple[Any, ...]], dict[str, str], str]] = [
    (
        ("Tapaht.pvm", "Tositenro", "Toimittajan  nimi", "Lask.tili", "Tilin nimi", "Kustannuspaikka", "Vastuualue",
         "Laskun summa ilman ALV"),
        [("01.06.2021", "501", "OY ESIMERKKI AB", "4010", "Vuokrat", "7123", "Tekniset", "31,25"),
         ("02.06.2021", "502", "MALLI OY", "4011", "Muut", "7124", "Tekniset", "2 511,40")],
        {"date": "Tapaht.pvm", "voucher": "Tositenro", "supplier": "Toimittajan nimi", "account": "Lask.tili",
         "cost_centre": "Kustannuspaikka", "amount": "Laskun summa ilman ALV"},
        "d.m.yyyy",
    ),
    (
        ("Tapahtumanumero", "Kausi", "Tili nro", "Tilin nimi", "Toimittajanumero", "Summa"),
        [("900001", "202503", "4010", "Palvelut", "12", "815,00"),
         ("900002", "202504", "4020", "Muut", "345", "61,07")],
        {"voucher": "Tapahtumanumero", "month": "Kausi", "account": "Tili nro", "amount": "Summa"},
        "yyyymm",
    ),
    (
        ("Kunta", "TOSITE", "Toimittaja", "SUMMA", "VEROTON RIVIN OSUUS", "TOSITEPÄIVÄ", "TILI", "TILIN NIMI",
         "VERO RIVIN OSUUS", "Kustannuspaikka", "Kustannuspaikan nimi"),
        [("Mallila", "7_1", "OY A", "134,05", "14,05", "240105", "4010", "Toimisto", "0,00", "7161", "Hallinto"),
         ("Mallila", "7_1", "OY A", "134,05", "120,00", "240105", "4020", "Vuokrat", "0,00", "7090", "Opisto")],
        {"voucher": "TOSITE", "supplier": "Toimittaja", "amount": "VEROTON RIVIN OSUUS", "date": "TOSITEPÄIVÄ",
         "account": "TILI", "cost_centre": "Kustannuspaikka"},
        "yymmdd",
    ),
    (
        ("Bokföringsdatum", "Verifikat", "Konto", "Kostnadsställe", "Projekt", "Text", "Debet", "Kredit"),
        [("2021-06-01", "A1", "4000", "2000", "KR1", "Löner", "10.50", ""),
         ("2021-06-02", "A2", "4000", "2000", "KR1", "Rättelse", "", "1.25")],
        {"date": "Bokföringsdatum", "voucher": "Verifikat", "account": "Konto", "cost_centre": "Kostnadsställe",
         "project_code": "Projekt", "description": "Text", "debit": "Debet", "credit": "Kredit"},
        "yyyy-mm-dd",
    ),
    (
        ("Fiscal Year", "Period", "Document Number", "G/L Account", "Cost Center", "WBS Element", "Text",
         "Amount in local currency", "D/C"),
        [("2021", "6", "100", "4000", "2000", "KR1", "Wages", "1,234.50", "S"),
         ("2021", "7", "101", "4000", "2000", "KR1", "Wages", "10.00", "H")],
        {"year": "Fiscal Year", "period": "Period", "voucher": "Document Number", "account": "G/L Account",
         "cost_centre": "Cost Center", "project_code": "WBS Element", "description": "Text",
         "amount": "Amount in local currency", "side": "D/C"},
        "year_period",
    ),
    (
        ("Päivämäärä", "Tositenumero", "KP", "Seurantakohde", "Tiliöinti", "Selite", "Brutto", "Netto"),
        [("1.6.2021", "1", "2000", "S1", "4000", "Ostot", "124,00", "100,00"),
         ("1.6.2021", "2", "2000", "S1", "4000", "Ostot", "248,00", "200,00")],
        {"date": "Päivämäärä", "voucher": "Tositenumero", "cost_centre": "KP", "project_code": "Seurantakohde",
         "account": "Tiliöinti", "description": "Selite", "amount": "Netto"},
        "d.m.yyyy",
    ),
]  # fmt: skip


@pytest.mark.parametrize("manner", range(len(MANNERS)))
def test_the_manners_of_cities_and_systems(manner: int) -> None:
    header, rows, columns, date_format = MANNERS[manner]
    for content in (csv(*rows, header=header), csv(("Otsikko",), (), header, *rows, header=("Kaupunki", "2021"))):
        recognition = found(content)
        assert dict(recognition.profile.columns) == columns
        assert recognition.profile.date_format == date_format and not recognition.questions
        reading = read_actuals(open_file("x.csv", content), recognition.profile)
        assert [row.kind for row in reading if row.kind != "skipped"] == ["row"] * len(rows)


def test_the_total_of_a_voucher_is_not_its_rows() -> None:
    header = ("Päivä", "Tosite", "Summa", "Määrä")
    rows = [("1.6.2021", "1", "30,00", "10,00"), ("1.6.2021", "1", "30,00", "20,00"), ("1.6.2021", "2", "5,00", "5,00")]
    assert found(csv(*rows, header=header)).profile.columns["amount"] == "Määrä"


#: Three vouchers whose rows are told apart by their accounts.
DIVIDED = [("1.6.2021", voucher, account, "30,00", "x") for voucher in "123" for account in ("4000", "4100")]


def test_a_total_that_stands_alone_is_told_when_many_vouchers_repeat_it() -> None:
    header = ("Päivä", "Tosite", "Tili", "Summa", "Muu")
    recognition = found(csv(*DIVIDED, header=header))
    # There is no other column to choose: vouchers may be divided evenly.
    assert not recognition.questions and "“Summa” has the same amount" in recognition.warnings[0]
    declared = found(csv(*DIVIDED, header=header), declared=Profile(columns={"amount": "Summa"}))
    assert declared.warnings == recognition.warnings
    # Few vouchers may be divided evenly by chance, rows that are equal as a whole say nothing, one other row decides.
    for rows in (DIVIDED[:4], DIVIDED[::2] * 2, [*DIVIDED, ("1.6.2021", "3", "4200", "29,00", "x")]):
        assert not found(csv(*sorted(rows, key=lambda row: row[1]), header=header)).warnings


@pytest.mark.parametrize(
    "heading", ["Laskun summa", "Tositteen loppusumma", "Fakturabelopp", "Brutto", "Summa sis. alv", "Belopp inkl moms"]
)
@pytest.mark.parametrize("vouchers", [1, 3])
def test_a_heading_that_says_the_total_of_a_voucher_is_asked_about(heading: str, vouchers: int) -> None:
    rows = [*DIVIDED[: 2 * vouchers], ("1.6.2021", "9", "4000", "7,00", "x")]
    recognition = found(csv(*rows, header=("Päivä", "Tosite", "Tili", heading, "Muu")))
    (question,) = recognition.questions
    assert (question.key, question.column) == ("column", "amount") and heading in question.choices
    assert recognition.choices["amount"].confidence == "guess"


@pytest.mark.parametrize(
    "net",
    [
        "Summa (veroton)",
        "Rivin veroton osuus",
        "Netto €",
        "Laskun summa, alv 0 %",
        "Hinta ilman ALV",
        "Amount excl. VAT",
        "Summa alviton",
        "Summa alv0%",
        "Summa ilman veroa",
    ],
)
def test_net_in_other_words_goes_before_gross(net: str) -> None:
    for gross in ("Summa", "Laskun summa", "Summa verollinen", "Brutto", "Summa sis ALV"):
        header, row = ("Päivä", "Tosite", gross, net, "Veron määrä"), ("1.6.2021", "1", "12,40", "10,00", "2,40")
        assert found(csv(row, header=header)).profile.columns["amount"] == net


def test_known_codes_find_their_columns() -> None:
    header = ("Päivä", "Tosite", "Ulottuvuus 1", "Ulottuvuus 2", "Tili", "Selite", "Summa")
    known = KnownCodes(cost_centres=frozenset({"2000"}), project_codes=frozenset({"KR1"}))
    recognition = found(csv(*[ROW] * 3, header=header), known=known)
    columns = recognition.profile.columns
    assert (columns["cost_centre"], columns["project_code"]) == ("Ulottuvuus 1", "Ulottuvuus 2")
    assert recognition.choices["cost_centre"].confidence == "sure"


def test_a_code_goes_before_its_name_under_the_same_heading() -> None:
    header = ("Päivä", "Kustannuspaikka", "Kustannuspaikka", "Summa")
    recognition = found(csv(("1.6.2021", "Tietohallinto", "2000", "5,00"), header=header))
    assert recognition.profile.columns["cost_centre"] == "Kustannuspaikka (2)"


def test_each_choice_shows_values_with_their_rows() -> None:
    rows = [changed(amount=f"{number},00") for number in range(1, 9)]
    choice = found(csv(*rows)).choices["amount"]
    assert choice.samples == tuple((number + 1, f"{number},00") for number in range(1, 6))
    assert (choice.heading, choice.index, choice.confidence) == ("Summa", 6, "sure") and choice.why


@pytest.mark.parametrize(
    ("content", "key", "choices"),
    [
        (csv(ROW[1:], header=HEADER[1:]), "month", ()),
        (csv(changed(amount="1.234"), changed(amount="2.500")), "decimal_mark", (",", ".")),
        (csv(ROW[:6], header=HEADER[:6]), "column", ("Tosite", "Kustannuspaikka", "Tili")),
    ],
)
def test_what_the_file_does_not_decide_is_asked(content: bytes, key: str, choices: tuple[str, ...]) -> None:
    (question,) = found(content).questions
    assert (question.key, tuple(question.choices)) == (key, choices) and question.message.endswith(".")


def test_what_is_declared_wins() -> None:
    said = Profile(columns={"amount": "tosite"}, date_format="none", decimal_mark=".")
    recognition = found(csv(ROW), declared=said)
    assert recognition.profile.columns["amount"] == "tosite"
    assert recognition.choices["amount"].confidence == "declared"
    assert (recognition.profile.date_format, recognition.profile.decimal_mark) == ("none", ".")


def test_mixed_decimal_marks_are_said_and_left_to_each_row() -> None:
    recognition = found(csv(changed(amount="1,50"), changed(amount="1.50")))
    assert recognition.profile.decimal_mark is None and len(recognition.warnings) == 1


def test_the_first_shown_sheet_with_headings() -> None:
    recognition = found(xlsx(ROW, hidden=True))
    assert (recognition.sheet, recognition.header_row, recognition.sheets) == ("Ote", 1, ["Ote"])
    assert recognition.profile.sheet == "Ote"


TABLE = (HEADER, ROW, ROW)
#: A second sheet, and the number of its rows where it may hold amounts.
OTHER_SHEETS: dict[str, tuple[Any, str]] = {
    "the same headings": (TABLE, "3"),
    "other headings that are known": ((("Pvm", "Kustannuspaikka", "Netto"), ("1.6.2021", "2000", 5)), "2"),
    "rows that go on without headings": ((changed(amount=100), changed(amount=200)), "2"),
    "sums with codes under no known heading": ((("Yhteenveto", "x"), ("KR1", "1 234,56")), "2"),
    "numbers with cents and dates": ((("Yhteenveto", "x"), ("31.1.2024", 1234.56)), "2"),
    "a cover": ((("Toteumaraportti",), ("Tulostettu 1.6.2021",)), ""),
    "a list of codes": ((("Kustannuspaikka", "Nimi"), (2000, "Hallinto"), ("2001", "Muu")), ""),
    "nothing": ((), ""),
    "parameters of our own workbooks": ((("Parametri", "Arvo"), ("Summa", "1 234,56"), ("1.1.2024", 12.5)), ""),
    "parameters in Swedish": ((("Parameter", "Värde"), ("Summa 2024", "1 234,56")), ""),
}
COMPLETE = {"header_row": 1, "date_format": "d.m.yyyy", "columns": {"date": "Päivä", "amount": "Summa"}}


@pytest.mark.parametrize("what", OTHER_SHEETS)
@pytest.mark.parametrize("first", [True, False])
def test_amounts_on_several_sheets_are_asked_about(what: str, first: bool) -> None:
    rows, count = OTHER_SHEETS[what]
    tables = {"Ote": TABLE, "Toinen": rows} if first else {"Toinen": rows, "Ote": TABLE}
    content = sheets(tables)
    questions = found(content).questions
    shown = f"“Ote” (3), “Toinen” ({count})" if first else f"“Toinen” ({count}), “Ote” (3)"
    assert [question.key for question in questions] == ["sheet"] * bool(count)
    if count:
        assert shown in questions[0].message and set(questions[0].choices) == {"Ote", "Toinen"}
        with pytest.raises(ProfileRefusal) as refusal:
            reading(content)
        assert refusal.value.code == "sheet_missing" and shown in str(refusal.value)
    # Who names the sheet is asked nothing, and hidden sheets are not read.
    assert not found(content, declared=Profile(sheet="Ote")).questions
    assert not found(sheets(tables, hidden=["Toinen"])).questions
    assert sum(row.kind == "row" for row in reading(content, {"sheet": "Ote"})) == 2


@pytest.mark.parametrize("rows", [(("Kanta", "%"), ("Yleinen", "25,5")), (("Kanta",), ("Alennettu", 13.5))])
def test_numbers_on_a_sheet_without_rows_of_a_ledger_are_told(rows: Any) -> None:
    content = sheets({"Ote": TABLE, "ALV-kannat": rows, "Kansi": [("Toteuma",)]})
    recognition = found(content)
    told = [warning for warning in recognition.warnings if "“ALV-kannat”" in warning]
    assert not recognition.questions and len(told) == (rows[1][1] == 13.5)
    for profile in ({}, COMPLETE):
        actuals = reading(content, profile)
        assert sum(row.kind == "row" for row in actuals) == 2
        assert [warning for warning in actuals.warnings if "“ALV-kannat”" in warning] == told
    assert not any("“ALV-kannat”" in warning for warning in found(content, declared=Profile(sheet="Ote")).warnings)


@pytest.mark.parametrize("confirmed", [True, False])
def test_a_complete_profile_without_a_sheet_does_not_choose_one(confirmed: bool) -> None:
    content = sheets({"Ote": TABLE, "Toinen": TABLE})
    with pytest.raises(ProfileRefusal) as refusal:
        reading(content, COMPLETE, confirmed=confirmed)
    assert refusal.value.code == "sheet_missing" and "“Ote” (3), “Toinen” (3)" in str(refusal.value)
    for sheet in ("Ote", 2):
        assert len(list(reading(content, {**COMPLETE, "sheet": sheet}, confirmed=confirmed))) == 3
    alone = sheets({"Ote": TABLE, "Toinen": [("Kansi",)]})
    assert len(list(reading(alone, COMPLETE, confirmed=confirmed))) == 3


#: Headings, rows and what is said of the column “Summa” that a complete profile declares.
DOUBTS: list[tuple[tuple[str, ...], list[tuple[str, ...]], str]] = [
    (("Päivä", "Tosite", "Tili", "Summa", "Muu"), [], "the voucher's total"),
    (
        ("Päivä", "X", "Y", "Summa", "Veroton summa"),
        [("1.6.2021", "1", "2", "5,00", "4,00")],
        "amounts without tax in the column “Veroton summa”",
    ),
    (("Päivä", "X", "Y", "Summa", "D/K"), [("1.6.2021", "1", "2", "5,00", "K")], "debit and credit"),
    (("Päivä", "X", "Y", "Summa", "Laji"), [("1.6.2021", "1", "2", "5,00", side) for side in "DK"], "debit and credit"),
    (("Päivä", "X", "Y", "Summa", "Laji"), [("1.6.2021", "1", "2", "5,00", side) for side in "DKX"], ""),
    (("Päivä", "X", "Y", "Summa", "Netto"), [("1.6.2021", "1", "2", "5,00", "")], ""),
    (("Päivä", "X", "Y", "Summa", "Kerroin"), [("1.6.2021", "1", "2", "5,00", "1,00")], ""),
]


@pytest.mark.parametrize(("header", "rows", "said"), DOUBTS)
@pytest.mark.parametrize("confirmed", [True, False])
@pytest.mark.parametrize("complete", [True, False])
def test_doubts_about_declared_amounts_are_said_without_another_look(
    header: tuple[str, ...], rows: list[tuple[str, ...]], said: str, confirmed: bool, complete: bool
) -> None:
    profile: dict[str, Any] = {"date_format": "d.m.yyyy", "columns": {"date": "Päivä", "amount": "Summa"}}
    if complete:
        profile |= {"header_row": 1, "decimal_mark": ",", "delimiter": ";"}
    actuals = reading(csv(*(rows or DIVIDED), header=header), profile, confirmed=confirmed)
    assert all(row.kind in ("row", "skipped") for row in actuals)
    if "side" in actuals.profile.columns:
        # Found out, and used.
        said = ""
    assert len(actuals.warnings) == bool(said) and said in "".join(actuals.warnings)


@pytest.mark.parametrize("kind", [csv, xlsx])
def test_headings_and_totals_within_the_table_are_no_dates(kind: Any) -> None:
    subtotal = ("Yhteensä", "", "", "", "", "", "200,00")
    rows = [ROW, ROW, subtotal, HEADER, ROW, ROW, subtotal, ("Kaikki yhteensä", "", "", "", "", "", "400,00")]
    actuals = reading(kind(*rows))
    kinds = [row.kind for row in actuals]
    assert kinds == ["skipped", "row", "row", "total", "skipped", "row", "row", "total", "total"]
    assert not actuals.warnings and actuals.totals.agrees
    # What is neither is still said.
    (warning,) = reading(kind(*rows, changed(date="huomenna"))).warnings
    assert warning.startswith("One cell of the column “Päivä”")


def test_words_of_headings() -> None:
    for heading in ("Tilin nimi", "Kustannuspaikan nimi", "ALV-koodi", "Vero rivin osuus", "Y-tunnus", ""):
        assert not meanings_of(heading)
    assert rank_of("amount", "Laskun summa\nilman ALV (EUR)") is not None
    assert rank_of("account", "TILIN NIMI") is None
    for key, words in WORDS.items():
        for word in words.split("|"):
            assert (rank_of(key, word) or 0) < 1000, word


@pytest.mark.parametrize("heading", ["+/-", "Laji", "D/K"])
@pytest.mark.parametrize("sides", ["DK", "+-", "SH"])
def test_sides_that_are_not_used_are_named(heading: str, sides: str) -> None:
    header = ("Pvm", "Tosite", "Projekti", "Summa", heading)
    rows = [("1.2.2024", f"V{number}", "A1", "10,00", sides[number % 2]) for number in range(10)]
    recognition = found(csv(*rows, header=header))
    used = recognition.profile.columns.get("side") == heading
    assert used or any("debit and credit" in warning for warning in recognition.warnings), recognition.warnings
    # A third word in a column of sides does not make it vanish.
    odd = found(
        csv(*rows[:3], ("1.2.2024", "V9", "A1", "4,00", "X"), header=("Pvm", "Tosite", "Projekti", "Summa", "D/K"))
    )
    assert "side" in odd.profile.columns or any("debit and credit" in warning for warning in odd.warnings)


def test_of_two_equal_headings_with_amounts_one_is_chosen_by_a_person() -> None:
    header = ("Pvm", "Kustannuspaikka", "Projekti", "Summa", "Summa")
    rows = [("1.2.2024", "1000", "A1", "10,00", "20,00"), ("1.2.2024", "1000", "A1", "1,00", "2,00")]
    (question,) = found(csv(*rows, header=header)).questions
    assert (question.column, tuple(question.choices)) == ("amount", ("Summa (1)", "Summa (2)"))
    said = Profile(columns={"amount": "Summa (2)"})
    assert not found(csv(*rows, header=header), declared=said).questions


def test_a_total_below_words_and_amounts_is_none_of_them() -> None:
    header, rows = ("Selite", "Summa"), [("A", "10,00"), ("B", "20,00")]
    said = Profile(columns={"description": "Selite", "amount": "Summa"})
    kinds = {}
    for last in ("30,00", "31,00"):
        file = open_file("x.csv", csv(*rows, ("", last), header=header))
        kinds[last] = [row.kind for row in read_actuals(file, said, month=Month(2024, 2)) if row.kind != "skipped"]
    assert kinds == {"30,00": ["row", "row", "total"], "31,00": ["row", "row", "row"]}


def test_rates_and_quantities_are_no_amounts_to_choose_instead() -> None:
    for heading in ("ALV %", "ALV-kanta", "Kpl", "Tunnit", "Valuuttakurssi"):
        rows = [(*row[:4], "25,5") for row in DIVIDED]
        recognition = found(csv(*rows, header=("Päivä", "Tosite", "Tili", "Summa", heading)))
        assert not recognition.questions and "has the same amount" in recognition.warnings[0], heading


def test_debit_and_credit_of_one_posting_are_no_repeated_total() -> None:
    rows = [(*row[:4], side) for row, side in zip(DIVIDED, "DKDKDK", strict=True)]
    recognition = found(csv(*rows, header=("Päivä", "Tosite", "Tili", "Laskun summa", "D/K")))
    assert not recognition.questions and not any("same amount" in warning for warning in recognition.warnings)
