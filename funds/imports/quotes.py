"""Names in quotation marks, as the reader's language has them, for lists within a sentence."""

from collections.abc import Iterable

from fundtrack.sentences import sentence as _


def in_quotes(name: str) -> str:
    """One name in quotation marks."""
    return _("“%(name)s”") % {"name": name}


def list_of(names: Iterable[str]) -> str:
    """Names in quotation marks, with commas between them."""
    return ", ".join(map(in_quotes, names))
