"""Profiles: what is known is kept in one spelling, what is not is refused by name."""

import json
import re
from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from funds.imports.encodings import ENCODINGS
from funds.imports.files import open_file
from funds.imports.profile_values import DATE_FORMATS, NEGATIVE_CREDITS
from funds.imports.profiles import COLUMN_KEYS, KEYS, LeaveOut, Profile, ProfileRefusal, Rule, code_fits, is_turned
from funds.imports.reading import read_actuals
from funds.imports.values import amount_of
from fundtrack.money import AmountError

from .import_files import csv, reading, rows_of

WHOLE = {
    "encoding": "windows-1252",
    "delimiter": ";",
    "sheet": "Ote",
    "header_row": 3,
    "decimal_mark": ",",
    "date_format": "d.m.yyyy",
    "columns": {"date": "Kirjauspäivä", "amount": "Summa\nEUR"},
    "leave_out": [{"column": "account", "from": "1000", "to": "2999"}, {"column": "Selite", "equals": "x"}],
    "rules": [{"cost_centre": "29*", "account": "4000-4999", "description_contains": "oy", "project_code": "KR1"}],
}


def test_a_whole_profile_and_back() -> None:
    profile = Profile.from_json(json.dumps(WHOLE))
    assert profile.as_json() == WHOLE
    assert Profile.from_json(profile.to_json()) == profile
    assert profile.rules == (Rule("29*", "4000-4999", "oy", "KR1"),)
    assert profile.leave_out[0] == LeaveOut("account", "1000", "2999")


def test_the_documentation_names_every_key_and_value() -> None:
    text = (settings.BASE_DIR / "docs" / "profiles.md").read_text(encoding="utf-8")
    rules = [each.name for each in fields(Rule)]
    for name in (*KEYS, *COLUMN_KEYS, *DATE_FORMATS, *NEGATIVE_CREDITS, *rules, "from", "to", "equals"):
        assert f"`{name}`" in text or f'"{name}"' in text, name
    (example,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    assert len(Profile.from_json(example).rules) == 3


def test_an_empty_profile_says_nothing() -> None:
    assert Profile.from_json("{}") == Profile() and Profile().as_json() == {}


SPELLINGS = [
    ("date_format", "d.m.yyyy dd.mm.yyyy %d.%m.%Y D.M.YYYY pp.kk.vvvv", "d.m.yyyy"),
    ("date_format", "iso yyyy-mm-dd %Y-%m-%d ISO", "yyyy-mm-dd"),
    ("date_format", "yymmdd %y%m%d", "yymmdd"),
    ("date_format", "yyyymmdd %Y%m%d", "yyyymmdd"),
    ("date_format", "yyyymm %Y%m", "yyyymm"),
    ("date_format", "mm/yyyy m/yyyy %m/%Y", "m/yyyy"),
    ("date_format", "m.yyyy mm.yyyy", "m.yyyy"),
    ("date_format", "excel", "excel"),
    ("date_format", "year_period", "year_period"),
    ("date_format", "none", "none"),
    ("encoding", "cp1252 windows-1252 Windows_1252 ansi", "windows-1252"),
    ("encoding", "utf-8 UTF8 utf-8-sig", "utf-8"),
    ("encoding", "latin-1 latin1 iso-8859-1 ISO_8859_1", "iso-8859-1"),
    ("delimiter", "tab \\t TAB", "\t"),
    ("decimal_mark", "comma ,", ","),
]


@pytest.mark.parametrize(("key", "spellings", "canonical"), SPELLINGS)
def test_spellings(key: str, spellings: str, canonical: str) -> None:
    assert {getattr(Profile.from_json({key: spelling}), key) for spelling in spellings.split()} == {canonical}


BAD = [
    ("[]", "profile", ""),
    ("{", "profile", ""),
    ('{"encoding": NaN}', "profile", ""),
    ('{"sheet": 1, "sheet": 2}', "profile", "sheet"),
    ({"colums": {}}, "profile_key", "colums"),
    ({"columns": {"summa": "x"}}, "profile_key", "columns.summa"),
    ({"columns": {"amount": ""}}, "profile_value", "columns.amount"),
    ({"columns": ["amount"]}, "profile_value", "columns"),
    ({"encoding": "klingon"}, "profile_value", "encoding"),
    ({"encoding": 8}, "profile_value", "encoding"),
    ({"delimiter": ":"}, "profile_value", "delimiter"),
    ({"decimal_mark": ";"}, "profile_value", "decimal_mark"),
    ({"date_format": "m/d/yyyy"}, "profile_value", "date_format"),
    ({"header_row": 0}, "profile_value", "header_row"),
    ({"header_row": True}, "profile_value", "header_row"),
    ({"sheet": 0}, "profile_value", "sheet"),
    ({"leave_out": {}}, "profile_value", "leave_out"),
    ({"leave_out": [{"column": "account"}]}, "profile_value", "leave_out"),
    ({"leave_out": [{"column": "account", "equals": "1", "to": "2"}]}, "profile_value", "leave_out"),
    ({"leave_out": [{"col": "account"}]}, "profile_key", "leave_out.col"),
    ({"rules": [{}]}, "profile_value", "rules"),
    ({"rules": [{"project": "x"}]}, "profile_key", "rules.project"),
    ({"rules": [{"project_code": "x" * 31}]}, "profile_value", "rules.project_code"),
    ({"rules": [{"account": 1.5}]}, "profile_value", "rules.account"),
]


@pytest.mark.parametrize(("source", "code", "key"), BAD)
def test_a_bad_profile_is_refused_by_key(source: Any, code: str, key: str) -> None:
    with translation.override("en"), pytest.raises(ProfileRefusal) as refusal:
        Profile.from_json(source)
    assert refusal.value.code == code and key in str(refusal.value) and str(refusal.value).endswith(".")


def test_codes_may_be_numbers_in_json() -> None:
    profile = Profile.from_json({"rules": [{"account": 4000, "project_code": 7}]})
    assert profile.rules == (Rule(account="4000", project_code="7"),)


@pytest.mark.parametrize(
    ("pattern", "code", "fits"),
    [
        ("4000", "4000", True),
        ("4000", "04000", False),
        ("kr*", "KR1", True),
        ("*", "", False),
        ("4000-4999", "4500", True),
        ("4000 – 4999", "4999", True),
        ("4000-4999", "45000", False),
        ("4000-4999", "45X", False),
        ("A-1", "a-1", True),
        ("10-20", "10-20", True),
    ],
)
def test_patterns_of_codes(pattern: str, code: str, fits: bool) -> None:
    assert code_fits(pattern, code) is fits


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=30).filter(
    str.strip
)
PROFILES = st.builds(
    Profile,
    encoding=st.none() | st.sampled_from(sorted(ENCODINGS)),
    delimiter=st.none() | st.sampled_from([";", ",", "\t", "|"]),
    sheet=st.none() | st.integers(1, 50) | TEXTS,
    header_row=st.none() | st.integers(1, 50),
    decimal_mark=st.none() | st.sampled_from([",", "."]),
    date_format=st.none() | st.sampled_from(DATE_FORMATS),
    columns=st.dictionaries(st.sampled_from(COLUMN_KEYS), TEXTS),
    leave_out=st.lists(
        st.builds(LeaveOut, column=TEXTS, equals=TEXTS)
        | st.builds(LeaveOut, column=TEXTS, first=TEXTS, last=TEXTS).filter(lambda entry: not entry.is_turned),
        max_size=3,
    ).map(tuple),
    rules=st.lists(
        st.builds(
            Rule,
            cost_centre=TEXTS.map(str.strip).filter(lambda text: not is_turned(text)),
            project_code=TEXTS.map(str.strip),
        ),
        max_size=3,
    ).map(tuple),
)


@given(PROFILES)
def test_every_profile_comes_back_from_json(profile: Profile) -> None:
    assert Profile.from_json(profile.to_json()) == profile
    assert Profile.from_json(profile.as_json()).to_json() == profile.to_json()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["columns", "rules", "sheet", "leave_out", "amount", "column", "x"]), inner)
    ),
)


@given(JSON)
def test_no_json_breaks_the_reader(source: Any) -> None:
    for given_source in (source, json.dumps(source)):
        try:
            Profile.from_json(given_source)
        except ProfileRefusal as refusal:
            assert str(refusal)


@pytest.mark.parametrize("source", ['{"rules": [{"project_code": "\\ud800"}]}', '{"columns": {"amount": "\\udfff"}}'])
def test_halves_of_letters_are_refused_in_words(source: str) -> None:
    with pytest.raises(ProfileRefusal):
        Profile.from_json(source)


@pytest.mark.parametrize(
    ("entry", "text", "left_out"),
    [
        ({"column": "Tili", "from": "1000", "to": "2999"}, "'2000", True),
        ({"column": "Tili", "equals": "4000"}, "'4000", True),
        ({"column": "Tili", "equals": "4000"}, "'4001", False),
    ],
)
def test_a_guarding_apostrophe_is_no_part_of_what_is_left_out(entry: dict[str, str], text: str, left_out: bool) -> None:
    content = f"Pvm;Tosite;Kustannuspaikka;Projekti;Tili;Summa\n1.2.2024;V1;1000;A1;{text};5,00\n".encode()
    said = Profile.from_json({"leave_out": [entry]})
    (row,) = [row for row in read_actuals(open_file("x.csv", content), said) if row.kind != "skipped"]
    assert (row.kind == "left_out") is left_out


def test_a_number_beyond_all_size_is_refused_in_words() -> None:
    for number in (Decimal("1e300"), Decimal("-1e25"), Decimal("1e13")):
        with pytest.raises(AmountError) as refusal:
            amount_of(float(number), None)
        assert refusal.value.code == "too_large"


@pytest.mark.parametrize(
    "content",
    [
        {"leave_out": [{"column": "Tili", "from": "1999", "to": "1000"}]},
        {"leave_out": [{"column": "Tili", "from": "b", "to": "a"}]},
        {"rules": [{"cost_centre": "2918399999-2918300000", "project_code": "A1"}]},
        {"rules": [{"account": "4999-4000", "project_code": "A1"}]},
    ],
)
def test_a_range_that_nothing_is_in_is_refused(content: dict[str, Any]) -> None:
    with pytest.raises(ProfileRefusal, match="begins after its end"), translation.override("en"):
        Profile.from_json(json.dumps(content))
    # What is stored from earlier days can still be read.
    assert Profile.from_json(content).as_json() == content


def test_an_empty_heading_says_that_there_is_no_such_column() -> None:
    profile = Profile.from_json({"columns": {"side": "", "amount": "Summa"}})
    assert profile.without == ("side",) and dict(profile.columns) == {"amount": "Summa"}
    assert profile.as_json() == {"columns": {"amount": "Summa", "side": ""}}
    with pytest.raises(ProfileRefusal):
        Profile.from_json({"columns": {"amount": ""}})
    content = csv(("1.6.2021", "Hyvä", "5,00"), header=("Päivä", "Debet/Kredit", "Summa"))
    with pytest.raises(ProfileRefusal):
        reading(content)
    assert [row.amount for row in rows_of(content, {"columns": {"side": ""}})] == [Decimal("5.00")]
