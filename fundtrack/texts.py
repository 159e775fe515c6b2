"""Texts that people write, as they are stored: without what cannot be seen, and no longer than a page has room for.

Actions call this, so that a form, a command and a file are held to the same limits.
"""

import unicodedata

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from fundtrack.exceptions import Refusal

#: Characters of a text of several lines, unless its action says otherwise: reasons, grounds, notes.
LONG_TEXT = 5000
_KEPT = "\n\r\t"


class TextTooLong(Refusal):
    """A text is longer than its field."""

    code = "too_long"


def without_controls(text: str) -> str:
    """A text without control characters and halves of characters; line breaks and tabs stay."""
    if text.isprintable():
        return text
    return "".join(char for char in text if char in _KEPT or unicodedata.category(char) not in ("Cc", "Cs"))


def tidy(text: str) -> str:
    """One line of text as names and codes are stored: NFC, without blanks around it or doubled within."""
    return unicodedata.normalize("NFC", without_controls(" ".join(text.split())))


def one_line(model: type[models.Model], field: str, text: str) -> str:
    """A text as a column of one line stores it.

    Raises:
        TextTooLong: it has more characters than the column.
    """
    column = model._meta.get_field(field)
    assert isinstance(column, models.CharField)
    return _within(column, tidy(text), column.max_length or 0)


def long_text(model: type[models.Model], field: str, text: str, *, limit: int = LONG_TEXT) -> str:
    """A text as a column of several lines stores it.

    Args:
        limit: most characters; a line break is one.

    Raises:
        TextTooLong: it has more.
    """
    column = model._meta.get_field(field)
    assert isinstance(column, models.Field)
    return _within(column, without_controls(text.replace("\r\n", "\n")).strip(), limit)


def _within(column: "models.Field[object, object]", text: str, limit: int) -> str:
    if len(text) > limit:
        raise TextTooLong(
            _("%(field)s: at most %(count)s characters.") % {"field": capfirst(column.verbose_name), "count": limit}
        )
    return text
