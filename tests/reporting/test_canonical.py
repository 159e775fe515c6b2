"""Canonical JSON: one value, one text."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from fundtrack.periods import Month
from reporting.canonical import from_json, to_json


@dataclass(frozen=True)
class Part:
    amount: Decimal
    share: Decimal | None


@dataclass(frozen=True)
class Whole:
    month: Month
    day: date
    moment: datetime
    parts: tuple[Part, ...]
    first: Part | None


def test_there_and_back() -> None:
    whole = Whole(
        Month(2024, 9),
        date(2024, 9, 30),
        datetime(2024, 10, 7, 9, 0, 1, 5, tzinfo=UTC),
        (Part(Decimal("-1.50"), None), Part(Decimal("0.00"), Decimal("63.65"))),
        None,
    )
    text = to_json(whole)
    assert '"amount": "-1.50"' in text and '"month": "2024-09"' in text and text.endswith("}\n")
    assert from_json(Whole, text) == whole


def test_one_moment_has_one_text() -> None:
    helsinki = datetime(2024, 10, 7, 12, 0, tzinfo=ZoneInfo("Europe/Helsinki"))
    assert to_json(helsinki) == to_json(datetime(2024, 10, 7, 9, 0, tzinfo=UTC)) == '"2024-10-07T09:00:00+00:00"\n'


def test_a_float_is_refused() -> None:
    with pytest.raises(TypeError):
        to_json(1.5)


def test_a_text_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="fields"):
        from_json(Part, '{"amount": "1.00"}')
