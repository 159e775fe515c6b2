"""Names of months as people and spreadsheets write them, in Finnish, Swedish and English."""

import re

from .profiles import plain

#: Without accents, whole and shortened; Finnish ones are followed by the word for month, or not.
_NAMES = (
    "tammi jan januari january",
    "helmi feb februari february",
    "maalis maal mar mars march",
    "huhti huh apr april",
    "touko tou maj may",
    "kesa kes jun juni june",
    "heina hei jul juli july",
    "elo aug augusti august",
    "syys sep sept september",
    "loka lok okt oct oktober october",
    "marras nov november",
    "joulu jou dec december",
)
#: Name without the Finnish word for month → number.
NUMBERS = {name: number for number, names in enumerate(_NAMES, start=1) for name in names.split()}
_NAME = rf"(?P<name>{'|'.join(sorted(NUMBERS, key=len, reverse=True))})(?:kuu(?:n|ta|ssa|lta|sta|hun|lle)?)?"
#: Two digits are a year only behind a mark: ``tammi 24`` may be a day.
_NAMED = re.compile(rf"{_NAME}\.?(?:[ /.-]? ?(?P<year>[0-9]{{4}})|[/.-]'?(?P<short>[0-9]{{2}}))?")
_YEAR_FIRST = re.compile(rf"(?P<year>[0-9]{{4}})[ /.-]? ?{_NAME}\.?")
_LONGEST = 30


def named_month(text: str) -> tuple[int | None, int] | None:
    """The year, None where the text says none, and the number of a month; None for any other text.

    ``tammikuu 2024``, ``Jan-24``, ``februari``, ``2024 maj``.
    """
    if len(text) > _LONGEST:
        return None
    words = plain(text)
    if found := _YEAR_FIRST.fullmatch(words):
        return int(found["year"]), NUMBERS[found["name"]]
    if found := _NAMED.fullmatch(words):
        year = found["year"] or (f"20{found['short']}" if found["short"] else "")
        return int(year) if year else None, NUMBERS[found["name"]]
    return None
