"""The values a profile may have, each in one canonical spelling, accepted in the spellings people know."""

import re

from fundtrack.money import DecimalMark

from .encodings import ENCODINGS

#: Forms of a day.
DAY_FORMATS = ("d.m.yyyy", "d.m.yy", "d/m/yyyy", "yyyy-mm-dd", "yyyymmdd", "yymmdd", "ddmmyy", "excel")
#: Forms that name only a month.
MONTH_FORMATS = ("yyyymm", "yyyy-mm", "m/yyyy", "m.yyyy", "month yyyy")
#: ``year_period``: a year and a period in two columns; ``none``: the file has no months, the person says which it is.
DATE_FORMATS = (*DAY_FORMATS, *MONTH_FORMATS, "year_period", "none")
#: What a form looks like, for people.
EXAMPLES = {
    "d.m.yyyy": "1.6.2021",
    "d.m.yy": "1.6.21",
    "d/m/yyyy": "1/6/2021",
    "yyyy-mm-dd": "2021-06-01",
    "yyyymmdd": "20210601",
    "yymmdd": "210601",
    "ddmmyy": "010621",
    # What a spreadsheet shows of its own dates.
    "excel": "1.6.2021",
    "yyyymm": "202106",
    "yyyy-mm": "2021-06",
    "m/yyyy": "6/2021",
    "m.yyyy": "6.2021",
    "month yyyy": "kesäkuu 2021",
}
#: What a minus sign in a column of credits does: it only marks a credit, or it takes one back.
NEGATIVE_CREDITS = ("credit", "reversal")

_DATE_SPELLINGS = {
    "d.m.y": "d.m.yyyy",
    "iso": "yyyy-mm-dd",
    "date": "excel",
    "serial": "excel",
    "year-period": "year_period",
    "year+period": "year_period",
    "vvvvkk": "yyyymm",
    "kuukausi vvvv": "month yyyy",
    "månad åååå": "month yyyy",
    "mmmm yyyy": "month yyyy",
    "mmm-yy": "month yyyy",
    "åååå-mm-dd": "yyyy-mm-dd",
    "ei": "none",
    "inga": "none",
}
_DELIMITERS = {
    "tab": "\t",
    "\\t": "\t",
    "semicolon": ";",
    "comma": ",",
    "pipe": "|",
}
_ENCODINGS = {
    "utf8": "utf-8",
    "utf-8-sig": "utf-8",
    "utf-8-bom": "utf-8",
    "utf16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "cp1252": "windows-1252",
    "windows1252": "windows-1252",
    "win-1252": "windows-1252",
    "ansi": "windows-1252",
    "latin1": "iso-8859-1",
    "latin-1": "iso-8859-1",
    "iso8859-1": "iso-8859-1",
    "latin9": "iso-8859-15",
    "latin-9": "iso-8859-15",
    "iso8859-15": "iso-8859-15",
    "cp437": "ibm437",
    "cp850": "ibm850",
    "cp865": "ibm865",
    "mac-roman": "macintosh",
    "macroman": "macintosh",
}


def canonical_date_format(text: str) -> str | None:
    """The one spelling of a date form: ``%d.%m.%Y``, ``dd.mm.yyyy`` and ``pp.kk.vvvv`` are ``d.m.yyyy``."""
    form = text.strip().casefold() if "%" not in text else _from_percent(text.strip())
    form = _DATE_SPELLINGS.get(form, form)
    # Finnish and Swedish spreadsheets write p/k/v and d/m/å.
    form = form.replace("v", "y").replace("å", "y").replace("p", "d") if "period" not in form else form
    form = re.sub(r"k", "m", form) if "period" not in form else form
    if any(mark in form for mark in "./"):
        form = re.sub(r"d+", "d", re.sub(r"m+", "m", form))
    form = _DATE_SPELLINGS.get(form, form)
    return form if form in DATE_FORMATS else None


def _from_percent(text: str) -> str:
    """Python's and PostgreSQL's way of writing a form, in letters."""
    for percent, letters in (("%-", "%"), ("%d", "dd"), ("%m", "mm"), ("%Y", "yyyy"), ("%y", "yy")):
        text = text.replace(percent, letters)
    return text


def canonical_delimiter(text: str) -> str | None:
    """The delimiter itself: ``tab`` is the tabulator."""
    value = _DELIMITERS.get(text.strip().casefold(), text)
    return value if value in _DELIMITERS.values() else None


def canonical_encoding(text: str) -> str | None:
    """The one name of an encoding: ``cp1252`` is ``windows-1252``."""
    name = text.strip().casefold().replace("_", "-")
    name = _ENCODINGS.get(name, name)
    return name if name in ENCODINGS else None


def canonical_mark(text: str) -> DecimalMark | None:
    """The decimal mark itself."""
    marks: dict[str, DecimalMark] = {",": ",", ".": ".", "comma": ",", "point": ".", "dot": "."}
    return marks.get(text.strip().casefold())


def canonical_negative_credit(text: str) -> str | None:
    """The one spelling of what a minus sign in a column of credits does."""
    word = text.strip().casefold()
    return word if word in NEGATIVE_CREDITS else None
