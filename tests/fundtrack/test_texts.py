"""Texts as they are stored, and how long they may be."""

import pytest

from funds.models import Amendment
from fundtrack.texts import LONG_TEXT, TextTooLong, long_text, one_line, tidy, without_controls


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("  Lukion  hanke\n2024\t ", "Lukion hanke 2024"),
        ("A\x07B\x1bC\x7fD\x9f", "ABCD"),
        ("a\u0308", "ä"),
        ("\ud800x", "x"),
        ("Käyttö – 5 %\u00a0€", "Käyttö – 5 % €"),
    ],
)
def test_one_line_is_tidied(text: str, stored: str) -> None:
    assert tidy(text) == stored


def test_a_long_text_keeps_its_lines_and_nothing_invisible() -> None:
    assert without_controls("a\n\tb\x00\x08c") == "a\n\tbc"
    assert long_text(Amendment, "reason", " Syy\r\n\r\ntoinen \x07 ") == "Syy\n\ntoinen"


def test_a_text_has_the_room_of_its_field() -> None:
    assert len(long_text(Amendment, "reason", "a" * LONG_TEXT)) == LONG_TEXT
    assert len(one_line(Amendment, "decision_reference", "a" * 200)) == 200
    for too_long in (
        lambda: long_text(Amendment, "reason", "a" * (LONG_TEXT + 1)),
        lambda: long_text(Amendment, "reason", "abcd", limit=3),
        lambda: one_line(Amendment, "decision_reference", "a" * 201),
    ):
        with pytest.raises(TextTooLong) as refusal:
            too_long()
        assert refusal.value.code == "too_long"
