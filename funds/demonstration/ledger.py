"""The invented ledger rows of the demonstration, January to September 2024, as the export of each month."""

from pathlib import Path

from fundtrack.periods import Month

from ..imports.profiles import Profile

FILE = Path(__file__).with_name("kajaani-2024-actuals.csv")
#: How the invented accounting system writes its exports.
PROFILE_NAME = "Kirjanpidon vienti"
PROFILE = Profile.from_json(
    {
        "encoding": "utf-8",
        "delimiter": ";",
        "header_row": 1,
        "decimal_mark": ",",
        "date_format": "d.m.yyyy",
        "columns": {
            "date": "Kirjauspäivä",
            "voucher": "Tositenumero",
            "cost_centre": "Kustannuspaikka",
            "project_code": "Projekti",
            "account": "Tili",
            "description": "Selite",
            "amount": "Summa EUR",
        },
    }
)


def files_by_month() -> dict[Month, bytes]:
    """The rows of the file by month, each with the headings above, byte for byte; months in the file's order."""
    headings, *rows = FILE.read_bytes().splitlines(keepends=True)
    files: dict[Month, bytes] = {}
    for row in rows:
        _day, month, year = row.split(b";", 1)[0].split(b".")
        key = Month(int(year), int(month))
        files[key] = files.get(key, headings) + row
    return files
