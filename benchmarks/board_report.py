"""How long the board report takes, against the bare SQL aggregate that it needs.

    FUNDTRACK_DATA=/some/empty/folder .venv/bin/python benchmarks/board_report.py [--lines 200] [--rows 100000]

It makes a database of its own beside the installation's, fills it with one plan through ordinary tables (bookings,
seals and triggers included), measures both in one run, and drops the database again. The figures of the report are
compared with the aggregate's before anything is timed.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fundtrack.settings")

#: What the report cannot do without: Σ actuals per line and month.
BARE = """
    SELECT x.line_id, x.month, sum(x.amount) FROM funds_actual x JOIN funds_budgetline b ON b.id = x.line_id
    WHERE b.plan_id = %s AND x.month <= %s GROUP BY x.line_id, x.month
"""
MADE_AT = datetime(2024, 12, 2, 9, 0, tzinfo=UTC)
AS_OF = datetime(2024, 12, 3, 9, 0, tzinfo=UTC)


def main() -> None:
    """Set up, fill, measure, print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=200)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=15)
    options = parser.parse_args()

    import django

    django.setup()
    from django.db import connection

    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        started = time.perf_counter()
        plan = fill(options.lines, options.rows)
        print(f"filled with {options.lines} lines and {options.rows} rows in {time.perf_counter() - started:.0f} s")
        measure(plan, options.repeat)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def fill(lines: int, rows: int) -> object:
    """One plan; January to November booked in one booking per month and 10 000 rows; January to October drawn."""
    from django.db import connection

    from funds.actions.actuals import NewActual, record_actuals
    from funds.models import Booking, UsePlan
    from fundtrack.periods import Month
    from tests.factories import make_world

    codes = {f"P{number:04}": "60000.00" for number in range(lines)}
    world = make_world("mittaus", lines=codes, opening_balance="100000000.00")
    months = Month.range(Month(2024, 1), Month(2024, 11))
    per_month = [rows // len(months) + (position < rows % len(months)) for position in range(len(months))]
    for month, count in zip(months, per_month, strict=True):
        new = [
            NewActual(
                month=month,
                amount=Decimal(number % 977 + 1) + Decimal("0.37"),
                cost_centre_code="1000",
                project_code=f"P{number % lines:04}",
            )
            for number in range(count)
        ]
        for begin in range(0, len(new), 10_000):
            record_actuals(
                organisation=world.organisation,
                rows=new[begin : begin + 10_000],
                by=world.finance,
                at=MADE_AT,
                source=Booking.Source.COMMAND,
                key=uuid4(),
            )
        if month < months[-1]:
            world.close(str(month))
    for month in months[:-1]:
        world.draw(str(month))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return UsePlan.objects.select_related("organisation", "fund__body").get(pk=world.plan.pk)


def measure(plan: object, repeat: int) -> None:
    """Time both in turns, so that a busy machine is busy for both; print medians and their ratio."""
    from django.db import connection

    from fundtrack.periods import Month
    from reporting.reports import board

    month = Month(2024, 11)

    def bare() -> Decimal:
        with connection.cursor() as cursor:
            cursor.execute(BARE, [plan.pk, month.first])  # type: ignore[attr-defined]
            return sum((row[2] for row in cursor.fetchall()), Decimal(0))

    def report() -> Decimal:
        result = board.build(board.Params(plan, month), as_of=AS_OF)  # type: ignore[arg-type]
        return result.totals.actual_cumulative

    assert bare() == report(), "the report and the aggregate differ"
    times: dict[str, list[float]] = {"bare aggregate": [], "board report": []}
    for _turn in range(repeat):
        for name, run in (("bare aggregate", bare), ("board report", report)):
            times[name].append(timed(run))
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, median in medians.items():
        print(f"{name:<15} {median * 1000:8.1f} ms (best {min(times[name]) * 1000:.1f}, {repeat} runs)")
    print(f"ratio           {medians['board report'] / medians['bare aggregate']:8.2f}")


def timed(run: Callable[[], object]) -> float:
    """Seconds that ``run`` takes."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
