"""What Python recomputes of a take-out is what PostgreSQL wrote: CSV fields, texts under digests, moments."""

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from funds.triggers.entries import ENTRY_DIGEST
from funds.triggers.imports import BATCH_DIGEST
from funds.triggers.ledger import ACTUAL_DIGEST, BOOKING_DIGEST
from reporting.takeout import digests
from reporting.takeout.csvfile import BrokenFile, read_csv, split_record
from reporting.takeout.digests import Part, array_text

NASTY = [
    None, "", " ", '"', '""', ",", "\n", "\r\n", "\r", "\\.", "\\N", "NULL", 'a"b,c\nd', "ä€😀", "\u2028",
    "\x01\x1f\x7f",    "=1+1", "'", "\\", "-5,00", "a" * 70_000, '"' * 999, "\n\n\n", ",,,", '",', ',"', '"\n"',
]  # fmt: skip


def copied(sql: str, *values: object) -> bytes:
    with connection.cursor() as cursor, cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT csv, HEADER)", values) as rows:
        return b"".join(rows)


# --- CSV


@pytest.mark.django_db
@pytest.mark.parametrize("width", [1, 2, 3])
def test_what_copy_wrote_is_read_exactly(width: int) -> None:
    expected = [[NASTY[(at + step) % len(NASTY)] for step in range(width)] for at in range(len(NASTY))]
    marks = ", ".join(f"({number}, {', '.join(['%s::text'] * width)})" for number in range(len(expected)))
    names = ", ".join(f"c{step}" for step in range(width))
    sql = f"SELECT {names} FROM (VALUES {marks}) v(n, {names}) ORDER BY n"
    content = copied(sql, *(value for row in expected for value in row))
    header, *rows = read_csv(io.BytesIO(content), "x.csv")
    assert header == [f"c{step}" for step in range(width)]
    assert rows == expected


@pytest.mark.parametrize("record", ['a"b', '"a"b', 'a,"b"c', '"a" ,b', "a,\rb", '"a"",b', '"', 'a,"', "x\ry"])
def test_what_copy_never_writes_is_refused(record: str) -> None:
    with pytest.raises(ValueError, match="is not CSV"):
        split_record(record)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "x.csv: has no header"),
        (b"a,b\n1\n", "x.csv: record 2 has 1 fields, the header has 2"),
        (b"a,b\n1,2,3\n", "x.csv: record 2 has 3 fields, the header has 2"),
        (b"a,b\n1,2", "x.csv: ends in the middle of a record"),
        (b'a,b\n1,"2\n', "x.csv: ends in the middle of a record"),
        (b"a,b\n1,\xff\n", "x.csv: record 2 is not UTF-8"),
        (b"\x00\x01\xfe\n", "x.csv: record 1 is not UTF-8"),
    ],
)
def test_a_broken_file_is_named(content: bytes, said: str) -> None:
    with pytest.raises(BrokenFile) as error:
        list(read_csv(io.BytesIO(content), "x.csv"))
    assert str(error.value) == said


def test_a_record_without_end_is_not_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reporting.takeout.csvfile.LONGEST_RECORD", 100)
    for content in (b"a" * 101, b'a\n"' + b"x\n" * 60):
        with pytest.raises(BrokenFile, match="longer than 100 bytes"):
            list(read_csv(io.BytesIO(content), "x.csv"))


# --- digests


def database_text(expressions: str, *values: object) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT jsonb_build_array({expressions})::text", values)
        return str(cursor.fetchone()[0])


def written_here(kind: str, *values: str | None) -> str:
    parts = [Part(f"c{number}", kind) for number in range(len(values))]  # type: ignore[arg-type]
    return array_text(parts, {f"c{number}": value for number, value in enumerate(values)}) + "]"


@pytest.mark.django_db
def test_every_character_is_written_as_postgresql_writes_it() -> None:
    points = [point for point in range(1, 0x110000) if not 0xD800 <= point <= 0xDFFF]
    # Every character of the first planes; beyond them one in sixty-four.
    points = [point for point in points if point < 0x10000 or point % 64 == 0]
    for begin in range(0, len(points), 8192):
        text = "".join(map(chr, points[begin : begin + 8192]))
        assert written_here("text", text) == database_text("%s::text", text)


@pytest.mark.django_db
def test_texts_numbers_and_nothing_are_written_as_postgresql_writes_them() -> None:
    for value in NASTY:
        assert written_here("text", value, value) == database_text("%s::text, %s::text", value, value)
    for number in ("0", "1", "-1", "2147483648", "9223372036854775807"):
        assert written_here("number", number, None) == database_text(f"{number}::bigint, NULL::bigint")
    for day in ("2024-01-31", "0999-12-31", "9999-12-31"):
        assert written_here("text", day) == database_text("%s::date", day)
    for amount in ("0.00", "-0.01", "999999999999.99", "12.00"):
        assert written_here("text", amount) == database_text("%s::numeric(14,2)::text", amount)


@pytest.mark.django_db
def test_lists_and_flags_are_written_as_postgresql_writes_them() -> None:
    for texts in ([text for text in NASTY if text is not None], [""], []):
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_json(%s::text[])::text", [texts])
            taken = cursor.fetchone()[0]
        assert written_here("texts", taken, None) == database_text("%s::text[], NULL::text[]", texts)
    assert written_here("flag", "true", "false") == database_text("true, false")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "moment",
    [
        datetime(2024, 10, 7, 9, 30, tzinfo=UTC),
        datetime(2024, 10, 7, 9, 30, 0, 1, tzinfo=UTC),
        datetime(2024, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC) - timedelta(microseconds=1),
        datetime(1969, 12, 31, 23, 0, 0, 500_000, tzinfo=UTC),
        datetime(1900, 2, 28, 12, 0, 0, 120_000, tzinfo=UTC),
        datetime(9999, 12, 30, tzinfo=UTC),
    ],
)
def test_moments_are_written_as_postgresql_writes_them(moment: datetime) -> None:
    text = moment.isoformat(timespec="microseconds")
    assert written_here("moment", text) == database_text("extract(epoch from %s::timestamptz)::text", moment)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *[("number", value) for value in ("01", "+1", " 1", "1_0", "1.0", "", "٣", "1e3", "-0")],
        *[("moment", value) for value in ("2024-10-07T09:30:00+00:00", "2024-13-07T09:30:00.000000+00:00", "")],
        *[("texts", value) for value in ("", "{}", "[1]", "[", "null", "[" * 100_000)],
        *[("flag", value) for value in ("t", "", "1", "True")],
    ],
)
def test_what_postgresql_never_writes_is_refused(kind: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"c0 is n|month must be"):
        written_here(kind, value)


def test_an_optional_part_joins_where_it_has_a_value() -> None:
    parts = (Part("a", "number"), Part("b", "number", optional=True))
    assert array_text(parts, {"a": "1"}) == array_text(parts, {"a": "1", "b": None}) == "[1"
    assert array_text(parts, {"a": "1", "b": "7"}) == "[1, 7"


@pytest.mark.parametrize(
    ("sql", "parts"),
    [(ACTUAL_DIGEST, digests.ACTUAL), (BOOKING_DIGEST, digests.BOOKING), (ENTRY_DIGEST, digests.ENTRY)],
    ids=["actual", "booking", "entry"],
)
def test_the_parts_are_those_of_the_database(sql: str, parts: tuple[Part, ...]) -> None:
    """What joins a digest in the database joins it in the list of parts, in the same order."""
    assert list(dict.fromkeys(re.findall(r"\{row\}\.(\w+)", sql))) == [part.column for part in parts]
    moments = set(re.findall(r"epoch from \{row\}\.(\w+)", sql))
    assert moments == {part.column for part in parts if part.kind == "moment"}


def test_the_parts_of_an_import_are_those_of_the_database() -> None:
    about_the_file, about_rows = re.findall(r"convert_to\((.*?)::text,\s*'UTF8'", BATCH_DIGEST, re.DOTALL)
    for sql, row, parts in ((about_the_file, "f", digests.IMPORT_FILE), (about_rows, "r", digests.IMPORT_ROW)):
        assert list(dict.fromkeys(re.findall(rf"\b{row}\.(\w+)", sql))) == [part.column for part in parts]
