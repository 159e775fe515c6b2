"""The months that a line of words is about: ``Kirjaukset marraskuu 2024``, ``Kausi 11/2024``, ``1.11.–30.11.2024``."""

import re
from calendar import monthrange
from collections.abc import Iterator
from typing import NamedTuple

from fundtrack.periods import Month

from .month_names import NUMBERS, named_month
from .profiles import plain

_M, _Y, _DASH = "(?:0?[1-9]|1[0-2])", "(?:19|20)[0-9]{2}", "[-\u2013\u2014]"
#: No word of another kind, so that the year may stand elsewhere in the line.
_CERTAIN_NAME = (
    r"(?:tammi|helmi|maalis|huhti|touko|kesa|heina|elo|syys|loka|marras|joulu)kuu(?:n|ta|ssa|lta|sta|hun|lle)?"
    r"|januar[iy]|februar[iy]|september|o[kc]tober|november|december"
)
_OTHER_NAME = "april|juni|june|juli|july|augusti?|mars|march|maj|may"
_SHORT_NAME = "|".join(sorted(NUMBERS, key=len, reverse=True))
_NAME = rf"(?:{_CERTAIN_NAME}|{_OTHER_NAME}|{_SHORT_NAME})"
#: Days, months and their beginnings, the longest first; the letters before the numbers tell them apart.
_POINT = re.compile(
    rf"(?<![0-9/.])(?<![a-z]-)(?:"
    rf"(?P<iso_day>(?P<y1>{_Y})(?P<dash>-?)(?P<m1>0[1-9]|1[0-2])(?P=dash)[0-9]{{2}})"
    rf"|(?P<iso>(?P<y2>{_Y})[-/]?(?P<m2>0[1-9]|1[0-2]))"
    rf"|(?P<day>[0-9]{{1,2}}(?P<mark>[./]) ?(?P<m3>{_M})(?P=mark) ?(?P<y3>{_Y}))"
    rf"|(?P<month>(?P<m4>{_M})(?:\.|/| / )(?P<y4>{_Y}))"
    rf"|(?P<part>[0-9]{{1,2}}\.(?P<m5>{_M})\.(?= ?{_DASH})|[0-9]{{1,2}}\.(?= ?{_DASH} ?[0-9])"
    rf"|(?P<m6>{_M})(?={_DASH}{_M}[./]{_Y}))"
    rf")(?![0-9])"
    rf"|(?<![a-z])(?:(?P<in_month>[0-9]{{1,2}}\.? ?))?(?P<name>{_NAME})(?![a-z])\.?"
    rf"(?:(?P<day_behind> [0-9]{{1,2}},)? ?[/-]? ?(?P<y7>{_Y})(?![0-9]))?"
)
_BETWEEN = re.compile(rf" ?(?:{_DASH}|/) ?")
_ANY_YEAR = re.compile(rf"(?<![0-9]){_Y}(?![0-9])")
#: Lines with these words say of a month in numbers that they are about it; others have numbers of decisions.
_ABOUT = re.compile(
    r"kausi|kaude|kuukau|jakso|ajal|aikavali|kirja(?!sto)|raport|erittely|ote(?!\w)|otteet|tosit|period|manad|bokfor"
    r"|huvudbok|rapport|utdrag|ledger|report|toteuma|toteutu|utfall|actual|tapahtum|transa[kc]tion|meno(?:t|ja|jen)?(?!\w)"
    r"|kulu|kustannu|kostnad|utgift|expens|cost|reskontra|laskut|tilio|vienti|viennit|seuranta|rahasto|fond|fund"
    r"|tilanne|selvity|yhteenveto|sammandrag|summary|statement|luettelo|forteckning|verifik|voucher|posting|month"
    r"|(?<!\w)(?:kk|for|till|ajo)(?!\w)"
)
#: The same of a single day, which is mostly that of a decision or of printing.
_ABOUT_DAYS = re.compile(
    r"(?<!\w)(?:toteuma(?!\w*raport)\w*|(?!tili)\w*(?:kausi|kaude|jakso)\w*|ajalta|aikavali|utfall\w*|\w*period\w*"
    r"|manad\w*|for)(?!\w)"
)
_DAY = rf"(?:[0-9]{{1,2}}\.[0-9]{{1,2}}\.(?:{_Y})?|{_Y}-[0-9]{{2}}-[0-9]{{2}})"
#: When the file was made says nothing of its rows.
_MADE = (
    r"(?:tulost|ajettu|luotu|otettu|poiminta(?!eh|raj)|poimittu|utskr|skapad|(?<!\w)print|created|generated|exported)"
)
_MADE_WORD, _MADE_DAY = re.compile(_MADE), re.compile(rf"{_MADE}\w*[^0-9]{{0,30}}{_DAY}")
#: A meeting is in a month, and its papers are not about it.
_MEETING = re.compile(r"kokous|kokouk|sammantrade|meeting")
#: Numbers of decisions, minutes and contracts.
_REFERENCE = re.compile(
    r"(?:§|(?<!\w)(?:dnro|dnr|diaari\w*|diarie\w*|asia\w*|nro|nr|no|numero|paato(?:s|kse)\w*|beslut\w*|decision\w*"
    r"|poytakirja\w*|protokoll\w*|kokou\w*|sammantrade\w*|sopimu\w*|avtal\w*|contract\w*|agreement\w*|ohje\w*"
    r"|hyvaksytty|godkand|approved))[ :.,]*[0-9][0-9./\u2013-]*+"
    # A day with the name of its month is found as a whole.
    rf"(?! ?{_NAME})"
)


class _Point(NamedTuple):
    #: "day", "end" (the last day of a month), "month", "name", "part" (the beginning of a span without its year)
    kind: str
    month: int | None
    year: int | None
    #: A name that is no other word.
    certain: bool
    start: int
    end: int


def spans_in(text: str, year: int) -> list[tuple[Month, Month]]:
    """The first and the last month of each period that a line is about; none where it only has a date of its own.

    Args:
        year: that of a name that stands alone.
    """
    words = _MADE_DAY.sub(" ", plain(text))
    if _MADE_WORD.search(words) or _MEETING.search(words):
        return []
    words = _REFERENCE.sub(" ", words).strip(" :,;")
    if (named := named_month(words)) is not None and named[0] is not None:
        # Nov-24
        return [(month := Month(named[0], named[1]), month)]
    return list(_spans(words, year))


def _spans(words: str, year: int) -> Iterator[tuple[Month, Month]]:
    points = list(_points(words))
    years = {int(found) for found in _ANY_YEAR.findall(words)}
    about, about_days = _ABOUT.search(words) is not None, _ABOUT_DAYS.search(words) is not None
    index = 0
    while index < len(points):
        point, index = points[index], index + 1
        alone = (point.start, point.end) == (0, len(words))
        if index < len(points) and _BETWEEN.fullmatch(words[point.end : points[index].start]):
            last = points[index]
            if (span := _span(point, last, years)) is not None:
                index += 1
                # 1-11/2024 may be a number of something.
                if point.kind != "part" or last.kind != "month" or about or len(words) == last.end - point.start:
                    yield span
                continue
        if point.month is None or point.kind == "part":
            continue
        said = point.year or (next(iter(years)) if point.certain and len(years) == 1 else None)
        if said is None:
            said = year if point.kind == "name" and (alone or (about and point.certain)) else None
        counts = {"day": about_days, "end": about or alone, "month": about or alone, "name": True}[point.kind]
        if said is not None and counts:
            yield (month := Month(said, point.month)), month


def _points(words: str) -> Iterator[_Point]:
    for found in _POINT.finditer(words):
        parts = {key: value for key, value in found.groupdict().items() if value is not None}
        said = next((int(parts[key]) for key in ("y1", "y2", "y3", "y4", "y7") if key in parts), None)
        if (name := parts.get("name")) is not None:
            certain, day = re.fullmatch(_CERTAIN_NAME, name) is not None, "in_month" in parts or "day_behind" in parts
            number = NUMBERS[re.sub(r"kuu[a-z]*$", "", name)]
            # Kesä 2024 may be the name of something.
            sure = certain or re.fullmatch(_OTHER_NAME, name) is not None
            kind = "day" if day else "name" if sure else "month"
            yield _Point(kind, number, said, certain and not day, found.start(), found.end())
            continue
        number = next((int(parts[key]) for key in ("m1", "m2", "m3", "m4", "m5", "m6") if key in parts), 0)
        kind = "part" if "part" in parts else "month"
        if said is not None and (written := parts.get("day") or parts.get("iso_day")) is not None:
            of_month = int(parts["day"].split(parts["mark"])[0] if "day" in parts else written[-2:])
            kind = "end" if of_month == monthrange(said, number)[1] else "day"
        yield _Point(kind, number or None, said, False, found.start(), found.end())


def _span(first: _Point, last: _Point, years: set[int]) -> tuple[Month, Month] | None:
    """From the one to the other, the first of which may be without what the last one says."""
    year = last.year or (next(iter(years)) if last.certain and len(years) == 1 else None)
    if year is None or last.month is None or last.kind == "part":
        return None
    begins, ends = Month(first.year or year, first.month or last.month), Month(year, last.month)
    return (begins, ends) if begins <= ends else None
