"""What the database holds, for the machine: everything in one query, and what is checked at the end of a history."""

import json
from datetime import date
from typing import Any

from django.db import connection

from funds.loaders import lines_in_scope
from funds.models import UsePlan
from funds.queries.actuals import actuals_grid
from funds.queries.months import months_of_year
from funds.triggers.entries import ENTRY_DIGEST
from funds.triggers.ledger import ACTUAL_DIGEST, BOOKING_DIGEST
from tests.factories import World

from .ledger_model import ZERO, Model

#: All that the invariants look at, as JSON; amounts as text.
EVERYTHING = """
    SELECT json_build_object(
        'rows', (SELECT json_agg(json_build_array(id, extract(month FROM month)::int, line_id, amount::text, booking_id,
                     extract(month FROM concerns_month)::int) ORDER BY id)
                 FROM funds_actual WHERE organisation_id = %(organisation)s),
        'bookings', (SELECT json_agg(json_build_array(id, number, previous_digest, digest, total::text) ORDER BY number)
                     FROM funds_booking WHERE organisation_id = %(organisation)s),
        'months', (SELECT json_agg(json_build_array(extract(month FROM month)::int, state))
                   FROM funds_monthstate WHERE organisation_id = %(organisation)s),
        'amended', (SELECT json_agg(json_build_array(extract(month FROM a.effective_on)::int, r.line_id, r.amount::text)
                        ORDER BY r.id)
                    FROM funds_amendmentrow r JOIN funds_amendment a ON a.id = r.amendment_id
                    WHERE r.plan_id = %(plan)s),
        'documents', (SELECT json_agg(json_build_array(id, state, number, total::text) ORDER BY id)
                      FROM funds_drawdown WHERE plan_id = %(plan)s),
        'document_rows', (SELECT json_agg(json_build_array(drawdown_id, line_id, amount::text, actual_cumulative::text,
                              drawn_before::text, covered::text, drawdown_amount::text, uncovered::text))
                          FROM funds_drawdownrow WHERE plan_id = %(plan)s),
        'entries', (SELECT json_agg(json_build_array(entry_on, amount::text) ORDER BY number)
                    FROM funds_fundentry WHERE organisation_id = %(organisation)s))::text
"""


def everything(plan: UsePlan) -> dict[str, list[list[Any]]]:
    """Everything that is stored about a plan and its organisation; one query."""
    with connection.cursor() as cursor:
        cursor.execute(EVERYTHING, {"plan": plan.pk, "organisation": plan.organisation_id})
        return {key: rows or [] for key, rows in json.loads(cursor.fetchone()[0]).items()}


def check_totals(world: World, model: Model) -> None:
    """Σ rows = cell = line = target = plan, in the grid and in the year's list."""
    grid = actuals_grid(world.plan, on=date(2024, 12, 31), lines=lines_in_scope(world.plan, world.finance))
    for line in grid.lines:
        assert line.figures.by_month == tuple(model.cell(line.line.project_code, month) for month in range(1, 13))
    for target in grid.targets:
        assert target.figures.total == sum(line.figures.total for line in target.lines)
    inside = sum((row.amount for row in model.rows if row.line), ZERO)
    outside = sum((row.amount for row in model.rows if row.line is None), ZERO)
    assert grid.figures.total == sum(target.figures.total for target in grid.targets) == inside
    year = months_of_year(world.plan)
    assert (sum(month.actuals for month in year), sum(month.outside for month in year)) == (inside, outside)
    assert [month.state for month in year] == [model.states.get(number, "open") for number in range(1, 13)]


def check_digests() -> None:
    """Every digest is that of its row, computed again."""
    joined = "(SELECT string_agg(digest, '' ORDER BY row_number) FROM funds_actual WHERE booking_id = b.id)"
    with connection.cursor() as cursor:
        for sql in (
            f"SELECT count(*) FROM funds_actual a WHERE digest <> {ACTUAL_DIGEST.format(row='a')}",
            f"SELECT count(*) FROM funds_booking b WHERE digest <> {BOOKING_DIGEST.format(row='b', rows=joined)}",
            f"SELECT count(*) FROM funds_fundentry e WHERE digest <> {ENTRY_DIGEST.format(row='e')}",
        ):
            cursor.execute(sql)
            assert cursor.fetchone() == (0,)
