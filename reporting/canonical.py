"""Frozen dataclasses as canonical JSON and back: one result has one text, and the text gives the same result.

Keys are the names of the fields, in their order. An amount or a percentage is text with two decimals, a month
``2024-09``, a date ``2024-09-30``, a moment ISO 8601 in UTC. The text ends with a line feed.
"""

import json
import types
from collections.abc import Hashable
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from fundtrack.formats import machine
from fundtrack.periods import Month

Result = TypeVar("Result")


def to_json(result: object) -> str:
    """Write a result as canonical JSON."""
    return json.dumps(to_data(result), ensure_ascii=False, indent=2) + "\n"


def from_json(kind: type[Result], text: str) -> Result:
    """Read a result of type ``kind`` from the text that ``to_json`` wrote.

    Raises:
        ValueError: the text was written by something else.
    """
    result: Result = _from_data(kind, json.loads(text))
    return result


def to_data(value: object) -> Any:
    """Turn a value of a result into what JSON knows.

    Raises:
        TypeError: a float, or anything else that has no canonical text.
    """
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal():
            return machine(value)
        case Month():
            return str(value)
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case tuple() | list():
            return [to_data(item) for item in value]
    if is_dataclass(value):
        return {field.name: to_data(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} has no canonical text: {value!r}")


def _from_data(kind: Any, data: Any) -> Any:
    if get_origin(kind) in (Union, types.UnionType):
        if data is None:
            return None
        (kind,) = (option for option in get_args(kind) if option is not type(None))
    if get_origin(kind) is tuple:
        return tuple(_from_data(get_args(kind)[0], item) for item in data)
    if is_dataclass(kind) and kind is not Month:
        made: Any = kind
        hints = _hints(made)
        if set(hints) != set(data):
            raise ValueError(f"{kind} has the fields {sorted(hints)}, the text has {sorted(data)}")
        return made(**{name: _from_data(hint, data[name]) for name, hint in hints.items()})
    readers: dict[Any, Any] = {
        Decimal: Decimal,
        Month: Month.parse,
        datetime: datetime.fromisoformat,
        date: date.fromisoformat,
    }
    return readers[kind](data) if kind in readers else data


@cache
def _hints(kind: Hashable) -> dict[str, Any]:
    hints = get_type_hints(kind)
    names: Any = kind
    return {field.name: hints[field.name] for field in fields(names)}
