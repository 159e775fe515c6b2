"""The entries of an import by where they go: one statement, from which preview and warnings are made."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fundtrack.money import ZERO

from ..import_sql import outcome_query, planned
from ..models import ImportBatch

_GROUPS = """
, added AS MATERIALIZED (
    SELECT e.cost_centre_code, e.project_code, m.month, coalesce(sum(e.amount) FILTER (WHERE e.amount > 0), 0) AS costs,
        coalesce(sum(e.amount) FILTER (WHERE e.amount < 0), 0) AS credits
    -- Who typed it while its month was closed typed it into a later one, up to the month in which a late row is booked.
    FROM entries e CROSS JOIN LATERAL (
        SELECT generate_series(coalesce(e.concerns_month, e.month), e.month, interval '1 month')::date AS month) m
    WHERE e.kind = 'new' GROUP BY 1, 2, 3
),
typed_rows AS (
    SELECT a.id, a.cost_centre_code, a.project_code, coalesce(a.concerns_month, a.month) AS month, a.amount
    FROM funds_actual a JOIN funds_booking b ON b.id = a.booking_id
    WHERE a.organisation_id = %(organisation)s AND a.corrects_id IS NULL
        AND coalesce(a.concerns_month, a.month) IN (SELECT month FROM added)
        AND b.source IN ('grid', 'paste', 'form', 'command')
    UNION ALL
    SELECT a.id, a.cost_centre_code, a.project_code, coalesce(a.concerns_month, a.month), a.amount
    FROM typed_rows t JOIN funds_actual a ON a.corrects_id = t.id
),
-- A cell that was changed has a row for each difference: what stands of it is asked about, and nothing if it is gone.
typed AS (
    SELECT cost_centre_code, project_code, month, sum(amount) AS standing,
        coalesce(sum(amount) FILTER (WHERE amount > 0), 0) AS costs,
        coalesce(sum(amount) FILTER (WHERE amount < 0), 0) AS credits
    FROM typed_rows GROUP BY 1, 2, 3 HAVING sum(amount) <> 0
)
SELECT kind, line_id, cost_centre_code, project_code, month, concerns_month, lost, count(*), sum(amount),
    md5(string_agg(concat_ws(':', import_row_id, corrects_id, amount), ',' ORDER BY import_row_id, corrects_id))
FROM entries GROUP BY 1, 2, 3, 4, 5, 6, 7
UNION ALL
SELECT 'known', NULL, NULL, NULL, NULL, NULL, false, count(*), coalesce(sum(f.amount), 0), ''
FROM known k JOIN file f ON f.id = k.import_row_id
UNION ALL
SELECT 'voucher', NULL, NULL, min(e.voucher), NULL, NULL, false, count(*), coalesce(sum(e.amount), 0), ''
FROM entries e WHERE e.kind = 'new' AND e.voucher <> '' AND EXISTS (
    SELECT 1 FROM ledger_left n WHERE n.root NOT IN (SELECT root FROM removed)
        AND n.voucher = e.voucher AND n.effective_month = coalesce(e.concerns_month, e.month)
        AND (n.amount = e.amount OR (n.account, n.cost_centre_code, n.project_code)
            = (e.account, e.cost_centre_code, e.project_code))
)
UNION ALL
-- The ledger's row or the file's has no voucher, or a person changed the amount of one without: nobody can tell whether
-- it is the same one; outside the plan not even when its codes are others. Three questions, because one with "or" would
-- compare every row with every other.
SELECT 'alike', NULL, NULL, min(a.number)::text, NULL, NULL, false, count(*), coalesce(sum(a.amount), 0), ''
FROM (
    SELECT e.number, e.amount FROM entries e WHERE e.kind = 'new' AND EXISTS (
        SELECT 1 FROM ledger_left n WHERE n.is_said AND n.amount = e.amount AND n.root NOT IN (SELECT root FROM removed)
            AND n.effective_month = coalesce(e.concerns_month, e.month) AND n.cost_centre_code = e.cost_centre_code
            AND n.project_code = e.project_code AND (n.voucher = '' OR e.voucher = ''))
    UNION
    SELECT e.number, e.amount FROM entries e WHERE e.kind = 'new' AND EXISTS (
        SELECT 1 FROM ledger_left n WHERE n.is_said AND n.line_id IS NULL AND n.amount = e.amount
            AND n.root NOT IN (SELECT root FROM removed)
            AND n.effective_month = coalesce(e.concerns_month, e.month) AND (n.voucher = '' OR e.voucher = ''))
    UNION
    SELECT e.number, e.amount FROM entries e WHERE e.kind = 'new' AND EXISTS (
        SELECT 1 FROM ledger n WHERE n.is_said AND n.by_hand AND n.voucher = '' AND n.standing = e.amount
            AND n.effective_month = coalesce(e.concerns_month, e.month) AND n.cost_centre_code = e.cost_centre_code
            AND n.project_code = e.project_code)
) a
UNION ALL
SELECT 'by_hand', NULL, NULL, NULL, NULL, NULL, false, count(*), coalesce(sum(g.difference), 0), ''
FROM changed g JOIN ledger n ON n.root = g.root WHERE n.by_hand OR NOT n.is_said
UNION ALL
SELECT 'by_hand_removed', NULL, NULL, NULL, NULL, NULL, false, count(*), coalesce(sum(-n.standing), 0), ''
FROM removed r JOIN ledger n ON n.root = r.root WHERE n.has_hands
UNION ALL
-- Months of lines for which people have typed costs or credits, and to which a file adds such. What people typed for
-- the file's own months is compared with whole months, and taken back where it is not in the file.
SELECT 'typed', NULL, NULL, NULL, NULL, NULL, false, count(*), coalesce(sum(t.standing), 0), ''
FROM added m JOIN typed t USING (cost_centre_code, project_code, month) JOIN funds_importbatch b ON b.id = %(batch)s
WHERE (t.costs * m.costs > 0 OR t.credits * m.credits > 0)
    AND (b.manner = 'movements' OR t.month NOT IN (SELECT effective_month FROM scope))
UNION ALL
-- Rows of earlier files without cost centres, on a cost centre to which no row of this file leads, or outside the plan.
SELECT 'unnamed', NULL, NULL,
    min(coalesce(nullif(concat_ws(' ', nullif(s.cost_centre_code, ''), nullif(s.project_code, '')), ''), '\u2013')),
    NULL, NULL, false, count(DISTINCT s.root), coalesce(sum(-s.amount), 0), ''
FROM removed r JOIN ledger n ON n.root = r.root JOIN standing s ON s.root = r.root
WHERE n.said_centre = '' AND s.cost_centre_code NOT IN (SELECT code FROM centres)
UNION ALL
-- A rule led rows of one cost centre of the plan to a line of another.
SELECT 'elsewhere', NULL, f.said_centre, e.cost_centre_code, NULL, NULL, false, count(*), sum(e.amount), ''
FROM entries e JOIN file f ON f.id = e.import_row_id
WHERE e.kind = 'new' AND e.line_id IS NOT NULL AND f.by_code AND f.said_centre <> ''
    AND f.said_centre <> e.cost_centre_code AND f.said_centre IN (SELECT centre FROM lines)
GROUP BY 3, 4
ORDER BY 1, 2, 3, 4, 5, 6
"""


@dataclass(frozen=True)
class Outcome:
    """Rows of one kind. EUR."""

    count: int = 0
    amount: Decimal = ZERO


@dataclass(frozen=True)
class Group:
    """Entries of one kind that go to one place, or rows about which there is something to say.

    ``kind`` is that of the entry (new, changed, removed), "known", "voucher", "alike" and "unnamed" (an example of
    them stands as the project code: a voucher, a row of the file, codes), "by_hand", "by_hand_removed", "typed"
    (months of lines, with what people typed there), or "elsewhere" (from one cost centre to another, which stands as
    the project code).
    """

    kind: str
    line_id: int | None
    cost_centre_code: str
    project_code: str
    month: date
    concerns_month: date | None
    #: A correction for which the plan of its month has no line.
    lost: bool
    count: int
    #: EUR.
    amount: Decimal
    #: Over the entries themselves.
    digest: str


def groups_of(batch: ImportBatch) -> list[Group]:
    """What committing ``batch`` would book, grouped. One query."""
    query = outcome_query(batch)
    with planned() as cursor:
        cursor.execute(query.ctes + _GROUPS, query.parameters)
        return [Group(*row) for row in cursor.fetchall()]


def sum_of(groups: Iterable[Group], kind: str = "") -> Outcome:
    """Count and sum of the groups of one kind, or of all."""
    chosen = [group for group in groups if kind in ("", group.kind)]
    return Outcome(sum(group.count for group in chosen), sum((group.amount for group in chosen), ZERO))


def outside_of(entries: Iterable[Group]) -> Outcome:
    """New rows that lead to no line."""
    return sum_of([group for group in entries if group.line_id is None], "new")
