"""The ways of a file into a table that ``benchmarks/imports.py`` compares; each call of this script is one of them.

    python benchmarks/import_ways.py WAY DATABASE FILE [WORKING_FOLDER]

Each runs in a process of its own in a database of its own, so that its peak of memory is its own, and prints one line
of JSON: seconds of each step, what the table holds afterwards, and memory in KiB before the file was touched and at
its highest.
"""

import json
import os
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fundtrack.settings")

#: The organisation that ``benchmarks/imports.py`` has made in the database.
SLUG = "mittaus"
NOW = datetime(2024, 10, 7, 9, 30, tzinfo=UTC)
#: Columns and indexes of the ledger of actuals, and none of its triggers, checks and foreign keys.
PLAIN_TABLE = "CREATE TABLE benchmark_plain (LIKE funds_actual INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING INDEXES)"
#: What every way is compared by: count, sum, and the sum of every project code and month.
FIGURES = """
    SELECT sum(count)::int, sum(total)::text,
        md5(string_agg(concat_ws(' ', project_code, month, count, total), ',' ORDER BY project_code, month))
    FROM (SELECT project_code, month, count(*) AS count, sum(amount) AS total FROM {table} GROUP BY 1, 2) cells
"""
_BLOCK = 1 << 20


class Run:
    """What one way did: seconds by step, and memory."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.memory_before = peak()
        self.memory_after = 0

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what happens inside."""
        started = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - started

    def finish(self, table: str) -> dict[str, Any]:
        """Everything for JSON; the peak of memory is the present one, unless it was taken before."""
        memory_after = self.memory_after or peak()
        return {
            "seconds": self.seconds,
            "figures": figures(table),
            "memory_before": self.memory_before,
            "memory_after": memory_after,
        }


def peak() -> int:
    """The most memory that this process has had so far, in KiB."""
    # Linux counts what the starting process had as this one's too, except in the high-water mark of /proc.
    status = Path("/proc/self/status")
    found = re.search(r"^VmHWM:\s*([0-9]+) kB$", status.read_text(), re.MULTILINE) if status.exists() else None
    return int(found[1]) if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def figures(table: str) -> list[Any]:
    """Count, sum and a digest of the sums of all project codes and months."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(FIGURES.format(table=table))
        return list(cursor.fetchone())


# --- FundTrack


def fundtrack(path: Path, folder: Path) -> dict[str, Any]:
    """Upload and read the file, preview it, commit it; then the same file once more, which changes nothing.

    The rows that were booked are left in ``folder`` for the bare COPY.
    """
    from django.db import connection

    from funds.actions.imports import commit_batch, read_batch, upload_file
    from funds.imports.profiles import Profile
    from funds.models import Fund
    from funds.queries.imports import preview_batch
    from organisations.models import Membership
    from organisations.rights import Role

    fund = Fund.objects.select_related("organisation").get(organisation__slug=SLUG)
    by = Membership.objects.get(organisation=fund.organisation, roles=[Role.FINANCE])
    run = Run()
    with run.step("read"):
        batch = upload_file(fund=fund, name=path.name, content=path.read_bytes(), by=by, at=NOW)
        # Nothing is said about the file: how it is read is found out from the whole of it.
        batch = read_batch(batch=batch, profile=Profile(), by=by)
    with run.step("preview"):
        preview = preview_batch(batch)
    with run.step("commit"):
        batch = commit_batch(batch=batch, by=by, at=NOW, acknowledged=None, seen=preview.digest)
    run.memory_after = peak()
    assert preview.file_total == preview.new.amount == batch.booking.total, (
        "the preview, the file and the ledger differ"
    )
    again = upload_file(fund=fund, name=path.name, content=path.read_bytes(), by=by, at=NOW)
    again = read_batch(batch=again, profile=Profile(), by=by)
    with run.step("preview of the same file again"):
        same = preview_batch(again)
    assert same.changes_nothing and same.known == preview.new, "the same file again is not known"
    with (
        connection.cursor() as cursor,
        (folder / "actuals.copy").open("wb") as file,
        cursor.copy("COPY funds_actual TO STDOUT") as source,
    ):
        for block in source:
            file.write(block)
    return run.finish("funds_actual")


def read_amount_fundtrack(path: Path) -> str:
    """The amount that FundTrack reads from a file of one row; the code of its refusal where it reads none."""
    from funds.imports.files import open_file
    from funds.imports.profiles import Profile
    from funds.imports.reading import read_actuals

    columns = {"date": "Kirjauspäivä", "project_code": "Projekti", "amount": "Summa EUR"}
    profile = Profile(header_row=1, decimal_mark=",", date_format="d.m.yyyy", delimiter=";", columns=columns)
    rows = [row for row in read_actuals(open_file(path.name, path.read_bytes()), profile) if row.number > 1]
    return f"{rows[0].amount:.2f}" if rows[0].kind == "row" else f"refused ({rows[0].problems[0].code})"


# --- COPY


def copy(_path: Path, folder: Path) -> dict[str, Any]:
    """The rows that FundTrack booked, already in PostgreSQL's own form, into a plain table with the same indexes."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(PLAIN_TABLE)
        run = Run()
        with (
            run.step("commit"),
            (folder / "actuals.copy").open("rb") as file,
            cursor.copy("COPY benchmark_plain FROM STDIN") as target,
        ):
            while block := file.read(_BLOCK):
                target.write(block)
    return run.finish("benchmark_plain")


# --- django-import-export


def import_export(path: Path, _folder: Path) -> dict[str, Any]:
    """Load the file, import it on trial, import it; as fast as its documentation says it can be."""
    import tablib
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(PLAIN_TABLE)
    resource_class = plain_resource()
    run = Run()
    with run.step("read"):
        dataset = tablib.Dataset().load(path.read_text(encoding="utf-8-sig"), format="csv", delimiter=";")
    with run.step("preview"):
        _whole(resource_class().import_data(dataset, dry_run=True, use_transactions=True))
    with run.step("commit"):
        _whole(resource_class().import_data(dataset, use_transactions=True))
    return run.finish("benchmark_plain")


def _whole(result: Any) -> None:
    assert not result.has_errors() and not result.has_validation_errors(), "django-import-export refused the file"


@cache
def plain_resource() -> Any:
    """A resource for ``benchmark_plain`` with everything switched off that costs time; it finds no known rows.

    Source: django-import-export, documentation, “Bulk imports”: performance tuning.
    """
    from import_export import fields, resources, widgets

    from funds.models import BudgetLine

    model = plain_model()
    lines = dict(BudgetLine.objects.filter(organisation__slug=SLUG).values_list("project_code", "pk"))

    class PlainResource(resources.ModelResource):  # type: ignore[misc]
        booked_on = fields.Field("booked_on", "Kirjauspäivä", widgets.DateWidget("%d.%m.%Y"))
        voucher = fields.Field("voucher", "Tositenumero", widgets.CharWidget())
        cost_centre_code = fields.Field("cost_centre_code", "Kustannuspaikka", widgets.CharWidget())
        project_code = fields.Field("project_code", "Projekti", widgets.CharWidget())
        account = fields.Field("account", "Tili", widgets.CharWidget())
        supplier = fields.Field("supplier", "Toimittaja", widgets.CharWidget())
        description = fields.Field("description", "Selite", widgets.CharWidget())
        amount = fields.Field("amount", "Summa EUR", widgets.DecimalWidget())

        class Meta:
            model = None
            fields = ()
            import_id_fields = ()
            use_bulk = True
            batch_size = 1000
            force_init_instance = True
            skip_unchanged = False
            skip_diff = True

        def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
            instance.row_number = kwargs["row_number"]
            instance.month = instance.booked_on.replace(day=1)
            instance.line_id = lines.get(instance.project_code)

    PlainResource._meta.model = model
    return PlainResource


def plain_model() -> Any:
    """A model of ``benchmark_plain``."""
    from django.db import models

    class Plain(models.Model):
        organisation_id = models.BigIntegerField(default=1)
        booking_id = models.BigIntegerField(default=1)
        row_number = models.PositiveIntegerField()
        month = models.DateField()
        booked_on = models.DateField(null=True)
        line_id = models.BigIntegerField(null=True)
        cost_centre_code = models.CharField(max_length=30)
        project_code = models.CharField(max_length=30)
        amount = models.DecimalField(max_digits=14, decimal_places=2)
        account = models.CharField(max_length=30)
        voucher = models.CharField(max_length=50)
        description = models.CharField(max_length=500)
        supplier = models.CharField(max_length=200)
        digest = models.CharField(max_length=64, default="")

        class Meta:
            app_label = "funds"
            managed = False
            db_table = "benchmark_plain"

    return Plain


def read_amount_import_export(path: Path) -> str:
    """The amount that stands in the table after a file of one row; "refused" where it reads none."""
    import tablib
    from django.test import override_settings

    resource_class = plain_resource()
    dataset = tablib.Dataset().load(path.read_text(encoding="utf-8-sig"), format="csv", delimiter=";")
    # Without this setting it reads no blanks between thousands either.
    with override_settings(USE_THOUSAND_SEPARATOR=True):
        result = resource_class().import_data(dataset, use_transactions=True)
    if result.has_errors() or result.has_validation_errors():
        return "refused"
    return figures("benchmark_plain")[1]


# --- money


#: Amounts as accounting systems write them, and some that can be read two ways or not at all.
SHAPES = (
    "1234,56", "1 234,56", "1\u00a0234,56", "\u221212,00", "12,00-", "(12,00)", "50 000 €",
    "1.234,56", "1234.56", "1.234", "12,345", "1e3", "NaN", "",
)  # fmt: skip


def money(_path: Path, folder: Path) -> dict[str, Any]:
    """What becomes of each shape of an amount, in a file of one row."""
    from django.db import connection

    read = {}
    for number, shape in enumerate(SHAPES):
        path = folder / f"amount-{number}.csv"
        headings = "Kirjauspäivä;Tositenumero;Kustannuspaikka;Projekti;Tili;Toimittaja;Selite;Summa EUR"
        path.write_text(f"{headings}\r\n1.6.2024;1;1000;P000;4000;;Palvelu;{shape}\r\n", encoding="utf-8-sig")
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS benchmark_plain")
            cursor.execute(PLAIN_TABLE)
        read[shape] = (read_amount_fundtrack(path), read_amount_import_export(path))
    return {"money": read}


WAYS: dict[str, Callable[[Path, Path], dict[str, Any]]] = {
    "FundTrack": fundtrack,
    "COPY": copy,
    "django-import-export": import_export,
    "money": money,
}


def main() -> None:
    """Connect to the database that was made for this run, go one way, and say what happened."""
    way, database, path, folder = sys.argv[1:]
    import django

    django.setup()
    from django.db import connection
    from django.utils import translation

    connection.settings_dict["NAME"] = database
    # Finns write a decimal comma: django-import-export reads by the language.
    translation.activate("fi")
    connection.ensure_connection()
    print(json.dumps(WAYS[way](Path(path), Path(folder))))
    connection.close()


if __name__ == "__main__":
    main()
