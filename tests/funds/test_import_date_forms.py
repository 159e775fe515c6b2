"""The form of dates and months: decided by the whole column, asked where it is not known, never passed over."""

from datetime import date, datetime
from typing import Any

import pytest

from funds.actions.imports import known_codes
from funds.imports.days import plain_day
from funds.imports.profiles import Profile, ProfileRefusal
from funds.imports.recognise import KnownCodes
from funds.models import ImportBatch
from fundtrack.periods import Month
from fundtrack.sentences import told
from tests.factories import World

from .import_files import HEADER, ROW, changed, csv, found, reading, rows_of, xlsx
from .import_pages import batch_of, fields_of, text_of, to, upload
from .pages import browser_of

pytestmark = pytest.mark.usefixtures("english")


def monthly(heading: str, *texts: str) -> bytes:
    """A file with a column of months or days in the place of the date."""
    return csv(*(changed(date=text) for text in texts), header=(heading, *HEADER[1:]))


#: A text, the form that is found, and the day that it means in October 2024; None for a month.
READ = [
    ("10-2024", "m/yyyy", None),
    ("010-2024", "m/yyyy", None),
    ("P10/2024", "m/yyyy", None),
    ("p010/2024", "m/yyyy", None),
    ("2024 10", "yyyy-mm", None),
    ("2024M10", "yyyy-mm", None),
    ("2024m10", "yyyy-mm", None),
    ("2024 M10", "yyyy-mm", None),
    ("25-10-2024", "d/m/yyyy", date(2024, 10, 25)),
    ("25-10-2024 12:00", "d/m/yyyy", date(2024, 10, 25)),
    ("2024/10/01", "yyyy-mm-dd", date(2024, 10, 1)),
    ("2024.10.01", "yyyy-mm-dd", date(2024, 10, 1)),
    ("2024/10/1 8:30", "yyyy-mm-dd", date(2024, 10, 1)),
]


#: The first of October 2024 with the name of its weekday or month.
NAMED = [
    *("ti 1.10.2024", "Ti 1.10.2024", "ti. 1.10.2024", "tiistai 1.10.2024", "tiistaina 1.10.2024", "1.10.2024 ti"),
    *("1.10.2024 (ti)", "tis 1.10.2024", "tisdag 1.10.2024", "Tue, 1.10.2024", "Tuesday 1.10.2024 12:30"),
    *("1. lokakuuta 2024", "1 lokakuu 2024", "01-Oct-2024", "1-OCT-2024", "1 oktober 2024", "1 okt. 2024"),
    *("1 October 2024", "October 1, 2024", "Oct 1 2024", "tiistai 1. lokakuuta 2024", "Tue, 01 Oct 2024 08:15:00"),
]


@pytest.mark.parametrize("text", NAMED)
@pytest.mark.parametrize("heading", ["Pvm", "Kausi"])
@pytest.mark.parametrize("kind", [csv, xlsx])
def test_days_with_the_name_of_their_weekday_or_month(text: str, heading: str, kind: Any) -> None:
    actuals = reading(kind(changed(date=text), changed(date="31.10.2024"), header=(heading, *HEADER[1:])))
    rows = [row for row in actuals if row.kind == "row"]
    assert [row.month for row in rows] == [Month(2024, 10)] * 2 and not actuals.warnings
    assert heading == "Kausi" or [row.booked_on for row in rows] == [date(2024, 10, 1), date(2024, 10, 31)]


@pytest.mark.parametrize("weekday", ["ma", "ke", "to", "pe", "la", "su", "må", "on", "fr", "lö", "sö"])
def test_every_weekday_is_known(weekday: str) -> None:
    (row,) = rows_of(monthly("Pvm", f"{weekday} 1.10.2024"))
    assert row.booked_on == date(2024, 10, 1)


@pytest.mark.parametrize(
    "text", ["01-Oct-24", "1. kuuta 2024", "xx 1.10.2024", "1. lokakuuta", "Oct 1", "32. lokakuuta 2024"]
)
def test_other_days_in_words_are_asked_about_with_what_to_do(text: str) -> None:
    (question,) = found(monthly("Pvm", text, text)).questions
    assert question.key == "date_format" and f"“{text}”" in question.message
    assert "Choose it, or write the dates as 31.1.2024 or 2024-01-31." in question.message


def test_words_and_codes_are_no_days() -> None:
    texts = ("la 1", "Su 12", "1 May Oy 2024", "mars 2024", "sat", "to 4000")
    rows = [changed(description=text, voucher=f"ti {number}") for number, text in enumerate(texts)]
    assert [row.description for row in rows_of(csv(*rows))] == list(texts)
    assert [plain_day(text) for text in texts] == list(texts)


@pytest.mark.parametrize(("text", "form", "day"), READ)
@pytest.mark.parametrize("heading", ["Pvm", "Kausi"])
def test_forms_in_other_marks(text: str, form: str, day: date | None, heading: str) -> None:
    actuals = reading(monthly(heading, text, text))
    rows = [row for row in actuals if row.kind == "row"]
    assert [row.month for row in rows] == [Month(2024, 10)] * 2 and actuals.profile.date_format == form
    assert heading == "Kausi" or rows[0].booked_on == day
    assert not actuals.warnings


def test_a_day_with_dashes_has_the_doubts_of_one_with_slashes() -> None:
    assert "could have the month first" in found(monthly("Pvm", "1-10-2024")).warnings[0]
    (row,) = rows_of(monthly("Pvm", "10-25-2024"), {"date_format": "d/m/yyyy"})
    assert row.problems[0].code == "date_month_first"
    (row,) = rows_of(monthly("Pvm", "1-10/2024"), {"date_format": "d/m/yyyy"})
    assert row.problems[0].code == "date_form"


@pytest.mark.parametrize(("value", "code"), [(2024.1, "date_lost_zero"), (2024.2, "date_form")])
def test_a_month_as_a_number_that_may_have_lost_a_zero_is_refused(value: float, code: str) -> None:
    rows = rows_of(xlsx(changed(date=2024.01), changed(date=value), header=("Kausi", *HEADER[1:])))
    assert [row.month for row in rows] == [Month(2024, 1), None] and rows[1].problems[0].code == code


#: What is asked about under a heading that certainly means months or days.
ASKED = ["10/24", "24/10", "1024", "Q4/2024", "2024Q4", "X/2024", "2024-X", "202410.0", "4. neljännes 2024"]


@pytest.mark.parametrize("text", ASKED)
@pytest.mark.parametrize("heading", ["Kausi", "Kirjauskuukausi", "Period", "Pvm"])
def test_months_in_no_known_form_are_asked_about(text: str, heading: str) -> None:
    content = monthly(heading, text, text)
    (question,) = found(content).questions
    assert question.key == "date_format" and f"“{heading}”" in question.message and f"“{text}”" in question.message
    for month in (None, Month(2024, 9)):
        with pytest.raises(ProfileRefusal) as refusal:
            reading(content, month=month)
        assert str(refusal.value) == question.message
    # Who chooses the month is told of the column, whether a person has confirmed it or not.
    key = "date" if heading == "Pvm" else "month"
    complete = {"header_row": 1, "decimal_mark": ",", "delimiter": ";", "columns": {key: heading, "amount": "Summa"}}
    for said, confirmed in (({}, False), (complete, False), (complete, True)):
        actuals = reading(content, {**said, "date_format": "none"}, month=Month(2024, 9), confirmed=confirmed)
        assert [(row.month, row.booked_on) for row in actuals if row.kind == "row"] == [(Month(2024, 9), None)] * 2
        (warning,) = actuals.warnings
        assert f"“{heading}” seems to say days or months" in warning and f"row 2 has “{text}”" in warning


@pytest.mark.parametrize(
    ("heading", "texts"),
    [
        ("Kausi", ("9", "9")),
        ("Kausi", ("009", "009")),
        ("Kausi", ("syyskuu", "syys")),
        ("Kausi", ("2024", "2024")),
        ("Kausi", ("", "")),
        ("Kausi", ("-", "-")),
        ("Kausi", ("kaikki", "kaikki")),
        ("Pvm", ("", "")),
        ("Oma kausi", ("10/24", "10/24")),
    ],
)
def test_columns_that_leave_the_month_to_be_chosen(heading: str, texts: tuple[str, str]) -> None:
    (question,) = found(monthly(heading, *texts)).questions
    assert question.key == "month"
    actuals = reading(monthly(heading, *texts), month=Month(2024, 9))
    assert [row.month for row in actuals if row.kind == "row"] == [Month(2024, 9)] * 2 and not actuals.warnings


def test_an_empty_column_of_dates_beside_the_months() -> None:
    header = ("Pvm", "Kausi", *HEADER[1:])
    (row,) = rows_of(csv(("", "202410", *ROW[1:]), header=header))
    assert (row.month, row.booked_on) == (Month(2024, 10), None)


def test_a_day_in_another_month_than_the_chosen_one_is_told() -> None:
    for day, differs in (("5.10.2024", 1), ("5.9.2024", 0)):
        actuals = reading(monthly("Pvm", day), {"date_format": "none"}, month=Month(2024, 9))
        assert [row.month for row in actuals if row.kind == "row"] == [Month(2024, 9)]
        assert ["says another month" in warning for warning in actuals.warnings] == [True] * differs


CLOSING = [
    ("202410", "202413"),
    ("2024010", "2024013"),
    ("2024-10", "2024-13"),
    ("2024/10", "2024/016"),
    ("10/2024", "13/2024"),
    ("010.2024", "014.2024"),
]


@pytest.mark.parametrize(("month", "closing"), CLOSING)
@pytest.mark.parametrize(("good", "bad"), [(1, 1), (1, 3), (0, 2)])
@pytest.mark.parametrize("chosen", [None, Month(2024, 9)])
def test_a_period_after_december_is_an_error_of_its_row(
    month: str, closing: str, good: int, bad: int, chosen: Month | None
) -> None:
    rows = rows_of(monthly("Kausi", *[month] * good, *[closing] * bad), month=chosen)
    assert [row.month for row in rows if row.kind == "row"] == [Month(2024, 10)] * good
    problems = [problem.code for row in rows for problem in row.problems]
    assert problems == ["date_period"] * bad and f"“{closing}” has the period 1" in rows[-1].problems[0].message


#: Six digits, the years of the plans, and the form that is found; "" where it is asked.
SHORT: list[tuple[tuple[str, ...], tuple[int, ...], str]] = [
    (("251124", "261124", "271124", "281124"), (2024,), "ddmmyy"),
    (("251124", "261124", "271124", "281124"), (), "ddmmyy"),
    (("241125", "241126", "241127", "241128"), (), "yymmdd"),
    (("241125", "241126"), (2024,), "yymmdd"),
    (("251124", "261124"), (2023, 2024), "ddmmyy"),
    (("311224",), (2024,), "ddmmyy"),
    (("311224", "320101"), (), "yymmdd"),
    (("241231", "010124"), (), ""),
    (("251124",), (2024, 2025), ""),
    (("251124",), (2030,), ""),
    (("251124",), (), ""),
    (("240105", "240105"), (), "yymmdd"),
    (("010524", "020524"), (2024,), "ddmmyy"),
    (("011024", "011024"), (), "ddmmyy"),
]


@pytest.mark.parametrize(("texts", "years", "form"), SHORT)
@pytest.mark.parametrize("kind", [csv, xlsx])
def test_days_of_six_digits(texts: tuple[str, ...], years: tuple[int, ...], form: str, kind: Any) -> None:
    content = kind(*(changed(date=text) for text in texts))
    recognition = found(content, known=KnownCodes(years=frozenset(years)))
    assert recognition.profile.date_format == (form or None)
    assert [question.key for question in recognition.questions] == ["date_format"] * (not form)
    if not form:
        assert "can be read two ways" in recognition.questions[0].message
        assert f"“{texts[0]}”" in recognition.questions[0].message
    elif form == "ddmmyy":
        rows = rows_of(content, {"date_format": form})
        assert [row.booked_on and f"{row.booked_on:%d%m%y}" for row in rows] == list(texts)


def test_both_readings_of_six_digits_are_shown() -> None:
    (question,) = found(csv(changed(date="251124"))).questions
    assert "“251124” is 24.11.2025 or 25.11.2024" in question.message


@pytest.mark.parametrize("spelling", ["ddmmyy", "DDMMYY", "ppkkvv", "%d%m%y"])
def test_the_day_first_in_a_profile(spelling: str) -> None:
    assert Profile.from_json({"date_format": spelling}).date_format == "ddmmyy"
    (row,) = rows_of(xlsx(changed(date=11124)), {"date_format": spelling})
    assert row.booked_on == date(2024, 11, 1)


@pytest.mark.parametrize(
    ("days", "form", "warned"),
    [
        ((date(2024, 10, 5), date(2024, 10, 6), "7.10.2024"), "excel", False),
        ((date(2024, 10, 5), date(2024, 10, 6), "2024-10-07"), "excel", False),
        ((datetime.fromisoformat("2024-10-05T10:00"), "6.10.2024", "7.10.2024"), "d.m.yyyy", False),
        ((date(2024, 10, 5), date(2024, 10, 6), "7.10.24"), "excel", True),
        ((date(2024, 10, 5), date(2024, 10, 6), "huomenna"), "excel", True),
    ],
)
def test_texts_among_dates_of_a_spreadsheet(days: tuple[Any, ...], form: str, warned: bool) -> None:
    actuals = reading(xlsx(*(changed(date=day) for day in days)))
    assert [row.kind for row in actuals][1:] == ["row", "row", "error" if warned else "row"]
    assert actuals.profile.date_format == form
    assert ["is not a date" in warning for warning in actuals.warnings] == [True] * warned


#: Lines below and between the rows, by column.
LINES: list[dict[str, str]] = [
    *[
        {"date": text}
        for text in ("Tulostettu 4.11.2024 12:30", "Sivu 1/1", "Laatija: M. Korhonen", "Kajaanin kaupunki   Sivu 2")
    ],
    {"date": "Tulostettu 4.11.2024", "description": "Sivu 1"},
    {"date": "Tietohallinto"},
]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("kind", [csv, xlsx])
def test_a_line_of_words_in_the_column_of_dates_is_no_date(line: dict[str, str], kind: Any) -> None:
    blank = dict.fromkeys(("date", "voucher", "cost_centre", "project_code", "account", "description", "amount"), "")
    total = changed(**(blank | {"date": "Yhteensä", "amount": "200,00"}))
    words = changed(**(blank | line))
    actuals = reading(kind(changed(), *([words] if len(line) == 1 else []), changed(voucher="2"), total, words))
    assert [row.kind for row in actuals if row.kind != "skipped"] == ["row", "row", "total"]
    assert not actuals.warnings


def test_a_row_whose_date_is_words_is_still_told() -> None:
    (warning,) = reading(csv(*[changed()] * 4, changed(date="Tulostettu 4.11.2024"))).warnings
    assert "One cell of the column “Päivä” is not a date" in warning


#: A time with its offset, its day in Finland, and whether that is another one than is written.
MOMENTS = [
    ("2024-09-30T22:00:00Z", date(2024, 10, 1), True),
    ("2024-09-30T22:00:00.000Z", date(2024, 10, 1), True),
    ("2024-09-30T22:00:00+00:00", date(2024, 10, 1), True),
    ("2024-09-30 22:00:00 +0000", date(2024, 10, 1), True),
    ("2024-09-30 21:00 UTC", date(2024, 10, 1), True),
    ("2024-09-30T20:59:59Z", date(2024, 9, 30), False),
    # In winter two hours, in summer three.
    ("2024-10-31T22:00:00Z", date(2024, 11, 1), True),
    ("2024-10-31T21:59:59Z", date(2024, 10, 31), False),
    ("2024-10-01T00:00:00+03:00", date(2024, 10, 1), False),
    ("2024-10-01T00:30:00+05:30", date(2024, 9, 30), True),
    ("2024-09-30T20:00:00-05", date(2024, 10, 1), True),
    ("2024-10-31T00:00:00Z", date(2024, 10, 31), False),
    ("2024-09-30T22:00:00", date(2024, 9, 30), False),
    ("30.9.2024 22:00Z", date(2024, 10, 1), True),
    ("30.9.2024 22:00-23:00", date(2024, 9, 30), False),
    ("30.9.2024 22:00+00:00", date(2024, 10, 1), True),
    ("2024-09-30T24:00:00Z", date(2024, 10, 1), True),
    ("2024-09-30T24:00:00", date(2024, 9, 30), False),
    ("30.9.2024 klo 22.00", date(2024, 9, 30), False),
]


@pytest.mark.parametrize(("text", "day", "moved"), MOMENTS)
@pytest.mark.parametrize("heading", ["Pvm", "Kausi"])
def test_a_time_with_its_offset_is_the_day_in_finland(text: str, day: date, moved: bool, heading: str) -> None:
    actuals = reading(monthly(heading, text, text))
    rows = [row for row in actuals if row.kind == "row"]
    assert ([row.month for row in rows] == [Month.of(day)] * 2 and heading == "Kausi") or rows[0].booked_on == day
    said = f"(2, the first in row 2: “{text}” is {day.day}.{day.month}.{day.year})"
    assert len(actuals.warnings) == moved and (not moved or said in actuals.warnings[0])


@pytest.mark.parametrize("text", ["ke 31/10/2024", "31. lokakuuta 2024 noin"])
def test_an_error_says_the_cell_as_it_stands(text: str) -> None:
    (row,) = rows_of(monthly("Pvm", text), {"date_format": "d.m.yyyy"})
    assert f"“{text}”" in str(row.problems[0].message)


def test_a_moment_that_does_not_exist_is_an_error() -> None:
    rows = rows_of(monthly("Pvm", "2024-09-30T22:00:00Z", "2024-09-30T25:00:00Z"))
    assert [row.problems[0].code for row in rows if row.problems] == ["date_impossible"]


@pytest.mark.parametrize("text", ["10/24", "251124"])
def test_a_month_that_was_chosen_does_not_answer_for_the_form_of_a_day(text: str) -> None:
    columns = {"date": "Pvm", "amount": "Summa"}
    complete = {"header_row": 1, "decimal_mark": ",", "delimiter": ";", "columns": columns}
    with pytest.raises(ProfileRefusal) as refusal:
        reading(monthly("Pvm", text), complete, month=Month(2024, 9), confirmed=True)
    assert refusal.value.code == "date_format_missing" and "“Pvm”" in str(refusal.value)


#: A period beside days in October 2024, and whether it is told.
BESIDE = [
    ("10/24", False),
    ("24-10", False),
    ("1024", False),
    ("09/24", True),
    ("10/23", True),
    ("Q4/2024", True),
    ("", False),
    ("-", False),
    ("ei", False),
]


@pytest.mark.parametrize(("period", "said"), BESIDE)
def test_a_period_in_no_known_form_beside_days(period: str, said: bool) -> None:
    actuals = reading(csv((*changed(date="5.10.2024"), period), header=(*HEADER, "Kausi")))
    assert [row.month for row in actuals if row.kind == "row"] == [Month(2024, 10)]
    assert ["in a form that is not known" in warning for warning in actuals.warnings] == [True] * said


@pytest.mark.django_db
def test_the_years_of_the_plans_are_known(world: World) -> None:
    assert known_codes(world.organisation).years == {2024}


@pytest.mark.django_db
def test_on_the_page_the_form_is_asked_and_none_can_be_chosen(world: World) -> None:
    client = browser_of(world.finance)
    upload(client, world, monthly("Kausi", "10/24", "10/24"))
    page = client.get(to("import-read", world))
    assert 'data-question="date_format"' in page.content.decode() and "10/24" in page.content.decode()
    form = {**fields_of(page, "read-form"), "date_format": "none", "month": "2024-09"}
    answer = client.post(to("import-read", world), form, follow=True)
    assert batch_of(world).state == ImportBatch.State.READ, text_of(answer)
    notes = told(batch_of(world).reading["notes"])
    assert len(notes) == 1 and "“Kausi” seems to say days or months" in notes[0]
