"""The ledger's own digests, computed again without a database. Standard library only.

The database takes them over the text of ``jsonb_build_array(…)`` (``funds/triggers/ledger.py``, ``entries.py``): values
apart by comma and blank, numbers as digits, dates and amounts as text, an empty value as ``null``. PostgreSQL escapes
the same characters in the same way as Python's ``json`` does when it leaves other letters as they are.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from json.encoder import encode_basestring
from typing import Literal

_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,18}", re.ASCII)
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}\+00:00", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Part:
    """One column that a digest is taken over."""

    column: str
    #: ``moment`` is digested as seconds since 1970; ``texts`` is a list of them, ``flag`` true or
    #: false, ``json`` what PostgreSQL has written itself.
    kind: Literal["number", "text", "moment", "texts", "flag", "json"]
    #: Joins the digest only where it has a value: a column that came later, when digests had been taken without it.
    optional: bool = False


#: What a row of a file says, and the actual that was booked from it.
_SAID = (
    Part("cost_centre_code", "text"),
    Part("project_code", "text"),
    Part("amount", "text"),
    Part("account", "text"),
    Part("voucher", "text"),
    Part("description", "text"),
    Part("supplier", "text"),
)

#: What the digest of an actual is taken over, in order: ``ACTUAL_DIGEST`` of ``funds/triggers/ledger.py``.
ACTUAL = (
    Part("organisation_id", "number"),
    Part("booking_id", "number"),
    Part("row_number", "number"),
    Part("month", "text"),
    Part("booked_on", "text"),
    Part("line_id", "number"),
    *_SAID,
    Part("corrects_id", "number"),
    Part("concerns_month", "text"),
    Part("import_row_id", "number", optional=True),
)

#: What the digest of a booking is taken over before the digests of its rows: ``BOOKING_DIGEST``.
BOOKING = (
    Part("organisation_id", "number"),
    Part("number", "number"),
    Part("source", "text"),
    Part("description", "text"),
    Part("made_by_id", "number"),
    Part("made_at", "moment"),
    Part("row_count", "number"),
    Part("total", "text"),
    Part("previous_digest", "text"),
)

#: What the digest of a fund entry is taken over: ``ENTRY_DIGEST`` of ``funds/triggers/entries.py``.
ENTRY = (
    Part("organisation_id", "number"),
    Part("fund_id", "number"),
    Part("number", "number"),
    Part("entry_on", "text"),
    Part("kind", "text"),
    Part("amount", "text"),
    Part("drawdown_id", "number"),
    Part("decision_reference", "text"),
    Part("description", "text"),
    Part("entered_by_id", "number"),
    Part("entered_at", "moment"),
    Part("previous_digest", "text"),
)

#: What the digest of an import is taken over before its rows (``BATCH_DIGEST``, ``funds/triggers/imports.py``).
IMPORT_FILE = (
    Part("id", "number"),
    Part("organisation_id", "number"),
    Part("name", "text"),
    Part("size", "number"),
    Part("sha256", "text"),
    Part("uploaded_by_id", "number"),
    Part("uploaded_at", "moment"),
)

#: What the digest of each of its rows is taken over.
IMPORT_ROW = (
    Part("id", "number"),
    Part("organisation_id", "number"),
    Part("number", "number"),
    Part("kind", "text"),
    Part("cells", "texts"),
    Part("month", "text"),
    Part("booked_on", "text"),
    *_SAID,
    Part("by_code", "flag"),
    Part("by_rule", "flag"),
    Part("reason", "text"),
    Part("problems", "json"),
    Part("replaced_code", "text", optional=True),
)


def columns_of(parts: Sequence[Part]) -> list[str]:
    """Columns that a digest cannot do without."""
    return [part.column for part in parts if not part.optional]


def array_text(parts: Sequence[Part], row: Mapping[str, str | None]) -> str:
    """Text of ``jsonb_build_array`` over a row's values, without the bracket at its end.

    Raises:
        ValueError: a value that PostgreSQL would have written in another way.
    """
    values = []
    for part in parts:
        value = row.get(part.column)
        if value is not None:
            values.append(encode_basestring(value) if part.kind == "text" else _text(part, value))
        elif not part.optional:
            values.append("null")
    return "[" + ", ".join(values)


def joined_digests(digests: str) -> str:
    """What stands between the quotes where a booking's rows are digested."""
    return encode_basestring(digests)[1:-1]


def _text(part: Part, value: str) -> str:
    if part.kind == "number":
        if not _NUMBER.fullmatch(value):
            raise ValueError(f"{part.column} is not a whole number")
        return value
    if part.kind == "flag":
        if value not in ("true", "false"):
            raise ValueError(f"{part.column} is neither true nor false")
        return value
    if part.kind == "texts":
        return _texts(part.column, value)
    if part.kind == "json":
        return value
    return f'"{_epoch(part.column, value)}"'


def _texts(column: str, value: str) -> str:
    try:
        texts = json.loads(value)
    except (ValueError, RecursionError):
        texts = None
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ValueError(f"{column} is not a list of texts")
    return f"[{', '.join(map(encode_basestring, texts))}]"


def _epoch(column: str, value: str) -> str:
    """Seconds since 1970 with six decimals, as ``extract(epoch from …)::text`` gives them."""
    if not _MOMENT.fullmatch(value):
        raise ValueError(f"{column} is not a moment")
    microseconds = (datetime.fromisoformat(value) - _EPOCH) // _MICROSECOND
    seconds, rest = divmod(abs(microseconds), 1_000_000)
    return f"{'-' if microseconds < 0 else ''}{seconds}.{rest:06}"
