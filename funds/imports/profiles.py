"""How the exports of one accounting system are read: a profile, as a person confirms it and as JSON carries it.

What a profile does not say is found out from the file. Nothing in it is guessed at: a key or a value that is not
known is refused by name.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from fundtrack.exceptions import Refusal
from fundtrack.money import DecimalMark
from fundtrack.sentences import sentence as _

from .csv_files import DELIMITERS
from .encodings import ENCODINGS
from .profile_values import (
    DATE_FORMATS,
    NEGATIVE_CREDITS,
    canonical_date_format,
    canonical_delimiter,
    canonical_encoding,
    canonical_mark,
    canonical_negative_credit,
)

#: What a column of the file can mean.
COLUMN_KEYS = (
    "date",
    "month",
    "year",
    "period",
    "cost_centre",
    "project_code",
    "amount",
    "debit",
    "credit",
    "side",
    "account",
    "voucher",
    "description",
    "supplier",
)
#: Those that hold money.
AMOUNT_KEYS = ("amount", "debit", "credit")
#: What a file may be said not to have; the other columns are needed, or are not asked about.
MAY_LACK = ("cost_centre", "project_code", "side")
KEYS = (
    "encoding",
    "delimiter",
    "sheet",
    "header_row",
    "decimal_mark",
    "date_format",
    "negative_credit",
    "columns",
    "leave_out",
    "rules",
)
_LONGEST = 500
_MOST_RULES = 2_000
_RANGE = re.compile(r"\s*([0-9]+)\s*[-\u2013]\s*([0-9]+)\s*")
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(?:[.,][0-9]{1,30})?")


class ProfileRefusal(Refusal):
    """The profile cannot be read, or it does not fit the file."""

    code = "profile"


@dataclass(frozen=True)
class LeaveOut:
    """Rows that are not meant: those with a value, or with a value between two others, both included."""

    #: A key of ``COLUMN_KEYS``, or a heading of the file.
    column: str
    #: Compared as numbers where all three are numbers, else as text; None leaves that end open.
    first: str | None = None
    last: str | None = None
    equals: str | None = None

    def matches(self, text: str) -> bool:
        """True when a cell with this text is left out; an empty cell is in no range."""
        if self.equals is not None:
            return plain(text) == plain(self.equals)
        if not text.strip():
            return False
        bounds = [bound for bound in (self.first, self.last) if bound is not None]
        if all(_number(bound) is not None for bound in bounds) and (number := _number(text)) is not None:
            return all(number >= low for low in [_number(self.first or "")] if low is not None) and all(
                number <= high for high in [_number(self.last or "")] if high is not None
            )
        shown = plain(text)
        return (self.first is None or shown >= plain(self.first)) and (self.last is None or shown <= plain(self.last))

    @property
    def is_blank(self) -> bool:
        """True where it is blank cells that are meant."""
        return self.equals is not None and not self.equals.strip()

    @property
    def is_turned(self) -> bool:
        """True for a range that begins after its end: no cell is in it."""
        if self.first is None or self.last is None:
            return False
        low, high = _number(self.first), _number(self.last)
        return plain(self.first) > plain(self.last) if low is None or high is None else low > high

    def as_json(self) -> dict[str, str]:
        """The rule with the keys of a profile file."""
        pairs = (("column", self.column), ("from", self.first), ("to", self.last), ("equals", self.equals))
        return {key: value for key, value in pairs if value is not None}


@dataclass(frozen=True)
class Rule:
    """Which budget line rows belong to that have no project code, or one to be replaced; an empty part fits all."""

    #: A code, the beginning of codes with ``*``, or a range of numbers such as ``4000-4999``.
    cost_centre: str = ""
    account: str = ""
    #: Compared without case and accents, with the description and the supplier.
    description_contains: str = ""
    #: Empty: the row stays without a project code, and no later rule is asked.
    project_code: str = ""
    #: The code that the file has, in the manners of ``cost_centre``; empty: the rule is for rows without a code.
    replaces: str = ""

    def matches(self, cost_centre: str, account: str, text: str, code: str = "") -> bool:
        """True when the rule fits a row.

        Args:
            text: description and supplier, already ``plain``.
            code: what the file has as the project code.
        """
        return (
            (code_fits(self.replaces, code) if self.replaces else not code)
            and (not self.cost_centre or code_fits(self.cost_centre, cost_centre))
            and (not self.account or code_fits(self.account, account))
            and (not self.description_contains or plain(self.description_contains) in text)
        )

    def as_json(self) -> dict[str, str]:
        """The rule with the keys of a profile file."""
        pairs = (
            ("cost_centre", self.cost_centre),
            ("account", self.account),
            ("description_contains", self.description_contains),
            ("replaces", self.replaces),
            ("project_code", self.project_code),
        )
        return {key: value for key, value in pairs if value}


@dataclass(frozen=True)
class Profile:
    """How an export is read; what is None or missing is found out from the file."""

    #: A key of ``encodings.ENCODINGS``.
    encoding: str | None = None
    delimiter: str | None = None
    #: Name of the sheet, or its number from 1.
    sheet: str | int | None = None
    #: Row of the headings, from 1.
    header_row: int | None = None
    decimal_mark: DecimalMark | None = None
    #: One of ``profile_values.DATE_FORMATS``.
    date_format: str | None = None
    #: One of ``NEGATIVE_CREDITS``; None where credits have no minus sign, or few.
    negative_credit: str | None = None
    #: Column key → heading in the file.
    columns: Mapping[str, str] = field(default_factory=dict, hash=False)
    #: Keys of ``MAY_LACK`` of which the file has no column: they are neither looked for nor asked about.
    without: Sequence[str] = ()
    leave_out: Sequence[LeaveOut] = ()
    #: The first one that fits a row holds.
    rules: Sequence[Rule] = ()

    @classmethod
    def from_json(cls, source: str | bytes | Mapping[str, Any]) -> "Profile":
        """Read a profile file.

        Raises:
            ProfileRefusal: not JSON, or a key or value that is not known; it names the key and says why.
        """
        data = _parsed(source) if isinstance(source, str | bytes) else source
        if not isinstance(data, Mapping):
            raise _refused(_("A profile is a JSON object with these keys: %(keys)s.") % {"keys": ", ".join(KEYS)})
        for key in data:
            if key not in KEYS:
                raise _unknown("", str(key), KEYS)
        given = {key: value for key, value in data.items() if value is not None}
        columns, without = _columns(given.get("columns", {}))
        found = cls(
            encoding=_chosen(given, "encoding", canonical_encoding, ENCODINGS),
            delimiter=_chosen(given, "delimiter", canonical_delimiter, [*DELIMITERS[:1], "tab", *DELIMITERS[2:]]),
            sheet=_sheet(given.get("sheet")),
            header_row=_header_row(given.get("header_row")),
            decimal_mark=_chosen(given, "decimal_mark", canonical_mark, (",", ".")),  # type: ignore[arg-type]
            date_format=_chosen(given, "date_format", canonical_date_format, DATE_FORMATS),
            negative_credit=_chosen(given, "negative_credit", canonical_negative_credit, NEGATIVE_CREDITS),
            columns=columns,
            without=without,
            leave_out=tuple(_leave_out(entry) for entry in _list(given, "leave_out")),
            rules=tuple(_rule(entry) for entry in _list(given, "rules")),
        )
        if data is not source:
            found._refuse_turned()
        return found

    def _refuse_turned(self) -> None:
        """Refuse ranges that nothing can be in; what is stored already stays readable."""
        for entry in self.leave_out:
            if entry.is_turned:
                raise _bad("leave_out", entry.as_json(), turned())
        for rule in self.rules:
            patterns = (("replaces", rule.replaces), ("cost_centre", rule.cost_centre), ("account", rule.account))
            for key, pattern in patterns:
                if is_turned(pattern):
                    raise _bad(f"rules.{key}", pattern, turned())

    def as_json(self) -> dict[str, Any]:
        """The profile with the keys of a profile file, in their fixed order; what is not said is left out."""
        said: dict[str, Any] = {key: getattr(self, key) for key in KEYS[: KEYS.index("columns")]}
        columns = {**self.columns, **dict.fromkeys(self.without, "")}
        said["columns"] = {key: columns[key] for key in COLUMN_KEYS if key in columns}
        said["leave_out"] = [entry.as_json() for entry in self.leave_out]
        said["rules"] = [rule.as_json() for rule in self.rules]
        return {key: value for key, value in said.items() if value not in (None, [], {})}

    def to_json(self) -> str:
        """The profile as text: the same text for the same profile."""
        return json.dumps(self.as_json(), ensure_ascii=False, indent=2) + "\n"


# --- comparing


@lru_cache(maxsize=20_000)
def plain(text: str) -> str:
    """A text without case, accents, line breaks and doubled blanks: how headings and descriptions are compared."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def code_fits(pattern: str, code: str) -> bool:
    """True when a code is the pattern, begins like it (``29*``), or is a number in its range (``4000-4999``)."""
    pattern = pattern.strip()
    if code.casefold() == pattern.casefold():
        return True
    if pattern.endswith("*"):
        return bool(code) and code.casefold().startswith(pattern[:-1].casefold())
    limits = _RANGE.fullmatch(pattern)
    if limits is None or not (code.isascii() and code.isdigit()):
        return False
    return int(limits[1]) <= int(code) <= int(limits[2])


def is_turned(pattern: str) -> bool:
    """True for a range of codes that begins after its end: no code fits."""
    limits = _RANGE.fullmatch(pattern.strip())
    return limits is not None and int(limits[1]) > int(limits[2])


def _number(text: str) -> Decimal | None:
    bare = "".join(text.split())
    return Decimal(bare.replace(",", ".")) if _NUMBER.fullmatch(bare) else None


# --- reading JSON


def _parsed(source: str | bytes) -> Any:
    try:
        text = source.decode("utf-8-sig") if isinstance(source, bytes) else source
        data = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_unique, parse_constant=_no_constant)
        # Halves of letters, which JSON can name and nothing can store.
        json.dumps(data, ensure_ascii=False).encode()
        return data
    except (ValueError, RecursionError) as error:
        raise _refused(_("The profile is not JSON: %(problem)s.") % {"problem": str(error)[:200]}) from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _value in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise _refused(_("The profile has the key “%(key)s” twice.") % {"key": key[:60]})
    return dict(pairs)


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _refused(message: str, code: str = "profile") -> ProfileRefusal:
    return ProfileRefusal(message, code=code)


def _unknown(where: str, key: str, known: Any) -> ProfileRefusal:
    places = {"key": f"{where}.{key}"[:80] if where else key[:80], "known": ", ".join(known)}
    return _refused(_("The profile has the unknown key “%(key)s”. Known are %(known)s.") % places, "profile_key")


def _bad(key: str, value: object, why: str) -> ProfileRefusal:
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    places = {"key": key, "value": shown[:60], "why": why}
    return _refused(_("The profile's key “%(key)s” has the value “%(value)s”. %(why)s") % places, "profile_value")


def _chosen(given: Mapping[str, Any], key: str, canonical: Any, known: Any) -> str | None:
    if key not in given:
        return None
    value = canonical(given[key]) if isinstance(given[key], str) else None
    if value is None:
        raise _bad(key, given[key], _("Known are %(known)s.") % {"known": " ".join(known)})
    return str(value)


def _sheet(value: object) -> str | int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
        return value
    if isinstance(value, str) and value.strip() and len(value) <= _LONGEST:
        return value
    raise _bad("sheet", value, _("Give the name of a sheet, or its number from 1."))


def _header_row(value: object) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 250_000):
        return value
    raise _bad("header_row", value, _("Give the number of a row, from 1."))


def _columns(value: object) -> tuple[dict[str, str], tuple[str, ...]]:
    """The headings, and the keys of columns that the file does not have."""
    if not isinstance(value, Mapping):
        raise _bad("columns", value, _("Give an object of column keys and headings."))
    columns: dict[str, str] = {}
    for key, heading in value.items():
        if key not in COLUMN_KEYS:
            raise _unknown("columns", str(key), COLUMN_KEYS)
        if heading is not None:
            columns[key] = _text(f"columns.{key}", heading, required=key not in MAY_LACK)
    said = {key: columns[key] for key in COLUMN_KEYS if columns.get(key)}
    return said, tuple(key for key in MAY_LACK if columns.get(key) == "")


def _list(given: Mapping[str, Any], key: str) -> list[Any]:
    value = given.get(key, [])
    if not isinstance(value, list | tuple) or len(value) > _MOST_RULES:
        raise _bad(key, value, _("Give a list of at most %(limit)s entries.") % {"limit": _MOST_RULES})
    return list(value)


def _entry(value: object, where: str, known: Sequence[str]) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise _bad(where, value, _("Each entry is an object."))
    for key in value:
        if key not in known:
            raise _unknown(where, str(key), known)
    return {key: entry for key, entry in value.items() if entry is not None}


def _text(key: str, value: object, *, required: bool = False) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**30 else ""
    if not isinstance(value, str) or len(value) > _LONGEST or (required and not value.strip()) or "\x00" in value:
        raise _bad(key, value, _("Give a text of at most %(limit)s characters.") % {"limit": _LONGEST})
    return value


def turned() -> str:
    """The sentence for a range that nothing can be in."""
    return _("The range begins after its end, so nothing is in it: change the two.")


def _leave_out(value: object) -> LeaveOut:
    entry = _entry(value, "leave_out", ("column", "from", "to", "equals"))
    texts = {key: _text(f"leave_out.{key}", text, required=key == "column") for key, text in entry.items()}
    ranged = "from" in texts or "to" in texts
    if "column" not in texts or ranged == ("equals" in texts):
        raise _bad("leave_out", value, _("Each entry has “column”, and either “equals” or “from” and “to”."))
    return LeaveOut(texts["column"], texts.get("from"), texts.get("to"), texts.get("equals"))


def _rule(value: object) -> Rule:
    known = ("cost_centre", "account", "description_contains", "replaces", "project_code")
    entry = _entry(value, "rules", known)
    texts = {key: _text(f"rules.{key}", text).strip() for key, text in entry.items()}
    if not any(texts.values()):
        raise _bad("rules", value, _("Each rule says at least one thing."))
    if len(texts.get("project_code", "")) > 30:
        raise _bad("rules.project_code", texts["project_code"], _("A code has at most 30 characters."))
    return Rule(**texts)
